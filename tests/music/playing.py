"""One who makes melodies with a toy, parts to play with, and ways to look at what was made."""

from __future__ import annotations

import numpy as np

from bridge.music.melodies import Improviser
from bridge.schema.notes import Note, NoteSequence, Part, TimeSignature
from bridge.schema.performance import Knobs
from tests.music.tunes import melody

METRES = [TimeSignature(0, *pair) for pair in ((4, 4), (3, 4), (6, 8), (7, 8), (5, 4), (2, 2))]
HIGH = Part(name="high", channel=1, notes=melody("C6 D6 E6 F6 G6 F6 E6 D6"))
LOW = Part(name="low", channel=2, notes=melody("C3 D3 E3 F3 G3 F3 E3 D3"))
DRUMS = Part(name="drums", channel=9, notes=melody("C8 C8 C8 C8 C8 C8 C8 C8"))
TRIANGLE = Part(name="triangle", channel=3, notes=melody("C8"))


def improviser(model, *, seed: int = 0, style: str | None = None, **knobs) -> Improviser:
    return Improviser(model, Knobs(**knobs), np.random.default_rng(seed), style)


def notes_of(sequence: NoteSequence) -> tuple[Note, ...]:
    """Give the notes of the only part."""
    (part,) = sequence.parts
    return part.notes


def shown(notes) -> list[tuple[int, int, int]]:
    """Give pitch, onset and end of each note."""
    return [(note.pitch, note.onset_ticks, note.end_ticks) for note in notes]


def named(metre: TimeSignature) -> str:
    return f"{metre.numerator}-{metre.denominator}"
