"""A continuation hears the last phrase and goes on from it, in time and register."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bridge.music.frame import frame_of
from bridge.schema.notes import Note, TimeSignature
from bridge.schema.performance import Knobs
from tests.music.playing import METRES, improviser, named, notes_of
from tests.music.toy_vaes import Heard
from tests.music.tunes import FOUR_FOUR, ODE_TO_JOY, TWINKLE, WASHERWOMAN, melody, sequence_of


def test_a_continuation_hears_the_last_two_bars_at_c(melody_toy):
    model = Heard(melody_toy)
    improviser(model).continue_melody(ODE_TO_JOY.sequence, bars=2)
    (tokens,) = model.given("encoder", "tokens")
    pitches = [int(token) - 2 for token in tokens[0] if token >= 2]
    at_c = [note.pitch - 2 for note in ODE_TO_JOY.notes if note.onset_ticks >= 6 * 1920]
    assert pitches == at_c


@pytest.mark.parametrize("metre", METRES, ids=named)
def test_what_a_continuation_hears_ends_where_the_continuation_begins(melody_toy, metre):
    model = Heard(melody_toy)
    riff = sequence_of(Note(60, metre.bar_ticks() - 240, 240), metre=metre)
    improviser(model).continue_melody(riff, bars=1)
    (tokens,) = model.given("encoder", "tokens")
    beats = frame_of(riff, Knobs()).beats
    assert np.flatnonzero(tokens[0] >= 2).tolist() == [6 * beats - 3]


def asked_register(melody_toy, octave: int, **knobs) -> float:
    """Give the register that the flow is asked for after a riff in an octave."""
    model = Heard(melody_toy)
    riff = sequence_of(*melody(" ".join(f"{step}{octave}" for step in "CEGECDEC")))
    improviser(model, **knobs).continue_melody(riff, bars=2)
    return float(model.given("flow", "condition")[0][0][6] * 8 + 66)


@pytest.mark.parametrize(
    ("octave", "asked"),
    [(1, 62.625), (3, 62.625), (4, 62.625), (5, 74.625), (6, 74.625), (8, 74.625)],
)
def test_a_continuation_is_asked_for_the_register_it_heard_in_octaves_the_model_knows(
    melody_toy, octave, asked
):
    assert asked_register(melody_toy, octave) == pytest.approx(asked)


@pytest.mark.parametrize(("register", "asked"), [(60.0, 60.0), (84.0, 84.0), (40.0, 64.0)])
def test_a_register_that_is_asked_for_reaches_the_model(melody_toy, register, asked):
    assert asked_register(melody_toy, 4, register=register) == pytest.approx(asked)


def test_each_phrase_follows_the_one_before(melody_toy):
    model = Heard(melody_toy)
    improviser(model).continue_melody(TWINKLE.sequence, bars=6)
    previous = [rows[0] for rows in model.given("flow", "previous")[::24]]
    (latents,) = model.given("decoder", "latent")
    assert np.array_equal(np.stack(previous[1:]), latents[:-1])
    follows = {float(rows[0][1]) for rows in model.given("flow", "condition")}
    assert follows == {1.0}


def test_a_continuation_of_silence_hears_the_notes_before_it(melody_toy):
    late = replace(TWINKLE.sequence, time_signatures=(FOUR_FOUR, TimeSignature(100 * 1920, 4, 4)))
    assert len(notes_of(improviser(melody_toy).continue_melody(late, bars=2))) > 0


@pytest.mark.parametrize("tune", [TWINKLE, WASHERWOMAN], ids=str)
def test_a_continuation_has_the_metre_and_tempo_of_the_tune(melody_toy, tune):
    answer = improviser(melody_toy).continue_melody(tune.sequence, bars=2)
    assert (answer.time_signatures, answer.tempo_bpm) == ((tune.metre,), 100.0)
