"""Where something goes on that is neither speech nor noise: music, steps, birds, a crowd.

Noise is steady: over a second, each band of its spectrum stays where it is, however loud the room.
Music does not, be it loud and dense, or an organ whose level never changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from bridge.film.removing.listening import BAND_ROWS, ROWS, Sounding

if TYPE_CHECKING:
    from bridge.schema.arrays import AnyArray

_BELOW_SPEECH_DB: Final = 25.0
"""What is so far below speech goes for silence, whatever it is."""
_HEARD_SHARE: Final = 70
"""Percentile of levels that must be heard: a breath fills less than the rest."""
_HEARD_AROUND: Final = 50
_LEAST_CHANGE_DB: Final = 1.2
"""By how much bands usually change within a quarter of a second: .7 in noise."""
_STEP: Final = 5
_AROUND: Final = 30
"""Slots before and after a step."""
_MEAN_OF: Final = 5
_LEAST_ROWS: Final = 14
"""Pauses without so many tell nothing: a breath would be half of them."""
_QUIETEST: Final = 1e-9


def lively_rows(sounding: Sounding, spoken: AnyArray, speech_db: float) -> AnyArray:
    """Say where something lively is heard that is not speech.

    Args:
        sounding: the whole film.
        spoken: bool [row], ROWS a second: somebody may speak.
        speech_db: how loud speech is.

    Returns:
        bool [row], ROWS a second.
    """
    per_slot = ROWS // BAND_ROWS
    changes = _changes(sounding.bands, _slots(spoken, len(sounding.bands), per_slot))
    lively = np.zeros(len(spoken), bool)
    for place, change in enumerate(changes):
        first = place * _STEP * per_slot
        near = slice(max(0, first - _HEARD_AROUND), first + _STEP * per_slot + _HEARD_AROUND)
        levels = sounding.levels[near][~spoken[near]]
        if change > _LEAST_CHANGE_DB and len(levels):
            heard = float(np.percentile(levels, _HEARD_SHARE))
            lively[first : first + _STEP * per_slot] = heard > speech_db - _BELOW_SPEECH_DB
    return lively


def _slots(rows: AnyArray, count: int, per_slot: int) -> AnyArray:
    """Say of each slot whether any of its rows is marked: bool [slot]."""
    padded = np.zeros(count * per_slot, bool)
    some = rows[: len(padded)]
    padded[: len(some)] = some
    marked: AnyArray = padded.reshape(count, per_slot).max(axis=1)
    return marked


def _changes(bands: AnyArray, spoken: AnyArray) -> AnyArray:
    """Say by how much bands change about every `_STEP` slots: float [step], in dB.

    In pauses that are too short to tell, it is as much as in those around.

    Args:
        bands: float [slot, band], powers.
        spoken: bool [slot]: speech is not looked at.
    """
    steps, span = -(-len(bands) // _STEP), 2 * _MEAN_OF
    if len(bands) < span:
        return np.zeros(steps)
    windows = np.lib.stride_tricks.sliding_window_view
    means = 10 * np.log10(np.maximum(windows(bands, _MEAN_OF, axis=0).mean(axis=-1), _QUIETEST))
    moved = np.abs(means[_MEAN_OF:] - means[:-_MEAN_OF]).mean(axis=1)
    clear = windows(spoken, span).max(axis=-1) == 0
    known, found = [], []
    for step in range(steps):
        first = step * _STEP
        near = slice(max(0, first - _AROUND), max(0, first + _STEP + _AROUND - span + 1))
        rows = moved[near][clear[near]]
        if len(rows) >= _LEAST_ROWS:
            known.append(step)
            found.append(float(np.median(rows)))
    return np.interp(np.arange(steps), known, found) if known else np.zeros(steps)
