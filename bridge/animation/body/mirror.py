"""Left and right: which vertex, and which joint, is on the other side."""

from __future__ import annotations

from functools import cache

import numpy as np

from bridge.animation.body.statics import shared_body
from bridge.schema.arrays import AnyArray, FloatArray

_OTHER: tuple[tuple[str, str], ...] = ((".L", ".R"), ("Left", "Right"))
_FLIP = np.array([-1.0, 1.0, 1.0], np.float32)


def mirrored_points(vertices: FloatArray, joints: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Give somebody as a mirror shows them.

    Args:
        vertices: float32 [vertex=13718, xyz=3] at rest.
        joints: float32 [joint=374, xyz=3].

    Returns:
        The same, left and right exchanged.
    """
    return vertices[other_vertices()] * _FLIP, joints[other_joints()] * _FLIP


@cache
def other_vertices() -> AnyArray:
    """Give the vertex on the other side of each, int64 [vertex]; of that one, it is the first."""
    points = shared_body().template
    found = np.concatenate(
        [
            _away(points[first : first + 500], points).argmin(axis=1)
            for first in range(0, len(points), 500)
        ]
    )
    alone = np.flatnonzero(found[found] != np.arange(len(found)))
    away = _away(points[alone], points[alone])
    for _ in range(len(alone)):
        here, there = np.unravel_index(int(away.argmin()), away.shape)
        if not np.isfinite(away[here, there]):
            break
        found[alone[here]], found[alone[there]] = alone[there], alone[here]
        away[[here, there]] = np.inf
        away[:, [here, there]] = np.inf
    return found


def _away(points: FloatArray, others: FloatArray) -> FloatArray:
    """Give squared distances of points to the mirror images of others, [point, other]."""
    flipped = others * _FLIP
    product = 2.0 * points @ flipped.T
    away: FloatArray = (points**2).sum(axis=1)[:, None] + (flipped**2).sum(axis=1) - product
    return away


@cache
def other_joints() -> AnyArray:
    """Give the joint point on the other side of each, int64 [joint]."""
    found: list[int] = []
    for rig in shared_body().rigs.values():
        places = {bone: place for place, bone in enumerate(rig.bones)}
        other = [places[_other_side(bone, places)] for bone in rig.bones]
        for start in (rig.first_joint, rig.first_joint + len(rig.bones)):
            found += [start + place for place in other]
    return np.array(found)


def _other_side(bone: str, bones: dict[str, int]) -> str:
    """Name the bone on the other side; one in the middle is its own."""
    for left, right in (*_OTHER, ("LHip", "RHip"), ("LThumb", "RThumb")):
        for here, there in ((left, right), (right, left)):
            if here in bone and bone.replace(here, there) in bones:
                return bone.replace(here, there)
    return bone
