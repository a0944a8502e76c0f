"""Rotations: as vectors along their axis, as long as their angle in radians; and as matrices."""

from __future__ import annotations

import numpy as np

from bridge.schema.arrays import AnyArray


def matrices(turns: AnyArray) -> AnyArray:
    """Give rotation matrices [.., 3, 3] of rotation vectors [.., xyz=3] (Rodrigues)."""
    angle = np.linalg.norm(turns, axis=-1, keepdims=True)
    x, y, z = np.moveaxis(turns / np.maximum(angle, 1e-12), -1, 0)
    zero = np.zeros_like(x)
    cross = np.stack([zero, -z, y, z, zero, -x, -y, x, zero], axis=-1).reshape(*x.shape, 3, 3)
    sine, cosine = np.sin(angle)[..., None], np.cos(angle)[..., None]
    turned: AnyArray = np.eye(3) + sine * cross + (1.0 - cosine) * (cross @ cross)
    return turned


def vectors(turns: AnyArray) -> AnyArray:
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
    found: AnyArray = quaternion[..., 1:] / np.maximum(sine, 1e-12) * angle
    return found


def _skew(m: AnyArray, row: int, column: int) -> AnyArray:
    found: AnyArray = m[..., row, column] - m[..., column, row]
    return found


def _even(m: AnyArray, row: int, column: int) -> AnyArray:
    found: AnyArray = m[..., row, column] + m[..., column, row]
    return found


def shortest_turn(way: AnyArray, target: AnyArray) -> AnyArray:
    """Give the smallest rotation [3, 3] that takes a direction [xyz=3] to another."""
    unit, due = (one / max(float(np.linalg.norm(one)), 1e-9) for one in (way, target))
    axis = np.cross(unit, due)
    sine, cosine = float(np.linalg.norm(axis)), float(unit @ due)
    return matrices(axis / max(sine, 1e-9) * np.arctan2(sine, cosine))


def nearest_rotations(matrices: AnyArray) -> AnyArray:
    """Give the rotations [.., 3, 3] nearest to matrices (Kabsch 1976)."""
    left, _, right = np.linalg.svd(matrices.astype(np.float64))
    sign = np.sign(np.linalg.det(left @ right))
    left[..., :, 2] *= sign[..., None]
    nearest: AnyArray = left @ right
    return nearest
