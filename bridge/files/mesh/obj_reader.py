"""Triangles out of Wavefront OBJ: vertices keep their number and their order."""

from __future__ import annotations

import itertools
from typing import Final

import numpy as np

from bridge.errors import FileFormatError, RangeError
from bridge.schema.mesh import MAX_VERTICES, Surface

_MOST_CORNERS: Final = 6 * MAX_VERTICES


def parse_obj(content: bytes, *, name: str) -> Surface:
    """Read the vertices and faces of an .obj file, whatever its groups, UVs and materials.

    Args:
        content: all its bytes.
        name: what it is called in messages.

    Returns:
        In the unit and the axes of the file; faces of more than three corners are cut as fans.

    Raises:
        FileFormatError: it is damaged, has no faces, or too many.
    """
    try:
        return _surface(content.decode("utf-8", "replace").replace("\\\n", " "))
    except RangeError as error:
        raise FileFormatError(f"{name} holds no surface: {error}; export it again") from error
    except (ValueError, OverflowError, MemoryError) as error:
        raise FileFormatError(f"{name} is damaged: {error}; export it again") from error


def _surface(text: str) -> Surface:
    """Read all lines."""
    points: list[list[str]] = []
    corners: list[int] = []
    for line in text.splitlines():
        word, _, rest = line.strip().partition(" ")
        if word == "v":
            points.append((rest.split() + [""] * 3)[:3])
        elif word == "f":
            face = [_vertex(corner, len(points)) for corner in rest.split()]
            for second, third in itertools.pairwise(face[1:]):
                corners += (face[0], second, third)
        if len(points) > MAX_VERTICES or len(corners) > _MOST_CORNERS:
            raise ValueError(f"over {MAX_VERTICES} vertices")
    with np.errstate(over="ignore"):
        vertices = np.array(points, np.float64).reshape(-1, 3).astype(np.float32)
    return Surface(vertices=vertices, triangles=np.array(corners, np.int64).reshape(-1, 3))


def _vertex(corner: str, count: int) -> int:
    """Read the vertex of a corner, counted from 0; a file counts from 1, or back from the last."""
    number = int(corner.partition("/")[0])
    return number - 1 if number > 0 else count + number
