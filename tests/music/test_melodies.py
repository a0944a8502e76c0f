"""Every verb on melodies keeps its promises with any model: time, key, range and seed."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.errors import RequestError
from bridge.music.frame import continuation_start, new_frame
from bridge.music.lines import transposed
from bridge.music.melody_vae import MelodyWish
from bridge.schema.notes import KeySignature, Mode, Note
from bridge.schema.performance import SCALES, STYLES, Knobs
from tests.music.melodies_on_the_grid import melodies
from tests.music.playing import METRES, improviser, notes_of
from tests.music.toy_vaes import Heard
from tests.music.tunes import FOUR_FOUR, ODE_TO_JOY, TWINKLE, sequence_of

SEEDS = st.integers(0, 2**32)


def made_by_each_verb(model, seed: int = 0, **knobs):
    """Give what every verb makes, with its name and the most it may last."""
    tune = ODE_TO_JOY.sequence
    player = improviser(model, seed=seed, **knobs)
    yield "sample", player.sample(FOUR_FOUR, bars=3), 3 * 1920
    yield "continue", player.continue_melody(tune, bars=3), 3 * 1920
    yield "interpolate", player.interpolate(tune, TWINKLE.sequence, bars=3, steps=4), 12 * 1920
    yield "vary", player.vary(tune, amount=0.7), 8 * 1920


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_every_melody_is_one_voice_that_ends_in_time(melody_toy, seed):
    for verb, made, most_ticks in made_by_each_verb(melody_toy, seed):
        notes = notes_of(made)
        assert all(a.end_ticks <= b.onset_ticks for a, b in pairwise(notes)), verb
        assert all(0 <= note.pitch <= 127 and note.duration_ticks > 0 for note in notes), verb
        assert notes[-1].end_ticks <= most_ticks, verb


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS, tonic=st.integers(0, 11), scale=st.sampled_from(sorted(SCALES)))
def test_with_a_scale_every_note_keeps_to_it(melody_toy, seed, tonic, scale):
    allowed = {(tonic + step) % 12 for step in SCALES[scale]}
    knobs = {"tonic_pitch_class": tonic, "scale": scale}
    for verb, made, _ in made_by_each_verb(melody_toy, seed, **knobs):
        assert {note.pitch % 12 for note in notes_of(made)} <= allowed, verb


def test_without_a_scale_notes_leave_the_key(melody_toy):
    made = improviser(melody_toy, tonic_pitch_class=0).sample(FOUR_FOUR, bars=8)
    assert not {note.pitch % 12 for note in notes_of(made)} <= set(SCALES["major"])


def test_the_same_seed_makes_the_same_melodies(melody_toy):
    first, again = (list(made_by_each_verb(melody_toy, seed=5)) for _ in range(2))
    assert first == again


def test_another_seed_makes_other_melodies(melody_toy):
    pairs = zip(made_by_each_verb(melody_toy, 1), made_by_each_verb(melody_toy, 2), strict=True)
    for (verb, first, _), (_, other, _) in pairs:
        if verb != "interpolate":
            assert notes_of(first) != notes_of(other), verb


def test_the_key_of_what_is_made_is_written_into_it(melody_toy):
    keys = {
        verb: made.key_signatures
        for verb, made, _ in made_by_each_verb(melody_toy, tonic_pitch_class=6, mode=Mode.MINOR)
    }
    f_sharp_minor = (KeySignature(0, 3, Mode.MINOR),)
    assert keys["sample"] == keys["continue"] == keys["interpolate"] == f_sharp_minor


@pytest.mark.parametrize("mode", Mode)
def test_the_written_key_has_the_tonic_that_was_asked_for(melody_toy, mode):
    for tonic in range(12):
        player = improviser(melody_toy, tonic_pitch_class=tonic, mode=mode)
        (key,) = player.sample(FOUR_FOUR, bars=1).key_signatures
        assert (key.tonic_pitch_class, key.mode) == (tonic, mode)


@settings(max_examples=50, deadline=None)
@given(notes=melodies(pitches=st.integers(6, 121)), semitones=st.integers(-6, 5))
def test_a_melody_moved_to_c_and_back_is_itself(notes, semitones):
    assert tuple(transposed(transposed(notes, semitones), -semitones)) == notes


@pytest.mark.parametrize(("pitch", "semitones", "moved"), [(2, -6, 8), (125, 5, 118), (60, 5, 65)])
def test_a_note_that_would_leave_the_range_moves_by_an_octave(pitch, semitones, moved):
    assert [note.pitch for note in transposed([Note(pitch, 0, 1)], semitones)] == [moved]


@settings(max_examples=30, deadline=None)
@given(notes=melodies(), metre=st.sampled_from(METRES), amount=st.sampled_from((0.0, 0.3, 1.0)))
def test_any_melody_can_be_continued_and_varied(melody_toy, notes, metre, amount):
    sequence = sequence_of(*notes, Note(60, 3840, 480), metre=metre)
    player = improviser(melody_toy)
    assert notes_of(player.vary(sequence, amount=amount))[-1].end_ticks <= continuation_start(
        sequence
    )
    answer = notes_of(player.continue_melody(sequence, bars=1))
    assert all(note.end_ticks <= metre.bar_ticks() for note in answer)


def test_a_scale_shuts_out_every_other_pitch_class():
    leaning = new_frame(Knobs(scale="blues"), FOUR_FOUR).leaning(invents=True)
    assert set(np.flatnonzero(leaning == 0.0)) == {0, 3, 5, 6, 7, 10}
    assert max(leaning[[1, 2, 4, 8, 9, 11]]) < -1e6


def test_new_notes_lean_to_the_key_and_heard_ones_do_not():
    frame = new_frame(Knobs(), FOUR_FOUR)
    lean = frame.leaning(invents=True)
    assert min(lean[[0, 2, 4, 5, 7, 9, 11]]) > max(lean[[1, 3, 6, 8, 10]])
    assert not frame.leaning(invents=False).any()


def test_a_phrase_that_is_one_long_note_can_be_continued(melody_toy):
    held = sequence_of(Note(67, 0, 4 * 3840))
    assert notes_of(improviser(melody_toy).continue_melody(held, bars=2))[-1].end_ticks <= 3840


@pytest.mark.parametrize("style", STYLES)
def test_the_style_reaches_the_flow_from_every_verb_that_draws(melody_toy, style):
    for verb in ("sample", "continue", "vary"):
        model = Heard(melody_toy)
        player = improviser(model, style=style)
        if verb == "sample":
            player.sample(FOUR_FOUR, bars=1)
        elif verb == "continue":
            player.continue_melody(TWINKLE.sequence, bars=1)
        else:
            player.vary(TWINKLE.sequence, amount=0.5)
        asked = model.given("flow", "condition")[0][0]
        assert STYLES[int(np.flatnonzero(asked[10:])[0])] == style, verb


@pytest.mark.parametrize("density", [0.5, 1.0, 3.0])
def test_the_density_reaches_the_flow(melody_toy, density):
    model = Heard(melody_toy)
    improviser(model, density=density).sample(FOUR_FOUR, bars=1)
    asked, least = model.given("flow", "condition")[0]
    assert 2 ** float(asked[4]) == pytest.approx(density)
    assert (float(asked[5]), float(least[5])) == (1.0, 0.0)


def test_a_style_that_there_is_not_is_refused_with_those_there_are():
    with pytest.raises(RequestError, match="no style 'jazz'; one of: folk, standards, pop"):
        MelodyWish(style="jazz")
