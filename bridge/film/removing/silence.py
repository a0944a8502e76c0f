"""Silence between what is said, found so that no syllable loses its beginning or its end.

Silero VAD says roughly where somebody speaks; where a word really begins and ends is said by the
level: from there it is followed outwards for as long as it stands out from the noise around, past
the short stops within `t` and `k`. What is loud without being speech, as laughter, is kept, too,
and so is what is lively, as music; breaths are neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from bridge.film.removing.listening import QUIETEST_DB, ROWS, Sounding
from bridge.film.removing.lively import lively_rows
from bridge.film.sound.spans import Run, at_least, held_runs, runs

if TYPE_CHECKING:
    from bridge.schema.arrays import AnyArray

_VOICE_BEGINS: Final = 0.5
_VOICE_LASTS: Final = 0.2
_SHORTEST_VOICE: Final = 8
_SMOOTHED: Final = 3
"""Rows over which levels are averaged."""
_NOISE_SECONDS: Final = 10
"""Noise is what lies between words so far around."""
_LEAST_NOISE_ROWS: Final = 40
_ABOVE_NOISE_DB: Final = 5.0
_BELOW_SPEECH_DB: Final = 42.0
"""What is so far below speech is no part of it, however quiet the room."""
_LOUD_ABOVE_NOISE_DB: Final = 14.0
_LOUD_BELOW_SPEECH_DB: Final = 12.0
_SHORTEST_LOUD: Final = 5
_STOP_ROWS: Final = 8
"""A stop within a word is no longer."""
_MOST_BEFORE: Final = 35
_MOST_AFTER: Final = 45
_MOST_INSIDE: Final = 8


@dataclass(frozen=True, slots=True)
class SilenceWish:
    """Which silence is to go."""

    before_seconds: float = 0.1
    """What is left before somebody speaks, 0..5."""
    after_seconds: float = 0.15
    """What is left after, 0..5."""
    shortest_seconds: float = 0.3
    """Shorter pauses stay as they are, 0.05..60; counted without what is left at both ends."""


def silences(sounding: Sounding, wish: SilenceWish) -> list[Run]:
    """Find the silence that can go: stretches of rows, ROWS a second.

    Args:
        sounding: the whole film.
        wish: which silence.
    """
    count = len(sounding.levels)
    before = round(wish.before_seconds * ROWS)
    after = round(wish.after_seconds * ROWS)
    kept = [
        Run(max(0, run.start - before), min(count, run.end + after)) for run in heard_runs(sounding)
    ]
    gone = np.ones(count, bool)
    for run in kept:
        gone[run.start : run.end] = False
    return at_least(runs(gone), max(1, round(wish.shortest_seconds * ROWS)))


def heard_runs(sounding: Sounding) -> list[Run]:
    """Find where something is said or is loud, from its first sound to its last."""
    levels = _smoothed(sounding.levels)
    spoken = held_runs(sounding.voices, begins=_VOICE_BEGINS, lasts=_VOICE_LASTS)
    spoken = at_least(spoken, _SHORTEST_VOICE)
    maybe_spoken = _flags(spoken, len(levels))
    noise = _noise(levels, maybe_spoken)
    speech = _speech_level(levels, spoken)
    edge = np.maximum(noise + _ABOVE_NOISE_DB, speech - _BELOW_SPEECH_DB)
    loud_from = np.maximum(noise + _LOUD_ABOVE_NOISE_DB, speech - _LOUD_BELOW_SPEECH_DB)
    loud = at_least(runs(levels > loud_from), _SHORTEST_LOUD)
    stands_out = levels > edge
    heard = np.zeros(len(levels), bool)
    lively = runs(lively_rows(sounding, maybe_spoken, speech))
    for run in (*spoken, *loud, *lively):
        followed = _followed(run, stands_out)
        heard[followed.start : followed.end] = True
    return runs(heard)


def _smoothed(levels: AnyArray) -> AnyArray:
    """Average power over a few rows: float [row], dB."""
    powers = np.pad(10.0 ** (levels / 10), _SMOOTHED // 2, mode="edge")
    window = np.full(_SMOOTHED, 1 / _SMOOTHED)
    smooth: AnyArray = 10 * np.log10(np.maximum(np.convolve(powers, window, "valid"), 1e-12))
    return smooth


def _flags(found: list[Run], count: int) -> AnyArray:
    flags = np.zeros(count, bool)
    for run in found:
        flags[max(0, run.start - _MOST_BEFORE // 2) : run.end + _MOST_AFTER // 2] = True
    return flags


def _noise(levels: AnyArray, spoken: AnyArray) -> AnyArray:
    """Give how loud the noise is around each row: float [row], dB.

    Args:
        levels: float [row], dB.
        spoken: bool [row]: somebody may speak.
    """
    quiet = levels[~spoken]
    usual = float(np.median(quiet)) if len(quiet) >= _LEAST_NOISE_ROWS else _lowest(levels)
    noise = np.full(len(levels), usual)
    for second in range(0, len(levels), ROWS):
        around = slice(max(0, second - _NOISE_SECONDS * ROWS), second + _NOISE_SECONDS * ROWS)
        near = levels[around][~spoken[around]]
        if len(near) >= _LEAST_NOISE_ROWS:
            # half of what is not speech is noise, the rest may be breaths and what falls down
            noise[second : second + ROWS] = np.percentile(near, 40)
    return noise


def _lowest(levels: AnyArray) -> float:
    return float(np.percentile(levels, 5)) if len(levels) else QUIETEST_DB


def _speech_level(levels: AnyArray, spoken: list[Run]) -> float:
    """Give how loud speech is, in dB; of a film without any, how loud it is where it is loud."""
    rows = [levels[run.start : run.end] for run in spoken]
    if rows:
        return float(np.percentile(np.concatenate(rows), 70))
    return float(np.percentile(levels, 95)) if len(levels) else QUIETEST_DB


def _followed(run: Run, stands_out: AnyArray) -> Run:
    """Follow a stretch to where its sound begins and ends.

    Args:
        run: about where it is.
        stands_out: bool [row]: louder than the noise.
    """
    start = _edge(run.start, run.end, stands_out, -1, _MOST_BEFORE)
    end = _edge(run.end - 1, run.start - 1, stands_out, 1, _MOST_AFTER) + 1
    return Run(start, max(start, end))


def _edge(row: int, other: int, stands_out: AnyArray, step: int, most: int) -> int:
    """Go outwards from a row for as long as something stands out; else inwards to where it does.

    Args:
        row: the first or the last of a stretch.
        other: the row after its other end.
        stands_out: bool [row].
        step: outwards: -1 at the beginning, 1 at the end.
        most: rows to go.

    Returns:
        The row of the edge.
    """
    edge, place = row, row
    is_found = bool(stands_out[row])
    for _ in range(most):
        place += step
        if not 0 <= place < len(stands_out) or abs(place - edge) > _STOP_ROWS:
            break
        if stands_out[place]:
            edge, is_found = place, True
    if is_found:
        return edge
    for inside in range(_MOST_INSIDE):
        place = row - step * inside
        if place == other:
            break
        if stands_out[place]:
            return place
    return row
