"""Reader of the Groove MIDI Dataset (Gillick et al. 2019, arXiv:1905.06118)."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import mido

from bridge.schema.notes import Note
from bridge.units import rescale_ticks


@dataclass(frozen=True, slots=True)
class Groove:
    """One performance by one drummer."""

    name: str
    """Its id in the data set."""
    split: str
    """"train", "validation" or "test", as the data set divides itself."""
    style: str
    """What the drummer called it, e.g. `funk/groove1`."""
    is_fill: bool
    """Whether it is a fill rather than a beat."""
    notes: tuple[Note, ...]
    """Hits in order of onset, PPQ 480; durations mean nothing."""


def read_grooves(folder: Path) -> Iterator[Groove]:
    """Read every performance in 4/4, as `info.csv` lists them."""
    with (folder / "info.csv").open(newline="") as table:
        for row in csv.DictReader(table):
            path = folder / row["midi_filename"]
            if row["time_signature"] == "4-4" and path.exists():
                yield Groove(
                    name=row["id"],
                    split=row["split"],
                    style=row["style"],
                    is_fill=row["beat_type"] == "fill",
                    notes=tuple(_hits(path)),
                )


def _hits(path: Path) -> Iterator[Note]:
    midi = mido.MidiFile(path)
    ticks = 0
    for message in mido.merge_tracks(midi.tracks):
        ticks += message.time
        if message.type == "note_on" and message.velocity:
            onset = rescale_ticks(ticks, from_ppq=midi.ticks_per_beat, to_ppq=480)
            yield Note(message.note, onset, 1, message.velocity)
