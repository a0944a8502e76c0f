"""Legs that reach: thighs and shins turned until ankles are where they should be."""

from __future__ import annotations

from typing import Final

import numpy as np

from bridge.animation.skeleton import joint_of
from bridge.schema.arrays import AnyArray
from bridge.schema.motion import OFFSETS
from bridge.schema.rotations import angles_between, matrices, shortest_turn

SIDES: Final = ("Left", "Right")
_STRAIGHT: Final = 0.9995
"""Legs reach no further than this share of their length: a knee that is bent knows its axis."""


def reaching(whole: AnyArray, hips: AnyArray, ankles: AnyArray) -> AnyArray:
    """Turn legs so that ankles are where they should be; feet look where they looked.

    The knee is bent in the plane it is in, then the leg is turned as a whole.

    Args:
        whole: [frame, joint=22, 3, 3], turns in the world.
        hips: [frame, xyz=3], where the hips are, metres.
        ankles: [frame, side=2, xyz=3], left first; what is out of reach is pointed at.

    Returns:
        The turns in the world, like `whole`.
    """
    found = whole.copy()
    for place, side in enumerate(SIDES):
        thigh, shin, foot = (joint_of(side + name) for name in ("UpLeg", "Leg", "Foot"))
        start = hips + whole[:, 0] @ OFFSETS[thigh]
        upper, lower = whole[:, thigh] @ OFFSETS[shin], whole[:, shin] @ OFFSETS[foot]
        way = ankles[:, place] - start
        bend, straighten = _bends(upper, lower, np.linalg.norm(way, axis=1), whole[:, thigh])
        aim = shortest_turn(_each(bend, upper) + _each(bend @ straighten, lower), way)
        found[:, thigh] = aim @ bend @ whole[:, thigh]
        found[:, shin] = aim @ bend @ straighten @ whole[:, shin]
    return found


def _bends(
    upper: AnyArray, lower: AnyArray, far: AnyArray, thigh: AnyArray
) -> tuple[AnyArray, AnyArray]:
    """Give how a thigh and a shin turn in their plane so that the ankle is so far from the hip."""
    long, short = np.linalg.norm(upper, axis=1), np.linalg.norm(lower, axis=1)
    whole = upper + lower
    reach = np.clip(far, np.abs(long - short) + 1e-3, _STRAIGHT * (long + short))
    axis = np.cross(whole, upper)
    sine = np.linalg.norm(axis, axis=1, keepdims=True)
    axis = np.where(sine > 1e-6, axis / np.maximum(sine, 1e-6), -thigh[:, :, 0])
    hip_is, knee_is = angles_between(whole, upper), angles_between(-upper, lower)
    hip = np.arccos(np.clip((long**2 + reach**2 - short**2) / (2 * long * reach), -1, 1))
    knee = np.arccos(np.clip((long**2 + short**2 - reach**2) / (2 * long * short), -1, 1))
    return matrices(axis * (hip - hip_is)[:, None]), matrices(axis * (knee - knee_is)[:, None])


def _each(turns: AnyArray, points: AnyArray) -> AnyArray:
    """Turn each vector [frame, xyz=3] by a rotation of its own, [frame, 3, 3]."""
    turned: AnyArray = np.einsum("fij,fj->fi", turns, points)
    return turned
