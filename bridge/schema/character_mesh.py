"""Nouns that carry meshes to programs: arrays as text, base64 of their bytes, lowest byte first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bridge.errors import check_range
from bridge.schema.character import Character, check_word

_FARTHEST: Final = 1e6


@dataclass(frozen=True, slots=True)
class Landmark:
    """A point of somebody that was found on a scan of them."""

    name: str
    """`nose_tip`, `left_elbow`; left and right are the person's own."""
    x: float
    """In the unit and the axes of the scan's file, as read: of a .glb in metres, z up."""
    y: float
    """Likewise."""
    z: float
    """Likewise."""

    def __post_init__(self) -> None:
        check_word("name", self.name)
        for axis in ("x", "y", "z"):
            check_range(axis, getattr(self, axis), -_FARTHEST, _FARTHEST)


@dataclass(frozen=True, slots=True)
class CharacterMesh:
    """Somebody's mesh at rest; what all people share is in `CharacterBody`."""

    vertices: str
    """float32 [vertex=13718, xyz=3], metres, z up; they look along -y."""
    heads: str
    """float32 [bone, xyz=3]: where the bones of the rig begin."""
    tails: str
    """float32 [bone, xyz=3]: where they end."""
    shape_keys: str = ""
    """float32 [action=52, face_vertex, xyz=3]: what facial actions move; empty: not asked for."""


@dataclass(frozen=True, slots=True)
class CharacterBody:
    """What all people share; it never changes for a version of the model."""

    model_version: str
    """Of the weights that answer."""
    vertex_count: int
    """Of every mesh."""
    quads: str
    """int32 [face, corner=4]."""
    uv: str
    """float32 [uv, 2]; v runs up."""
    corner_uv: str
    """int32 [face, corner=4], places in `uv`."""
    materials: tuple[str, ...]
    """Names."""
    face_material: str
    """uint8 [face], places in `materials`."""
    bones: tuple[str, ...]
    """Of the rig that was asked for."""
    parents: tuple[int, ...]
    """Of each bone, parents first; -1: none."""
    rolls: str
    """float32 [bone], radians, in Blender's sense."""
    bone_indices: str
    """int32 [vertex, influence=8]."""
    bone_weights: str
    """float32 [vertex, influence=8]; rows sum to 1."""
    actions: tuple[str, ...]
    """Facial actions, ARKit's 52."""
    face_vertices: str
    """int32 [face_vertex]: the vertices that shape keys have."""


@dataclass(frozen=True, slots=True)
class Portraits:
    """Pictures of people."""

    images: tuple[str, ...]
    """A PNG each, in base64."""


@dataclass(frozen=True, slots=True)
class FitReport:
    """Who a mesh was taken for, and how near that is."""

    character: Character
    """Who."""
    matched: str
    """`vertices`: its vertices are those of Segue's mesh, in order; `surface`: they were laid on
    its surface."""
    mean_mm: float
    """Mean distance of the mesh from what the character gives, in its pose."""
    p95_mm: float
    """The same, of the 95 in a hundred that are nearest, the largest."""


@dataclass(frozen=True, slots=True)
class CharacterFile:
    """A file that was written."""

    path: str
    """Where."""
    bytes: int
    """Its size."""
