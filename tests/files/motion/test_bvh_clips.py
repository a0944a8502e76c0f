"""Clips of .bvh files: joints are where their channels put them, whatever is up."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bridge.animation.gait import largest_turn
from bridge.animation.retargeting import retargeted
from bridge.animation.skeleton import resampled
from bridge.errors import FileFormatError
from bridge.files.motion.bvh_clips import parse_bvh_clip
from bridge.schema.rotations import matrices

TWO = """HIERARCHY
ROOT hips
{{
  OFFSET {root}
  CHANNELS 6 Xposition Yposition Zposition {order}
  JOINT tip
  {{
    OFFSET {tip}
    CHANNELS 3 {order}
    End Site
    {{
      OFFSET 0 1 0
    }}
  }}
}}
MOTION
Frames: {count}
Frame Time: 0.02
{numbers}
"""
SHARED = Path(__file__).parents[4] / "shared" / "data" / "motion" / "animated_drawings_bvh"


def two(numbers, order="Zrotation Xrotation Yrotation", tip="0 10 0", root="0 90 0"):
    count = len(numbers)
    lines = "\n".join(" ".join(map(str, row)) for row in numbers)
    text = TWO.format(order=order, count=count, numbers=lines, tip=tip, root=root)
    return parse_bvh_clip(text.encode(), name="two.bvh")


def test_places_and_turns_are_those_of_channels():
    clip = two([[1, 2, 3, 0, 0, 0, 0, 0, 0], [1, 2, 3, 90, 0, 0, 0, 0, 0]])
    assert clip.rate_hz == pytest.approx(50.0)
    assert clip.joints == ("hips", "tip")
    np.testing.assert_allclose(clip.places[0], [[1, -3, 2], [1, -3, 12]], atol=1e-9)
    np.testing.assert_allclose(clip.places[1, 1], [-9, -3, 2], atol=1e-9)
    np.testing.assert_allclose(clip.rest_places[1], [0, 0, 100], atol=1e-9)
    np.testing.assert_allclose(clip.turns[0], clip.rest_turns, atol=1e-9)


@pytest.mark.parametrize(
    "order", ["Zrotation Xrotation Yrotation", "Xrotation Yrotation Zrotation"]
)
def test_turns_are_made_in_the_order_of_channels(order):
    clip = two([[0, 0, 0, 20, 30, 40, 0, 0, 0]], order)
    axes = {"X": [1, 0, 0], "Y": [0, 1, 0], "Z": [0, 0, 1]}
    turn = np.eye(3)
    for word, angle in zip(order.split(), (20, 30, 40), strict=True):
        turn = turn @ matrices(np.radians(angle) * np.array(axes[word[0]], float))
    there = turn @ [0, 10, 0]
    np.testing.assert_allclose(clip.places[0, 1], [there[0], -there[2], there[1]], atol=1e-9)


def test_whoever_stands_along_z_is_taken_as_such():
    clip = two([[1, 2, 3, 0, 0, 0, 0, 0, 0]], tip="0 1 10", root="0 0 0")
    np.testing.assert_allclose(clip.places[0], [[1, 2, 3], [1, 3, 13]], atol=1e-9)


@pytest.mark.parametrize("name", ["dab", "jumping", "jumping_jacks", "zombie", "jesse_dance"])
def test_clips_of_others_go_on_our_skeleton(name):
    path = SHARED / f"{name}.bvh"
    if not path.exists():
        pytest.skip("needs ../shared/data/motion")
    clip = parse_bvh_clip(path.read_bytes(), name=path.name)
    motion = retargeted(clip)
    assert len(motion.places) == len(clip.places)
    assert 0.3 < motion.places[:, 2].mean() < 1.2
    assert largest_turn(resampled(motion, 30.0)) < 1.5


def test_a_clip_without_frames_is_refused():
    with pytest.raises(FileFormatError, match="export it again"):
        two([])
