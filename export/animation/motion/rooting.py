"""Clips of games walk on the spot: what feet that stand slide by is how far somebody goes.

And clips that come round to where they began are laid one after another.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from bridge.animation.skeleton import SOLE_METRES, forward
from bridge.schema.arrays import AnyArray
from bridge.schema.motion import SOLES, Motion
from bridge.schema.rotations import about_z, angles_apart, quaternions, steady, turned_by

_GOES_METRES: Final = 0.25
"""Whoever comes further than this is not on the spot."""
_LOW_METRES: Final = 0.05
"""A sole that is so low stands."""
_SMOOTH_FRAMES: Final = 3.0
"""How far velocities are smoothed, as a deviation."""
_ROUND_RADIANS: Final = 0.2
"""A clip comes round whose joints differ by less than this on average."""
_LONG_SECONDS: Final = 4.0
"""Loops are repeated until they are so long."""


def travelled(motion: Motion) -> Motion:
    """Let somebody who walks on the spot go as fast as their standing feet slide back."""
    if np.linalg.norm(np.ptp(motion.places[:, :2], axis=0)) > _GOES_METRES:
        return motion
    soles = forward(motion).places[:, SOLES]
    height = soles[..., 2] - SOLE_METRES
    lowest = height.argmin(axis=1)[:-1]
    rows = np.arange(len(lowest))
    slides = (soles[1:, :, :2] - soles[:-1, :, :2])[rows, lowest]
    stands = height[:-1][rows, lowest] < _LOW_METRES
    if not stands.any():
        return motion
    velocity = np.stack(
        [np.interp(rows, rows[stands], -slides[stands, axis]) for axis in range(2)], axis=1
    )
    gone = np.zeros((len(soles), 2))
    gone[1:] = np.cumsum(_smoothed(velocity), axis=0)
    places = motion.places.copy()
    places[:, :2] += gone.astype(np.float32)
    return replace(motion, places=places)


def _smoothed(values: AnyArray) -> AnyArray:
    """Smooth rows in time [frame, column] by a Gauss bell, ends held."""
    reach = np.arange(-9, 10)
    bell = np.exp(-0.5 * (reach / _SMOOTH_FRAMES) ** 2)
    bell /= bell.sum()
    held = np.pad(values, ((9, 9), (0, 0)), mode="edge")
    return np.stack([np.convolve(column, bell, "valid") for column in held.T], axis=1)


def repeated(motion: Motion) -> Motion:
    """Lay a clip that comes round one after another until it is long."""
    turns = turned_by(motion.rotations[[0, -1]])
    apart = angles_apart(turns[0, 1:], turns[1, 1:])
    tall = abs(float(motion.places[-1, 2] - motion.places[0, 2]))
    if len(motion.places) < 3 or apart.mean() > _ROUND_RADIANS or tall > _GOES_METRES:
        return motion
    count = int(np.ceil(_LONG_SECONDS / motion.duration_seconds))
    parts = [motion]
    for _ in range(count - 1):
        parts.append(_after(parts[-1], motion))
    rotations = np.concatenate([part.rotations[:-1] for part in parts])
    places = np.concatenate([part.places[:-1] for part in parts])
    return replace(motion, rotations=steady(rotations).astype(np.float32), places=places)


def _after(before: Motion, motion: Motion) -> Motion:
    """Move a clip to where another ends, turned about z."""
    ends, begins = turned_by(before.rotations[-1, 0]), turned_by(motion.rotations[0, 0])
    turn = _level(ends @ begins.T)
    places = (motion.places - motion.places[0] * [1, 1, 0]) @ turn.T
    places += before.places[-1] * np.array([1, 1, 0])
    rotations = motion.rotations.copy()
    rotations[:, 0] = quaternions(turn @ turned_by(motion.rotations[:, 0]))
    return replace(motion, rotations=rotations, places=places.astype(np.float32))


def _level(turn: AnyArray) -> AnyArray:
    """Give the part of a rotation [3, 3] that is about z."""
    angle = np.arctan2(turn[1, 0] - turn[0, 1], turn[0, 0] + turn[1, 1])
    return about_z(angle)
