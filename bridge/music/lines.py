"""Verbs on a line of notes: moved in pitch, in time and in loudness, and cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bridge.schema.notes import Note, NoteSequence, Part


def transposed(notes: Sequence[Note], semitones: int) -> list[Note]:
    """Transpose notes; one that would leave 0..127 moves by octaves."""
    return [replace(note, pitch=_into_range(note.pitch + semitones)) for note in notes]


def _into_range(pitch: int) -> int:
    """Move a pitch by as few octaves as bring it into 0..127."""
    if pitch < 0:
        return pitch % 12
    return pitch - 12 * -(-(pitch - 127) // 12) if pitch > 127 else pitch


def mean_pitch(notes: Sequence[Note]) -> float:
    """Give the mean MIDI pitch of one or more notes."""
    return sum(note.pitch for note in notes) / len(notes)


def in_register(notes: Sequence[Note], register: float | None) -> list[Note]:
    """Move a line by the whole octaves that bring its mean pitch nearest to one.

    Args:
        notes: any notes.
        register: a mean MIDI pitch; None leaves the line where it is.
    """
    if register is None or not notes:
        return list(notes)
    return transposed(notes, 12 * round((register - mean_pitch(notes)) / 12))


def levelled(notes: Sequence[Note], *, mean_velocity: float) -> tuple[Note, ...]:
    """Make a melody louder or softer as a whole, until its mean velocity is as asked.

    The training songs say little of loudness, so the model's own level is left to chance; accents
    and contour are kept.

    Args:
        notes: any notes.
        mean_velocity: 1..127; at the ends of the range single notes are cut short of it.
    """
    if not notes:
        return ()
    change = round(mean_velocity - sum(note.velocity for note in notes) / len(notes))
    return tuple(replace(note, velocity=max(1, min(127, note.velocity + change))) for note in notes)


def shifted(notes: Sequence[Note], ticks: int) -> list[Note]:
    """Move notes later by some ticks, or earlier by as many less than 0."""
    return [replace(note, onset_ticks=note.onset_ticks + ticks) for note in notes]


def cut_short(notes: Sequence[Note], end_ticks: int) -> list[Note]:
    """Leave out what begins at or after a tick, and shorten what rings beyond it."""
    return [
        replace(note, duration_ticks=min(note.duration_ticks, end_ticks - note.onset_ticks))
        for note in notes
        if note.onset_ticks < end_ticks
    ]


def at_resolution(notes: Sequence[Note], *, ppq: int) -> tuple[Note, ...]:
    """Give notes that are counted at PPQ 480 at another resolution, to the nearest tick."""
    part = Part(notes=tuple(notes))
    return NoteSequence(parts=(part,)).at_ppq(ppq).parts[0].notes
