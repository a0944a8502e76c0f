"""Rewards for what is done with a motif: that it is stated, that it comes back, and how.

Source: Schoenberg, Fundamentals of Musical Composition (chapters 3 to 5): a motif is a rhythm and a
contour; it is stated at the start and developed by sequence (transposition), inversion, and by new
pitches in the same rhythm. RL Tuner's motif is any bar with three pitches, its repetition the same
steps over again; that is kept in `table_one.py` and not rewarded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from bridge.music.rewards.measured import BANDS
from bridge.music.rewards.phrase import Phrase, phrase_of
from bridge.schema.arrays import IntArray
from bridge.schema.goals import MelodyGoals
from bridge.schema.notes import Mode
from bridge.units import PPQ

_LEAST_NOTES: Final = 3
_MOST_NOTES: Final = 8
_ALIKE: Final = 0.75
"""From here on a figure is heard as the motif again."""
_STEP: Final = 1
"""A tonal answer changes an interval by a semitone, to stay in the key."""
_SAME_TICKS: Final = PPQ // 16


@dataclass(frozen=True, slots=True)
class Figures:
    """Every figure of a melody that has as many notes as a motif."""

    likeness: npt.NDArray[np.float64]
    """float64 [figure]: 0..1; half of it is rhythm, half pitch."""
    literal: npt.NDArray[np.bool_]
    """bool [figure]: the same pitches, or whole octaves off, in the same rhythm."""
    notes: int
    """Of the motif."""

    def places(self) -> list[int]:
        """Find where the motif sounds, from left to right, without overlap."""
        found: list[int] = []
        for place in np.flatnonzero(self.likeness >= _ALIKE).tolist():
            if not found or place >= found[-1] + self.notes:
                found.append(place)
        return found


def motif_stated(phrase: Phrase) -> float | None:
    """Judge how near the melody comes to the motif in its first two bars, or in the motif's length.

    The motif's own pitches count fully, moved to other degrees they count 0.9. None where no motif
    was given.
    """
    motif = given_motif(phrase.goals)
    if motif is None:
        return None
    if motif.count > phrase.count:
        return 0.0
    figures = figures_like(motif, phrase)
    until = max(2 * phrase.bar_ticks, int(motif.onsets[-1]) + 1)
    early = phrase.onsets[: len(figures.likeness)] < until
    worth = np.where(figures.literal, 1.0, 0.9) * figures.likeness
    return float(worth[early].max(initial=0.0))


def motif_developed(phrase: Phrase) -> float | None:
    """Judge how much of the melody comes back to the motif, or to its own opening.

    The share of notes in figures that sound like it is held against that of real melodies and their
    openings; if nothing but the literal motif comes back, half is lost. None for melodies too short
    to come back to anything.
    """
    motif = given_motif(phrase.goals) or opening(phrase)
    if motif is None or phrase.count < 2 * motif.count:
        return None
    figures = figures_like(motif, phrase)
    score = BANDS["motif_share"].score(_share(figures, phrase))
    places = figures.places()
    developed = len(places) > 1 and not all(figures.literal[place] for place in places)
    return score if developed or len(places) < 2 else 0.5 * score


def motif_share(phrase: Phrase) -> float | None:
    """Give the share of notes in figures like the melody's own opening, itself left out."""
    motif = opening(phrase)
    if motif is None or phrase.count < 2 * motif.count:
        return None
    return _share(figures_like(motif, phrase), phrase)


def _share(figures: Figures, phrase: Phrase) -> float:
    """Give the share of the notes after the first figure that are in later ones."""
    again = max(0, len(figures.places()) - 1)
    return min(1.0, again * figures.notes / max(1, phrase.count - figures.notes))


def given_motif(goals: MelodyGoals) -> Phrase | None:
    """Give the motif that was asked for; None where there is none of two onsets or more."""
    if len(goals.motif) < 2:
        return None
    motif = phrase_of(goals.motif, MelodyGoals(0, Mode.MAJOR, metre=goals.metre, bars=1))
    return motif if motif.count > 1 else None


def opening(phrase: Phrase) -> Phrase | None:
    """Give a melody's own motif: the notes of the bar after its first note, 3 to 8 of them."""
    if phrase.count < _LEAST_NOTES:
        return None
    within = int((phrase.onsets < phrase.onsets[0] + phrase.bar_ticks).sum())
    count = min(_MOST_NOTES, max(_LEAST_NOTES, within))
    return Phrase(
        goals=phrase.goals,
        key=phrase.key,
        pitches=phrase.pitches[:count],
        onsets=phrase.onsets[:count],
        durations=phrase.durations[:count],
        velocities=phrase.velocities[:count],
        length_ticks=phrase.bar_ticks,
    )


def figures_like(motif: Phrase, phrase: Phrase) -> Figures:
    """Compare every figure of a melody with a motif of as many notes or fewer.

    Rhythm is the share of onsets that follow the one before after the same time. Pitch is the share
    of intervals that are the motif's, or its inversion's, within a semitone; one that only goes the
    same way counts half.
    """
    size = motif.count
    if phrase.count < size:
        return Figures(np.zeros(0), np.zeros(0, dtype=np.bool_), size)
    moves = _windows(np.diff(phrase.pitches), size - 1)
    waits = _windows(np.diff(phrase.onsets), size - 1)
    theirs = np.diff(motif.pitches)
    rhythm = (np.abs(waits - np.diff(motif.onsets)) <= _SAME_TICKS).mean(axis=1)
    upright, inverted = _agreement(moves, theirs), _agreement(moves, -theirs)
    first = phrase.pitches[: len(moves)] - motif.pitches[0]
    literal = (moves == theirs).all(axis=1) & (rhythm == 1.0) & (first % 12 == 0)
    return Figures(0.5 * rhythm + 0.5 * np.maximum(upright, inverted), literal, size)


def _agreement(moves: IntArray, theirs: IntArray) -> npt.NDArray[np.float64]:
    """Say how far intervals, [figure, step], are those of a motif, [step]: [figure], 0..1."""
    same = np.abs(moves - theirs) <= _STEP
    share: npt.NDArray[np.float64] = np.where(
        same, 1.0, 0.5 * (np.sign(moves) == np.sign(theirs))
    ).mean(axis=1)
    return share


def _windows(steps: IntArray, size: int) -> IntArray:
    """Give every run of some steps: [figure, step]."""
    view: IntArray = np.lib.stride_tricks.sliding_window_view(steps, size)
    return view
