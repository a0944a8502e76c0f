"""Harmony by rule: the chords that a melody asks for, and a bass that follows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from bridge.music.chords import Chord
from bridge.music.key import Key
from bridge.schema.notes import Mode, Note
from bridge.units import PPQ

_LOWEST_BASS: Final = 31
"""G1; roots lie in the octave from here."""
_BASS_VELOCITY: Final = 88


_DEGREES: Final = {
    Mode.MAJOR: ((0, ""), (2, "m"), (4, "m"), (5, ""), (7, ""), (9, "m")),
    Mode.MINOR: ((0, "m"), (3, ""), (5, "m"), (7, ""), (8, ""), (10, "")),
}
"""Semitones above the tonic and quality of the triads that are chosen from."""

_MOVES: Final = {
    Mode.MAJOR: np.log(
        [
            [1, 3, 2, 6, 5, 4],
            [1, 1, 1, 2, 8, 1],
            [1, 2, 1, 5, 1, 6],
            [5, 2, 1, 1, 7, 1],
            [9, 1, 1, 3, 1, 4],
            [2, 4, 2, 6, 4, 1],
        ]
    ),
    Mode.MINOR: np.log(
        [
            [1, 3, 5, 5, 6, 5],
            [2, 1, 3, 2, 5, 5],
            [5, 1, 1, 7, 2, 4],
            [9, 1, 2, 1, 4, 1],
            [2, 5, 3, 4, 1, 6],
            [4, 7, 1, 2, 4, 1],
        ]
    ),
}
"""Log weights of going from the chord of a row to that of a column: the common root movements of
tonal music (Kostka and Payne, Tonal Harmony, the chord-sequence charts), as round numbers."""

_FIT_WEIGHT: Final = 1.5
"""How much a beat of melody on a chord tone counts against one step of the chord sequence."""


def find_chords(
    bars: Sequence[Sequence[Note]], key: Key, *, bar_ticks: int, previous: Chord | None = None
) -> list[Chord]:
    """Find one chord a bar under a melody: the best path by fit and by usual root movement.

    Args:
        bars: the notes of each bar, onsets from its start, PPQ 480.
        key: whose triads are chosen from.
        bar_ticks: length of a bar.
        previous: the chord before the first bar; without one the tonic is preferred.

    Returns:
        A chord for each bar (Viterbi's algorithm).
    """
    if not bars:
        return []
    chords = [
        Chord((key.tonic_pitch_class + step) % 12, quality) for step, quality in _DEGREES[key.mode]
    ]
    moves = _MOVES[key.mode]
    start = moves[chords.index(previous)] if previous in chords else np.eye(1, len(chords))[0] * 2.0
    score = start
    came_from: list[np.ndarray] = []
    for index, bar in enumerate(bars):
        if index:
            step = score[:, None] + moves
            came_from.append(step.argmax(axis=0))
            score = step.max(axis=0)
        score = score + np.array([_fit(bar, chord, bar_ticks) for chord in chords])
    path = [int(score.argmax())]
    for back in reversed(came_from):
        path.insert(0, int(back[path[0]]))
    return [chords[state] for state in path]


def _fit(bar: Sequence[Note], chord: Chord, bar_ticks: int) -> float:
    """Say how well a chord fits a bar: beats on chord tones less beats off them, accents double."""
    fit = 0.0
    for note in bar:
        beats = min(note.duration_ticks, max(0, bar_ticks - note.onset_ticks), PPQ) / PPQ
        accent = 2.0 if note.onset_ticks % (2 * PPQ) == 0 else 1.0
        fit += accent * beats * (1.0 if note.pitch % 12 in chord.pitch_classes else -0.6)
    return _FIT_WEIGHT * fit * PPQ / bar_ticks * 2.0


def bass_line(
    chord: Chord, following: Chord, *, bar_ticks: int, kicks_ticks: Sequence[int]
) -> tuple[Note, ...]:
    """Play a bar of bass: the root on one, the fifth or the octave with the kick, and a step on.

    Args:
        chord: of this bar.
        following: of the next bar; the last eighth leads to its root.
        bar_ticks: length of the bar.
        kicks_ticks: where the bass drum is hit, from the start of the bar.

    Returns:
        Notes from the start of the bar, none overlapping.
    """
    root = _LOWEST_BASS + (chord.root_pitch_class - _LOWEST_BASS) % 12
    fifth = root + (6 if chord.quality == "dim" else 7)
    target = _LOWEST_BASS + (following.root_pitch_class - _LOWEST_BASS) % 12
    lead_ticks = bar_ticks - PPQ // 2
    onsets = {0: root}
    for ticks in sorted(kicks_ticks):
        eighth = round(ticks / (PPQ // 2)) * (PPQ // 2)
        if 0 < eighth < lead_ticks:
            onsets.setdefault(eighth, fifth if eighth % PPQ == 0 else root)
    onsets.setdefault(bar_ticks // (2 * PPQ) * PPQ, fifth)
    if target != root and lead_ticks > 0:
        onsets[lead_ticks] = target - 1 if target > root else target + 2
    ordered = sorted(onsets)
    ends = [*ordered[1:], bar_ticks]
    return tuple(
        Note(onsets[at], at, max(1, end - at - PPQ // 16), _BASS_VELOCITY + (8 if at == 0 else 0))
        for at, end in zip(ordered, ends, strict=True)
    )
