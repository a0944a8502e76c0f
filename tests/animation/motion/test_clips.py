"""What clips are called says what they show; those that walk on the spot travel; loops go on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bridge.animation.gait import foot_skate
from bridge.animation.retargeting import retargeted
from bridge.animation.skeleton import forward
from bridge.files.motion.gltf_clips import parse_glb_clips
from export.animation.motion.clips import Clip, load, prepared, save
from export.animation.motion.labels import family_of, labels_of, part_of
from export.animation.motion.rooting import repeated, travelled
from tests.motions import standing, swinging

KNIGHT = Path(__file__).parents[4] / "shared" / "data" / "motion" / "kaykit" / "Knight.glb"


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("Walk_Formal_Loop", ("walk",)),
        ("1H_Melee_Attack_Chop", ("attack",)),
        ("Sit_Chair_Idle", ("idle", "sit")),
        ("gather_wood", ("gather",)),
        ("death_b", ("die",)),
        ("Dance Body Roll", ("dance",)),
        ("PickUp_Table", ("gather",)),
        ("85_12", ()),
    ],
)
def test_names_say_what_is_done(name, labels):
    assert labels_of(name) == labels


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        ("walk_relax_shield_01", "walk_relax_f_long", 2),
        ("Running_A", "Running_Strafe_Left", 1),
        ("death_b", "death_01", 2),
        ("1H_Melee_Attack_Chop", "2H_Melee_Idle", 1),
        ("Jump_Start", "Jump_Full_Long", 1),
    ],
)
def test_variants_are_one_family(one, other, words):
    assert family_of(one, words=words) == family_of(other, words=words)


def test_families_keep_their_part_whatever_else_there_is():
    parts = [part_of(f"family {number}") for number in range(2000)]
    assert parts == [part_of(f"family {number}") for number in range(2000)]
    assert 0.06 < parts.count("test") / 2000 < 0.14
    assert 0.06 < parts.count("validation") / 2000 < 0.14


def test_whoever_travels_already_is_left_alone():
    walk = swinging(60)
    assert travelled(walk) is walk


def test_a_loop_goes_on_where_it_ended_and_turns_along():
    loop = standing(31)
    places = loop.places.copy()
    places[:, 1] -= np.linspace(0, 1, 31, dtype=np.float32)
    angle = np.linspace(0, np.pi / 4, 31)
    rotations = loop.rotations.copy()
    rotations[:, 0, 0], rotations[:, 0, 3] = np.cos(angle), np.sin(angle)
    loop = replace(loop, places=places, rotations=rotations)
    found = repeated(loop)
    assert len(found.places) == 4 * 30
    steps = np.linalg.norm(np.diff(found.places, axis=0), axis=1)
    np.testing.assert_allclose(steps, 1 / 30, atol=1e-5)
    assert np.abs(found.places[60] - found.places[0]).max() > 0.9  # a quarter to the left by now


def test_what_does_not_come_round_is_no_loop():
    once = swinging(50)
    assert repeated(once) is once


def test_clips_come_back_as_they_were_kept(tmp_path):
    clips = [Clip(swinging(20), "cmu", "cmu/1"), Clip(standing(3), "kaykit", "kaykit/t")]
    save(clips, tmp_path / "clips.npz")
    back = load(tmp_path / "clips.npz")
    for one, other in zip(clips, back, strict=True):
        np.testing.assert_array_equal(one.motion.rotations, other.motion.rotations)
        np.testing.assert_array_equal(one.motion.places, other.motion.places)
        assert (one.source, one.family, one.part) == (other.source, other.family, other.part)


@pytest.mark.parametrize(("name", "speed"), [("Walking_A", (0.8, 3.0)), ("Running_A", (2.5, 9.0))])
def test_a_knight_on_the_spot_goes_somewhere(name, speed):
    if not KNIGHT.exists():
        pytest.skip("needs ../shared/data/motion")
    clips = parse_glb_clips(KNIGHT.read_bytes(), name="Knight.glb")
    motion = retargeted(next(clip for clip in clips if clip.name == name))
    found = prepared(motion)
    gone = found.places[-1] - found.places[0]
    assert speed[0] < np.linalg.norm(gone[:2]) / found.duration_seconds < speed[1]
    assert gone[1] < -0.8 * np.linalg.norm(gone)  # ahead
    if name == "Walking_A":  # who runs so fast hardly stands
        assert foot_skate(forward(found).places, 30.0) < 0.1
