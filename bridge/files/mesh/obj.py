"""Meshes as Wavefront OBJ: quads, UVs and materials; no bones. Metres, y up, as programs expect."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bridge.files.disk import replacing
from bridge.files.mesh.axes import to_y_up
from bridge.files.mesh.looks import SKIN, Colour, look_of
from bridge.schema.mesh import SkinnedMesh


def write_obj(
    mesh: SkinnedMesh, path: Path, *, skin: Colour | None = SKIN, force: bool = False
) -> None:
    """Write an .obj file, and its materials beside it as .mtl; as a whole or not at all.

    Vertices and faces keep their order, so that what a sculptor makes of the file still fits.

    Args:
        mesh: somebody.
        path: where; its folder must be there.
        skin: the colour of their skin; None leaves the .mtl file out.
        force: replace files that are already there.

    Raises:
        OutputExistsError: one of the files is there and `force` is off.
        NotFoundError: its folder is not there.
        RequestError: `path` is a folder or a device.
        StorageError: the disk is full, or may not be written.
    """
    library = path.with_suffix(".mtl")
    with contextlib.ExitStack() as drafts:
        if skin is not None:
            draft = drafts.enter_context(replacing(library, force=force))
            draft.write_text(_materials(mesh, skin), "utf-8")
        draft = drafts.enter_context(replacing(path, force=force))
        lines = _lines(mesh, library.name if skin is not None else None)
        draft.write_text("\n".join(lines) + "\n", "utf-8")


def _lines(mesh: SkinnedMesh, library: str | None) -> Iterator[str]:
    """Give the lines of an .obj file; its numbers count from 1."""
    yield "# Segue: metres, y up, looks along +z"
    if library is not None:
        yield f"mtllib {library}"
    yield "o Body"
    yield from (f"v {x:.6f} {y:.6f} {z:.6f}" for x, y, z in to_y_up(mesh.vertices).tolist())
    yield from (f"vt {u:.6f} {v:.6f}" for u, v in mesh.uv.tolist())
    pairs = np.stack([mesh.quads, mesh.corner_uv], axis=2) + 1
    material = None
    for face, number in zip(pairs.tolist(), mesh.face_material.tolist(), strict=True):
        if number != material:
            material = number
            yield f"g {_word(mesh.materials[number])}"
            yield f"usemtl {_word(mesh.materials[number])}"
        yield "f " + " ".join(f"{vertex}/{uv}" for vertex, uv in face)


def _materials(mesh: SkinnedMesh, skin: Colour) -> str:
    """Give the text of an .mtl file."""
    lines = ["# Segue"]
    for name in mesh.materials:
        look = look_of(name, skin)
        red, green, blue = look.colour.red, look.colour.green, look.colour.blue
        lines += [f"newmtl {_word(name)}", f"Kd {red:.4f} {green:.4f} {blue:.4f}"]
        lines += [f"Pr {look.roughness:.2f}", "Pm 0.00", "illum 2"]
    return "\n".join(lines) + "\n"


def _word(name: str) -> str:
    """Make one word of a name, as OBJ needs it."""
    return "_".join(name.split())
