"""A skeleton that leaves as BVH comes back, and clips are read as they were made."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bridge.errors import FileFormatError, OutputExistsError, RangeError
from bridge.files.mesh.axes import to_z_up
from bridge.files.motion.bvh import parse_bvh, read_bvh, write_bvh
from tests.meshes import person, skeleton

TEXT = Path(__file__).with_name("clip.bvh").read_text()


def again(path, rig, rest="t", units_per_metre=100.0):
    bones = person(rig, rest).skeleton
    write_bvh(bones, path, units_per_metre=units_per_metre)
    return bones, read_bvh(path)


@pytest.mark.parametrize("rest", ["a", "t"])
@pytest.mark.parametrize("rig", ["segue", "mixamo", "cmu_mb"])
def test_a_skeleton_comes_back(tmp_path, rig, rest):
    bones, clip = again(tmp_path / "a.bvh", rig, rest)
    places, heads = [], {}
    for joint in clip.joints:
        above = places[joint.parent] if joint.parent >= 0 else clip.frames[0, :3]
        places.append(above + np.array(joint.offset))
        if joint.name:
            heads[joint.name] = to_z_up(places[-1]) / 100.0
    assert set(heads) == set(bones.bones)
    told = np.array([heads[bone] for bone in bones.bones])
    assert told == pytest.approx(bones.heads, abs=1e-6)


@pytest.mark.parametrize("rig", ["segue", "mixamo", "cmu_mb"])
def test_parents_and_ends_come_back(tmp_path, rig):
    bones, clip = again(tmp_path / "a.bvh", rig)
    above = {bone: bones.parents[place] for place, bone in enumerate(bones.bones)}
    ends = 0
    for joint in clip.joints:
        parent = clip.joints[joint.parent].name if joint.parent >= 0 else None
        if not joint.name:
            ends += 1
            place = bones.bones.index(parent)
            tail = to_z_up(np.array(joint.offset)) / 100.0
            assert tail == pytest.approx(bones.tails[place] - bones.heads[place], abs=1e-6)
        elif parent is not None:
            assert bones.bones[above[joint.name]] == parent
    assert ends == len(set(range(len(bones.bones))) - set(bones.parents))


def test_the_root_has_a_place_and_all_turn_about_z_x_and_y(tmp_path):
    _, clip = again(tmp_path / "a.bvh", "cmu_mb")
    turns = ("Zrotation", "Xrotation", "Yrotation")
    assert clip.joints[0].channels == ("Xposition", "Yposition", "Zposition", *turns)
    assert {joint.channels for joint in clip.joints[1:] if joint.name} == {turns}


def test_one_frame_has_nobody_turned(tmp_path):
    bones, clip = again(tmp_path / "a.bvh", "cmu_mb")
    assert clip.frames.shape == (1, 3 + 3 * len(bones.bones))
    assert not clip.frames[0, 3:].any()


@pytest.mark.parametrize(("units", "height"), [(100.0, 90.0), (1.0, 0.9)])
def test_a_file_counts_in_the_unit_that_was_asked_for(tmp_path, units, height):
    _, clip = again(tmp_path / "a.bvh", "mixamo", units_per_metre=units)
    assert clip.frames[0, 1] == pytest.approx(height, rel=0.15)


def test_a_clip_is_read_as_it_was_made():
    clip = parse_bvh(TEXT.encode(), name="a clip")
    names = [joint.name for joint in clip.joints]
    assert names[:6] == ["Hips", "LowerBack", "LeftArm", "LeftForeArm", "", "Head"]
    assert [joint.parent for joint in clip.joints] == [-1, 0, 1, 2, 3, 1, 5, 0, 7, 8]
    assert clip.joints[3].offset == (5.0, 0.0, 0.0)
    assert clip.frame_seconds == pytest.approx(1 / 24, abs=1e-6)
    assert clip.frames[1, :6].tolist() == [1, 16.5, 2, 5, 20, -4]


def test_a_clip_of_windows_with_a_name_in_other_letters_is_read():
    text = TEXT.replace("\n", "\r\n").replace("LeftArm", "Bras_gauche_é")
    assert parse_bvh(text.encode(), name="a clip").joints[2].name == "Bras_gauche_é"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("Frames: 2", "Frames: 3", "numbers for 3 frames"),
        ("Frames: 2", "Frames: -1", "numbers for -1 frames"),
        ("Frame Time: 0.0416667", "Frame Time: 0", "frames of 0"),
        ("OFFSET 0 2 0", "OFFSET 0 nan 0", "finite"),
        ("16.5", "inf", "without end"),
        ("CHANNELS 3 Zrotation", "CHANNELS 3 Wrotation", "channels"),
        ("CHANNELS 3", "CHANNELS 900000000", "channels"),
        ("JOINT Head", "BONE Head", "'BONE'"),
        ("MOTION", "} MOTION", "bracket"),
        ("HIERARCHY", "HIERARCHY {", "no BVH"),
        ("OFFSET 0 2 0", "OFFSET 0 2", "no BVH"),
        ("1 16.5", "one 16.5", "no BVH"),
    ],
)
def test_damage_is_named(old, new, words):
    with pytest.raises(FileFormatError, match=words):
        parse_bvh(TEXT.replace(old, new, 1).encode(), name="a clip")


@pytest.mark.parametrize(
    "content", [b"", b"HIERARCHY", b"HIERARCHY MOTION Frames: 0", TEXT.encode()[:300]]
)
def test_what_is_cut_off_is_named(content):
    with pytest.raises(FileFormatError):
        parse_bvh(content, name="a clip")


def test_a_tower_of_joints_is_refused():
    text = "HIERARCHY\n" + "JOINT a { OFFSET 0 0 0 CHANNELS 0 " * 5000
    with pytest.raises(FileFormatError, match="2000 joints"):
        parse_bvh(text.encode(), name="a clip")


def test_two_roots_are_refused(tmp_path):
    with pytest.raises(RangeError, match="one root"):
        write_bvh(skeleton(parents=(-1, -1)), tmp_path / "a.bvh")


def test_a_file_is_replaced_only_on_purpose(tmp_path):
    write_bvh(skeleton(), tmp_path / "a.bvh")
    with pytest.raises(OutputExistsError):
        write_bvh(skeleton(), tmp_path / "a.bvh")
    write_bvh(skeleton(), tmp_path / "a.bvh", force=True)
