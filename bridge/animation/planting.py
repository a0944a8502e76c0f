"""Feet that stand stay where they are: what slides is taken out of legs, not out of the body."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from bridge.animation.legs import SIDES, reaching
from bridge.animation.skeleton import contacts, forward, joint_of, relative
from bridge.schema.arrays import AnyArray
from bridge.schema.motion import SOLES, Motion
from bridge.schema.rotations import quaternions, steady

_BLEND_FRAMES: Final = 5
"""So long before and after it stands, a foot comes to its place and leaves it."""
_LEAST_FRAMES: Final = 3
"""What stands shorter is no step."""


def planted(motion: Motion, standing: AnyArray | None = None) -> Motion:
    """Keep feet in place while they stand.

    Args:
        motion: of any length.
        standing: bool [frame, sole=4], in the order of `SOLES`; None: as `contacts` tells.

    Returns:
        The motion with other legs; hips and all else stay as they are.
    """
    whole = forward(motion)
    if standing is None:
        standing = contacts(whole.places, motion.rate_hz)
    ankles = np.stack([whole.places[:, joint_of(side + "Foot")] for side in SIDES], axis=1)
    for foot in range(len(SIDES)):
        soles = whole.places[:, SOLES[2 * foot : 2 * foot + 2], :2]
        ankles[:, foot, :2] += _corrections(soles, standing[:, 2 * foot : 2 * foot + 2])
    turns = reaching(whole.turns, motion.places, ankles)
    rotations = steady(quaternions(relative(turns))).astype(np.float32)
    return replace(motion, rotations=rotations)


def runs(standing: AnyArray) -> list[tuple[int, int]]:
    """Give the first frame, and that after the last, of each time that something is so."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], standing.astype(np.int8), [0]])))
    return [(int(first), int(end)) for first, end in edges.reshape(-1, 2)]


def _corrections(soles: AnyArray, standing: AnyArray) -> AnyArray:
    """Say how far a foot is moved so that its heel or toe stays, [frame, xy=2], metres.

    Args:
        soles: [frame, heel and toe=2, xy=2].
        standing: bool [frame, heel and toe=2]; the toe counts where both stand.
    """
    found = np.zeros((len(soles), 2))
    known = np.zeros(len(soles), bool)
    for first, end in runs(standing[:, 0] | standing[:, 1]):
        if end - first >= _LEAST_FRAMES:
            found[first:end] = -_slid(soles[first:end], standing[first:end])
            known[first:end] = True
    return _blended(found, known)


def _slid(soles: AnyArray, standing: AnyArray) -> AnyArray:
    """Give how far what stands slides away from its middle, [frame, xy=2]."""
    which = np.where(standing[:, 1], 1, 0)
    rows = np.arange(len(soles))
    steps = np.zeros((len(soles), 2))
    steps[1:] = soles[rows[1:], which[1:]] - soles[rows[1:] - 1, which[1:]]
    slid = np.cumsum(steps, axis=0)
    away: AnyArray = slid - slid.mean(axis=0)
    return away


def _blended(found: AnyArray, known: AnyArray) -> AnyArray:
    """Let what is known fade out on both sides of where it is."""
    frames = np.arange(len(found))
    total, weights = np.zeros_like(found), np.zeros(len(found))
    for first, end in runs(known):
        for edge, frame in (("before", first), ("after", end - 1)):
            away = frame - frames if edge == "before" else frames - frame
            share = np.clip(1.0 - away / _BLEND_FRAMES, 0.0, 1.0) * (away > 0) * ~known
            smooth = share * share * (3.0 - 2.0 * share)
            total += smooth[:, None] * found[frame]
            weights += smooth
    spread: AnyArray = total / np.maximum(weights, 1.0)[:, None]
    return np.where(known[:, None], found, spread)
