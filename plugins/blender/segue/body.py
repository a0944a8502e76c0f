"""The body that all people share, and the shape of one: checked before they are used."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from .checks import an_object, count, indices, names, numbers, row_count, some, words
from .trouble import strange

LARGEST_METRES: Final = 100.0
_VERTICES: Final = 200_000
_FACES: Final = 400_000
_UVS: Final = 800_000
_BONES: Final = 500
_ACTIONS: Final = 200
_MATERIALS: Final = 32
_INFLUENCES: Final = 8


@dataclass(frozen=True)
class Body:
    """What all people share: faces, UVs, bones, weights."""

    model_version: str
    vertex_count: int
    quads: np.ndarray
    """int32 [face, corner=4]."""
    uv: np.ndarray
    """float32 [uv, 2]."""
    corner_uv: np.ndarray
    """int32 [face, corner=4]."""
    materials: list[str]
    face_material: np.ndarray
    """uint8 [face]."""
    bones: list[str]
    parents: np.ndarray
    """int64 [bone]; -1 is a root; parents come first."""
    rolls: np.ndarray
    """float32 [bone], radians."""
    bone_indices: np.ndarray
    """int32 [vertex, influence=8]."""
    bone_weights: np.ndarray
    """float32 [vertex, influence=8]."""
    actions: list[str]
    face_vertices: np.ndarray
    """int32 [face_vertex]: those that expressions move."""


@dataclass(frozen=True)
class Shape:
    """What somebody looks like, in metres."""

    vertices: np.ndarray
    """float32 [vertex, xyz=3]."""
    heads: np.ndarray
    """float32 [bone, xyz=3]."""
    tails: np.ndarray
    """float32 [bone, xyz=3]."""
    offsets: np.ndarray | None
    """float32 [action, face_vertex, xyz=3]; None where none were asked for."""


def read_body(answer: object) -> Body:
    """Check what all people share.

    Raises:
        BridgeError: it does not fit together.
    """
    told = an_object(answer)
    vertex_count = count(told, "vertex_count", _VERTICES)
    bones = names(told, "bones", _BONES)
    materials = names(told, "materials", _MATERIALS)
    face_count = row_count(told, "quads", 4 * 4, _FACES)
    uv_count = row_count(told, "uv", 2 * 4, _UVS)
    quads = indices(told, "quads", (face_count, 4), vertex_count)
    weights = numbers(told, "bone_weights", (vertex_count, _INFLUENCES), 1.001)
    if weights.min() < 0.0:
        raise strange("a weight is below 0")
    return Body(
        model_version=words(told.get("model_version", "")),
        vertex_count=vertex_count,
        quads=quads,
        uv=numbers(told, "uv", (uv_count, 2), LARGEST_METRES),
        corner_uv=indices(told, "corner_uv", (face_count, 4), uv_count),
        materials=materials,
        face_material=indices(told, "face_material", (face_count,), len(materials), np.uint8),
        bones=bones,
        parents=_parents(told, len(bones)),
        rolls=numbers(told, "rolls", (len(bones),), 1000.0),
        bone_indices=indices(told, "bone_indices", (vertex_count, _INFLUENCES), len(bones)),
        bone_weights=weights,
        actions=names(told, "actions", _ACTIONS),
        face_vertices=_face_vertices(told, vertex_count),
    )


def read_shape(answer: object, body: Body, *, has_keys: bool) -> Shape:
    """Check what somebody looks like.

    Args:
        answer: as JSON has it.
        body: whom it must fit.
        has_keys: expressions were asked for.

    Raises:
        BridgeError: it does not fit the body, or has numbers that are none.
    """
    told = an_object(answer)
    bones = (len(body.bones), 3)
    offsets = None
    if has_keys:
        size = (len(body.actions), len(body.face_vertices), 3)
        offsets = numbers(told, "shape_keys", size, LARGEST_METRES)
    return Shape(
        vertices=numbers(told, "vertices", (body.vertex_count, 3), LARGEST_METRES),
        heads=numbers(told, "heads", bones, LARGEST_METRES),
        tails=numbers(told, "tails", bones, LARGEST_METRES),
        offsets=offsets,
    )


def _parents(told: dict[str, Any], bone_count: int) -> np.ndarray:
    parents = some(told.get("parents"), bone_count)
    right = [
        isinstance(parent, int) and -1 <= parent < place for place, parent in enumerate(parents)
    ]
    if len(right) != bone_count or not all(right):
        raise strange("parents must come before their bones")
    return np.array(parents, np.int64)


def _face_vertices(told: dict[str, Any], vertex_count: int) -> np.ndarray:
    size = (row_count(told, "face_vertices", 4, vertex_count),)
    return indices(told, "face_vertices", size, vertex_count)
