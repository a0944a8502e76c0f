"""Motions and clips refuse what is none."""

from __future__ import annotations

import numpy as np
import pytest

from bridge.errors import RangeError
from bridge.schema.motion import JOINTS, MIRRORED, PARENTS, Motion
from tests.motions import recorded, standing, swinging


def test_the_skeleton_hangs_together():
    assert len(JOINTS) == len(set(JOINTS)) == 22
    assert all(-1 <= parent < joint for joint, parent in enumerate(PARENTS))
    assert [MIRRORED[other] for other in MIRRORED] == list(range(len(JOINTS)))


def test_a_part_keeps_what_it_is_of():
    motion = swinging(40)
    part = motion.part(10, 25)
    assert part.duration_seconds == pytest.approx(0.5)
    assert part.name == motion.name
    np.testing.assert_array_equal(part.places, motion.places[10:25])


@pytest.mark.parametrize(
    "change",
    [
        {"rotations": np.zeros((1, 22, 4), np.float32)},
        {"rotations": np.ones((1, 21, 4), np.float32)},
        {"places": np.full((1, 3), np.nan, np.float32)},
        {"places": np.zeros((0, 3), np.float32)},
        {"rate_hz": 0.0},
        {"rate_hz": float("nan")},
    ],
)
def test_a_motion_refuses_nonsense(change):
    good = standing()
    told = {"rotations": good.rotations, "places": good.places}
    with pytest.raises(RangeError):
        Motion(**(told | change))


@pytest.mark.parametrize(
    "change",
    [
        {"parents": (0,) * 22},
        {"parents": (-1,)},
        {"joints": ()},
        {"places": np.zeros((40, 21, 3))},
        {"rest_turns": np.full((22, 3, 3), np.inf)},
        {"rate_hz": -1.0},
    ],
)
def test_a_clip_refuses_nonsense(change):
    with pytest.raises(RangeError):
        recorded(swinging(), **change)
