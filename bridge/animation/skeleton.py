"""The skeleton of motions: where its joints are, the other way round, and which feet stand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from bridge.schema.arrays import AnyArray, FloatArray
from bridge.schema.motion import JOINTS, MIRRORED, OFFSETS, PARENTS, SOLES, Motion
from bridge.schema.rotations import between, steady, turned_by

SOLE_METRES: Final[FloatArray] = np.array([0.070, 0.017, 0.070, 0.017], np.float32)
"""How high the joints of `SOLES` are over the ground where somebody stands flat."""
_LOW_METRES: Final = (0.03, 0.06)
"""A foot stands from where it is lower than the first, until it is above the second."""
_SLOW_METRES_A_SECOND: Final = (0.35, 0.7)
"""The same of how fast it goes; the height is over that of somebody who stands flat."""


@dataclass(frozen=True, slots=True, eq=False)
class Posture:
    """Where joints are, and how they are turned, in the world."""

    places: FloatArray
    """float32 [frame, joint=22, xyz=3], metres."""
    turns: FloatArray
    """float32 [frame, joint=22, 3, 3]."""


def forward(motion: Motion) -> Posture:
    """Say where all joints are in each frame."""
    return posture(turned_by(motion.rotations), motion.places)


def posture(own: AnyArray, hips: AnyArray) -> Posture:
    """Say where joints are.

    Args:
        own: [frame, joint=22, 3, 3], relative to the parent.
        hips: [frame, xyz=3], metres.
    """
    turns = np.empty_like(own)
    places = np.empty(own.shape[:-1], own.dtype)
    for joint, parent in enumerate(PARENTS):
        if parent < 0:
            turns[:, joint], places[:, joint] = own[:, joint], hips
        else:
            turns[:, joint] = turns[:, parent] @ own[:, joint]
            places[:, joint] = places[:, parent] + turns[:, parent] @ OFFSETS[joint]
    return Posture(places.astype(np.float32), turns.astype(np.float32))


def relative(turns: AnyArray) -> AnyArray:
    """Give turns relative to the parents, of those in the world, [frame, joint=22, 3, 3]."""
    own = turns.copy()
    for joint, parent in enumerate(PARENTS):
        if parent >= 0:
            own[:, joint] = np.swapaxes(turns[:, parent], 1, 2) @ turns[:, joint]
    return own


def mirrored(motion: Motion) -> Motion:
    """Give the motion with left and right exchanged."""
    rotations = motion.rotations[:, MIRRORED] * np.array([1, 1, -1, -1], np.float32)
    places = motion.places * np.array([-1, 1, 1], np.float32)
    return replace(motion, rotations=rotations, places=places)


def resampled(motion: Motion, rate_hz: float) -> Motion:
    """Give the motion at another rate; its first frame stays, its last may be left out."""
    frames = int(np.floor((len(motion.places) - 1) * rate_hz / motion.rate_hz + 1e-6)) + 1
    at = np.arange(frames) * motion.rate_hz / rate_hz
    before = np.minimum(at.astype(int), max(len(motion.places) - 2, 0))
    after = np.minimum(before + 1, len(motion.places) - 1)
    share = at - before
    turned = between(motion.rotations[before], motion.rotations[after], share[:, None])
    places = motion.places[before] * (1 - share)[:, None] + motion.places[after] * share[:, None]
    return replace(
        motion,
        rotations=steady(turned).astype(np.float32),
        places=places.astype(np.float32),
        rate_hz=rate_hz,
    )


def contacts(places: AnyArray, rate_hz: float) -> AnyArray:
    """Say which feet stand, by how low and how slow they are, with hysteresis.

    Args:
        places: [frame, joint=22, xyz=3], metres, the ground at z = 0.
        rate_hz: frames a second.

    Returns:
        bool [frame, sole=4], in the order of `SOLES`.
    """
    soles = places[:, SOLES]
    low = soles[..., 2] - SOLE_METRES
    moved = np.zeros_like(soles)
    moved[1:] = soles[1:] - soles[:-1]
    moved[:1] = moved[1:2]
    fast = np.linalg.norm(moved, axis=-1) * rate_hz
    surely = (low < _LOW_METRES[0]) & (fast < _SLOW_METRES_A_SECOND[0])
    still = (low < _LOW_METRES[1]) & (fast < _SLOW_METRES_A_SECOND[1])
    found: AnyArray = surely.copy()
    for frame in range(1, len(found)):
        found[frame] |= found[frame - 1] & still[frame]
    for frame in range(len(found) - 2, -1, -1):
        found[frame] |= found[frame + 1] & still[frame]
    return found


def joint_of(name: str) -> int:
    """Give the place of a joint that there is."""
    return JOINTS.index(name)
