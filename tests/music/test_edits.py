"""What somebody changed in a piece of music is found, and said in words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.music.edits import compare, in_words
from bridge.schema.notes import Note, NoteSequence, Part

SCALE = tuple(Note(60 + step, step * 480, 240) for step in (0, 2, 4, 5, 7))


def music(notes):
    return NoteSequence(parts=(Part(notes=tuple(sorted(notes, key=lambda n: n.onset_ticks))),))


def shifted(semitones):
    return [replace(note, pitch=note.pitch + semitones) for note in SCALE]


def later(ticks):
    return [replace(note, onset_ticks=note.onset_ticks + ticks) for note in SCALE]


def words(notes):
    return in_words(compare(music(SCALE), music(notes)))


def test_what_was_left_as_it_was_has_no_changes():
    assert words(SCALE) == ()


@pytest.mark.parametrize(
    ("notes", "said"),
    [
        (SCALE[1:], "1 note taken out"),
        ((*SCALE, Note(72, 3000, 240)), "1 note put in"),
        (shifted(2), "5 notes to another pitch up 2 semitones"),
        (
            shifted(-1),
            "5 notes to another pitch down 1 semitone",
        ),
        ((replace(SCALE[0], pitch=61), *SCALE[1:]), "1 note to another pitch up 1 semitone"),
        (
            later(240),
            "5 notes moved later 0.5 beats",
        ),
        ([replace(n, duration_ticks=480) for n in SCALE], "5 notes made longer"),
        ([replace(n, duration_ticks=60) for n in SCALE], "5 notes made shorter"),
        ([replace(n, velocity=100) for n in SCALE], "5 notes made louder"),
        ([replace(n, velocity=40) for n in SCALE], "5 notes made softer"),
    ],
)
def test_a_change_is_said_in_words(notes, said):
    assert words(notes) == (said,)


def test_the_largest_change_comes_first():
    shorter = [replace(note, duration_ticks=60) for note in SCALE[1:]]
    assert words(shorter) == ("4 notes made shorter", "1 note taken out")


def test_a_rounding_of_the_host_is_no_change():
    assert words([replace(note, duration_ticks=note.duration_ticks + 10) for note in SCALE]) == ()


def test_the_resolution_makes_no_difference():
    finer = music(SCALE).at_ppq(960)
    assert in_words(compare(music(SCALE), finer)) == ()


def test_a_note_that_went_far_is_another_note():
    far = (replace(SCALE[0], onset_ticks=9600), *SCALE[1:])
    assert words(far) == ("1 note taken out", "1 note put in")


notes = st.lists(
    st.builds(Note, st.integers(55, 65), st.integers(0, 8).map(lambda n: n * 240), st.just(240)),
    max_size=12,
)


@given(before=notes, after=notes)
def test_every_note_is_accounted_for_once(before, after):
    edits = compare(music(before), music(after))
    assert len(edits.pairs) + len(edits.removed) == len(before)
    assert len(edits.pairs) + len(edits.added) == len(after)
