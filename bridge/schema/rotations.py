"""Rotations: as vectors along their axis, in radians; as matrices; as quaternions, w x y z."""

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


def quaternions(turns: AnyArray) -> AnyArray:
    """Give unit quaternions [.., wxyz=4], w not below 0, of rotation matrices [.., 3, 3].

    The largest part is divided by (Shepperd 1978), so that turns near pi keep their axis.
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
    found: AnyArray = np.take_along_axis(rows, chosen, axis=-2)[..., 0, :]
    found /= np.linalg.norm(found, axis=-1, keepdims=True)
    found *= np.where(found[..., :1] < 0, -1.0, 1.0)
    return found


def turned_by(quaternions: AnyArray) -> AnyArray:
    """Give rotation matrices [.., 3, 3] of quaternions [.., wxyz=4] of any length but 0."""
    q = np.asarray(quaternions, np.float64)
    w, x, y, z = np.moveaxis(q / np.linalg.norm(q, axis=-1, keepdims=True), -1, 0)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    found: AnyArray = np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)
    return found


def steady(quaternions: AnyArray) -> AnyArray:
    """Give quaternions [frame, .., wxyz=4] signs so that each is near the one before it."""
    against = (quaternions[1:] * quaternions[:-1]).sum(axis=-1) < 0.0
    signs = np.where(np.cumsum(against, axis=0) % 2, -1.0, 1.0)
    found: AnyArray = quaternions.copy()
    found[1:] *= signs[..., None]
    return found


def between(one: AnyArray, other: AnyArray, share: AnyArray) -> AnyArray:
    """Go a share 0..1 [..] of the shorter way between quaternions [.., wxyz=4] (Shoemake 1985)."""
    cosine = (one * other).sum(axis=-1, keepdims=True)
    other = np.where(cosine < 0.0, -other, other)
    angle = np.arccos(np.clip(np.abs(cosine), 0.0, 1.0))
    part = np.asarray(share)[..., None]
    sine = np.sin(angle)
    near = sine < 1e-6
    scale = np.where(near, 1.0, sine)
    first = np.where(near, 1.0 - part, np.sin((1.0 - part) * angle) / scale)
    last = np.where(near, part, np.sin(part * angle) / scale)
    found: AnyArray = first * one + last * other
    found /= np.linalg.norm(found, axis=-1, keepdims=True)
    return found


def vectors(turns: AnyArray) -> AnyArray:
    """Give rotation vectors [.., xyz=3], of at most pi, of rotation matrices [.., 3, 3]."""
    quaternion = quaternions(turns)
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
    """Give the smallest rotations [.., 3, 3] that take directions [.., xyz=3] to others."""
    unit, due = (
        one / np.maximum(np.linalg.norm(one, axis=-1, keepdims=True), 1e-9) for one in (way, target)
    )
    axis = np.cross(unit, due)
    sine = np.linalg.norm(axis, axis=-1, keepdims=True)
    cosine = (unit * due).sum(axis=-1, keepdims=True)
    return matrices(axis / np.maximum(sine, 1e-9) * np.arctan2(sine, cosine))


def about_z(angle: AnyArray) -> AnyArray:
    """Give turns about z, [.., 3, 3], by angles [..] in radians, counter-clockwise from above."""
    angle = np.asarray(angle, np.float64)
    found = np.zeros((*angle.shape, 3, 3))
    found[..., 0, 0] = found[..., 1, 1] = np.cos(angle)
    found[..., 1, 0] = np.sin(angle)
    found[..., 0, 1] = -found[..., 1, 0]
    found[..., 2, 2] = 1.0
    return found


def angles_between(one: AnyArray, other: AnyArray) -> AnyArray:
    """Give the angles [..] between directions [.., xyz=3], 0..pi."""
    cross = np.linalg.norm(np.cross(one, other), axis=-1)
    angle: AnyArray = np.arctan2(cross, (one * other).sum(axis=-1))
    return angle


def angles_apart(one: AnyArray, other: AnyArray) -> AnyArray:
    """Give by how far turns [.., 3, 3] differ, [..], 0..pi."""
    trace = np.einsum("...ab,...ab->...", one, other)
    angle: AnyArray = np.arccos(np.clip((trace - 1.0) / 2.0, -1.0, 1.0))
    return angle


def nearest_rotations(matrices: AnyArray) -> AnyArray:
    """Give the rotations [.., 3, 3] nearest to matrices (Kabsch 1976)."""
    left, _, right = np.linalg.svd(matrices.astype(np.float64))
    sign = np.sign(np.linalg.det(left @ right))
    left[..., :, 2] *= sign[..., None]
    nearest: AnyArray = left @ right
    return nearest
