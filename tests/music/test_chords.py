"""Chords are read as musicians write them, and are found at a tick."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import RequestError
from bridge.music.chords import (
    SEMITONES,
    Chord,
    chord_at,
    chord_name,
    chord_tones,
    next_chord,
    one_a_bar,
    parse_chord,
    parse_chords,
    slots_until_change,
    ticks_until_change,
    transposed_chords,
)
from bridge.schema.goals import QUALITIES, ChordSpan
from bridge.schema.notes import TimeSignature

FOUR_FOUR = TimeSignature(0, 4, 4)
THREE_FOUR = TimeSignature(0, 3, 4)


def said(spans) -> str:
    return " ".join(f"{chord_name(span)}:{span.duration_ticks // 120}" for span in spans)


def read(text, metre=FOUR_FOUR, bars=None) -> str:
    return said(parse_chords(text, metre, bars=bars))


def test_every_quality_has_its_tones():
    assert tuple(SEMITONES) == QUALITIES


@pytest.mark.parametrize(
    ("symbol", "tones"),
    [
        ("C", {0, 4, 7}),
        ("F#m", {6, 9, 1}),
        ("Bbmaj7", {10, 2, 5, 9}),
        ("Abdim", {8, 11, 2}),
        ("G7", {7, 11, 2, 5}),
        ("Dsus4", {2, 7, 9}),
        ("E+", {4, 8, 0}),
        ("Bø", {11, 2, 5, 9}),
        ("C/E", {0, 4, 7}),
        ("CM7", {0, 4, 7, 11}),
        ("A-7", {9, 0, 4, 7}),
    ],
)
def test_a_symbol_stands_for_its_tones(symbol, tones):
    assert set(parse_chord(symbol).pitch_classes) == tones


@given(root=st.integers(0, 11), quality=st.sampled_from(QUALITIES))
def test_a_chord_is_read_as_it_is_written(root, quality):
    assert parse_chord(str(Chord(root, quality))) == Chord(root, quality)


def test_without_bar_lines_each_chord_lasts_a_bar():
    assert read("C Am F G") == "C:16 Am:16 F:16 G:16"


def test_chords_of_one_bar_share_it():
    assert read("C Am | F | G7 C G C") == "C:8 Am:8 F:16 G7:4 C:4 G:4 C:4"


def test_two_chords_in_a_bar_of_three_beats_change_on_a_beat():
    assert read("C G |", THREE_FOUR) == "C:8 G:4"


def test_two_chords_in_six_eight_change_on_the_second_pulse():
    assert read("C G |", TimeSignature(0, 6, 8)) == "C:6 G:6"


def test_a_short_progression_is_repeated():
    assert read("C G", bars=5) == "C:16 G:16 C:16 G:16 C:16"


def test_a_long_progression_is_cut():
    assert read("C Am F G", bars=2) == "C:16 Am:16"


def test_a_percent_sign_says_the_bar_before_again():
    assert read("C F | % | G") == "C:8 F:8 C:8 F:8 G:16"


def test_no_chord_is_written_nc():
    assert read("N.C. C") == "N.C.:16 C:16"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no chords given; write for example 'C Am F G'"),
        ("| |", "no chords given"),
        ("C Hm", "'Hm' is no chord; write a root A..G"),
        ("Cadd9", "has no quality 'add9' here; one of: .*m7b5, sus4"),
        ("% C", "'%' is no chord"),
    ],
)
def test_what_is_no_chord_is_refused_with_advice(text, message):
    with pytest.raises(RequestError, match=message):
        parse_chords(text, FOUR_FOUR)


SONG = parse_chords("C | C Am | N.C. | G", FOUR_FOUR)


@pytest.mark.parametrize(
    ("ticks", "name"), [(0, "C"), (1919, "C"), (2880, "Am"), (3840, "N.C."), (7679, "G")]
)
def test_the_chord_at_a_tick_is_found(ticks, name):
    assert chord_name(chord_at(SONG, ticks)) == name


def test_after_the_last_chord_there_is_none():
    assert chord_at(SONG, 7680) is None


def test_the_same_chord_again_is_no_change():
    assert chord_name(next_chord(SONG, 0)) == "Am"


def test_the_time_to_a_change_is_counted_in_ticks_and_slots():
    assert (ticks_until_change(SONG, 480), slots_until_change(SONG, 6)) == (2400, 30)


def test_before_the_last_chord_ends_no_change_comes():
    assert (ticks_until_change(SONG, 6000), slots_until_change(SONG, 75)) == (None, None)


def test_a_gap_between_chords_has_no_tones():
    gap = (ChordSpan(0, 480, 0), ChordSpan(960, 480, 7))
    assert chord_tones(chord_at(gap, 600)) == frozenset()


def test_transposed_chords_keep_their_kind_and_place():
    assert said(transposed_chords(SONG, 2)) == "D:16 D:8 Bm:8 N.C.:16 A:16"


def test_chords_by_rule_last_a_bar_each():
    assert said(one_a_bar([Chord(0, ""), Chord(7, "")], THREE_FOUR)) == "C:12 G:12"
