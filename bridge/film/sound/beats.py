"""Tempo and beats: how novelty repeats, and the best chain of beats through it.

The chain is that of Ellis, Beat tracking by dynamic programming, Journal of New Music Research
36, 2007; its tempo is not one for all, but the likeliest path through autocorrelations over 8 s.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from bridge.film.sound.spans import Run, at_least, joined, runs
from bridge.film.sound.spectrum import NOVELTY_ROWS

if TYPE_CHECKING:
    from bridge.schema.arrays import AnyArray

PULSE_ROWS: Final = 1
"""Rows of the pulse a second."""
_WINDOW: Final = 8 * NOVELTY_ROWS
_HOP: Final = NOVELTY_ROWS // PULSE_ROWS
_BATCH: Final = 256
_TEMPI_BPM: Final = 48.0 * 2.0 ** (np.arange(96) / 48.0)
"""From 48 to 190, a 48th of an octave apart."""
_USUAL_BPM: Final = 125.0
_USUAL_OCTAVES: Final = 1.0
_LEAP_COST: Final = 12.0
"""What an octave's change of tempo from one second to the next costs, in units of clarity."""
_MOST_LEAP: Final = 1.0
_TIGHTNESS: Final = 100.0
_SHARPNESS_ROWS: Final = 2.0
_CLEAR: Final = 0.18
_CLEARER_IN_SPEECH: Final = 0.2
_CLEAR_ALONE: Final = 0.6
"""How clear a pulse must be where music plays, how much more so under speech, and elsewhere."""
_STEADY_OCTAVES: Final = 0.3
_GAP_SECONDS: Final = 3
_SHORTEST_SECONDS: Final = 5


@dataclass(frozen=True, slots=True, eq=False)
class Pulse:
    """How regular a sound is, once a second."""

    tempo_bpm: AnyArray
    """float [row], the likeliest tempo."""
    clarity: AnyArray
    """float [row], -1..1: how alike the sound and the same one beat later are."""


def find_pulse(novelty: AnyArray) -> Pulse:
    """Find the tempo in each second.

    Args:
        novelty: float [row], NOVELTY_ROWS a second.
    """
    count = -(-len(novelty) // _HOP)
    if not count:
        return Pulse(np.zeros(0), np.zeros(0))
    padded = np.pad(_evened(novelty), (_WINDOW // 2, _WINDOW))
    windows = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP][:count]
    likeness = np.concatenate(
        [_autocorrelated(windows[first : first + _BATCH]) for first in range(0, count, _BATCH)]
    )
    lags = 60.0 * NOVELTY_ROWS / _TEMPI_BPM
    bar = np.where(4.0 * lags < _WINDOW // 2 - 1, 4.0, 2.0)
    single, double, half, four = (_at(likeness, lags * by) for by in (1.0, 2.0, 0.5, bar))
    usual = np.exp(-0.5 * (np.log2(_TEMPI_BPM / _USUAL_BPM) / _USUAL_OCTAVES) ** 2)
    salience = (single + 0.5 * double + 0.25 * half + four) * usual
    path = _best_path(salience)
    rows = np.arange(count)
    return Pulse(_TEMPI_BPM[path], single[rows, path])


def steady_runs(pulse: Pulse, music: AnyArray, speech: AnyArray) -> list[Run]:
    """Find where beats are worth following.

    Args:
        pulse: of the sound.
        music: bool [second], where music plays.
        speech: bool [second], where somebody speaks.

    Returns:
        Stretches of seconds.
    """
    if not len(pulse.clarity):
        return []
    within = _CLEAR + _CLEARER_IN_SPEECH * speech
    clear = pulse.clarity >= np.where(music, within, _CLEAR_ALONE)
    steps = np.abs(np.diff(np.log2(pulse.tempo_bpm), prepend=np.log2(pulse.tempo_bpm[:1])))
    found = joined(runs(clear & (steps < _STEADY_OCTAVES)), gap=_GAP_SECONDS * PULSE_ROWS)
    return at_least(found, _SHORTEST_SECONDS * PULSE_ROWS)


def find_beats(novelty: AnyArray, tempo_bpm: AnyArray) -> AnyArray:
    """Find the chain of beats that best meets what begins, at nearly even distances.

    Args:
        novelty: float [row], NOVELTY_ROWS a second.
        tempo_bpm: float [second], the tempo around each second's beginning.

    Returns:
        int [beat], rows in order.
    """
    if not len(novelty):
        return np.zeros(0, np.int64)
    strength = _smoothed(_evened(novelty))
    places = np.arange(len(strength)) / _HOP
    periods = 60.0 * NOVELTY_ROWS / np.interp(places, np.arange(len(tempo_bpm)), tempo_bpm)
    before, best = _chains(strength, periods)
    last = max(0, len(strength) - round(periods[-1]))
    at = last + int(best[last:].argmax())
    beats = []
    while at >= 0:
        beats.append(at)
        at = int(before[at])
    return np.array(beats[::-1])


def _chains(strength: AnyArray, periods: AnyArray) -> tuple[AnyArray, AnyArray]:
    """Give, for a chain that ends in each row, the beat before, and what the chain is worth."""
    best = strength.astype(np.float64)
    before = np.full(len(strength), -1)
    costs: dict[int, tuple[int, AnyArray]] = {}
    for row, period in enumerate(np.rint(periods).astype(int).tolist()):
        if period not in costs:
            steps = np.arange(2 * period, period // 2 - 1, -1)
            costs[period] = (2 * period, -_TIGHTNESS * np.log(steps / period) ** 2)
        reach, cost = costs[period]
        first = max(0, row - reach)
        end = row - reach + len(cost)
        if end <= first:
            continue
        worth = best[first:end] + cost[first - row + reach :]
        place = int(worth.argmax())
        if worth[place] > 0.0:
            best[row] += worth[place]
            before[row] = first + place
    return before, best


def _evened(novelty: AnyArray) -> AnyArray:
    """Make loud and quiet passages alike: novelty in units of its spread over about 4 s."""
    rise = np.maximum(novelty.astype(np.float64), 0.0)
    half = 2 * NOVELTY_ROWS
    sums = np.concatenate(([0.0], np.cumsum(rise)))
    squares = np.concatenate(([0.0], np.cumsum(rise * rise)))
    places = np.arange(len(rise))
    first, end = np.maximum(places - half, 0), np.minimum(places + half, len(rise))
    mean = (sums[end] - sums[first]) / (end - first)
    spread = np.sqrt(np.maximum((squares[end] - squares[first]) / (end - first) - mean**2, 0.0))
    evened: AnyArray = (rise - mean) / np.maximum(spread, 1e-2)
    return evened


def _smoothed(strength: AnyArray) -> AnyArray:
    reach = round(3 * _SHARPNESS_ROWS)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / _SHARPNESS_ROWS) ** 2)
    return np.convolve(strength, kernel)[reach : reach + len(strength)]


def _autocorrelated(windows: AnyArray) -> AnyArray:
    """Compare windows with themselves later: float [window, lag], 1 at no lag."""
    smooth = windows - windows.mean(1, keepdims=True)
    spectrum = np.fft.rfft(smooth, 2 * _WINDOW, axis=1)
    sharpness = np.exp(-((_SHARPNESS_ROWS * np.pi * np.fft.rfftfreq(2 * _WINDOW)) ** 2) * 4)
    likeness = np.fft.irfft(np.abs(spectrum) ** 2 * sharpness, axis=1)[:, : _WINDOW // 2]
    overlap = 1.0 - np.arange(_WINDOW // 2) / _WINDOW
    found: AnyArray = likeness / (likeness[:, :1] + 1e-6) / overlap
    return found


def _at(likeness: AnyArray, lags: AnyArray) -> AnyArray:
    """Read autocorrelations between whole lags: float [window, lag]."""
    low = np.floor(lags).astype(int)
    share = lags - low
    found: AnyArray = likeness[:, low] * (1 - share) + likeness[:, low + 1] * share
    return found


def _best_path(salience: AnyArray) -> AnyArray:
    """Give the likeliest tempo of each row, as a place in _TEMPI_BPM."""
    octaves = np.log2(_TEMPI_BPM)
    leap = np.minimum(_LEAP_COST * (octaves[:, None] - octaves) ** 2 * 4, _MOST_LEAP)
    worth, came = salience[0], []
    for row in salience[1:]:
        from_each = worth[:, None] - leap
        came.append(from_each.argmax(0))
        worth = from_each.max(0) + row
    path = [int(worth.argmax())]
    for step in reversed(came):
        path.append(int(step[path[-1]]))
    return np.array(path[::-1])
