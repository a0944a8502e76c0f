"""Surfaces of people from elsewhere: scans and sculptures, whoever made them.

PLY, STL and OFF are read by trimesh, which is asked to merge nothing and sort nothing. glTF and OBJ
are read here, as a sculpture that began as one of our bodies has to keep the order of its vertices,
which trimesh loses where there are UVs.
"""

from __future__ import annotations

import io
import logging
import struct
from pathlib import Path
from typing import Any, Final

import numpy as np

from bridge.errors import FileFormatError, RangeError
from bridge.files.disk import read_bytes
from bridge.files.mesh.gltf_reader import parse_glb
from bridge.files.mesh.obj_reader import parse_obj
from bridge.schema.mesh import MAX_VERTICES, Surface

MAX_BYTES: Final = 200 * 2**20
"""A larger file is refused before it is read."""
_OURS: Final = {".glb": parse_glb, ".obj": parse_obj}
FORMS: Final = (*_OURS, ".off", ".ply", ".stl")
"""Endings of the files that are read."""
_DAMAGE: Final = (
    *(ValueError, LookupError, TypeError, AttributeError, ArithmeticError, AssertionError),
    *(RuntimeError, MemoryError, OSError, ImportError, NameError, struct.error),
)
"""What trimesh raises over a file that is not as it should be."""


def read_scan(path: Path) -> Surface:
    """Read a surface.

    Args:
        path: a file whose ending is one of `FORMS`.

    Returns:
        In metres and z up from .glb; from all others in the unit and the axes of the file. Faces
        of more than three corners are cut into triangles. Vertices keep their number and order in
        .obj, .off and .ply; in .stl there are as many as corners.

    Raises:
        NotFoundError: there is no such file, or it may not be read.
        FileFormatError: it is of no such form, damaged, empty, or has over 200 MiB or 5 million
            vertices.
        StorageError: the disk failed while reading.
    """
    form = path.suffix.lower()
    if form not in FORMS:
        raise FileFormatError(
            f"{path} is none of {', '.join(FORMS)}; export the scan as one of them"
        )
    content = read_bytes(path, kind="scan", max_bytes=MAX_BYTES)
    return parse_scan(content, form=form, name=str(path))


def parse_scan(content: bytes, *, form: str, name: str) -> Surface:
    """Read the bytes of a scan.

    Args:
        content: all of them.
        form: one of `FORMS`.
        name: what the file is called in messages.

    Raises:
        FileFormatError: it is damaged, empty or too large.
    """
    if form in _OURS:
        return _OURS[form](content, name=name)
    try:
        vertices, triangles = _loaded(content, form)
        return Surface(vertices=vertices, triangles=triangles)
    except RangeError as error:
        raise FileFormatError(f"{name} holds no surface: {error}; export it again") from error
    except _DAMAGE as error:
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise FileFormatError(f"{name} is damaged ({reason}); export it again") from error


def _loaded(content: bytes, form: str) -> tuple[Any, Any]:
    """Let trimesh read a surface: float32 [vertex, xyz=3] and int64 [triangle, corner=3]."""
    import trimesh  # loads slowly

    logging.getLogger("trimesh").setLevel(logging.CRITICAL)
    with np.errstate(all="ignore"):  # numbers that are none are refused at the end
        mesh: Any = trimesh.load_mesh(
            io.BytesIO(content), file_type=form[1:], process=False, maintain_order=True
        )
        vertices, triangles = np.asarray(mesh.vertices), np.asarray(mesh.faces)
        if len(vertices) > MAX_VERTICES:
            raise ValueError(f"{len(vertices)} vertices; {MAX_VERTICES} are read at most")
        return vertices.astype(np.float32), triangles.astype(np.int64)
