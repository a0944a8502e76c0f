"""Characters for programs and files: meshes, pictures, exports and fits; the room `character`.

What computes is imported where it is used: doors read requests off this module without numpy.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from bridge.errors import RequestError, check_range
from bridge.operations.characters import MOST_PEOPLE, maker_of, sure
from bridge.operations.studio import Studio
from bridge.operations.table import operation
from bridge.schema.character import Character, RestPose, Rig, check_once
from bridge.schema.character_mesh import (
    CharacterBody,
    CharacterFile,
    CharacterMesh,
    FitReport,
    Landmark,
    Portraits,
)

if TYPE_CHECKING:
    from bridge.schema.mesh import SkinnedMesh

SUFFIXES: Final = (".glb", ".obj", ".bvh", ".json")
"""What a character may be written as, by the end of the file's name."""
_MOST_PIXELS: Final = 2048
_MOST_LANDMARKS: Final = 100


@dataclass(frozen=True, slots=True)
class MeshRequest:
    """Ask for somebody's mesh, for a program."""

    character: Character
    """Who."""
    rig: Rig = "segue"
    """Whose bones."""
    rest: RestPose = "a"
    """How they stand at rest: arms down, or as a T."""
    shape_keys: bool = False
    """With all facial actions, on a neutral face; else their expression is baked in."""


@dataclass(frozen=True, slots=True)
class BodyRequest:
    """Ask for what the meshes of all people share, for a program."""

    rig: Rig = "segue"
    """Whose bones."""


@dataclass(frozen=True, slots=True)
class PortraitRequest:
    """Ask for pictures of people."""

    characters: tuple[Character, ...]
    """1..24 people."""
    width: int = 192
    """Pixels, 16..2048."""
    height: int = 256
    """Pixels, 16..2048."""
    view: Literal["front", "side", "face"] = "front"
    """All of them, slightly turned or from the side; or the face."""
    quarter: float = 0.0
    """Quarter turns further to their right, -4..4."""

    def __post_init__(self) -> None:
        check_range("the length of characters", len(self.characters), 1, MOST_PEOPLE)
        check_range("width", self.width, 16, _MOST_PIXELS)
        check_range("height", self.height, 16, _MOST_PIXELS)
        check_range("quarter", self.quarter, -4.0, 4.0)


@dataclass(frozen=True, slots=True)
class FitRequest:
    """Ask whom a mesh is nearest to."""

    path: str
    """Of a .glb, .obj, .ply, .stl or .off file, on the machine of the server."""
    symmetric: bool = False
    """Take them for somebody with both sides alike."""
    name: str = ""
    """What they are called from then on."""
    landmarks: tuple[Landmark, ...] = ()
    """Where points of them are on a scan, four or more; `character.sliders` lists their names. With
    them a scan may lie in any place and stand in any pose; empty: it is tried out."""

    def __post_init__(self) -> None:
        if not self.path:
            raise RequestError("path must name a mesh: a .glb, .obj, .ply, .stl or .off file")
        check_range("the length of landmarks", len(self.landmarks), 0, _MOST_LANDMARKS)
        check_once("landmarks", [mark.name for mark in self.landmarks])


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """Ask for a file of somebody."""

    character: Character
    """Who."""
    output: str
    """Where, on the machine of the server; its end says as what: .glb (skinned, with bones, shape
    keys and UVs), .obj, .bvh (the bones at rest, in centimetres) or .json (who they are)."""
    rig: Rig = "segue"
    """Whose bones and names."""
    rest: RestPose = "a"
    """How they stand at rest."""
    shape_keys: bool = True
    """In a .glb, with all facial actions as morph targets."""
    force: bool = False
    """Replace a file that is there."""

    def __post_init__(self) -> None:
        if Path(self.output).suffix.lower() not in SUFFIXES:
            raise RequestError(f"output must end in {', '.join(SUFFIXES)}, not {self.output!r}")


@operation("character.mesh")
def mesh(request: MeshRequest, studio: Studio) -> CharacterMesh:
    """Give somebody's mesh and bones as arrays, for a program."""
    import numpy as np

    from bridge.animation.body.statics import shared_body

    found = _mesh(request, studio)
    keys = ""
    if request.shape_keys:
        rows = shared_body().face_vertices
        keys = _text(np.stack([offsets[rows] for offsets in found.morphs.values()]))
    bones = found.skeleton
    return CharacterMesh(_text(found.vertices), _text(bones.heads), _text(bones.tails), keys)


@operation("character.body")
def body(request: BodyRequest, studio: Studio) -> CharacterBody:
    """Give what the meshes of all people share as arrays, for a program."""
    from bridge.animation.body.statics import shared_body

    shared, version = shared_body(), maker_of(studio).version
    rig = shared.rig(request.rig)
    return CharacterBody(
        version,
        len(shared.template),
        _text(shared.quads),
        _text(shared.uv),
        _text(shared.corner_uv),
        shared.materials,
        _text(shared.face_material),
        rig.bones,
        rig.parents,
        _text(rig.rolls),
        _text(rig.indices),
        _text(rig.weights),
        shared.actions,
        _text(shared.face_vertices),
    )


@operation("character.portrait")
def portrait(request: PortraitRequest, studio: Studio) -> Portraits:
    """Draw pictures of people, a PNG each."""
    from bridge.animation.portraits import Sitting, portraits
    from bridge.files.film.still import packed_png

    maker = maker_of(studio)
    people = [sure(character, maker) for character in request.characters]
    sitting = Sitting(request.width, request.height, request.view, request.quarter)
    images: list[str] = []
    for picture in portraits(maker, people, sitting):
        studio.progress(len(images), len(people), "portraits")
        images.append(base64.b64encode(packed_png(picture)).decode("ascii"))
    return Portraits(tuple(images))


@operation("character.fit")
def fit(request: FitRequest, studio: Studio) -> FitReport:
    """Find the character nearest to a mesh: ours in any pose, or a scan of somebody."""
    from bridge.animation.fitting import fitted
    from bridge.files.mesh.scans import read_scan

    scan = read_scan(Path(request.path))
    landmarks = {mark.name: (mark.x, mark.y, mark.z) for mark in request.landmarks}
    found = fitted(maker_of(studio), scan, landmarks, symmetric=request.symmetric)
    return replace(found, character=replace(found.character, name=request.name))


@operation("character.export")
def export(request: ExportRequest, studio: Studio) -> CharacterFile:
    """Write somebody to a file: .glb, .obj, .bvh or .json."""
    path = Path(request.output)
    match path.suffix.lower():
        case ".json":
            from bridge.files.characters import write_character

            write_character(sure(request.character, maker_of(studio)), path, force=request.force)
        case ".bvh":
            from bridge.files.motion.bvh import write_bvh

            write_bvh(_mesh(request, studio).skeleton, path, force=request.force)
        case ".obj":
            from bridge.files.mesh.obj import write_obj

            write_obj(_mesh(request, studio), path, force=request.force)
        case _:
            from bridge.files.characters import kept_extras
            from bridge.files.mesh.gltf import write_glb

            extras = kept_extras(request.character, request.rig, request.rest)
            write_glb(replace(_mesh(request, studio), extras=extras), path, force=request.force)
    return CharacterFile(str(path), path.stat().st_size)


def _mesh(request: MeshRequest | ExportRequest, studio: Studio) -> SkinnedMesh:
    from bridge.animation.meshes import mesh_of

    maker = maker_of(studio)
    return mesh_of(
        maker,
        sure(request.character, maker),
        request.rig,
        request.rest,
        shape_keys=request.shape_keys,
    )


def _text(array: Any) -> str:
    """Give an array as text: base64 of its bytes, lowest byte first, last axis fastest."""
    import numpy as np

    little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    return base64.b64encode(little.tobytes()).decode("ascii")
