"""Turning bones, and the skin that goes with them: linear blend skinning.

Rotations are about axes of the world at rest: bone by bone, G = G of the parent * T(head) * R *
T(-head), so that no rotation at all is the mesh at rest whatever way its bones point.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from bridge.animation.body.statics import RIGS, Rig, shared_body
from bridge.animation.maker import place_of
from bridge.schema.arrays import AnyArray, FloatArray
from bridge.schema.character import BoneTurn

_EVERY: Final = slice(None)


@dataclass(frozen=True, slots=True, eq=False)
class Carry:
    """Where bones carry what hangs on them: x goes to linear @ x + shift."""

    linear: FloatArray
    """float32 [bone, 3, 3]."""
    shift: FloatArray
    """float32 [bone, xyz=3], metres."""

    def points(self, points: FloatArray) -> FloatArray:
        """Carry a point of each bone, [bone, xyz=3]."""
        moved: FloatArray = np.einsum("bij,bj->bi", self.linear, points) + self.shift
        return moved


def carry(turns: AnyArray, heads: FloatArray, parents: Sequence[int]) -> Carry:
    """Let every bone turn what hangs on it.

    Args:
        turns: [bone, 3, 3] rotations, each about the head of its bone.
        heads: [bone, xyz=3] at rest, metres.
        parents: of each bone, parents first; -1: none.
    """
    linear, shift = np.empty((len(heads), 3, 3)), np.empty((len(heads), 3))
    for bone, parent in enumerate(parents):
        above, moved = (linear[parent], shift[parent]) if parent >= 0 else (np.eye(3), np.zeros(3))
        linear[bone] = above @ turns[bone]
        shift[bone] = moved + (above - linear[bone]) @ heads[bone]
    return Carry(linear.astype(np.float32), shift.astype(np.float32))


def blended(
    rig: Rig, carried: Carry, rows: AnyArray | slice = _EVERY
) -> tuple[FloatArray, FloatArray]:
    """Give what moves each vertex, or some: float32 [vertex, 3, 3] and [vertex, xyz=3]."""
    count = len(carried.linear)
    whole = np.concatenate([carried.linear.reshape(count, 9), carried.shift], axis=1)
    moved = dense_weights(rig)[rows] @ whole
    return moved[:, :9].reshape(-1, 3, 3), moved[:, 9:]


def skinned(vertices: FloatArray, rig: Rig, carried: Carry) -> FloatArray:
    """Move skin with its bones.

    Args:
        vertices: float32 [vertex, xyz=3] at rest, metres.
        rig: whose weights count.
        carried: where its bones carry what hangs on them.

    Returns:
        float32 [vertex, xyz=3].
    """
    linear, shift = blended(rig, carried)
    moved: FloatArray = (linear @ vertices[:, :, None])[:, :, 0] + shift
    return moved


@lru_cache(maxsize=len(RIGS))
def dense_weights(rig: Rig) -> FloatArray:
    """Give how much each bone moves each vertex, float32 [vertex, bone]; not to be changed."""
    found = np.zeros((len(rig.indices), len(rig.bones)), np.float32)
    rows = np.arange(len(found))
    for influence in range(rig.indices.shape[1]):
        found[rows, rig.indices[:, influence]] += rig.weights[:, influence]
    found.setflags(write=False)
    return found


def turns_of(pose: tuple[BoneTurn, ...]) -> FloatArray:
    """Give a pose as rotation vectors, float32 [bone=104, xyz=3].

    Raises:
        NotFoundError: there is no such bone.
    """
    bones = shared_body().rig("segue").bones
    found = np.zeros((len(bones), 3), np.float32)
    for turn in pose:
        found[place_of(turn.bone, bones, "bone")] = turn.x, turn.y, turn.z
    return found
