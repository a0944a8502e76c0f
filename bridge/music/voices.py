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


def melody_flags(notes: Sequence[Note]) -> list[bool]:
    """Say which notes that one pair of hands played are the melody; the others lie beneath it.

    Of a chord the highest note is the melody's; a note that begins far under one that outlasts
    half of it accompanies.

    Args:
        notes: in order of onset, PPQ 480.
    """
    flags = [False] * len(notes)
    last: int | None = None
    for index, note in enumerate(notes):
        if last is not None:
            together = note.onset_ticks - notes[last].onset_ticks <= TOGETHER_TICKS
            if together and note.pitch <= notes[last].pitch:
                continue
            if not together and _accompanies(note, notes[last]):
                continue
            flags[last] = not together
        flags[index] = True
        last = index
    return flags


def _accompanies(note: Note, melody: Note) -> bool:
    """Say whether a note lies far under a note of the melody that goes on sounding."""
    is_far = melody.pitch - note.pitch > _BENEATH_SEMITONES
    return is_far and 2 * (melody.end_ticks - note.onset_ticks) >= max(1, note.duration_ticks)


def melody_of(notes: Sequence[Note]) -> list[Note]:
    """Give the notes that are the melody, as they were played."""
    return [note for note, is_melody in zip(notes, melody_flags(notes), strict=True) if is_melody]


def one_voice(melody: Sequence[Note]) -> list[Note]:
    """End each note of a melody where the next begins, at the latest; each lasts a tick or more."""
    ends = [note.onset_ticks for note in melody[1:]] + [note.end_ticks for note in melody[-1:]]
    return [
        replace(note, duration_ticks=max(1, min(note.duration_ticks, end - note.onset_ticks)))
        for note, end in zip(melody, ends, strict=True)
    ]


def clear_of(notes: Sequence[Note], others: Sequence[Note]) -> list[Note]:
    """Let notes give way to others of their pitch: a key cannot be struck while it is down.

    Args:
        notes: end where one of the others begins; they are left out while it sounds.
        others: stay.
    """
    cleared = []
    for note in notes:
        alike = [other for other in others if other.pitch == note.pitch]
        if any(other.onset_ticks <= note.onset_ticks < other.end_ticks for other in alike):
            continue
        later = (o.onset_ticks for o in alike if o.onset_ticks >= note.onset_ticks)
        end = min(later, default=note.end_ticks)
        cleared.append(
            replace(note, duration_ticks=min(note.duration_ticks, end - note.onset_ticks))
        )
    return cleared
