"""The key of a melody is found, whatever the tonic."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.music.key import NAMES, Key, find_key, scale_pitch_classes
from bridge.schema.notes import KeySignature, Mode, Note
from bridge.schema.performance import SCALES
from tests.music.tunes import GREENSLEEVES, TUNES, TWINKLE, melody

ALL_KEYS = [Key(tonic, mode) for mode in Mode for tonic in range(12)]
CADENCES = {
    Mode.MAJOR: melody("C4 D4 E4 F4 G4 A4 B4 C5 G4 F4 D4 B3 C4:2"),
    Mode.MINOR: melody("C4 D4 Eb4 F4 G4 Ab4 B4 C5 G4 F4 D4 B3 C4:2"),
}
"""A scale up, and home by way of the dominant seventh."""


def transposed(notes: tuple[Note, ...], semitones: int) -> list[Note]:
    return [replace(note, pitch=note.pitch + semitones) for note in notes]


@pytest.mark.parametrize("key", ALL_KEYS, ids=str)
def test_each_key_is_found_from_its_scale_and_cadence(key):
    assert find_key(transposed(CADENCES[key.mode], key.tonic_pitch_class)) == key


@pytest.mark.parametrize("tune", TUNES, ids=str)
def test_the_key_of_a_real_tune_is_found(tune):
    assert find_key(tune.notes) == Key(tune.tonic_pitch_class, tune.mode)


@pytest.mark.parametrize("tune", [TWINKLE, GREENSLEEVES], ids=str)
@pytest.mark.parametrize("semitones", range(-11, 12))
def test_a_transposed_tune_has_the_transposed_key(tune, semitones):
    expected = Key((tune.tonic_pitch_class + semitones) % 12, tune.mode)
    assert find_key(transposed(tune.notes, semitones)) == expected


def test_the_order_in_which_notes_are_given_does_not_matter():
    assert find_key(reversed(GREENSLEEVES.notes)) == find_key(GREENSLEEVES.notes)


def test_no_notes_at_all_are_in_c_major():
    assert find_key([]) == Key(0, Mode.MAJOR)


def test_a_melody_that_favours_no_pitch_class_has_a_key():
    level = [Note(60 + step, 480 * step, 240) for step in range(11)]
    assert find_key([*level, Note(71, 5280, 0)]) in ALL_KEYS


@settings(max_examples=100, deadline=None)
@given(
    notes=st.lists(
        st.builds(Note, st.integers(0, 127), st.integers(0, 9999), st.integers(0, 9999)), max_size=9
    )
)
def test_any_melody_has_a_key(notes):
    assert find_key(notes) in ALL_KEYS


@pytest.mark.parametrize("key", ALL_KEYS, ids=str)
def test_the_tonic_goes_to_c_by_the_shorter_way(key):
    assert (key.tonic_pitch_class + key.shift_to_c) % 12 == 0
    assert -6 <= key.shift_to_c <= 5


def test_keys_are_written_as_musicians_write_them():
    assert [str(Key(10, Mode.MAJOR)), str(Key(9, Mode.MINOR))] == ["Bb major", "A minor"]


@pytest.mark.parametrize("mode", Mode)
def test_a_key_knows_the_scale_that_its_signature_writes(mode):
    for fifths in range(-7, 8):
        signature = KeySignature(0, fifths, mode)
        key = Key(signature.tonic_pitch_class, mode)
        written = {(7 * (fifths + step)) % 12 for step in range(-1, 6)}
        assert scale_pitch_classes(key.tonic_pitch_class, key.scale) == written


@pytest.mark.parametrize("scale", SCALES)
def test_every_scale_begins_on_its_tonic(scale):
    for tonic in range(12):
        pitch_classes = scale_pitch_classes(tonic, scale)
        assert tonic in pitch_classes
        assert pitch_classes == {(tonic + step) % 12 for step in SCALES[scale]}


def test_the_twelve_pitch_classes_have_names():
    assert len(set(NAMES)) == 12
