"""Swing, humanise and register do what they say in every verb that makes music."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bridge.errors import RangeError
from bridge.music.feel import MOST_TOUCH_TICKS, Swing, swung
from bridge.music.lines import mean_pitch
from bridge.operations.music import (
    AnswerRequest,
    ContinueRequest,
    InterpolateRequest,
    PlayRequest,
    SampleRequest,
    VaryRequest,
    answer,
    continue_melody,
    interpolate,
    play,
    sample,
    vary,
)
from bridge.operations.studio import Studio
from bridge.schema.live import AnswerKind
from bridge.schema.notes import NoteSequence, TimeSignature
from bridge.schema.performance import Knobs
from tests.music.tunes import FRERE_JACQUES, GREENSLEEVES, ODE_TO_JOY, TWINKLE

MODELS = Path(__file__).resolve().parents[2] / "onnx_models"
TUNE = TWINKLE.sequence


@pytest.fixture(scope="module")
def studio():
    """The trained models: what a knob does shows only there."""
    return Studio(models=MODELS)


def answered(kind: AnswerKind):
    return lambda studio, knobs: answer(AnswerRequest(TUNE, kind, bars=8, knobs=knobs), studio)


def joined(part: int):
    """Give a part of eight bars of the band as a sequence."""

    def played(studio, knobs):
        bars = list(play(PlayRequest(bars=8, knobs=knobs), studio))
        notes = [
            replace(note, onset_ticks=note.onset_ticks + 1920 * bar.index)
            for bar in bars
            for note in bar.parts[part].notes
        ]
        return NoteSequence(parts=(replace(bars[0].parts[part], notes=tuple(notes)),))

    return played


MELODIES = {
    "sample": lambda studio, knobs: sample(SampleRequest(bars=16, knobs=knobs), studio),
    "continue": lambda studio, knobs: continue_melody(
        ContinueRequest(TUNE, bars=16, answer_only=True, knobs=knobs), studio
    ),
    "interpolate": lambda studio, knobs: interpolate(
        InterpolateRequest(FRERE_JACQUES.sequence, ODE_TO_JOY.sequence, bars=8, knobs=knobs), studio
    ),
    "vary": lambda studio, knobs: vary(VaryRequest(TUNE, knobs=knobs), studio),
    "answer, continue": answered(AnswerKind.CONTINUE),
    "answer, vary": answered(AnswerKind.VARY),
    "play, melody": joined(0),
}
GENERATED = MELODIES | {"play, bass": joined(1)}
DRUMS = {"answer, drums": answered(AnswerKind.DRUMS), "play, drums": joined(2)}


def notes_of(made: NoteSequence):
    return made.parts[0].notes


@pytest.mark.parametrize("verb", [*GENERATED, *DRUMS])
@pytest.mark.parametrize("amount", [0.5, 1.0])
def test_swing_puts_off_beats_exactly_where_it_says(studio, verb, amount):
    make = (GENERATED | DRUMS)[verb]
    straight, swinging = (
        notes_of(make(studio, Knobs(swing=swing, humanise=0.0))) for swing in (0.0, amount)
    )
    moved = [note.onset_ticks for note in swinging]
    assert moved == [note.onset_ticks for note in swung(straight, Swing(amount))]
    assert moved != [note.onset_ticks for note in straight]
    assert [note.pitch for note in swinging] == [note.pitch for note in straight]


def test_in_six_eight_the_sixteenths_swing(studio):
    metre = TimeSignature(0, 6, 8)
    straight, swinging = (
        notes_of(sample(SampleRequest(16, metre, knobs=Knobs(swing=swing)), studio))
        for swing in (0.0, 1.0)
    )
    after = {
        (a.onset_ticks % 240, b.onset_ticks % 240) for a, b in zip(straight, swinging, strict=True)
    }
    assert (120, 160) in after
    assert after <= {(0, 0), (120, 160), (80, 80), (160, 160)}  # the last two are of triplets


@pytest.mark.parametrize("verb", GENERATED)
def test_humanise_spreads_time_and_velocity_and_changes_no_pitch(studio, verb):
    written, played = (
        notes_of(GENERATED[verb](studio, Knobs(humanise=amount))) for amount in (0.0, 1.0)
    )
    late = np.array([a.onset_ticks - b.onset_ticks for a, b in zip(played, written, strict=True)])
    harder = np.array([a.velocity - b.velocity for a, b in zip(played, written, strict=True)])
    assert [note.pitch for note in played] == [note.pitch for note in written]
    assert 4.0 < late.std() < 14.0  # 10 ms are 8 ticks at 100 BPM, 9.6 at 120
    assert abs(late).max() <= MOST_TOUCH_TICKS
    assert 3.5 < harder.std() < 8.5


@pytest.mark.parametrize("verb", GENERATED)
def test_unless_it_is_turned_melodies_and_bass_stay_on_the_grid(studio, verb):
    make = GENERATED[verb]
    assert notes_of(make(studio, Knobs())) == notes_of(make(studio, Knobs(humanise=0.0)))


@pytest.mark.parametrize("verb", DRUMS)
def test_drums_leave_the_grid_as_drummers_do_unless_that_is_turned_down(studio, verb):
    off_grid = [
        np.std(
            [(note.onset_ticks + 60) % 120 - 60 for note in notes_of(DRUMS[verb](studio, knobs))]
        )
        for knobs in (Knobs(), Knobs(humanise=1.0), Knobs(humanise=0.5), Knobs(humanise=0.0))
    ]
    assert off_grid[0] == off_grid[1] > 8.0
    assert off_grid[2] == pytest.approx(off_grid[1] / 2, rel=0.1)
    assert off_grid[3] == 0.0


@pytest.mark.parametrize("verb", [*MELODIES, "answer, harmony"])
@pytest.mark.parametrize("register", [50.0, 60.0, 72.0, 84.0])
def test_a_melody_lies_where_it_is_asked_to(studio, verb, register):
    make = (MELODIES | {"answer, harmony": answered(AnswerKind.HARMONY)})[verb]
    made = notes_of(make(studio, Knobs(register=register)))
    nearest_octave = verb in ("answer, harmony", "answer, vary", "vary", "interpolate")
    assert abs(mean_pitch(made) - register) <= (6.0 if nearest_octave else 4.0)


@pytest.mark.parametrize("register", [36.0, 96.0])
def test_the_ends_of_the_register_are_reached(studio, register):
    made = sample(SampleRequest(16, knobs=Knobs(register=register)), studio)
    assert abs(mean_pitch(notes_of(made)) - register) <= 3.0


def test_a_bass_line_is_continued_as_a_bass_line(studio):
    low = [replace(note, pitch=note.pitch - 24) for note in GREENSLEEVES.notes]
    song = replace(GREENSLEEVES.sequence, parts=(replace(TUNE.parts[0], notes=tuple(low)),))
    made = continue_melody(ContinueRequest(song, bars=16, answer_only=True), studio)
    assert abs(mean_pitch(notes_of(made)) - mean_pitch(low)) <= 3.0


@pytest.mark.parametrize(
    "knobs",
    [
        {"swing": -0.01},
        {"swing": 1.01},
        {"swing": float("nan")},
        {"humanise": -0.01},
        {"humanise": 1.01},
        {"register": 35.9},
        {"register": 96.1},
        {"register": float("nan")},
    ],
)
def test_a_knob_beyond_its_end_is_refused(knobs):
    with pytest.raises(RangeError, match=r"must be \d"):
        Knobs(**knobs)
