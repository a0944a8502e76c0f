"""A variation changes the melody and nothing else; the toy keeps a phrase as it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.schema.notes import ControlEvent, ControlKind, Note, TempoChange
from tests.music.playing import DRUMS, HIGH, LOW, TRIANGLE, improviser, notes_of, shown
from tests.music.toy_vaes import Heard
from tests.music.tunes import FOUR_FOUR, TUNES, TWINKLE, melody, sequence_of


@pytest.mark.parametrize("tune", TUNES, ids=str)
def test_a_variation_of_nothing_is_what_the_model_heard(melody_toy, tune):
    made = improviser(melody_toy).vary(tune.sequence, amount=0.0)
    assert shown(notes_of(made)) == shown(tune.notes)


def test_velocities_survive_a_variation_of_nothing(melody_toy):
    loud = [replace(note, velocity=9 * index + 1) for index, note in enumerate(melody("C4 D4 E4"))]
    made = improviser(melody_toy).vary(sequence_of(*loud), amount=0.0)
    assert [note.velocity for note in notes_of(made)] == [1, 10, 19]


def test_a_variation_leaves_everything_but_the_melody_as_it_is(melody_toy):
    pedal = ControlEvent(0, ControlKind.CONTROL_CHANGE, 64, 127)
    sequence = replace(
        TWINKLE.sequence,
        parts=(DRUMS, replace(HIGH, controls=(pedal,), program=73), LOW, TRIANGLE),
        name="A song",
        duration_ticks=99_999,
    )
    made = improviser(melody_toy).vary(sequence, amount=0.8)
    assert made.parts[1].notes != HIGH.notes
    restored = replace(made.parts[1], notes=HIGH.notes)
    assert replace(made, parts=(made.parts[0], restored, *made.parts[2:])) == sequence


def test_a_bar_of_rest_stays_a_rest_in_a_variation(melody_toy):
    text = "C4 D4 E4 F4 C4 D4 E4 F4 -:8 C4 D4 E4 F4"
    made = improviser(melody_toy).vary(sequence_of(*melody(text)), amount=1.0)
    assert not [note for note in notes_of(made) if 3840 <= note.onset_ticks < 7680]


def test_a_variation_is_asked_to_be_as_dense_and_as_high_as_the_tune(melody_toy):
    model = Heard(melody_toy)
    improviser(model).vary(sequence_of(*melody("C5 C5 C5 C5 E5:4")), amount=0.5)
    asked = model.given("flow", "condition")[0][0]
    assert 2 ** float(asked[4]) == pytest.approx(5 / 8)
    assert float(asked[6] * 8 + 66) == pytest.approx((4 * 72 + 76) / 5)


def test_a_variation_has_the_tempo_that_was_asked_for(melody_toy):
    made = improviser(melody_toy, tempo_bpm=66.0).vary(TWINKLE.sequence, amount=0.1)
    assert made.tempos == (TempoChange(0, 66.0),)


@pytest.mark.parametrize(
    "note", [Note(60, 3835, 5), Note(60, 0, 0), Note(127, 0, 1), Note(0, 9, 9)]
)
def test_a_single_note_can_be_varied(melody_toy, note):
    made = improviser(melody_toy).vary(sequence_of(note), amount=0.5)
    assert made.time_signatures == (FOUR_FOUR,)
