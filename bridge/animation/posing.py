"""Turning bones, and the skin that goes with them: linear blend skinning.

Rotations are about axes of the world at rest: bone by bone, G = G of the parent * T(head) * R *
T(-head), so that no rotation at all is the mesh at rest whatever way its bones point.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from bridge.animation.body.statics import RIGS, Rig, shared_body
from bridge.animation.maker import place_of
from bridge.schema.arrays import AnyArray, FloatArray
from bridge.schema.character import BoneTurn


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


def blended(rig: Rig, carried: Carry) -> tuple[FloatArray, FloatArray]:
    """Give what moves each vertex: float32 [vertex, 3, 3] and [vertex, xyz=3]."""
    count = len(carried.linear)
    whole = np.concatenate([carried.linear.reshape(count, 9), carried.shift], axis=1)
    moved = dense_weights(rig) @ whole
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


def matrices(vectors: FloatArray) -> FloatArray:
    """Give rotation matrices [.., 3, 3] of rotation vectors [.., xyz=3] (Rodrigues)."""
    angle = np.linalg.norm(vectors, axis=-1, keepdims=True)
    x, y, z = np.moveaxis(vectors / np.maximum(angle, 1e-12), -1, 0)
    zero = np.zeros_like(x)
    cross = np.stack([zero, -z, y, z, zero, -x, -y, x, zero], axis=-1).reshape(*x.shape, 3, 3)
    sine, cosine = np.sin(angle)[..., None], np.cos(angle)[..., None]
    turned: FloatArray = np.eye(3) + sine * cross + (1.0 - cosine) * (cross @ cross)
    return turned


def vectors(turns: AnyArray) -> FloatArray:
    """Give rotation vectors [.., xyz=3], of at most pi, of rotation matrices [.., 3, 3].

    By way of quaternions, whose largest part is divided by (Shepperd 1978), so that turns near pi
    keep their axis.
    """
    m = np.asarray(turns, np.float64)
    trace = m[..., 0, 0] + m[..., 1, 1] + m[..., 2, 2]
    squares = np.stack([1 + trace, *(1 - trace + 2 * m[..., i, i] for i in range(3))], axis=-1)
    rows = np.stack(
        [
            np.stack([squares[..., 0], _skew(m, 2, 1), _skew(m, 0, 2), _skew(m, 1, 0)], axis=-1),
            np.stack([_skew(m, 2, 1), squares[..., 1], _even(m, 0, 1), _even(m, 0, 2)], axis=-1),
            np.stack([_skew(m, 0, 2), _even(m, 0, 1), squares[..., 2], _even(m, 1, 2)], axis=-1),
            np.stack([_skew(m, 1, 0), _even(m, 0, 2), _even(m, 1, 2), squares[..., 3]], axis=-1),
        ],
        axis=-2,
    )
    chosen = np.argmax(squares, axis=-1)[..., None, None]
    quaternion = np.take_along_axis(rows, chosen, axis=-2)[..., 0, :]
    quaternion /= np.linalg.norm(quaternion, axis=-1, keepdims=True)
    quaternion *= np.where(quaternion[..., :1] < 0, -1.0, 1.0)
    sine = np.linalg.norm(quaternion[..., 1:], axis=-1, keepdims=True)
    angle = 2.0 * np.arctan2(sine, quaternion[..., :1])
    found: FloatArray = quaternion[..., 1:] / np.maximum(sine, 1e-12) * angle
    return found.astype(np.float32)


def _skew(m: AnyArray, row: int, column: int) -> AnyArray:
    found: AnyArray = m[..., row, column] - m[..., column, row]
    return found


def _even(m: AnyArray, row: int, column: int) -> AnyArray:
    found: AnyArray = m[..., row, column] + m[..., column, row]
    return found


def nearest_rotations(matrices: AnyArray) -> AnyArray:
    """Give the rotations [.., 3, 3] nearest to matrices (Kabsch 1976)."""
    left, _, right = np.linalg.svd(matrices.astype(np.float64))
    sign = np.sign(np.linalg.det(left @ right))
    left[..., :, 2] *= sign[..., None]
    nearest: AnyArray = left @ right
    return nearest
