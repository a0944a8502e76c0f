"""A small piano roll in characters: melody by pitch, a lane for the bass, lanes for the drums."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from bridge.schema.notes import DRUM_CHANNEL, Note
from bridge.schema.performance import Bar
from bridge.units import PPQ

MELODY_ROWS: Final = 12
"""Rows of the melody; one semitone each, or more where the melody is wide."""

_BASS_CHANNEL: Final = 1
_NAMES: Final = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_DRUM_LANES: Final[tuple[tuple[str, frozenset[int]], ...]] = (
    ("hats", frozenset({42, 44, 46, 49, 51, 52, 53, 54, 55, 56, 57, 59})),
    ("toms", frozenset({41, 43, 45, 47, 48, 50})),
    ("snare", frozenset({37, 38, 39, 40})),
    ("kick", frozenset({35, 36})),
)


@dataclass(frozen=True, slots=True)
class Ink:
    """The characters to draw with."""

    onset: str
    held: str
    beat: str
    bar: str
    empty: str = " "


UNICODE_INK: Final = Ink(onset="█", held="▬", beat="·", bar="│")
ASCII_INK: Final = Ink(onset="#", held="=", beat=".", bar="|")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the roll."""

    label: str
    """Pitch or drum; empty where every row has the same kind of thing."""
    kind: str
    """melody, bass or drums."""
    cells: str
    """One character for each column."""


@dataclass(frozen=True, slots=True)
class Window:
    """Which pitches the melody's rows show."""

    lowest_pitch: int
    """Of the bottom row."""
    semitones_per_row: int
    """>= 1."""

    @property
    def end_pitch(self) -> int:
        """The first pitch above the window."""
        return self.lowest_pitch + MELODY_ROWS * self.semitones_per_row

    def holds(self, pitches: Sequence[int]) -> bool:
        """Whether every one of the pitches is in it."""
        return not pitches or (self.lowest_pitch <= min(pitches) and max(pitches) < self.end_pitch)


def window_for(bars: Iterable[Bar | None], *, current: Window | None) -> Window:
    """Give the window that shows the melody of some bars; the current one, if it does."""
    pitches = [note.pitch for bar in bars for note in _melody(bar)]
    if current is not None and current.holds(pitches):
        return current
    if not pitches:
        return Window(60, 1)
    span = max(pitches) - min(pitches) + 1
    semitones = -(-span // MELODY_ROWS)
    spare = MELODY_ROWS * semitones - span
    return Window(min(pitches) - spare // 2, semitones)


def draw(bars: Sequence[Bar | None], *, columns: int, window: Window, ink: Ink) -> list[Row]:
    """Draw some bars beside each other.

    Args:
        bars: None draws an empty bar.
        columns: of each bar.
        window: the pitches that the melody's rows show.
        ink: what to draw with.

    Returns:
        The melody's rows from high to low, the bass, the drums; each `columns` cells a bar.
    """
    rows: list[Row] = []
    for row in reversed(range(MELODY_ROWS)):
        pitch = window.lowest_pitch + row * window.semitones_per_row
        pitches = frozenset(range(pitch, pitch + window.semitones_per_row))
        cells = "".join(_cells(bar, _melody(bar), pitches, columns, ink) for bar in bars)
        rows.append(Row(_pitch_label(pitches), "melody", cells))
    rows.append(Row("bass", "bass", "".join(_bass_cells(bar, columns, ink) for bar in bars)))
    for label, pitches in _DRUM_LANES:
        cells = "".join(_cells(bar, _drums(bar), pitches, columns, ink) for bar in bars)
        rows.append(Row(label, "drums", cells))
    return rows


def pitch_name(pitch: int) -> str:
    """Give a pitch as a musician writes it; 60 is C4."""
    return f"{_NAMES[pitch % 12]}{pitch // 12 - 1}"


def _pitch_label(pitches: frozenset[int]) -> str:
    """Label the rows of the Cs, by which the others are found."""
    tonics = [pitch for pitch in pitches if pitch % 12 == 0]
    return pitch_name(tonics[0]) if tonics else ""


def _cells(
    bar: Bar | None, notes: Sequence[Note], pitches: frozenset[int], columns: int, ink: Ink
) -> str:
    cells = _grid(bar, columns, ink)
    if bar is None:
        return "".join(cells)
    shown = [note for note in notes if note.pitch in pitches]
    for note in shown:
        end = min(columns, _column(note.end_ticks - 1, bar, columns) + 1)
        for column in range(_column(note.onset_ticks, bar, columns) + 1, end):
            cells[column] = ink.held
    for note in shown:
        cells[_column(note.onset_ticks, bar, columns)] = ink.onset
    return "".join(cells)


def _bass_cells(bar: Bar | None, columns: int, ink: Ink) -> str:
    """Write the names of the bass notes where they begin."""
    cells = _grid(bar, columns, ink)
    if bar is None:
        return "".join(cells)
    for note in _on_channel(bar, _BASS_CHANNEL):
        column = _column(note.onset_ticks, bar, columns)
        for offset, letter in enumerate(_NAMES[note.pitch % 12]):
            if column + offset < columns:
                cells[column + offset] = letter
    return "".join(cells)


def _grid(bar: Bar | None, columns: int, ink: Ink) -> list[str]:
    cells = [ink.empty] * columns
    cells[0] = ink.bar
    if bar is not None:
        for onset_ticks in range(PPQ, bar.duration_ticks, PPQ):
            cells[_column(onset_ticks, bar, columns)] = ink.beat
    return cells


def _column(ticks: int, bar: Bar, columns: int) -> int:
    return min(columns - 1, ticks * columns // bar.duration_ticks)


def _melody(bar: Bar | None) -> Sequence[Note]:
    return _on_channel(bar, 0)


def _drums(bar: Bar | None) -> Sequence[Note]:
    return _on_channel(bar, DRUM_CHANNEL)


def _on_channel(bar: Bar | None, channel: int) -> Sequence[Note]:
    if bar is None:
        return ()
    return [note for part in bar.parts if part.channel == channel for note in part.notes]
