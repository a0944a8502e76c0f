"""Which of the notes that sound together are the melody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from bridge.schema.notes import Note
from bridge.units import PPQ

TOGETHER_TICKS: Final = PPQ // 12
"""Notes that begin within this of each other are one chord: fingers never strike at once."""
_BENEATH_SEMITONES: Final = 7
"""A note more than a fifth under one that goes on sounding accompanies it; a nearer one is the
melody's next, played before the last was let go."""


def split_melody(notes: Sequence[Note]) -> tuple[list[Note], list[Note]]:
    """Divide what one pair of hands played into the melody and all that lies beneath it.

    Of a chord the highest note is the melody's; a note that begins far under one that outlasts
    half of it accompanies.

    Args:
        notes: in order of onset, PPQ 480.

    Returns:
        The melody and the rest, as they were played.
    """
    melody: list[Note] = []
    beneath: list[Note] = []
    for note in sorted(notes, key=lambda note: (note.onset_ticks, note.pitch)):
        last = melody[-1] if melody else None
        if last is None:
            melody.append(note)
        elif note.onset_ticks - last.onset_ticks <= TOGETHER_TICKS:
            lower, higher = sorted((last, note), key=lambda note: note.pitch)
            melody[-1] = higher
            beneath.append(lower)
        elif _accompanies(note, last):
            beneath.append(note)
        else:
            melody.append(note)
    return melody, sorted(beneath, key=lambda note: (note.onset_ticks, note.pitch))


def _accompanies(note: Note, melody: Note) -> bool:
    """Say whether a note lies far under a note of the melody that goes on sounding."""
    is_far = melody.pitch - note.pitch > _BENEATH_SEMITONES
    return is_far and melody.end_ticks >= note.onset_ticks + note.duration_ticks / 2 > 0


def one_voice(melody: Sequence[Note]) -> list[Note]:
    """End each note of a melody where the next begins, at the latest."""
    return [
        replace(note, duration_ticks=min(note.duration_ticks, next_ticks - note.onset_ticks))
        for note, next_ticks in zip(
            melody,
            [*(note.onset_ticks for note in melody[1:]), melody[-1].end_ticks if melody else 0],
            strict=True,
        )
    ]
