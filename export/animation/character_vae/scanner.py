"""Scans of bodies nobody ordered: cut otherwise than our mesh, with noise and holes, anywhere."""

from __future__ import annotations

from typing import Final

import numpy as np

from bridge.animation.body.statics import shared_body
from bridge.animation.measuring import triangles
from bridge.schema.arrays import AnyArray, FloatArray
from bridge.schema.mesh import Surface, vertex_normals
from bridge.schema.rotations import matrices

_PIECES: Final = 4
"""Each edge of ours is cut into so many before points are put together again."""
_CELL_METRES: Final = 0.01
"""Points that lie in one cell become one."""
_NOISE_METRES: Final = 0.002
_HOLES: Final = 12
_HOLE_METRES: Final = (0.02, 0.07)
"""Radii."""
_UNIT: Final = 1000.0
"""Scans that lie anywhere are in millimetres."""


def scan_of(mesh: FloatArray, rng: np.random.Generator) -> Surface:
    """Make a scan of a body: the skin in cells of a turned grid (Rossignac and Borrel 1993).

    Args:
        mesh: float32 [vertex=13718, xyz=3], metres.
        rng: for the grid, noise and holes.

    Returns:
        A surface with other vertices and triangles than ours, at the same place.
    """
    points, faces, looks = _cut(mesh)
    turned = points @ matrices(rng.normal(0.0, 1.0, 3)).T
    cells = np.floor(turned / _CELL_METRES + rng.random(3)).astype(np.int64)
    side = np.concatenate([looks, -looks], axis=1).argmax(axis=1)  # thin parts keep both sides
    _, cell = np.unique(np.column_stack([cells, side]), axis=0, return_inverse=True)
    cell = cell.reshape(-1)
    count = np.bincount(cell)
    merged = np.stack([np.bincount(cell, axis) / count for axis in points.T], axis=1)
    merged += rng.normal(0.0, _NOISE_METRES, merged.shape)
    left = cell[faces]
    whole = np.sort(left, axis=1)
    left = left[(whole[:, 0] < whole[:, 1]) & (whole[:, 1] < whole[:, 2])]
    left = left[np.unique(np.sort(left, axis=1), axis=0, return_index=True)[1]]
    return Surface(merged.astype(np.float32), left[_kept(merged[left].mean(axis=1), rng)])


def elsewhere(
    surface: Surface, points: AnyArray, rng: np.random.Generator
) -> tuple[Surface, AnyArray]:
    """Put a scan, and points [point, xyz=3] on it, anywhere, in millimetres."""
    turn, shift = matrices(rng.normal(0.0, 1.5, 3)), rng.normal(0.0, 1.0, 3)
    moved = _UNIT * (surface.vertices @ turn.T + shift)
    return Surface(moved.astype(np.float32), surface.triangles), _UNIT * (points @ turn.T + shift)


def _cut(mesh: FloatArray) -> tuple[AnyArray, AnyArray, AnyArray]:
    """Cut the skin finely: [point, xyz], [face, corner], and how points look, [point, xyz]."""
    body = shared_body()
    skin = np.tile(body.face_material == body.materials.index("skin"), 2)
    corners = triangles()[skin]
    weights, pieces = _pieces()
    points = np.einsum("pc,fcx->fpx", weights, mesh[corners]).reshape(-1, 3)
    looks = np.einsum("pc,fcx->fpx", weights, vertex_normals(mesh, triangles())[corners])
    faces = len(weights) * np.arange(len(corners))[:, None, None] + pieces
    return points, faces.reshape(-1, 3), looks.reshape(-1, 3)


def _pieces() -> tuple[AnyArray, AnyArray]:
    """Cut one triangle: barycentric [point, corner=3], and [piece, corner=3]."""
    grid = [(row, place) for row in range(_PIECES + 1) for place in range(row + 1)]
    at = {point: index for index, point in enumerate(grid)}
    upward = [
        (at[row, place], at[row + 1, place], at[row + 1, place + 1])
        for row, place in grid
        if row < _PIECES
    ]
    downward = [
        (at[row, place], at[row + 1, place + 1], at[row, place + 1])
        for row, place in grid
        if row < _PIECES and place < row
    ]
    weights = np.array([(_PIECES - row, row - place, place) for row, place in grid]) / _PIECES
    return weights, np.array(upward + downward)


def _kept(middles: AnyArray, rng: np.random.Generator) -> AnyArray:
    """Say which faces are in no hole, bool [face]."""
    kept = np.ones(len(middles), bool)
    for middle in middles[rng.integers(len(middles), size=_HOLES)]:
        kept &= np.linalg.norm(middles - middle, axis=1) > rng.uniform(*_HOLE_METRES)
    return kept
