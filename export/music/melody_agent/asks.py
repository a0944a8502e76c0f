"""What is asked of the agent while it learns from feedback: what the person asks for, and the like.

No corpus is at hand on a musician's machine, so wishes are those of the melodies they judged, half
of them with another key, common chords, another length or a mood.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from bridge.music.chords import parse_chords, transposed_chords
from bridge.schema.goals import MOODS, MelodyGoals
from bridge.schema.notes import Mode
from export.music.melody_agent.wishes import PROGRESSIONS, Wish, wish_of

_ELSEWHERE: Final = 0.5
_MOODY: Final = 0.3
_BARS: Final = (4, 8)
_LONGEST: Final = 8
"""Bars of the longest melody that is asked for: longer ones teach no more and take longer."""


class Asks:
    """Draws what melodies are asked to be.

    Args:
        heard: goals of melodies that were judged, one or more.
    """

    def __init__(self, heard: Sequence[MelodyGoals]) -> None:
        self._heard = tuple(heard)

    def draw(self, rng: np.random.Generator) -> Wish:
        """Draw what one melody is asked to be."""
        goals = self._heard[int(rng.integers(len(self._heard)))]
        if rng.random() < _ELSEWHERE:
            goals = _elsewhere(goals, rng)
        return wish_of(_shortened(goals))


def _elsewhere(goals: MelodyGoals, rng: np.random.Generator) -> MelodyGoals:
    """Ask for the same with other chords, key and bars, and at times a mood."""
    mode, bars = goals.mode or Mode.MAJOR, int(rng.choice(_BARS))
    written = PROGRESSIONS[mode][int(rng.integers(len(PROGRESSIONS[mode])))]
    tonic = int(rng.integers(12))
    mood = sorted(MOODS)[int(rng.integers(len(MOODS)))] if rng.random() < _MOODY else None
    valence, arousal = MOODS[mood] if mood else (None, None)
    return replace(
        goals,
        tonic_pitch_class=tonic,
        bars=bars,
        chords=transposed_chords(parse_chords(written, goals.metre, bars=bars), tonic),
        valence=valence,
        arousal=arousal,
    )


def _shortened(goals: MelodyGoals) -> MelodyGoals:
    """Ask for no more than the first eight bars."""
    if goals.bars <= _LONGEST:
        return goals
    end = _LONGEST * goals.metre.bar_ticks()
    chords = tuple(
        replace(span, duration_ticks=min(span.end_ticks, end) - span.onset_ticks)
        for span in goals.chords
        if span.onset_ticks < end
    )
    return replace(goals, bars=_LONGEST, chords=chords)
