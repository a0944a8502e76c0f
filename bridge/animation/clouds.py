"""Points on scans: drawn evenly, stood upright, and found by where they are and how they look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from bridge.errors import RequestError
from bridge.schema.arrays import AnyArray, FloatArray, RealArray
from bridge.schema.mesh import Surface
from bridge.schema.rotations import matrices

UNITS: Final = (1.0, 0.01, 0.001, 0.0254)
"""Metres in a unit of files: metres, centimetres, millimetres, inches."""
_SCANNED: Final = 12_000
"""Points that are drawn on a scan."""
_LOOKS_METRES: Final = 0.05
"""Looking the opposite way counts as twice so far apart."""
_AROUND: Final = 0.014
"""What is around a point, of the scan's size."""
_AROUND_COUNTS: Final = 2.0
"""How much it says of how a point looks, beside the face."""
_USUAL_METRES: Final = 1.7
_UPS: Final = (
    np.eye(3),
    np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]]),
)
"""z up, and y up (facing +z, as glTF and most programs have it)."""


@dataclass(frozen=True, slots=True, eq=False)
class Cloud:
    """Points on a surface, in no order."""

    points: FloatArray
    """float32 [point, xyz=3], metres."""
    normals: FloatArray
    """float32 [point, xyz=3], unit, outwards."""

    def turned(self, turn: RealArray, scale: float, shift: RealArray) -> Cloud:
        """Give it elsewhere: x goes to scale * turn @ x + shift."""
        points = scale * (self.points @ turn.T) + shift
        return Cloud(points.astype(np.float32), (self.normals @ turn.T).astype(np.float32))

    def blind(self) -> Cloud:
        """Give it without how it looks."""
        return Cloud(self.points, np.zeros_like(self.normals))

    def some(self, every: int) -> Cloud:
        """Give every so many points one."""
        return Cloud(self.points[::every], self.normals[::every])


def drawn(surface: Surface, rng: np.random.Generator) -> Cloud:
    """Draw points evenly on a scan, in its own unit and axes.

    Raises:
        RequestError: it has no surface.
    """
    corners = surface.vertices[surface.triangles]  # [triangle, corner, xyz]
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    area = np.linalg.norm(across, axis=1)
    if not area.sum() > 0.0:
        raise RequestError("the mesh has no surface; it needs triangles")
    chosen = rng.choice(len(area), _SCANNED, p=area / area.sum())
    a, b = np.sqrt(rng.random(_SCANNED)), rng.random(_SCANNED)
    weights = np.stack([1.0 - a, a * (1.0 - b), a * b], axis=1)
    points = np.einsum("pc,pcx->px", weights, corners[chosen])
    normals = across[chosen] / np.maximum(area[chosen], 1e-12)[:, None]
    return Cloud(points.astype(np.float32), _smoothed(points, normals))


def _smoothed(points: AnyArray, normals: AnyArray) -> FloatArray:
    """Have points look as those around them do: faces of noisy scans look anywhere."""
    cells = np.floor(points / (float(np.ptp(points, axis=0).max()) * _AROUND)).astype(np.int64)
    _, cell = np.unique(cells, axis=0, return_inverse=True)
    cell = cell.reshape(-1)
    count = np.bincount(cell)
    mean = np.stack([np.bincount(cell, axis) / count for axis in normals.T], axis=1)
    both = normals + _AROUND_COUNTS * mean[cell]  # the two sides of a finger cancel out
    both /= np.maximum(np.linalg.norm(both, axis=1, keepdims=True), 1e-9)
    smooth: FloatArray = both.astype(np.float32)
    return smooth


def upright(cloud: Cloud) -> list[Cloud]:
    """Give a scan in metres, its soles on the ground, for each way up and each facing to try.

    Raises:
        RequestError: it is not tall along any of its axes.
    """
    found = []
    for up in _UPS:
        points = cloud.points @ up.T
        tall = float(np.ptp(points[:, 2]))
        if tall < 0.8 * float(np.ptp(points[:, :2], axis=0).max()):
            continue  # people are about as tall as their arms reach
        scale = nearest_unit(_USUAL_METRES / tall)
        middle = 0.5 * scale * (points.min(axis=0) + points.max(axis=0))
        shift = -np.array([middle[0], middle[1], scale * float(points[:, 2].min())])
        for quarter in range(4):
            turn = matrices(np.array([0.0, 0.0, quarter * np.pi / 2.0]))
            found.append(cloud.turned(turn @ up, scale, turn @ shift))
    if not found:
        raise RequestError(
            "neither limbs nor a way up can be told; stand the mesh upright along an axis, or give"
            " landmarks"
        )
    return found


def nearest_unit(metres: float) -> float:
    """Give the usual unit nearest to one, each in metres."""
    return min(UNITS, key=lambda unit: abs(float(np.log(unit / metres))))


def nearest(ours: Cloud, theirs: Cloud) -> tuple[AnyArray, AnyArray]:
    """Find the nearest of their points that looks the same way: which, and how far, [point]."""
    known = np.concatenate([theirs.points, _LOOKS_METRES * theirs.normals], axis=1)
    asked = np.concatenate([ours.points, _LOOKS_METRES * ours.normals], axis=1)
    square = (known**2).sum(axis=1)
    found = np.concatenate(
        [
            (square - 2.0 * asked[first : first + 1000] @ known.T).argmin(axis=1)
            for first in range(0, len(asked), 1000)
        ]
    )
    return found, np.linalg.norm(ours.points - theirs.points[found], axis=1)
