"""A melody and its goals, with what every reward needs worked out once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from bridge.music.chords import chord_tones
from bridge.music.key import Key, find_key, scale_pitch_classes
from bridge.schema.arrays import IntArray
from bridge.schema.goals import ChordSpan, MelodyGoals
from bridge.schema.notes import Mode, Note, TimeSignature
from bridge.schema.performance import SCALES
from bridge.units import PPQ

BoolArray = npt.NDArray[np.bool_]
_LEADING_TONE = 11
"""Semitones above the tonic: part of minor too, as its harmonic form has it."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """One voice in order of onset, and what it should come to."""

    goals: MelodyGoals
    """What was asked for."""
    key: Key
    """As asked, else as found."""
    pitches: IntArray
    """int64 [note], MIDI."""
    onsets: IntArray
    """int64 [note], ticks at PPQ 480, ascending."""
    durations: IntArray
    """int64 [note], ticks; no note rings into the next."""
    velocities: IntArray
    """int64 [note], 1..127."""
    length_ticks: int
    """Of the whole melody, to the end of its last bar; >= 1."""

    @property
    def count(self) -> int:
        """How many notes there are."""
        return len(self.pitches)

    @property
    def beats(self) -> float:
        """Length of the whole melody in quarter notes."""
        return self.length_ticks / PPQ

    @property
    def bar_ticks(self) -> int:
        """Length of a bar."""
        return self.goals.metre.bar_ticks()

    @property
    def degrees(self) -> IntArray:
        """Semitones above the tonic: int64 [note], 0..11."""
        degrees: IntArray = (self.pitches - self.key.tonic_pitch_class) % 12
        return degrees

    @property
    def in_scale(self) -> BoolArray:
        """Whether each note is in the scale: bool [note]."""
        return scale_flags(self.key, self.goals.scale)[self.pitches % 12]

    @property
    def strong(self) -> BoolArray:
        """Whether each note begins on a strong beat: bool [note], see `strong_onsets`."""
        return strong_onsets(self.onsets, self.goals.metre)

    def chord_flags(self) -> tuple[BoolArray, BoolArray]:
        """Say under which notes a chord sounds as they begin, and which are of it.

        Returns:
            bool [note] each: a chord sounds; the note is one of its tones.
        """
        if not self.goals.chords:
            nothing = np.zeros(self.count, dtype=np.bool_)
            return nothing, nothing
        starts, ends, table = _chord_table(self.goals.chords)
        at = np.searchsorted(starts, self.onsets, side="right") - 1
        sounds = (at >= 0) & (self.onsets < ends[at])
        within = sounds & table[at, self.pitches % 12]
        return sounds & table[at].any(axis=1), within


def phrase_of(notes: Sequence[Note], goals: MelodyGoals) -> Phrase:
    """Prepare a melody for being judged.

    Args:
        notes: PPQ 480, bar lines at multiples of a bar from tick 0. Of notes that begin together
            the highest counts, and each ends where the next begins.
        goals: what was asked for; the melody may be longer than it says.
    """
    ordered = sorted(notes, key=lambda note: (note.onset_ticks, note.pitch))
    rows = np.array(
        [(n.pitch, n.onset_ticks, n.duration_ticks, n.velocity) for n in ordered], dtype=np.int64
    ).reshape(-1, 4)
    onsets = rows[:, 1]
    kept = np.append(onsets[1:] > onsets[:-1], np.True_) if len(rows) else np.zeros(0, np.bool_)
    rows = rows[kept]
    onsets = rows[:, 1]
    until_next = np.append(np.diff(onsets), np.iinfo(np.int64).max)[: len(rows)]
    bar_ticks = goals.metre.bar_ticks()
    end = int((rows[:, 1] + rows[:, 2]).max(initial=0))
    return Phrase(
        goals=goals,
        key=_key(ordered, goals),
        pitches=rows[:, 0],
        onsets=onsets,
        durations=np.maximum(1, np.minimum(rows[:, 2], until_next)),
        velocities=rows[:, 3],
        length_ticks=max(goals.length_ticks, -(-end // bar_ticks) * bar_ticks),
    )


def _key(notes: Sequence[Note], goals: MelodyGoals) -> Key:
    """Give the key that was asked for; what was left open is found from the notes."""
    mode, tonic = goals.mode or _mode_of_scale(goals.scale), goals.tonic_pitch_class
    if tonic is not None and mode is not None:
        return Key(tonic, mode)
    modes = tuple(Mode) if mode is None else (mode,)
    tonics = range(12) if tonic is None else (tonic,)
    return find_key(notes, [Key(tonic, mode) for mode in modes for tonic in tonics])


def _mode_of_scale(scale: str | None) -> Mode | None:
    """Say which third a scale has; None where it has both, or neither."""
    steps = SCALES[scale] if scale else ()
    if (3 in steps) == (4 in steps):
        return None
    return Mode.MINOR if 3 in steps else Mode.MAJOR


@lru_cache(maxsize=256)
def scale_flags(key: Key, scale: str | None) -> BoolArray:
    """Say which pitch classes are in a scale: bool [pitch class].

    Args:
        key: its tonic; and its mode, where no scale is named: minor then has the leading tone too.
        scale: a name in SCALES, or None.
    """
    inside = scale_pitch_classes(key.tonic_pitch_class, scale or key.scale)
    flags = np.zeros(12, dtype=np.bool_)
    flags[list(inside)] = True
    if scale is None and key.mode is Mode.MINOR:
        flags[(key.tonic_pitch_class + _LEADING_TONE) % 12] = True
    return flags


def strong_onsets(onsets: IntArray, metre: TimeSignature) -> BoolArray:
    """Say which onsets are on strong beats.

    Strong are the first beat of each bar, the middle of a bar that can be halved (4/4, 2/2, 6/8,
    12/8) and, in bars of three beats, only the first (Lerdahl and Jackendoff 1983, A Generative
    Theory of Tonal Music, chapter 4: the two highest levels of the metrical grid).

    Args:
        onsets: int64 [note], ticks; a bar line is at 0.
        metre: of every bar.
    """
    bar_ticks = metre.bar_ticks()
    halves = metre.numerator % 2 == 0 and bar_ticks >= 3 * PPQ
    strong: BoolArray = onsets % (bar_ticks // 2 if halves else bar_ticks) == 0
    return strong


@lru_cache(maxsize=64)
def _chord_table(chords: tuple[ChordSpan, ...]) -> tuple[IntArray, IntArray, BoolArray]:
    """Give onsets and ends of chords, [chord], and their tones: bool [chord, pitch class]."""
    table = np.zeros((len(chords), 12), dtype=np.bool_)
    for row, span in zip(table, chords, strict=True):
        row[list(chord_tones(span))] = True
    starts = np.array([span.onset_ticks for span in chords], dtype=np.int64)
    ends = np.array([span.end_ticks for span in chords], dtype=np.int64)
    return starts, ends, table
