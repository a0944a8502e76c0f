"""What goes into a MIDI file comes out of it, here and in other readers."""

from __future__ import annotations

import io
from collections import defaultdict
from fractions import Fraction
from pathlib import Path

import mido
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.errors import FileFormatError, NotFoundError, OutputExistsError, RangeError
from bridge.files.midi import format_midi, parse_midi, read_midi, write_midi
from bridge.schema.notes import (
    ControlEvent,
    ControlKind,
    KeySignature,
    Marker,
    MarkerKind,
    Mode,
    Note,
    NoteSequence,
    Part,
    TempoChange,
    TimeSignature,
)
from tests.strategies import FILE_PPQS, sequences

RIFF = Path(__file__).parents[1] / "data" / "riff.mid"
"""Two bars by hand: a title, a tempo change, 3/4, E minor, a pedal, drums, one bar of silence."""


def again(sequence: NoteSequence) -> NoteSequence:
    return parse_midi(format_midi(sequence), name="a test")


def one_part(*notes: Note, **fields: object) -> NoteSequence:
    return NoteSequence(parts=(Part(notes=notes, **fields),))


def heard_by_mido(content: bytes) -> list[tuple[int, int, int, int, int]]:
    """Read a file with mido: (channel, pitch, onset, end, velocity) of each note, in its ticks."""
    heard = []
    for track in mido.MidiFile(file=io.BytesIO(content)).tracks:
        now_ticks, sounding = 0, defaultdict(list)
        for message in track:
            now_ticks += message.time
            if message.type == "note_on" and message.velocity:
                sounding[message.channel, message.note].append((now_ticks, message.velocity))
            elif message.type in ("note_on", "note_off"):
                onset_ticks, velocity = sounding[message.channel, message.note].pop(0)
                note = (message.channel, message.note, onset_ticks, now_ticks, velocity)
                heard.append(note)
    return sorted(heard)


def heard_by_us(sequence: NoteSequence) -> list[tuple[int, int, int, int, int]]:
    return sorted(
        (part.channel, note.pitch, note.onset_ticks, note.end_ticks, note.velocity)
        for part in sequence.parts
        for note in part.notes
    )


@settings(max_examples=150, deadline=None)
@given(sequence=sequences())
def test_any_sequence_survives_a_trip_through_a_file(sequence):
    ppq = 480 if 480 % sequence.ppq == 0 else sequence.ppq
    assert again(sequence) == sequence.at_ppq(ppq)


@settings(max_examples=60, deadline=None)
@given(sequence=sequences())
def test_a_second_trip_gives_the_same_bytes(sequence):
    content = format_midi(again(sequence))
    assert format_midi(parse_midi(content, name="a test")) == content


@settings(max_examples=60, deadline=None)
@given(sequence=sequences(ppqs=st.just(480)), ppq=st.sampled_from(FILE_PPQS))
def test_a_file_of_another_grid_moves_no_note_by_more_than_half_of_its_ticks(sequence, ppq):
    back = again(sequence.at_ppq(ppq))
    half_a_tick = Fraction(0) if ppq % 480 == 0 else Fraction(1, 2 * ppq)
    for old_part, new_part in zip(sequence.parts, back.parts, strict=True):
        for old, new in zip(
            sorted((note.pitch, note.onset_ticks, note.end_ticks) for note in old_part.notes),
            sorted((note.pitch, note.onset_ticks, note.end_ticks) for note in new_part.notes),
            strict=True,
        ):
            assert old[0] == new[0]
            for before, after in zip(old[1:], new[1:], strict=True):
                assert abs(Fraction(before, 480) - Fraction(after, back.ppq)) <= half_a_tick


@settings(max_examples=60, deadline=None)
@given(sequence=sequences())
def test_mido_hears_the_same_notes_in_what_we_write(sequence):
    assert heard_by_mido(format_midi(sequence)) == heard_by_us(sequence)


@settings(max_examples=60, deadline=None)
@given(sequence=sequences(ppqs=st.sampled_from((480, 960, 1000))))
def test_we_hear_the_same_notes_in_what_mido_writes(sequence):
    theirs = io.BytesIO()
    mido.MidiFile(file=io.BytesIO(format_midi(sequence))).save(file=theirs)
    assert parse_midi(theirs.getvalue(), name="a test") == sequence


def test_the_hand_made_riff_is_read_to_the_last_field():
    melody = Part(
        name="Geige",
        channel=2,
        program=40,
        notes=(Note(64, 0, 480, 100, 64), Note(67, 480, 480, 90, 64), Note(71, 960, 480, 80, 30)),
        controls=(
            ControlEvent(0, ControlKind.CONTROL_CHANGE, 64, 127),
            ControlEvent(1440, ControlKind.CONTROL_CHANGE, 64, 0),
        ),
    )
    drums = Part(
        name="Geige",
        channel=9,
        notes=(Note(36, 0, 0, 127, 0), Note(42, 480, 240, 70, 0), Note(36, 720, 720, 60, 64)),
    )
    assert read_midi(RIFF) == NoteSequence(
        parts=(melody, drums),
        tempos=(TempoChange(0, 120.0), TempoChange(1440, 100.0)),
        time_signatures=(TimeSignature(0, 3, 4),),
        key_signatures=(KeySignature(0, 1, Mode.MINOR),),
        markers=(Marker(0, "Überleitung"), Marker(1440, "Coda", MarkerKind.CUE)),
        name="Walzer",
        duration_ticks=2880,
    )


@pytest.mark.filterwarnings("ignore")
def test_symusic_hears_the_same_riff():
    symusic = pytest.importorskip("symusic")
    score = symusic.Score(RIFF)
    theirs = sorted(
        (note.pitch, note.time * 480 // score.tpq, note.duration * 480 // score.tpq, note.velocity)
        for track in score.tracks
        for note in track.notes
    )
    ours = sorted(
        (note.pitch, note.onset_ticks, note.duration_ticks, note.velocity)
        for part in read_midi(RIFF).parts
        for note in part.notes
    )
    assert [note for note in theirs if note[2]] == [note for note in ours if note[2]]
    assert [tempo.qpm for tempo in score.tempos] == [120.0, 100.0]


@pytest.mark.filterwarnings("ignore")
def test_pretty_midi_hears_our_notes_at_the_same_second(tmp_path):
    pretty_midi = pytest.importorskip("pretty_midi")
    write_midi(read_midi(RIFF), tmp_path / "riff.mid")
    heard = pretty_midi.PrettyMIDI(str(tmp_path / "riff.mid"))
    violin = next(part for part in heard.instruments if part.program == 40)
    assert [(note.pitch, round(note.start, 6)) for note in violin.notes] == [
        (64, 0.0),
        (67, 0.5),
        (71, 1.0),
    ]


def test_a_file_is_written_and_read_by_its_path(tmp_path):
    riff = read_midi(RIFF)
    write_midi(riff, tmp_path / "riff.mid")
    assert read_midi(tmp_path / "riff.mid") == riff


def test_a_file_is_not_written_over_another(tmp_path):
    write_midi(one_part(Note(60, 0, 480)), tmp_path / "riff.mid")
    with pytest.raises(OutputExistsError, match="--force"):
        write_midi(one_part(), tmp_path / "riff.mid")
    assert read_midi(tmp_path / "riff.mid") == one_part(Note(60, 0, 480))
    write_midi(one_part(), tmp_path / "riff.mid", force=True)
    assert read_midi(tmp_path / "riff.mid") == one_part()


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(NotFoundError, match=r"no MIDI file at .*riff\.mid"):
        read_midi(tmp_path / "riff.mid")


def test_a_folder_is_no_midi_file(tmp_path):
    with pytest.raises(FileFormatError, match="is a folder"):
        read_midi(tmp_path)


def test_on_one_tick_a_program_comes_before_controls_before_ends_before_beginnings():
    bend = ControlEvent(480, ControlKind.PITCH_BEND, 0, 100)
    change = ControlEvent(480, ControlKind.PROGRAM_CHANGE, 0, 12)
    part = Part(
        channel=3,
        program=5,
        notes=(Note(60, 0, 480), Note(60, 480, 0), Note(60, 480, 480)),
        controls=(change, bend),
    )
    file = mido.MidiFile(file=io.BytesIO(format_midi(NoteSequence(parts=(part,)))))
    assert [message.type for message in file.tracks[1]] == [
        "program_change",
        "note_on",
        "program_change",
        "pitchwheel",
        "note_off",
        "note_on",
        "note_off",
        "note_on",
        "note_off",
        "end_of_track",
    ]
    assert again(NoteSequence(parts=(part,))).parts == (part,)


def test_a_part_without_a_program_sends_none():
    content = format_midi(one_part(Note(60, 0, 480)))
    file = mido.MidiFile(file=io.BytesIO(content))
    assert not [message for message in file.tracks[1] if message.type == "program_change"]


def test_a_bank_chosen_before_the_program_is_still_chosen_before_it():
    bank = ControlEvent(0, ControlKind.CONTROL_CHANGE, 0, 8)
    program = ControlEvent(0, ControlKind.PROGRAM_CHANGE, 0, 24)
    sequence = one_part(Note(60, 0, 480), program=24, controls=(bank, program))
    assert again(sequence) == sequence


def test_several_parts_on_one_channel_stay_apart():
    parts = tuple(Part(name=name, channel=0, notes=(Note(60, 0, 480),)) for name in ("I", "II"))
    assert again(NoteSequence(parts=parts)).parts == parts


def test_all_sixteen_channels_stay_apart():
    parts = tuple(Part(channel=channel, notes=(Note(60, 0, 480),)) for channel in range(16))
    assert again(NoteSequence(parts=parts)).parts == parts


def test_a_part_that_plays_nothing_keeps_its_name_and_channel():
    parts = (Part(name="", channel=7), Part(name="later", channel=9))
    assert again(NoteSequence(parts=parts)).parts == parts


def test_the_silence_at_the_end_of_a_clip_is_kept_in_every_track():
    sequence = NoteSequence(parts=(Part(notes=(Note(60, 0, 480),)),), duration_ticks=1920)
    assert again(sequence) == sequence
    for track in mido.MidiFile(file=io.BytesIO(format_midi(sequence))).tracks:
        assert sum(message.time for message in track) == 1920


@pytest.mark.parametrize("name", ["Überleitung", "ピアノ", "🎻", "é" * 200, "a\nb", ""])
def test_a_name_in_any_script_survives(name):
    sequence = NoteSequence(parts=(Part(name=name, notes=(Note(60, 0, 480),)),), name=name)
    assert again(sequence) == sequence


def test_a_half_character_becomes_a_question_mark():
    assert again(one_part(name="a\ud800b")).parts[0].name == "a?b"


def test_a_tempo_slower_than_a_file_can_hold_is_the_slowest_one():
    slow = NoteSequence(tempos=(TempoChange(0, 3.576),))
    assert again(slow).tempo_bpm == pytest.approx(3.576, abs=0.001)


def test_a_pause_longer_than_one_delta_is_kept():
    sequence = one_part(Note(60, 0, 480), Note(60, 2**31 - 481, 480))
    assert again(sequence) == sequence
    assert heard_by_mido(format_midi(sequence)) == heard_by_us(sequence)


def test_music_that_lasts_for_weeks_is_refused():
    with pytest.raises(RangeError, match="shorten the music"):
        format_midi(one_part(Note(60, 2**31, 1)))
