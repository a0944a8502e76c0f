"""glTF in one file (.glb): the door. `gltf_writer` and `gltf_reader` say what is kept and how."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from bridge.files.disk import read_bytes, write_bytes
from bridge.files.mesh.gltf_reader import parse_glb
from bridge.files.mesh.looks import SKIN, Colour
from bridge.schema.mesh import SkinnedMesh, Surface

MAX_BYTES: Final = 200 * 2**20
"""A larger file is refused before it is read."""


def read_glb(path: Path) -> Surface:
    """Read the skin of everything in a .glb file, as it stands in its scene.

    Args:
        path: the file, of ours or of others.

    Returns:
        Metres, z up. What we have written has the vertices of the mesh, in its order.

    Raises:
        NotFoundError: there is no such file, or it may not be read.
        FileFormatError: it is damaged, compressed, too large, has no triangles, or is no .glb file.
        StorageError: the disk failed while reading.
    """
    return parse_glb(read_bytes(path, kind="glTF", max_bytes=MAX_BYTES), name=str(path))


def write_glb(mesh: SkinnedMesh, path: Path, *, skin: Colour = SKIN, force: bool = False) -> None:
    """Write a .glb file, as a whole or not at all.

    Args:
        mesh: somebody.
        path: where; its folder must be there.
        skin: the colour of their skin.
        force: replace a file that is already there.

    Raises:
        OutputExistsError: the file is there and `force` is off.
        NotFoundError: its folder is not there.
        RequestError: `path` is a folder or a device.
        RangeError: the extras of the mesh are no JSON.
        StorageError: the disk is full, or may not be written.
    """
    from bridge.files.mesh.gltf_writer import format_glb  # what it is written with loads slowly

    write_bytes(path, format_glb(mesh, skin=skin), force=force)
