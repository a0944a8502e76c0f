"""The melody is found among what two hands play."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.music.voices import clear_of, melody_flags, melody_of, one_voice
from bridge.schema.notes import Note
from tests.music.tunes import TUNES, melody

TOP = melody("E5 F5 G5 C5")
CHORDS = [
    Note(pitch, note.onset_ticks + late, 480)
    for note in TOP
    for late, pitch in ((0, 48), (12, 55), (30, 60))
]


def together(*notes):
    return sorted(notes, key=lambda note: (note.onset_ticks, note.pitch))


@pytest.mark.parametrize("tune", TUNES, ids=str)
def test_a_single_voice_is_all_melody(tune):
    assert all(melody_flags(tune.notes))


@pytest.mark.parametrize("tune", TUNES, ids=str)
def test_a_voice_played_legato_is_all_melody(tune):
    legato = [replace(note, duration_ticks=note.duration_ticks + 90) for note in tune.notes]
    assert all(melody_flags(legato))


def test_of_chords_the_highest_notes_are_the_melody():
    assert melody_of(together(*TOP, *CHORDS)) == list(TOP)


@pytest.mark.parametrize("late", [-30, 30])
def test_a_melody_that_comes_before_or_after_its_chord_is_still_the_melody(late):
    loose = [replace(note, onset_ticks=480 + note.onset_ticks + late) for note in TOP]
    chords = [replace(note, onset_ticks=480 + note.onset_ticks) for note in CHORDS]
    assert melody_of(together(*loose, *chords)) == loose


def test_an_alberti_bass_lies_beneath():
    bass = [Note(pitch, 240 * index, 240) for index, pitch in enumerate((48, 55, 52, 55) * 2)]
    long = melody("E5:2 G5:2")
    assert melody_of(together(*long, *bass)) == list(long)


def test_where_the_melody_rests_the_others_are_heard():
    low = Note(48, 1200, 480)
    assert melody_of([*melody("C5 D5"), low]) == [*melody("C5 D5"), low]


def test_one_voice_lets_go_when_the_next_note_begins():
    legato = [replace(note, duration_ticks=900) for note in melody("C4 D4 E4")]
    assert [note.end_ticks for note in one_voice(legato)] == [480, 960, 1860]


def test_no_voice_is_no_voice():
    assert (melody_of([]), one_voice([])) == ([], [])


@pytest.mark.parametrize(
    ("note", "left"),
    [
        (Note(60, 0, 480), [Note(60, 0, 480)]),
        (Note(60, 0, 600), [Note(60, 0, 480)]),
        (Note(60, 480, 10), []),
        (Note(60, 700, 900), []),
        (Note(60, 960, 480), [Note(60, 960, 480)]),
        (Note(61, 480, 480), [Note(61, 480, 480)]),
    ],
)
def test_a_key_that_is_down_is_not_struck(note, left):
    assert clear_of([note], [Note(60, 480, 480)]) == left
