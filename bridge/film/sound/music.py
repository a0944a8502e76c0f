"""Where music plays: tones that last and change, or a steady pulse with them.

A measure, not a trained network: its few weights are near those of a logistic regression on game
music, recorded speech and recorded noise of places. Of 30 minutes of music by others than those it
found 84 %, and took none of 11 minutes of other speech for music. Of the noise that it was set by
it takes a tenth for music, for machines, sirens and birds hold tones, too; and speech over a hum.
Slow, quiet and noisy music is missed most.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from bridge.film.sound.beats import PULSE_ROWS
from bridge.film.sound.spans import Run, at_least, held_runs, joined
from bridge.film.sound.spectrum import TONE_ROWS
from bridge.film.sound.speech import SPEECH_ROWS

if TYPE_CHECKING:
    from bridge.film.sound.beats import Pulse
    from bridge.schema.arrays import AnyArray

_AROUND_SECONDS: Final = 3.0
_LATE_ROWS: Final = 2
"""Tones are counted over the 2.5 s before: their middle is so much earlier."""
_FIRST_ROWS: Final = (4, 9)
"""The first rows that have counted for 2.5 s, and for 5 s, which comparing tones takes."""
_DRONE: Final = 0.97
"""Tones that stay so much alike are an engine, a fan or a siren."""
_PER_TONE: Final = 1.45
_PER_CLARITY: Final = 4.5
_NEEDED: Final = 5.2
_LESS_WITH_SPEECH: Final = 2.0
"""A voice hides tones, and is itself the one sound that never seems music."""
_BEGINS: Final = 0.6
_LASTS: Final = 0.4
_GAP_SECONDS: Final = 2.0
_SHORTEST_SECONDS: Final = 3.0


def music_chances(tones: AnyArray, pulse: Pulse, voices: AnyArray) -> AnyArray:
    """Say how likely music plays.

    Args:
        tones: float [row, 2], how steady and how like those before; TONE_ROWS a second.
        pulse: of the same sound.
        voices: how likely somebody speaks, [row], SPEECH_ROWS a second.

    Returns:
        float [row], 0..1, TONE_ROWS a second.
    """
    count = len(tones)
    if not count or not len(pulse.clarity) or not len(voices):
        return np.zeros(count)
    reach = round(_AROUND_SECONDS * TONE_ROWS)
    steady, alike = (
        _mean_around(column[_counted(count, first)], reach)
        for column, first in zip(tones.T.astype(np.float64), _FIRST_ROWS, strict=True)
    )
    rows = np.arange(count)
    clarity = pulse.clarity[np.minimum(rows * PULSE_ROWS // TONE_ROWS, len(pulse.clarity) - 1)]
    spoken = voices[np.minimum((rows * SPEECH_ROWS / TONE_ROWS).astype(int), len(voices) - 1)]
    speech = _mean_around(spoken.astype(np.float64), reach)
    needed = _NEEDED - _LESS_WITH_SPEECH * speech
    score = _PER_TONE * steady + _PER_CLARITY * clarity - needed
    chances: AnyArray = np.where(alike > _DRONE, 0.0, 1.0 / (1.0 + np.exp(-score)))
    return chances


def music_runs(chances: AnyArray) -> list[Run]:
    """Give where music plays: stretches of rows, TONE_ROWS a second."""
    found = held_runs(chances, begins=_BEGINS, lasts=_LASTS)
    found = joined(found, gap=round(_GAP_SECONDS * TONE_ROWS))
    return at_least(found, round(_SHORTEST_SECONDS * TONE_ROWS))


def _counted(count: int, first: int) -> AnyArray:
    """Give the row whose count is centred at each row, from the first that is complete."""
    last = count - 1
    return np.clip(np.arange(count) + _LATE_ROWS, min(first, last), last)


def _mean_around(numbers: AnyArray, reach: int) -> AnyArray:
    """Give the mean of each number and `reach` on either side, as far as there are any."""
    sums = np.concatenate(([0.0], np.cumsum(numbers)))
    places = np.arange(len(numbers))
    first = np.maximum(places - reach, 0)
    end = np.minimum(places + reach + 1, len(numbers))
    mean: AnyArray = (sums[end] - sums[first]) / (end - first)
    return mean
