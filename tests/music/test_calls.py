"""A call is heard with its beats, its bar lines and its length."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.errors import RequestError
from bridge.music.calls import hear_call
from bridge.schema.notes import Note, NoteSequence, TimeSignature
from tests.music.playing import METRES, named
from tests.music.tunes import FOUR_FOUR, TWINKLE, melody, sequence_of
from tests.strategies import sequences


@pytest.mark.parametrize(
    ("notes", "start", "end"),
    [
        ((Note(60, 0, 480),), 0, 480),
        ((Note(60, 0, 481),), 0, 480),  # a key let go a hair late adds no beat
        ((Note(60, 0, 541),), 0, 960),
        ((Note(60, 240, 200),), 0, 480),
        ((Note(60, 425, 480),), 480, 960),  # played ahead of the beat it belongs to
        ((Note(60, 9600, 100),), 9600, 10080),
        ((Note(60, 0, 0),), 0, 480),
        ((Note(60, 0, 480), Note(62, 1500, 300)), 0, 1920),
    ],
)
def test_a_call_lasts_from_its_first_beat_to_the_beat_after_its_last_note(notes, start, end):
    call = hear_call(sequence_of(*notes))
    assert (call.start_ticks, call.end_ticks, call.length_ticks) == (start, end, end - start)


def test_an_answer_begins_where_the_clip_ends():
    call = hear_call(replace(sequence_of(Note(60, 0, 480)), duration_ticks=1700))
    assert (call.end_ticks, call.length_ticks) == (1920, 480)


@pytest.mark.parametrize(("bar_line", "place"), [(0, 960), (480, 480), (960, 0), (1440, 1440)])
def test_the_onset_of_the_metre_says_where_the_bar_line_is(bar_line, place):
    notes = melody("C4 D4 E4 F4 G4 A4")
    call = hear_call(sequence_of(*notes, metre=TimeSignature(bar_line, 4, 4)))
    assert call.place_in_bar(call.end_ticks) == place


@pytest.mark.parametrize("metre", METRES, ids=named)
def test_bars_of_an_answer_are_bars_of_the_metre(metre):
    call = hear_call(sequence_of(Note(60, 0, 480), metre=metre))
    assert call.answer_ticks(3) == 3 * metre.bar_ticks()


@pytest.mark.parametrize("metre", METRES, ids=named)
def test_no_answer_is_longer_than_sixteen_bars(metre):
    call = hear_call(sequence_of(Note(60, 0, 480), Note(60, 99_999, 480), metre=metre))
    assert call.answer_ticks(None) == 16 * metre.bar_ticks()


def test_endless_bars_are_answered_with_128_beats():
    call = hear_call(sequence_of(Note(60, 0, 480), metre=TimeSignature(0, 255, 1)))
    assert call.answer_ticks(2) == 128 * 480


def test_a_short_call_is_repeated_to_fill_an_answer():
    call = hear_call(sequence_of(*melody("-:2 C4 D4")))
    onsets = [note.onset_ticks for note in call.repeated(call.music.parts[0].notes, 1920)]
    assert onsets == [0, 480, 960, 1440]


def test_the_metre_at_the_end_counts():
    song = replace(TWINKLE.sequence, time_signatures=(FOUR_FOUR, TimeSignature(1920, 3, 4)))
    assert hear_call(song).bar_ticks == 1440


@settings(max_examples=100, deadline=None)
@given(sequence=sequences(), bars=st.none() | st.integers(1, 16))
def test_any_call_is_heard_in_whole_beats_or_refused(sequence, bars):
    if not any(part.notes for part in sequence.parts):
        with pytest.raises(RequestError, match="the call has no notes; play a phrase first"):
            hear_call(sequence)
        return
    call = hear_call(sequence)
    assert call.length_ticks >= 480
    assert call.start_ticks % 480 == call.end_ticks % 480 == call.length_ticks % 480 == 0
    assert call.start_ticks + call.length_ticks <= call.end_ticks
    assert 1 <= call.answer_ticks(bars) <= 16 * call.bar_ticks


def test_silence_is_refused_with_advice():
    with pytest.raises(RequestError, match="play a phrase first"):
        hear_call(NoteSequence())
