"""Meshes with bones: what a character is when it leaves for another program.

Metres, z up; a person looks along -y, their left is +x. A bone's y axis runs from head to tail; its
roll turns the other two about it, in Blender's sense.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np

from bridge.errors import RangeError
from bridge.schema.array_checks import check_numbers, check_parents
from bridge.schema.arrays import AnyArray, FloatArray, IntArray, RealArray

INFLUENCES: Final = 8
"""Bones that move a vertex, at most."""
MAX_VERTICES: Final = 5_000_000
"""Of a surface; scanners give a tenth of that."""
_SUM_TOLERANCE: Final = 1e-3
_MOST_MATERIALS: Final = 255
_NO_LENGTH: Final = 1e-9
_STRAIGHT_BACK: Final = 1e-18


@dataclass(frozen=True, slots=True, eq=False)
class Skeleton:
    """Bones at rest."""

    name: str
    """What rig it is: `segue`, `mixamo`, `cmu_mb`."""
    bones: tuple[str, ...]
    """Names, no two alike."""
    parents: tuple[int, ...]
    """The place of each bone's parent, which comes before it; -1: it has none."""
    heads: FloatArray
    """float32 [bone, xyz=3], metres."""
    tails: FloatArray
    """float32 [bone, xyz=3], metres."""
    rolls: FloatArray
    """float32 [bone], radians."""

    def __post_init__(self) -> None:
        count = len(self.bones)
        if not count or len(set(self.bones)) != count or not all(self.bones):
            raise RangeError("bones must have names of their own, and be one at least")
        check_parents("bone", self.parents, count)
        check_numbers("heads", self.heads, (count, 3))
        check_numbers("tails", self.tails, (count, 3))
        check_numbers("rolls", self.rolls, (count,))

    def frames(self) -> RealArray:
        """Give the axes of all bones in the world, as columns, float64 [bone, 3, 3]."""
        rolls = self.rolls.astype(np.float64)
        cosine, sine = np.cos(rolls), np.sin(rolls)
        turns = np.zeros((len(rolls), 3, 3))
        turns[:, 0, 0], turns[:, 0, 2], turns[:, 1, 1] = cosine, sine, 1.0
        turns[:, 2, 0], turns[:, 2, 2] = -sine, cosine
        frames: RealArray = _unrolled(self.heads, self.tails) @ turns
        return frames

    def carried(self, linear: FloatArray, shift: FloatArray) -> Skeleton:
        """Let bones rest where a pose has them; their axes go along.

        Args:
            linear: rotations [bone, 3, 3]: a point x of a bone goes to linear @ x + shift.
            shift: [bone, xyz=3], metres.
        """
        heads, tails = (
            (np.einsum("bij,bj->bi", linear, points) + shift).astype(np.float32)
            for points in (self.heads, self.tails)
        )
        turns = np.swapaxes(_unrolled(heads, tails), 1, 2) @ linear @ self.frames()
        rolls = np.arctan2(turns[:, 0, 2], turns[:, 0, 0]).astype(np.float32)
        return replace(self, heads=heads, tails=tails, rolls=rolls)


@dataclass(frozen=True, slots=True, eq=False)
class SkinnedMesh:
    """A mesh of quads that bones move, with UVs, materials and expressions."""

    vertices: FloatArray
    """float32 [vertex, xyz=3], metres."""
    quads: AnyArray
    """int32 [face, corner=4], counter-clockwise as seen from outside."""
    uv: FloatArray
    """float32 [uv, 2]; v runs up."""
    corner_uv: AnyArray
    """int32 [face, corner=4], places in `uv`."""
    materials: tuple[str, ...]
    """Names, no two alike."""
    face_material: AnyArray
    """uint8 [face], places in `materials`."""
    skeleton: Skeleton
    bone_indices: AnyArray
    """int32 [vertex, influence=8], the strongest first."""
    bone_weights: FloatArray
    """float32 [vertex, influence=8], 0..1; rows sum to 1, zeros last."""
    morphs: Mapping[str, FloatArray] = field(default_factory=dict)
    """By name, offsets float32 [vertex, xyz=3] in metres."""
    extras: Mapping[str, Any] = field(default_factory=dict)
    """What else a file keeps, as JSON: who it is."""

    def __post_init__(self) -> None:
        vertices, faces = len(self.vertices), len(self.quads)
        if not vertices or not faces:
            raise RangeError("a mesh must have a vertex and a face at least")
        check_numbers("vertices", self.vertices, (vertices, 3))
        check_numbers("uv", self.uv, (len(self.uv), 2))
        _check_places("quads", self.quads, (faces, 4), vertices)
        _check_places("corner_uv", self.corner_uv, (faces, 4), len(self.uv))
        _check_materials(self.materials)
        _check_places("face_material", self.face_material, (faces,), len(self.materials))
        size = (vertices, INFLUENCES)
        _check_places("bone_indices", self.bone_indices, size, len(self.skeleton.bones))
        _check_weights(self.bone_weights, size)
        for name, offsets in self.morphs.items():
            check_numbers(f"morph {name}", offsets, (vertices, 3))

    def carried(self, linear: FloatArray, shift: FloatArray) -> SkinnedMesh:
        """Let somebody rest as a pose has them: skin, bones, expressions (linear blend skinning).

        Args:
            linear: rotations [bone, 3, 3]: a point x of a bone goes to linear @ x + shift.
            shift: [bone, xyz=3], metres.
        """
        turned = np.einsum("vk,vkij->vij", self.bone_weights, linear[self.bone_indices])
        moved = np.einsum("vk,vki->vi", self.bone_weights, shift[self.bone_indices])
        return replace(
            self,
            vertices=(_each(turned, self.vertices) + moved).astype(np.float32),
            skeleton=self.skeleton.carried(linear, shift),
            morphs={
                name: _each(turned, offsets).astype(np.float32)
                for name, offsets in self.morphs.items()
            },
        )


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """Triangles from anywhere: a scan, or what a file of ours holds."""

    vertices: FloatArray
    """float32 [vertex, xyz=3], in the axes and the unit of where they come from."""
    triangles: IntArray
    """int64 [triangle, corner=3]."""
    extras: Mapping[str, Any] = field(default_factory=dict)
    """What else its file keeps, as JSON."""

    def __post_init__(self) -> None:
        vertices, triangles = len(self.vertices), len(self.triangles)
        if not 0 < vertices <= MAX_VERTICES or not triangles:
            raise RangeError(f"a surface must have 1..{MAX_VERTICES} vertices, and a triangle")
        check_numbers("vertices", self.vertices, (vertices, 3))
        _check_places("triangles", self.triangles, (triangles, 3), vertices)


def _each(matrices: AnyArray, points: FloatArray) -> AnyArray:
    """Turn each point [point, xyz=3] by a matrix of its own, [point, 3, 3]."""
    turned: AnyArray = (matrices @ points[:, :, None])[:, :, 0]
    return turned


def vertex_normals(vertices: FloatArray, faces: AnyArray) -> FloatArray:
    """Say which way the skin looks at each vertex: the mean of its faces, larger ones count more.

    Args:
        vertices: float32 [vertex, xyz=3].
        faces: [face, corner], triangles or quads.

    Returns:
        float32 [vertex, xyz=3] of length 1; up where there is no face.
    """
    corners = np.moveaxis(vertices[faces].astype(np.float64), 1, 0)
    a, b, c, last = corners[0], corners[1], corners[2], corners[3 % len(corners)]
    areas = np.repeat(np.cross(c - a, last - b), len(corners), axis=0)
    flat = faces.reshape(-1)
    sums: RealArray = np.stack(
        [np.bincount(flat, areas[:, axis], len(vertices)) for axis in range(3)], axis=1
    )
    length = np.linalg.norm(sums, axis=1, keepdims=True)
    unit = np.where(length > 0.0, sums / np.where(length > 0.0, length, 1.0), [0.0, 0.0, 1.0])
    return unit.astype(np.float32)


def _unrolled(heads: FloatArray, tails: FloatArray) -> RealArray:
    """Give the axes of bones with roll 0, [bone, 3, 3]: the y axis takes the shortest way there.

    A bone without length points up; one along -y is turned about z, as Blender does.
    """
    way = tails.astype(np.float64) - heads
    length = np.linalg.norm(way, axis=1, keepdims=True)
    x, y, z = np.where(length > _NO_LENGTH, way / np.maximum(length, _NO_LENGTH), [0, 0, 1]).T
    beyond = np.where(y > 0.0, 1.0 + y, (x * x + z * z) / (1.0 + np.abs(y)))
    share = 1.0 / np.maximum(beyond, _STRAIGHT_BACK)
    rows = [
        [1 - x * x * share, x, -x * z * share],
        [-x, y, -z],
        [-x * z * share, z, 1 - z * z * share],
    ]
    frames: RealArray = np.moveaxis(np.array(rows), 2, 0)
    frames[beyond < _STRAIGHT_BACK] = np.diag([-1.0, -1.0, 1.0])
    return frames


def _check_materials(materials: tuple[str, ...]) -> None:
    """Refuse names that are none, alike or too many."""
    alike = len(set(materials)) != len(materials)
    if alike or not all(materials) or not 1 <= len(materials) <= _MOST_MATERIALS:
        raise RangeError(f"materials must be 1..{_MOST_MATERIALS} names of their own")


def _check_weights(weights: FloatArray, size: tuple[int, ...]) -> None:
    """Refuse weights that do not say all of what moves a vertex."""
    check_numbers("bone_weights", weights, size)
    if weights.min() < 0.0 or np.abs(weights.sum(axis=1) - 1.0).max() > _SUM_TOLERANCE:
        raise RangeError("bone_weights must be 0..1, and sum to 1 for each vertex")
    if (np.diff((weights > 0.0).astype(np.int8), axis=1) > 0).any():
        raise RangeError("bone_weights of 0 must come last in their row")


def _check_places(name: str, array: AnyArray, size: tuple[int, ...], count: int) -> None:
    """Refuse an array of another size, and places where there is nothing."""
    if array.shape != size or array.dtype.kind not in "iu":
        raise RangeError(f"{name} must be whole numbers {size}, not {array.dtype} {array.shape}")
    if array.size and not 0 <= array.min() <= array.max() < count:
        raise RangeError(f"{name} must be 0..{count - 1}, not {array.min()}..{array.max()}")
