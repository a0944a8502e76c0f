"""The Groove MIDI Dataset is read as its table lists it."""

from __future__ import annotations

import csv

import mido
import pytest

from bridge.schema.notes import Note
from export.corpora.groove import read_grooves

FIELDS = ("id", "style", "beat_type", "time_signature", "midi_filename", "split")


def row(number: int, **changes: str) -> dict[str, str]:
    found = {
        "id": f"drummer1/session1/{number}",
        "style": "funk/groove1",
        "beat_type": "beat",
        "time_signature": "4-4",
        "midi_filename": f"drummer1/{number}.mid",
        "split": "train",
    }
    return {**found, **changes}


@pytest.fixture
def write(tmp_path):
    """Write a data set of some rows, each with the same hits."""

    def write_dataset(*rows: dict[str, str], ppq: int = 480, hits=((0, 36, 100), (240, 38, 90))):
        (tmp_path / "drummer1").mkdir()
        with (tmp_path / "info.csv").open("w", newline="") as stream:
            table = csv.DictWriter(stream, FIELDS)
            table.writeheader()
            table.writerows(rows)
        for entry in rows:
            track, now = mido.MidiTrack(), 0
            for ticks, pitch, velocity in hits:
                track.append(
                    mido.Message(
                        "note_on", channel=9, note=pitch, velocity=velocity, time=ticks - now
                    )
                )
                track.append(mido.Message("note_on", channel=9, note=pitch, velocity=0, time=10))
                now = ticks + 10
            mido.MidiFile(type=0, ticks_per_beat=ppq, tracks=[track]).save(
                tmp_path / entry["midi_filename"]
            )
        return tmp_path

    return write_dataset


def test_a_performance_is_read_with_what_its_table_says(write):
    (groove,) = read_grooves(write(row(1, split="validation", beat_type="fill")))
    assert (groove.name, groove.split, groove.style) == (
        "drummer1/session1/1",
        "validation",
        "funk/groove1",
    )
    assert groove.is_fill


def test_hits_keep_their_time_drum_and_loudness(write):
    (groove,) = read_grooves(write(row(1)))
    assert groove.notes == (Note(36, 0, 1, 100), Note(38, 240, 1, 90))


@pytest.mark.parametrize("ppq", [120, 960])
def test_another_resolution_is_brought_to_480(write, ppq):
    (groove,) = read_grooves(write(row(1), ppq=ppq, hits=((ppq // 2, 36, 64),)))
    assert groove.notes == (Note(36, 240, 1, 64),)


def test_other_metres_are_left_out(write):
    folder = write(row(1, time_signature="6-8"), row(2), row(3, time_signature="3-4"))
    assert [groove.name for groove in read_grooves(folder)] == ["drummer1/session1/2"]


def test_a_file_that_is_listed_and_missing_is_passed_over(write):
    folder = write(row(1), row(2))
    (folder / "drummer1" / "1.mid").unlink()
    assert [groove.name for groove in read_grooves(folder)] == ["drummer1/session1/2"]
