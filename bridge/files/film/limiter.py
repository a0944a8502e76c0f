"""Sound that must not be louder than a file can hold: turned down around its peaks, and no more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from bridge.schema.arrays import FloatArray

CEILING: Final = 0.97
"""The loudest sample that is let through: about -0.3 dBFS."""
_HOP: Final = 48
"""Samples that share one gain at 48 kHz: a millisecond."""
_AROUND: Final = 10
"""So many hops before and after a peak are turned down, too."""


def limited(blocks: Iterable[FloatArray]) -> Iterator[FloatArray]:
    """Turn sound down where it is too loud; where it isn't, it stays as it is.

    Args:
        blocks: float32 [channel, sample], all of the same length but the last one.

    Yields:
        As many blocks as went in, none of their samples above `CEILING`.
    """
    before: FloatArray = np.ones(2 * _AROUND + 2, np.float32)
    held: FloatArray | None = None
    for block in chain(blocks, (None,)):
        if held is not None:
            needs = _needs(held)
            following = before[:0] if block is None else _needs(block)
            after = np.append(following, np.ones(2 * _AROUND + 2, np.float32))
            yield held * _gains(before, needs, after[: 2 * _AROUND + 2])[: held.shape[1]]
            before = np.append(before, needs)[-(2 * _AROUND + 2) :]
        held = block


def _needs(block: FloatArray) -> FloatArray:
    """Give how far each hop must be turned down: float32 [hop], 0..1."""
    hops = -(-block.shape[1] // _HOP)
    loudest = np.abs(block).max(axis=0)
    peaks = np.pad(loudest, (0, hops * _HOP - len(loudest))).reshape(hops, _HOP).max(axis=1)
    needed: FloatArray = np.minimum(1.0, CEILING / np.maximum(peaks, 1e-9)).astype(np.float32)
    return needed


def _gains(before: FloatArray, needs: FloatArray, after: FloatArray) -> FloatArray:
    """Give the gain of every sample: never above what its hop needs, and without leaps.

    Args:
        before: float32 [hop], what the hops before need.
        needs: float32 [hop], what those of the block need.
        after: float32 [hop], what the hops after need.
    """
    every = np.concatenate([before, needs, after])
    if every.min() >= 1.0:
        return np.ones(len(needs) * _HOP, np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(every, 2 * _AROUND + 3)
    lowest = windows.min(axis=1)
    smooth = np.convolve(lowest, np.full(2 * _AROUND + 1, 1 / (2 * _AROUND + 1)), "valid")
    smooth[smooth > 1 - 1e-6] = 1.0  # what need not be turned down keeps its every bit
    first = len(before) - 2 * _AROUND - 1
    middles = (np.arange(len(smooth)) - first) * _HOP + (_HOP - 1) / 2
    at = np.arange(len(needs) * _HOP)
    gains: FloatArray = np.interp(at, middles, smooth).astype(np.float32)
    return gains
