"""The feel of a rhythm: swing, and a player's touch.

Both are added to notes that lie on the grid, last of all, so that the same seed gives the same
notes whatever the feel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from bridge.schema.arrays import FloatArray
from bridge.schema.notes import Note, TimeSignature
from bridge.units import PPQ, seconds_to_ticks

TOUCH_SECONDS: Final = 0.010
"""Standard deviation of an onset that is humanised in full."""
TOUCH_VELOCITY: Final = 6.0
"""Standard deviation of a velocity that is humanised in full."""
MOST_TOUCH_TICKS: Final = 24
"""No onset leaves the grid by more: a fifth of a sixteenth, so that notes keep their order."""

_TRIPLETS: Final = frozenset((PPQ // 3, 2 * PPQ // 3))


@dataclass(frozen=True, slots=True)
class Swing:
    """How far the second half of a pulse is put off."""

    amount: float
    """0..1: 0 straight, 1 a full triplet: from 1/2 to 2/3 of the pulse."""
    pulse_ticks: int = PPQ
    """Length of what is divided unevenly."""

    def ticks(self, ticks: int) -> int:
        """Give where a tick goes: both halves of its pulse are stretched evenly."""
        start, place = divmod(ticks, self.pulse_ticks)
        half = self.pulse_ticks / 2
        middle = half * (1.0 + self.amount / 3.0)
        if place <= half:
            return start * self.pulse_ticks + round(place * middle / half)
        rest = (place - half) * (self.pulse_ticks - middle) / half
        return start * self.pulse_ticks + round(middle + rest)


STRAIGHT: Final = Swing(0.0)
"""No swing."""


def swing_of(amount: float, metre: TimeSignature) -> Swing:
    """Give the swing of a metre: of eighths in quarters, or of sixteenths where eighths count."""
    return Swing(amount, min(PPQ, max(2, 4 * PPQ // metre.denominator)))


def swung(notes: Sequence[Note], swing: Swing) -> list[Note]:
    """Swing a melody; beats of triplets stay as they are.

    Args:
        notes: on the grid, in order of onset, PPQ 480, a beat at tick 0.
        swing: what to do.
    """
    if not swing.amount:
        return list(notes)
    even = {note.onset_ticks // PPQ for note in notes if note.onset_ticks % PPQ in _TRIPLETS}

    def moved(ticks: int) -> int:
        return ticks if ticks // PPQ in even else swing.ticks(ticks)

    return [
        replace(
            note,
            onset_ticks=moved(note.onset_ticks),
            duration_ticks=moved(note.end_ticks) - moved(note.onset_ticks),
        )
        for note in notes
    ]


def draw_touch(count: int, rng: np.random.Generator) -> FloatArray:
    """Draw the touch of some notes: float32 [2, note], standard normal, for time and velocity."""
    return rng.standard_normal((2, count), dtype=np.float32)


def touched(
    notes: Sequence[Note], touch: FloatArray, *, amount: float, tempo_bpm: float
) -> list[Note]:
    """Let onsets and velocities leave what is written, as under a player's hands.

    Onsets are spread normally by 10 ms, and velocities by 6, times `amount`. An end that met the
    next onset goes with it; other ends stay.

    Args:
        notes: one voice in order of onset, PPQ 480.
        touch: float32 [2, note], see `draw_touch`.
        amount: 0..1.
        tempo_bpm: of the notes.

    Returns:
        The notes in the same order; no onset lies before tick 0, nor any end after the last end.
    """
    spread_ticks = amount * seconds_to_ticks(1.0, tempo_bpm=tempo_bpm) * TOUCH_SECONDS
    late = np.clip(np.rint(spread_ticks * touch[0]), -MOST_TOUCH_TICKS, MOST_TOUCH_TICKS)
    harder = np.rint(amount * TOUCH_VELOCITY * touch[1])
    onsets = [
        max(0, note.onset_ticks + int(shift)) for note, shift in zip(notes, late, strict=True)
    ]
    following = {note.onset_ticks: onset for note, onset in zip(notes, onsets, strict=True)}
    return [
        replace(
            note,
            onset_ticks=onset,
            duration_ticks=max(1, following.get(note.end_ticks, note.end_ticks) - onset),
            velocity=max(1, min(127, note.velocity + int(change))),
        )
        for note, onset, change in zip(notes, onsets, harder, strict=True)
    ]
