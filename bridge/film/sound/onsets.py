"""When sounds begin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from bridge.film.sound.spectrum import NOVELTY_ROWS

if TYPE_CHECKING:
    from bridge.schema.arrays import AnyArray

_BEFORE_SECONDS: Final = 0.1
_AFTER_SECONDS: Final = 0.07
_NEAREST_SECONDS: Final = 0.03
_ABOVE: Final = 0.025
"""How far novelty rises above its mean around."""
_FACTOR: Final = 1.3
"""And by what factor."""


def onset_rows(novelty: AnyArray) -> AnyArray:
    """Find the rows in which something begins.

    Args:
        novelty: float [row], NOVELTY_ROWS a second.

    Returns:
        int [onset], rows in order.
    """
    rise = novelty.astype(np.float32)
    if not len(rise):
        return np.zeros(0, np.int64)
    near = round(_NEAREST_SECONDS * NOVELTY_ROWS)
    before, after = round(_BEFORE_SECONDS * NOVELTY_ROWS), round(_AFTER_SECONDS * NOVELTY_ROWS)
    padded = np.pad(rise, (near, near))
    highest = np.lib.stride_tricks.sliding_window_view(padded, 2 * near + 1).max(1)
    sums = np.concatenate(([0.0], np.cumsum(rise, dtype=np.float64)))
    places = np.arange(len(rise))
    first = np.maximum(places - before, 0)
    end = np.minimum(places + after + 1, len(rise))
    around = (sums[end] - sums[first]) / (end - first)
    peaks = (rise == highest) & (rise > around + _ABOVE) & (rise > around * _FACTOR)
    rows = np.flatnonzero(peaks)
    return rows[np.diff(rows, prepend=-near - 1) > near]
