"""Clips come over whole, whatever skeleton they were made for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bridge.animation.retargeting import retargeted
from bridge.animation.skeleton import forward, joint_of
from bridge.errors import RequestError
from bridge.schema.motion import JOINTS, PARENTS
from bridge.schema.rotations import matrices, turned_by
from tests.motions import recorded, standing, swinging

MOTION = swinging(amount=0.35)


def same_as(motion, other=MOTION):
    """Say how far joints are apart, seen from the hips, at most, in metres."""
    here, there = (forward(one).places for one in (motion, other))
    return float(np.abs((here - here[:, :1]) - (there - there[:, :1])).max())


def rolled(recording, seed=4):
    """Let every bone have axes of its own."""
    rolls = matrices(np.random.default_rng(seed).normal(0, 1.5, (len(recording.joints), 3)))
    return replace(
        recording, rest_turns=recording.rest_turns @ rolls, turns=recording.turns @ rolls
    )


def with_rest(recording, own):
    """Let a file rest in another pose, own turns [joint, 3, 3]."""
    rest = forward(standing())
    turns, places = rest.turns[0].astype(float), rest.places[0].astype(float)
    offsets = places.copy()
    for joint, parent in enumerate(PARENTS):
        if parent >= 0:
            offsets[joint] = places[joint] - places[parent]
    for joint, parent in enumerate(PARENTS):
        above = turns[parent] if parent >= 0 else np.eye(3)
        turns[joint] = above @ own[joint]
        if parent >= 0:
            places[joint] = places[parent] + above @ offsets[joint]
    return replace(recording, rest_places=places, rest_turns=turns)


def test_our_own_skeleton_comes_over_as_it_is():
    found = retargeted(recorded(MOTION))
    assert same_as(found) < 0.004
    assert found.rate_hz == MOTION.rate_hz
    assert found.name == MOTION.name


def test_rolls_of_bones_do_not_matter():
    assert same_as(retargeted(rolled(recorded(MOTION)))) < 0.004


@pytest.mark.parametrize("unit", [0.01, 39.37, 100.0])
def test_units_do_not_matter(unit):
    clip = recorded(MOTION)
    clip = replace(clip, places=unit * clip.places, rest_places=unit * clip.rest_places)
    found = retargeted(clip)
    assert same_as(found) < 0.004
    gone, due = (one.places - one.places[0] for one in (found, MOTION))
    np.testing.assert_allclose(gone, due, atol=5e-3)


def test_wherever_it_begins_it_looks_ahead_from_the_middle():
    turn = turned_by(np.array([np.cos(1.0), 0, 0, np.sin(1.0)]))
    clip = recorded(MOTION)
    clip = replace(
        clip, places=clip.places @ turn.T + np.array([4.0, -3.0, 0.0]), turns=turn @ clip.turns
    )
    found = retargeted(clip)
    np.testing.assert_allclose(found.places[0, :2], 0.0, atol=1e-5)
    assert same_as(found) < 0.004


def test_an_a_at_rest_is_no_other_clip():
    own = np.tile(np.eye(3), (len(JOINTS), 1, 1))
    for side, sign in (("Left", 1.0), ("Right", -1.0)):
        own[joint_of(side + "Arm")] = matrices(np.array([0.0, sign * 0.8, 0.0]))
        own[joint_of(side + "UpLeg")] = matrices(np.array([0.0, sign * 0.1, 0.0]))
    assert same_as(retargeted(rolled(with_rest(recorded(MOTION), own)))) < 0.02


def test_rest_may_lie_otherwise_than_frames():
    lying = matrices(np.array([np.pi / 2, 0.0, 0.0]))
    clip = recorded(MOTION)
    clip = replace(clip, rest_places=clip.rest_places @ lying.T, rest_turns=lying @ clip.rest_turns)
    assert same_as(retargeted(clip)) < 0.03


def test_without_a_rest_the_first_frame_is_it():
    clip = recorded(MOTION)
    first = replace(clip, places=clip.places.copy(), turns=clip.turns.copy())
    first.places[0], first.turns[0] = clip.rest_places, clip.rest_turns
    heap = replace(first, rest_places=np.zeros_like(clip.rest_places))
    found = retargeted(heap)
    assert same_as(found.part(1, 40), MOTION.part(1, 40)) < 0.004
    with pytest.raises(RequestError, match="begin the clip with a T"):
        retargeted(replace(heap, places=np.zeros_like(heap.places)))


@pytest.mark.parametrize(
    "missing",
    [
        ("LeftToe", "RightToe"),
        ("LeftShoulder", "RightShoulder"),
        ("Neck",),
        ("Spine1",),
        ("Spine", "Spine1", "Spine2"),
        ("LeftHand", "RightHand"),
    ],
)
def test_joints_that_a_file_lacks_are_filled_in(missing):
    kept = [place for place, name in enumerate(JOINTS) if name not in missing]
    parents = []
    for place in kept:
        above = PARENTS[place]
        while above >= 0 and above not in kept:
            above = PARENTS[above]
        parents.append(kept.index(above) if above >= 0 else -1)
    clip = recorded(MOTION)
    found = retargeted(
        replace(
            clip,
            joints=tuple(JOINTS[place] for place in kept),
            parents=tuple(parents),
            rest_places=clip.rest_places[kept],
            rest_turns=clip.rest_turns[kept],
            places=clip.places[:, kept],
            turns=clip.turns[:, kept],
        )
    )
    here, there = forward(found).turns, forward(MOTION).turns
    for limb in ("LeftUpLeg", "RightLeg", "LeftFoot", "LeftArm", "RightForeArm"):
        np.testing.assert_allclose(here[:, joint_of(limb)], there[:, joint_of(limb)], atol=0.05)


def test_shorter_thighs_do_not_move_ankles():
    clip = recorded(MOTION)
    other = replace(clip, places=clip.places.copy(), rest_places=clip.rest_places.copy())
    ends = [joint_of(side + name) for side in ("Left", "Right") for name in ("Leg", "Foot")]
    for places in (other.places, other.rest_places[None]):
        for knee, foot in (ends[:2], ends[2:]):
            thigh = PARENTS[knee]
            upper, lower = places[:, knee] - places[:, thigh], places[:, foot] - places[:, knee]
            upper *= 0.395 / 0.44
            lower *= 0.44 / 0.395
            places[:, knee] = places[:, thigh] + upper
            places[:, foot] = places[:, knee] + lower
    found = forward(retargeted(other)).places
    for knee, foot in (ends[:2], ends[2:]):
        due = other.places[:, foot] - other.places[:, PARENTS[knee]]
        way = found[:, foot] - found[:, PARENTS[knee]]
        np.testing.assert_allclose(way, due, atol=0.004)


def test_feet_come_to_the_ground():
    clip = recorded(MOTION)
    high = replace(clip, places=clip.places + np.array([0.0, 0.0, 0.2]))
    low = forward(retargeted(high)).places[:, :, 2].min()
    assert abs(low - forward(retargeted(clip)).places[:, :, 2].min()) < 1e-3
    far = replace(clip, places=clip.places + np.array([0.0, 0.0, 3.0]))
    assert forward(retargeted(far)).places[:, :, 2].min() > 2.0
