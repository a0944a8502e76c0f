"""Joints are where turns put them; sides can be exchanged, rates changed, feet told to stand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bridge.animation.skeleton import contacts, forward, joint_of, mirrored, relative, resampled
from bridge.schema.motion import JOINTS, OFFSETS, PARENTS
from bridge.schema.rotations import turned_by
from tests.motions import standing, swinging


def test_nobody_turned_stands_as_a_t():
    places = forward(standing()).places[0]
    assert places[:, 2].min() == pytest.approx(0.017, abs=1e-3)
    hand = places[joint_of("LeftHand")]
    assert hand[0] == pytest.approx(0.66, abs=0.01)
    assert hand[2] == pytest.approx(places[joint_of("LeftArm"), 2], abs=1e-6)
    assert places[joint_of("LeftToe"), 1] < places[joint_of("LeftFoot"), 1]


def test_bones_keep_their_length():
    places = forward(swinging()).places
    for joint, parent in enumerate(PARENTS):
        if parent >= 0:
            length = np.linalg.norm(places[:, joint] - places[:, parent], axis=1)
            np.testing.assert_allclose(length, np.linalg.norm(OFFSETS[joint]), atol=1e-5)


def test_turns_in_the_world_give_back_their_own():
    motion = swinging()
    own = relative(forward(motion).turns)
    np.testing.assert_allclose(own, turned_by(motion.rotations), atol=1e-5)


def test_a_mirror_exchanges_the_sides():
    motion = swinging()
    there, here = forward(mirrored(motion)).places, forward(motion).places
    left, right = joint_of("LeftHand"), joint_of("RightHand")
    np.testing.assert_allclose(there[:, left], here[:, right] * [-1, 1, 1], atol=1e-5)
    again = mirrored(mirrored(motion))
    np.testing.assert_allclose(again.rotations, motion.rotations)


@pytest.mark.parametrize("rate_hz", [15.0, 24.0, 60.0, 120.0])
def test_another_rate_shows_the_same_moments(rate_hz):
    motion = swinging(61)
    other = resampled(motion, rate_hz)
    assert other.rate_hz == rate_hz
    assert other.duration_seconds == pytest.approx(motion.duration_seconds, abs=0.1)
    frame = int(rate_hz)  # one second
    here, there = forward(motion).places[30], forward(other).places[frame]
    np.testing.assert_allclose(there, here, atol=1e-4)


def test_one_frame_has_any_rate():
    assert len(resampled(standing(), 60.0).places) == 1


def test_who_stands_stands_on_both_feet_and_who_jumps_on_none():
    still = standing(20)
    assert contacts(forward(still).places, 30.0).all()
    high = replace(still, places=still.places + np.float32([0, 0, 0.3]))
    assert not contacts(forward(high).places, 30.0).any()
    gone = still.places + np.linspace(0, 2, 20)[:, None].astype(np.float32) * np.float32([0, 1, 0])
    assert not contacts(forward(replace(still, places=gone)).places, 30.0).any()


def test_joints_have_names():
    assert JOINTS[joint_of("Head")] == "Head"
