"""Melodies of the public domain, written by hand.

A note is its name, its octave (C4 is middle C) and its length in beats, 1 where none is given; `-`
is a rest: `C4 F#4:1/2 -:2`. An upbeat follows rests, so that every tune begins on a bar line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from bridge.schema.notes import Mode, Note, NoteSequence, Part, TempoChange, TimeSignature
from bridge.units import PPQ

FOUR_FOUR = TimeSignature(0, 4, 4)
_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_NOTE = re.compile(r"(?:([A-G])([#b]?)(\d)|-)(?::(\d+(?:/\d+)?))?")


@dataclass(frozen=True)
class Tune:
    """A melody and what is known of it."""

    name: str
    text: str
    tonic_pitch_class: int
    mode: Mode = Mode.MAJOR
    numerator: int = 4
    denominator: int = 4

    @property
    def notes(self) -> tuple[Note, ...]:
        return melody(self.text)

    @property
    def metre(self) -> TimeSignature:
        return TimeSignature(0, self.numerator, self.denominator)

    @property
    def sequence(self) -> NoteSequence:
        return sequence_of(*self.notes, metre=self.metre)

    def __str__(self) -> str:
        return self.name


def melody(text: str) -> tuple[Note, ...]:
    """Read notes one after another."""
    now = Fraction(0)
    notes = []
    for word in text.replace("|", " ").split():
        step, accidental, octave, beats = _NOTE.fullmatch(word).groups()
        length = Fraction(beats or 1)
        if step:
            alter = {"#": 1, "b": -1, "": 0}[accidental]
            pitch = 12 * (int(octave) + 1) + _STEPS[step] + alter
            notes.append(Note(pitch, round(now * PPQ), round(length * PPQ)))
        now += length
    return tuple(notes)


def sequence_of(
    *notes: Note, metre: TimeSignature = FOUR_FOUR, tempo_bpm: float = 100.0
) -> NoteSequence:
    """Put notes into a sequence of one part."""
    return NoteSequence(
        parts=(Part(name="Lead", notes=notes),),
        tempos=(TempoChange(0, tempo_bpm),),
        time_signatures=(metre,),
    )


TWINKLE = Tune(
    "Twinkle, twinkle, little star",
    "C4 C4 G4 G4 | A4 A4 G4:2 | F4 F4 E4 E4 | D4 D4 C4:2 |"
    "G4 G4 F4 F4 | E4 E4 D4:2 | G4 G4 F4 F4 | E4 E4 D4:2 |"
    "C4 C4 G4 G4 | A4 A4 G4:2 | F4 F4 E4 E4 | D4 D4 C4:2",
    0,
)
ODE_TO_JOY = Tune(
    "Ode to Joy",
    "F#4 F#4 G4 A4 | A4 G4 F#4 E4 | D4 D4 E4 F#4 | F#4:3/2 E4:1/2 E4:2 |"
    "F#4 F#4 G4 A4 | A4 G4 F#4 E4 | D4 D4 E4 F#4 | E4:3/2 D4:1/2 D4:2",
    2,
)
FRERE_JACQUES = Tune(
    "Frere Jacques",
    "F4 G4 A4 F4 | F4 G4 A4 F4 | A4 Bb4 C5:2 | A4 Bb4 C5:2 |"
    "C5:1/2 D5:1/2 C5:1/2 Bb4:1/2 A4 F4 | C5:1/2 D5:1/2 C5:1/2 Bb4:1/2 A4 F4 |"
    "F4 C4 F4:2 | F4 C4 F4:2",
    5,
)
GOD_REST_YE_MERRY = Tune(
    "God rest ye merry, gentlemen",
    "-:3 E4 | E4 B4 B4 A4 | G4 F#4 E4 D4 | E4 F#4 G4 A4 | B4:3 E4 |"
    "E4 B4 B4 A4 | G4 F#4 E4 D4 | E4 F#4 G4 A4 | B4:3 B4 |"
    "C5 A4 B4 C5 | D5 E5 B4 A4 | G4 E4 F#4 G4 | A4:2 G4 A4 |"
    "B4:2 C5 B4 | B4 A4 G4 F#4 | E4:2 G4:1/2 F#4:1/2 E4 | A4:2 G4 A4 | B4 C5 D5 E5 |"
    "B4 A4 G4 F#4 | E4:4",
    4,
    Mode.MINOR,
)
MINUET = Tune(
    "Minuet in G, Petzold",
    "D5 G4:1/2 A4:1/2 B4:1/2 C5:1/2 | D5 G4 G4 | E5 C5:1/2 D5:1/2 E5:1/2 F#5:1/2 | G5 G4 G4 |"
    "C5 D5:1/2 C5:1/2 B4:1/2 A4:1/2 | B4 C5:1/2 B4:1/2 A4:1/2 G4:1/2 |"
    "A4 B4:1/2 A4:1/2 G4:1/2 F#4:1/2 | G4:3",
    7,
    numerator=3,
)
AMAZING_GRACE = Tune(
    "Amazing Grace",
    "-:2 D4 | G4:2 B4:1/2 G4:1/2 | B4:2 A4 | G4:2 E4 | D4:2 D4 | G4:2 B4:1/2 G4:1/2 | B4:2 A4 |"
    "D5:3 | -:2 B4 | D5:2 B4:1/2 G4:1/2 | B4:2 A4 | G4:2 E4 | D4:2 D4 | G4:2 B4:1/2 G4:1/2 |"
    "B4:2 A4 | G4:3",
    7,
    numerator=3,
)
GREENSLEEVES = Tune(
    "Greensleeves",
    "-:5/2 A4:1/2 | C5 D5:1/2 E5:3/4 F5:1/4 E5:1/2 | D5 B4:1/2 G4:3/4 A4:1/4 B4:1/2 |"
    "C5 A4:1/2 A4:3/4 G#4:1/4 A4:1/2 | B4 G#4:1/2 E4 A4:1/2 |"
    "C5 D5:1/2 E5:3/4 F5:1/4 E5:1/2 | D5 B4:1/2 G4:3/4 A4:1/4 B4:1/2 |"
    "C5:3/4 B4:1/4 A4:1/2 G#4:3/4 F#4:1/4 G#4:1/2 | A4:3/2 A4:3/2",
    9,
    Mode.MINOR,
    6,
    8,
)
WASHERWOMAN = Tune(
    "The Irish Washerwoman, a jig",
    "-:2 D5:1/2 C5:1/2 |"
    "B4:1/2 G4:1/2 G4:1/2 D4:1/2 G4:1/2 G4:1/2 | B4:1/2 G4:1/2 B4:1/2 D5:1/2 C5:1/2 B4:1/2 |"
    "C5:1/2 A4:1/2 A4:1/2 E4:1/2 A4:1/2 A4:1/2 | C5:1/2 A4:1/2 C5:1/2 E5:1/2 D5:1/2 C5:1/2 |"
    "B4:1/2 G4:1/2 G4:1/2 D4:1/2 G4:1/2 G4:1/2 | B4:1/2 G4:1/2 B4:1/2 D5:1/2 C5:1/2 B4:1/2 |"
    "C5:1/2 B4:1/2 C5:1/2 A4:1/2 D5:1/2 C5:1/2 | B4:1/2 G4:1/2 G4:1/2 G4:3/2",
    7,
    numerator=6,
    denominator=8,
)
JESU_JOY = Tune(
    "Jesu, joy of man's desiring, in triplets",
    "-:1/3 G4:1/3 A4:1/3 B4:1/3 D5:1/3 C5:1/3 C5:1/3 E5:1/3 D5:1/3 |"
    "D5:1/3 G5:1/3 F#5:1/3 G5:1/3 D5:1/3 B4:1/3 G4:1/3 A4:1/3 B4:1/3 |"
    "C5:1/3 D5:1/3 E5:1/3 D5:1/3 C5:1/3 B4:1/3 A4:1/3 B4:1/3 G4:1/3 |"
    "F#4:1/3 G4:1/3 A4:1/3 D4:1/3 F#4:1/3 A4:1/3 C5:1/3 B4:1/3 A4:1/3 |"
    "B4:1/3 G4:1/3 A4:1/3 B4:1/3 D5:1/3 C5:1/3 C5:1/3 E5:1/3 D5:1/3 |"
    "D5:1/3 G5:1/3 F#5:1/3 G5:1/3 D5:1/3 B4:1/3 G4:1/3 A4:1/3 B4:1/3 |"
    "E4:1/3 D5:1/3 C5:1/3 B4:1/3 A4:1/3 G4:1/3 D4:1/3 G4:1/3 F#4:1/3 |"
    "G4:3",
    7,
    numerator=3,
)
SALLY_GARDENS = Tune(
    "Down by the Salley Gardens",
    "-:2 D4 E4 | F#4:3/2 E4:1/2 D4 E4 | F#4 A4 B4 A4 | D5:2 B4:3/2 A4:1/2 | A4:2 A4 F#4 |"
    "B4:3/2 A4:1/2 F#4 E4 | D4:2 F#4:3/2 E4:1/2 | D4:4",
    2,
)
TUNES = (
    TWINKLE,
    ODE_TO_JOY,
    FRERE_JACQUES,
    GOD_REST_YE_MERRY,
    MINUET,
    AMAZING_GRACE,
    GREENSLEEVES,
    WASHERWOMAN,
    JESU_JOY,
    SALLY_GARDENS,
)
