"""Chords fit the melody and follow each other as usual; the bass fits the chords."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.music.chords import Chord
from bridge.music.harmony import bass_line, find_chords
from bridge.music.key import Key
from bridge.schema.notes import Mode
from tests.music.melodies_on_the_grid import melodies
from tests.music.tunes import TUNES, TWINKLE, melody

C_MAJOR, A_MINOR = Key(0, Mode.MAJOR), Key(9, Mode.MINOR)
BAR_TICKS = 1920
ALL_CHORDS = [Chord(root, quality) for root in range(12) for quality in ("", "m", "dim")]


def chords(*bars: str, key: Key = C_MAJOR, bar_ticks: int = BAR_TICKS, previous=None) -> str:
    found = find_chords([melody(bar) for bar in bars], key, bar_ticks=bar_ticks, previous=previous)
    return " ".join(str(chord) for chord in found)


def test_an_arpeggio_of_c_major_is_c_in_every_bar():
    assert chords(*["C4 E4 G4 C5"] * 4) == "C C C C"


@pytest.mark.parametrize(
    ("bar", "name"),
    [
        ("C4 E4 G4 E4", "C"),
        ("D4 F4 A4 F4", "Dm"),
        ("E4 G4 B4 E4", "Em"),
        ("F4 A4 C5 A4", "F"),
        ("G4 B4 D5 B4", "G"),
        ("A4 C5 E5 A4", "Am"),
    ],
)
def test_an_arpeggio_of_each_triad_is_that_chord(bar, name):
    assert chords(bar) == name


def test_a_dominant_goes_home():
    assert chords("G4 B4 D5 B4", "C5 E5 G4 C5") == "G C"


def test_minor_cadences_use_the_major_dominant():
    assert chords("A4 C5 E5 C5", "D5 F5 D5 A4", "E5 G#4 B4 G#4", "A4:4", key=A_MINOR) == (
        "Am Dm E Am"
    )


def test_twinkle_is_harmonised_as_a_guitarist_might():
    bars = [bar for bar in TWINKLE.text.split("|") if bar.strip()][:4]
    assert chords(*bars) == "C Am F G"


def test_an_empty_bar_at_the_start_rests_on_the_tonic():
    assert chords("") == "C"


def test_an_empty_bar_after_the_dominant_is_the_tonic():
    assert chords("", previous=Chord(7, "")) == "C"


def test_a_chord_from_another_key_before_does_not_matter():
    assert chords("C4 E4 G4 C5", previous=Chord(1, "dim")) == "C"


def test_no_bars_have_no_chords():
    assert chords() == ""


@settings(max_examples=60, deadline=None)
@given(
    bars=st.lists(melodies(beats=4), max_size=6),
    tonic=st.integers(0, 11),
    mode=st.sampled_from(Mode),
)
def test_every_bar_has_a_chord_of_the_key(bars, tonic, mode):
    found = find_chords(bars, Key(tonic, mode), bar_ticks=BAR_TICKS)
    home = find_chords([[]], Key(tonic, mode), bar_ticks=BAR_TICKS)[0]
    assert len(found) == len(bars)
    assert home == Chord(tonic, "m" if mode is Mode.MINOR else "")
    assert {chord.root_pitch_class for chord in found} <= {
        (tonic + step) % 12 for step in (0, 2, 3, 4, 5, 7, 8, 9, 10)
    }


@pytest.mark.parametrize("tune", TUNES, ids=str)
def test_a_transposed_tune_has_the_transposed_chords(tune):
    key = Key(tune.tonic_pitch_class, tune.mode)
    bars = [melody(bar) for bar in tune.text.split("|")]
    moved = [[_up_a_fourth(note) for note in bar] for bar in bars]
    higher = Key((key.tonic_pitch_class + 5) % 12, key.mode)
    bar_ticks = tune.metre.bar_ticks()
    found = find_chords(bars, key, bar_ticks=bar_ticks)
    assert find_chords(moved, higher, bar_ticks=bar_ticks) == [
        Chord((chord.root_pitch_class + 5) % 12, chord.quality) for chord in found
    ]


def _up_a_fourth(note):
    return replace(note, pitch=note.pitch + 5)


@pytest.mark.parametrize(
    ("chord", "name", "pitch_classes"),
    [
        (Chord(0, ""), "C", (0, 4, 7)),
        (Chord(9, "m"), "Am", (9, 0, 4)),
        (Chord(11, "dim"), "Bdim", (11, 2, 5)),
        (Chord(10, ""), "Bb", (10, 2, 5)),
    ],
)
def test_a_chord_is_named_and_spelled(chord, name, pitch_classes):
    assert (str(chord), chord.pitch_classes) == (name, pitch_classes)


LINES = given(
    chord=st.sampled_from(ALL_CHORDS),
    following=st.sampled_from(ALL_CHORDS),
    bar_ticks=st.sampled_from((480, 720, 960, 1440, 1680, 1920, 2880)),
    kicks_ticks=st.lists(st.integers(0, 2879), max_size=12),
)


@settings(max_examples=100, deadline=None)
@LINES
def test_the_bass_plays_the_root_on_one(chord, following, bar_ticks, kicks_ticks):
    first = bass_line(chord, following, bar_ticks=bar_ticks, kicks_ticks=kicks_ticks)[0]
    assert (first.onset_ticks, first.pitch % 12) == (0, chord.root_pitch_class)


@settings(max_examples=100, deadline=None)
@LINES
def test_the_bass_stays_in_its_register(chord, following, bar_ticks, kicks_ticks):
    line = bass_line(chord, following, bar_ticks=bar_ticks, kicks_ticks=kicks_ticks)
    assert all(28 <= note.pitch <= 52 for note in line)


@settings(max_examples=100, deadline=None)
@LINES
def test_the_bass_is_one_voice_inside_its_bar(chord, following, bar_ticks, kicks_ticks):
    line = bass_line(chord, following, bar_ticks=bar_ticks, kicks_ticks=kicks_ticks)
    assert all(a.end_ticks <= b.onset_ticks for a, b in pairwise(line))
    assert line[-1].end_ticks <= bar_ticks


def test_the_bass_leads_to_the_next_root_by_a_step():
    line = bass_line(Chord(0, ""), Chord(5, ""), bar_ticks=BAR_TICKS, kicks_ticks=[])
    target = bass_line(Chord(5, ""), Chord(5, ""), bar_ticks=BAR_TICKS, kicks_ticks=[])[0]
    assert line[-1].onset_ticks == BAR_TICKS - 240
    assert abs(line[-1].pitch - target.pitch) in (1, 2)


def test_the_bass_plays_with_the_kick():
    line = bass_line(Chord(0, ""), Chord(0, ""), bar_ticks=BAR_TICKS, kicks_ticks=[0, 725, 965])
    assert [note.onset_ticks for note in line] == [0, 720, 960]
