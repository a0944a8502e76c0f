"""How sharp a picture is: fine detail by coarse detail, where there is most of both.

The variance of the Laplacian (Pech-Pacheco and others, 2000) tells focus, but of one scene only: a
wall has less of it than a forest. Its ratio between two sizes of the same picture hardly depends
on what is shown, as scenes have about equal energy in each octave (Field, 1987), and blur takes
away the finer. What noise adds (Immerkaer, 1996) is taken off. Only the fifth of the picture with
most detail counts: a face in focus before a soft background is sharp.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from bridge.schema.arrays import FloatArray

_TILES: Final = 8
"""The picture is looked at in 8 by 8 parts."""
_COUNTED: Final = 13
"""Parts with most detail, which count."""
_LEAST_SIDE: Final = 64
"""Pixels below which a side of the picture holds too little to say."""
_BLURRED: Final = -3.4
_SHARP: Final = -0.4
"""Binary logarithm of the ratio: of photographs blurred over 0.7 % of their width, and of those
as sharp as the best quarter of 106 that were measured."""
_FLOOR: Final = (2e-6, 1e-4)
"""Energy that stands for no detail at all, in the finer and the coarser size."""
_LOUDEST_NOISE: Final = 0.04
"""Standard deviation above which it is texture, not noise."""


def sharpness(luma: FloatArray) -> float:
    """Say how sharp a picture is.

    Args:
        luma: float32 [row, column], 0..1; some 400 columns, without black bars.

    Returns:
        0 out of focus, or without any detail .. 1 as sharp as footage gets.
    """
    import numpy as np

    if min(luma.shape) < _LEAST_SIDE:
        return 0.0
    noise = _noise(luma) ** 2
    fine_size = _halved(luma)
    coarse_size = _halved(fine_size)
    fine = _energy(fine_size) - 20 * noise / 4
    coarse = _energy(coarse_size) - 20 * noise / 16
    most = np.argsort(-(fine + coarse), kind="stable")[:_COUNTED]
    finer = max(0.0, float(fine[most].mean())) + _FLOOR[0]
    coarser = max(0.0, float(coarse[most].mean())) + _FLOOR[1]
    share = (np.log2(finer / coarser) - _BLURRED) / (_SHARP - _BLURRED)
    return float(np.clip(share, 0.0, 1.0))


def _halved(luma: FloatArray) -> FloatArray:
    """Average every 2 by 2 pixels."""
    rows, columns = luma.shape[0] // 2, luma.shape[1] // 2
    blocks = luma[: rows * 2, : columns * 2].reshape(rows, 2, columns, 2)
    halved: FloatArray = blocks.mean((1, 3))
    return halved


def _energy(luma: FloatArray) -> FloatArray:
    """Give the mean square of the Laplacian in each part: float32 [part=64]."""
    inner = luma[1:-1, 1:-1]
    laplacian = luma[:-2, 1:-1] + luma[2:, 1:-1] + luma[1:-1, :-2] + luma[1:-1, 2:] - 4 * inner
    rows, columns = laplacian.shape[0] // _TILES, laplacian.shape[1] // _TILES
    tiles = laplacian[: rows * _TILES, : columns * _TILES].reshape(_TILES, rows, _TILES, columns)
    energy: FloatArray = (tiles**2).mean((1, 3)).ravel()
    return energy


def _noise(luma: FloatArray) -> float:
    """Estimate the standard deviation of noise, by a mask that is blind to edges and slopes."""
    import numpy as np

    down = luma[:-2] - 2 * luma[1:-1] + luma[2:]
    mask = down[:, :-2] - 2 * down[:, 1:-1] + down[:, 2:]
    return min(_LOUDEST_NOISE, float(np.median(np.abs(mask))) / 0.6745 / 6)
