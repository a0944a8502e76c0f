"""How fast MIDI files are read, beside the readers that others use."""

import io
import time

import mido
import pytest

from bridge.files.midi import format_midi, parse_midi
from bridge.schema.notes import Note, NoteSequence, Part
from tests.benchmarks.clocks import by_both_clocks

NOTES = 4000


def song():
    """Give a MIDI file of 4000 notes in four parts."""
    parts = tuple(
        Part(
            name=f"Part {channel + 1}",
            channel=channel,
            notes=tuple(
                Note(48 + (7 * index + channel) % 36, 120 * index, 110, 40 + index % 80)
                for index in range(NOTES // 4)
            ),
        )
        for channel in range(4)
    )
    return format_midi(NoteSequence(parts=parts))


def read_as_segue(content):
    return sum(len(part.notes) for part in parse_midi(content, name="song.mid").parts)


def read_as_mido(content):
    messages = mido.MidiFile(file=io.BytesIO(content))
    return sum(message.type == "note_on" and message.velocity > 0 for track in messages.tracks
               for message in track)  # fmt: skip


def read_as_symusic(content):
    symusic = pytest.importorskip("symusic", reason="pip install symusic to compare")
    return sum(len(track.notes) for track in symusic.Score.from_midi(content).tracks)


def read_as_pretty_midi(content):
    pretty_midi = pytest.importorskip("pretty_midi", reason="pip install pretty_midi to compare")
    song = pretty_midi.PrettyMIDI(io.BytesIO(content))
    return sum(len(instrument.notes) for instrument in song.instruments)


READERS = {
    "segue": read_as_segue,
    "mido": read_as_mido,
    "pretty_midi": read_as_pretty_midi,
    "symusic": read_as_symusic,
}


@pytest.mark.parametrize("reader", READERS)
@by_both_clocks
def test_a_file_of_4000_notes_is_read(benchmark, reader, clock):
    content = song()
    READERS[reader](content)
    assert benchmark(READERS[reader], content) == NOTES


@pytest.mark.benchmark(timer=time.process_time)
def test_our_reader_takes_no_longer_than_mido(benchmark):
    content = song()
    theirs = []
    for _ in range(10):
        started = time.process_time()
        read_as_mido(content)
        theirs.append(time.process_time() - started)
    benchmark(read_as_segue, content)
    benchmark.extra_info["times_as_fast_as_mido"] = min(theirs) / benchmark.stats.stats.min
    assert benchmark.stats.stats.min < min(theirs)
