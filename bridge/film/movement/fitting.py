"""What one move of the camera explains most of a flow, and what does not fit into it."""

from __future__ import annotations

from typing import Final

import numpy as np

from bridge.film.movement.flow import CENTRES, WIDTH, Flow
from bridge.schema.arrays import FloatArray

FEATURES: Final = (
    "across",
    "down",
    "zoom",
    "roll",
    "inliers",
    "residual",
    "still",
    "lively",
    "speed",
    "border_across",
    "border_down",
    "trust",
)
"""What is known of the move between two looks; lengths in picture widths a second, zoom and roll in
doublings and radians a second, the rest in shares 0..1."""
ROUNDS: Final = 6
"""How often the fit is repeated, each time with less weight on what did not fit."""
NEAR: Final = 0.75
"""Pixels by which a block may miss the fit and still belong to it."""
STILL: Final = 0.35
"""Pixels below which a block did not move."""
FEWEST: Final = 4
"""Blocks with something to follow, below which no move is fitted."""
_FAR: Final = float(np.abs(CENTRES[:, 0]).max())
_BORDER: Final = (np.abs(CENTRES[:, 0]) > 0.99 * _FAR) | (
    CENTRES[:, 1] < -0.9 * float(np.abs(CENTRES[:, 1]).max())
)
"""Blocks at the sides and the top, where people seldom are."""


def features(found: Flow, seconds: float) -> FloatArray:
    """Say in twelve numbers how a picture moved.

    Args:
        found: from one look to the next.
        seconds: between them, > 0.

    Returns:
        float32 [feature=12], as `FEATURES` names them.
    """
    lively = found.trust > 0.0
    row = np.zeros(len(FEATURES), np.float32)
    if lively.sum() < FEWEST:
        return row
    fit, weights, misses = _fit(found)
    sizes = np.hypot(*found.moves[lively].T)
    scale = 1.0 / (WIDTH * seconds)
    row[0:2] = fit[:2] * scale
    row[2:4] = fit[2] / seconds / np.log(2.0), fit[3] / seconds
    row[4] = weights[lively].mean()
    row[5] = np.median(misses[lively]) * scale
    row[6] = (sizes < STILL).mean()
    row[7] = lively.mean()
    row[8] = sizes.mean() * scale
    row[9:11] = _border(found) * scale
    row[11] = found.trust[lively].mean()
    return row


def _fit(found: Flow) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Fit shift, zoom and roll, robustly.

    Returns:
        float [across, down, zoom, roll] in pixels and radians; how well each block belongs to it,
        0..1 [block]; and by how many pixels it misses, [block].
    """
    x, y = CENTRES.T
    none, one = np.zeros_like(x), np.ones_like(x)
    rows = np.concatenate([np.stack([one, none, x, -y], 1), np.stack([none, one, y, x], 1)])
    moves = found.moves.T.ravel()
    weights = found.trust.astype(np.float64)
    near = 8.0
    for _ in range(ROUNDS):
        twice = np.tile(np.sqrt(weights), 2)
        fit = np.linalg.lstsq(rows * twice[:, None], moves * twice, rcond=None)[0]
        misses = np.hypot(*(rows @ fit - moves).reshape(2, -1))
        near = max(NEAR, near / 2)
        belongs = 1.0 / (1.0 + (misses / near) ** 2) ** 2
        weights = found.trust * belongs
    return fit, belongs, misses


def _border(found: Flow) -> FloatArray:
    """Give the median move of the blocks at sides and top, in pixels [across, down]."""
    counted = _BORDER & (found.trust > 0.0)
    if not counted.any():
        return np.zeros(2, np.float32)
    return np.median(found.moves[counted], axis=0).astype(np.float32)
