"""What stands around a melody is found: its part, key, metre and tempo, and its last bar line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.errors import RequestError
from bridge.music.frame import continuation_start, frame_of, melody_part, new_frame
from bridge.music.key import Key
from bridge.schema.notes import (
    ControlEvent,
    ControlKind,
    Mode,
    Note,
    NoteSequence,
    Part,
    TempoChange,
    TimeSignature,
)
from bridge.schema.performance import Knobs
from tests.music.playing import DRUMS, HIGH, LOW, TRIANGLE
from tests.music.tunes import FOUR_FOUR, TUNES, TWINKLE, sequence_of


def test_new_music_is_in_c_major_at_120_in_its_metre():
    frame = new_frame(Knobs(), TimeSignature(0, 3, 4))
    assert (frame.key, frame.tempo_bpm, frame.beats) == (Key(0, Mode.MAJOR), 120.0, 6)
    assert frame.scale is None


@pytest.mark.parametrize(
    ("knobs", "key"),
    [
        (Knobs(tonic_pitch_class=7), Key(7, Mode.MAJOR)),
        (Knobs(tonic_pitch_class=9, mode=Mode.MINOR), Key(9, Mode.MINOR)),
        (Knobs(scale="dorian"), Key(0, Mode.MINOR)),
        (Knobs(scale="lydian"), Key(0, Mode.MAJOR)),
        (Knobs(scale="blues", tonic_pitch_class=4), Key(4, Mode.MINOR)),
        (Knobs(scale="chromatic"), Key(0, Mode.MAJOR)),
        (Knobs(scale="chromatic", mode=Mode.MINOR), Key(0, Mode.MINOR)),
        (Knobs(scale="minor", mode=Mode.MAJOR, tonic_pitch_class=0), Key(0, Mode.MINOR)),
    ],
)
def test_the_third_is_that_of_the_scale_or_of_the_mode(knobs, key):
    assert new_frame(knobs, FOUR_FOUR).key == key


@pytest.mark.parametrize("tune", TUNES, ids=str)
def test_music_that_goes_on_is_in_the_key_and_metre_of_the_tune(tune):
    frame = frame_of(tune.sequence, Knobs())
    assert frame.key == Key(tune.tonic_pitch_class, tune.mode)
    assert (frame.metre, frame.tempo_bpm) == (tune.metre, 100.0)


def test_the_tempo_and_metre_in_force_at_the_end_go_on():
    sequence = replace(
        TWINKLE.sequence,
        tempos=(TempoChange(0, 90.0), TempoChange(3840, 70.0)),
        time_signatures=(FOUR_FOUR, TimeSignature(3840, 3, 4)),
    )
    frame = frame_of(sequence, Knobs())
    assert (frame.tempo_bpm, frame.metre) == (70.0, TimeSignature(0, 3, 4))


def test_knobs_overrule_the_key_and_tempo_of_a_tune():
    knobs = Knobs(tonic_pitch_class=4, mode=Mode.MINOR, tempo_bpm=200.0)
    frame = frame_of(TWINKLE.sequence, knobs)
    assert (frame.key, frame.tempo_bpm) == (Key(4, Mode.MINOR), 200.0)


def test_the_melody_is_the_highest_part():
    assert melody_part(NoteSequence(parts=(LOW, HIGH))).name == "high"


def test_drums_are_no_melody():
    assert melody_part(NoteSequence(parts=(DRUMS, LOW))).name == "low"


def test_a_part_with_hardly_a_note_is_no_melody():
    assert melody_part(NoteSequence(parts=(TRIANGLE, LOW))).name == "low"


@pytest.mark.parametrize("parts", [(), (DRUMS,), (Part(),), (DRUMS, Part())])
def test_music_without_a_melody_is_refused(parts):
    with pytest.raises(RequestError, match="no notes outside the drum channel"):
        melody_part(NoteSequence(parts=parts))


@pytest.mark.parametrize(
    ("end_ticks", "metre", "start_ticks"),
    [
        (1, FOUR_FOUR, 1920),
        (1919, FOUR_FOUR, 1920),
        (1920, FOUR_FOUR, 1920),
        (1921, FOUR_FOUR, 3840),
        (1920, TimeSignature(0, 3, 4), 2880),
        (1441, TimeSignature(0, 6, 8), 2880),
        (1681, TimeSignature(0, 7, 8), 3360),
    ],
)
def test_a_continuation_begins_on_the_bar_line_after_the_last_note(end_ticks, metre, start_ticks):
    assert continuation_start(sequence_of(Note(60, 0, end_ticks), metre=metre)) == start_ticks


def test_bars_are_counted_from_the_last_change_of_metre():
    sequence = replace(
        sequence_of(Note(60, 0, 2500)), time_signatures=(FOUR_FOUR, TimeSignature(1920, 3, 8))
    )
    assert continuation_start(sequence) == 1920 + 720


def test_a_pedal_that_is_let_go_late_delays_nothing():
    pedal = ControlEvent(9000, ControlKind.CONTROL_CHANGE, 64, 0)
    part = Part(notes=(Note(60, 0, 480),), controls=(pedal,))
    assert continuation_start(NoteSequence(parts=(part,))) == 1920


def test_a_longer_bass_delays_nothing():
    bass = replace(LOW, notes=(*LOW.notes, Note(36, 9600, 1920)))
    assert continuation_start(NoteSequence(parts=(HIGH, bass))) == 3840
