"""Bones as glTF has them: joints that turn and stand in their parent's axes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bridge.files.mesh.axes import UPRIGHT, to_y_up
from bridge.schema.arrays import FloatArray, RealArray
from bridge.schema.mesh import Skeleton


@dataclass(frozen=True, slots=True, eq=False)
class Joints:
    """Where joints are at rest; y runs along each bone, as Blender has it."""

    translations: RealArray
    """[bone, xyz=3], metres, in the axes of the parent."""
    rotations: RealArray
    """[bone, xyzw=4], unit quaternions, in the axes of the parent."""
    inverse_binds: FloatArray
    """float32 [bone, row=4, column=4]: from the mesh to the axes of each bone."""


def joints_of(skeleton: Skeleton) -> Joints:
    """Turn a skeleton into joints, y up."""
    frames = UPRIGHT @ skeleton.frames()
    heads = to_y_up(skeleton.heads.astype(np.float64))
    local, steps = frames.copy(), heads.copy()
    for bone, parent in enumerate(skeleton.parents):
        if parent >= 0:
            local[bone] = frames[parent].T @ frames[bone]
            steps[bone] = frames[parent].T @ (heads[bone] - heads[parent])
    inverse = np.zeros((len(heads), 4, 4), np.float32)
    back = np.swapaxes(frames, 1, 2)
    inverse[:, :3, :3] = back
    inverse[:, :3, 3] = -(back @ heads[:, :, None])[:, :, 0]
    inverse[:, 3, 3] = 1.0
    return Joints(steps, quaternions(local), inverse)


def quaternions(rotations: RealArray) -> RealArray:
    """Give unit quaternions [.., xyzw=4] of rotation matrices [.., 3, 3].

    Each is the strongest eigenvector of a symmetric matrix (Bar-Itzhack 2000), at any angle.
    """
    m = rotations
    xx, yy, zz = m[..., 0, 0], m[..., 1, 1], m[..., 2, 2]
    xy, xz, yz = (
        m[..., 1, 0] + m[..., 0, 1],
        m[..., 2, 0] + m[..., 0, 2],
        m[..., 2, 1] + m[..., 1, 2],
    )
    x, y, z = m[..., 2, 1] - m[..., 1, 2], m[..., 0, 2] - m[..., 2, 0], m[..., 1, 0] - m[..., 0, 1]
    rows = [[xx - yy - zz, xy, xz, x], [xy, yy - xx - zz, yz, y], [xz, yz, zz - xx - yy, z],
            [x, y, z, xx + yy + zz]]  # fmt: skip
    _, vectors = np.linalg.eigh(np.moveaxis(np.array(rows), (0, 1), (-2, -1)))
    found: RealArray = vectors[..., -1]
    return found * np.where(found[..., 3:] < 0.0, -1.0, 1.0)
