"""Pictures of people: a small renderer in numpy, for thumbnails and contact sheets.

Triangles are covered with points, close enough together that none of their pixels is left out; the
nearest point colours its pixel (a z-buffer). Light falls as on matte skin (Lambert), from three
lamps; no perspective.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from bridge.schema.arrays import AnyArray, FloatArray, IntArray
from bridge.schema.mesh import vertex_normals

_FINER: Final = 2
"""Rendered so much larger, then averaged."""
_BACKGROUND: Final = np.array([0.93, 0.92, 0.90], np.float32)
_LAMPS: Final = np.array([[-0.45, -0.75, 0.55], [0.8, -0.45, 0.1], [0.2, 0.8, 0.6]], np.float32)
"""Where light comes from, as rows, while a person looks along -y."""
_STRENGTHS: Final = np.array([0.72, 0.22, 0.25], np.float32)
_AMBIENT: Final = 0.30
_MARGIN: Final = 0.04
"""Of the picture's height, left free above and below."""


@dataclass(frozen=True, slots=True)
class View:
    """From where, and how large."""

    width: int = 192
    """Pixels."""
    height: int = 256
    """Pixels."""
    turn: float = 0.35
    """Radians that the person is turned about the z axis; 0 looks into the camera."""
    low: float = 0.0
    """The lowest z that is seen, in metres."""
    high: float = 1.9
    """The highest z that is seen, in metres."""
    centre: tuple[float, float] | None = None
    """x and y of what is in the middle, in metres; None: the middle of all that there is."""


def render(vertices: FloatArray, triangles: IntArray, colours: FloatArray, view: View) -> AnyArray:
    """Draw somebody.

    Args:
        vertices: float32 [vertex, xyz=3], metres; they look along -y.
        triangles: [triangle, corner=3].
        colours: float32 [vertex, rgb=3], 0..1.
        view: from where.

    Returns:
        uint8 [row, column, rgb=3].
    """
    cosine, sine = np.cos(view.turn), np.sin(view.turn)
    turned = vertices @ np.array(
        [[cosine, sine, 0.0], [-sine, cosine, 0.0], [0.0, 0.0, 1.0]], np.float32
    )
    lit = np.clip(colours * _light(vertex_normals(turned, triangles))[:, None], 0.0, 1.0)
    tall, wide = view.height * _FINER, view.width * _FINER
    scale = tall * (1.0 - 2.0 * _MARGIN) / max(view.high - view.low, 1e-3)
    middle = 0.5 * (turned[:, 0].min() + turned[:, 0].max())
    if view.centre is not None:
        middle = cosine * view.centre[0] - sine * view.centre[1]
    placed = np.stack(
        [
            (turned[:, 0] - middle) * scale + wide / 2,
            tall * (1.0 - _MARGIN) - (turned[:, 2] - view.low) * scale,
            turned[:, 1],
        ],
        axis=1,
    )
    points = _covered(np.concatenate([placed, lit], axis=1).astype(np.float32), triangles)
    canvas = np.broadcast_to(_BACKGROUND, (tall, wide, 3)).copy()
    _splat(canvas, points)
    small = canvas.reshape(view.height, _FINER, view.width, _FINER, 3).mean(axis=(1, 3))
    shown: AnyArray = (small * 255.0 + 0.5).astype(np.uint8)
    return shown


def _light(normals: FloatArray) -> FloatArray:
    """Give how bright each vertex is, [vertex]."""
    lamps = _LAMPS / np.linalg.norm(_LAMPS, axis=1, keepdims=True)
    bright: FloatArray = _AMBIENT + np.clip(normals @ lamps.T, 0.0, None) @ _STRENGTHS
    return bright


def _covered(corners: FloatArray, triangles: IntArray) -> FloatArray:
    """Cover every triangle with points, [point, (x, y, depth, r, g, b)]."""
    of_triangle = corners[triangles]  # [triangle, corner=3, 6]
    sides = of_triangle[:, :, :2] - np.roll(of_triangle[:, :, :2], 1, axis=1)
    longest = np.abs(sides).max(axis=(1, 2))
    finest = np.maximum(1, np.ceil(longest * 1.2)).astype(np.int64)
    found = []
    for pieces in np.unique(finest):
        weights = _grid(int(pieces))
        chosen = of_triangle[finest == pieces]
        found.append(np.einsum("pc,tck->tpk", weights, chosen).reshape(-1, corners.shape[1]))
    return np.concatenate(found)


def _grid(pieces: int) -> FloatArray:
    """Give points in a triangle by the weights of its corners, [point, corner=3]."""
    steps = [(a, b, pieces - a - b) for a in range(pieces + 1) for b in range(pieces + 1 - a)]
    grid: FloatArray = np.array(steps, np.float32) / np.float32(pieces)
    return grid


def _splat(canvas: FloatArray, points: FloatArray) -> None:
    """Let the nearest point colour each pixel."""
    tall, wide, _ = canvas.shape
    column, row = np.floor(points[:, 0]).astype(int), np.floor(points[:, 1]).astype(int)
    inside = (column >= 0) & (column < wide) & (row >= 0) & (row < tall)
    pixel, points = (row * wide + column)[inside], points[inside]
    order = np.argsort(-points[:, 2], kind="stable")
    canvas.reshape(-1, 3)[pixel[order]] = points[order, 3:6]
