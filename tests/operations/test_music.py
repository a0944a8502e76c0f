"""The operations on music: the same request gives the same notes, a wrong one is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.errors import CancelledError, NotFoundError, RangeError, RequestError
from bridge.music.frame import continuation_start
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
from bridge.schema.codec import from_plain, to_plain
from bridge.schema.live import AnswerKind
from bridge.schema.notes import Note, NoteSequence, Part, TempoChange, TimeSignature
from bridge.schema.performance import Knobs
from tests.music.toy_vaes import write_drums_toy, write_melody_toy
from tests.music.tunes import GREENSLEEVES, ODE_TO_JOY, TWINKLE, sequence_of
from tests.strategies import sequences

TUNE = TWINKLE.sequence
BASS = Part(name="bass", channel=1, notes=(Note(36, 0, 480), Note(38, 99_999, 480)))


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    models = tmp_path_factory.mktemp("models")
    write_melody_toy(models)
    write_drums_toy(models)
    return Studio(models=models)


def every_answer(studio, *, seed: int = 0, **knobs):
    """Ask every operation that gives a sequence."""
    fields = {"seed": seed, "knobs": Knobs(**knobs)}
    yield sample(SampleRequest(bars=2, **fields), studio)
    yield continue_melody(ContinueRequest(TUNE, bars=2, **fields), studio)
    yield continue_melody(ContinueRequest(TUNE, bars=2, answer_only=True, **fields), studio)
    yield interpolate(InterpolateRequest(TUNE, ODE_TO_JOY.sequence, steps=3, **fields), studio)
    yield vary(VaryRequest(TUNE, **fields), studio)
    for kind in AnswerKind:
        yield answer(AnswerRequest(TUNE, kind, **fields), studio)


def test_the_same_seed_gives_the_same_notes(studio):
    assert list(every_answer(studio, seed=3)) == list(every_answer(studio, seed=3))


def test_every_answer_survives_a_trip_through_json(studio):
    for made in every_answer(studio, tempo_bpm=96.0):
        plain = json.loads(json.dumps(to_plain(made)))
        assert from_plain(NoteSequence, plain) == made


def test_every_request_survives_a_trip_through_json():
    requests = (
        SampleRequest(bars=3, metre=TimeSignature(0, 7, 8), style="folk", seed=9),
        ContinueRequest(TUNE, answer_only=True, knobs=Knobs(density=2.0)),
        InterpolateRequest(TUNE, ODE_TO_JOY.sequence, steps=9),
        VaryRequest(TUNE, amount=0.1, knobs=Knobs(scale="blues")),
        PlayRequest(bars=8, style="pop", knobs=Knobs(swing=0.5, humanise=0.0, register=72.0)),
        AnswerRequest(TUNE, AnswerKind.DRUMS, bars=2, amount=0.9),
    )
    for request in requests:
        plain = json.loads(json.dumps(to_plain(request)))
        assert from_plain(type(request), plain) == request


@pytest.mark.parametrize(
    "build",
    [
        lambda: SampleRequest(bars=0),
        lambda: SampleRequest(bars=1025),
        lambda: SampleRequest(seed=-1),
        lambda: SampleRequest(seed=2**63),
        lambda: ContinueRequest(TUNE, bars=0),
        lambda: InterpolateRequest(TUNE, TUNE, bars=65),
        lambda: InterpolateRequest(TUNE, TUNE, steps=1),
        lambda: VaryRequest(TUNE, amount=1.01),
        lambda: VaryRequest(TUNE, amount=float("nan")),
        lambda: PlayRequest(seed=-1),
        lambda: PlayRequest(bars=0),
        lambda: PlayRequest(bars=1_000_001),
        lambda: AnswerRequest(TUNE, bars=17),
    ],
)
def test_a_number_out_of_range_is_refused_before_any_work(build):
    with pytest.raises(RangeError, match=r"must be \d"):
        build()


@pytest.mark.parametrize(
    "build",
    [
        lambda: SampleRequest(style="jazz"),
        lambda: ContinueRequest(TUNE, style="jazz"),
        lambda: InterpolateRequest(TUNE, TUNE, style="jazz"),
        lambda: VaryRequest(TUNE, style="jazz"),
        lambda: PlayRequest(style="jazz"),
        lambda: AnswerRequest(TUNE, style="jazz"),
    ],
)
def test_a_style_that_there_is_not_is_refused_before_any_work(build):
    with pytest.raises(RequestError, match="no style 'jazz'; one of: folk"):
        build()


def test_an_answer_stands_after_the_tune_on_a_bar_line(studio):
    joined = continue_melody(ContinueRequest(TUNE, bars=2), studio)
    alone = continue_melody(ContinueRequest(TUNE, bars=2, answer_only=True), studio)
    start_ticks = continuation_start(TUNE)
    heard = joined.parts[0].notes
    assert heard[: len(TWINKLE.notes)] == TWINKLE.notes
    assert heard[len(TWINKLE.notes) :] == tuple(
        replace(note, onset_ticks=note.onset_ticks + start_ticks) for note in alone.parts[0].notes
    )


def test_the_other_parts_stay_as_they_are(studio):
    song = replace(TUNE, parts=(*TUNE.parts, BASS))
    for made in (
        continue_melody(ContinueRequest(song), studio),
        vary(VaryRequest(song), studio),
    ):
        assert made.parts[1] == BASS


def test_a_tempo_that_is_asked_for_holds_from_the_answer_on(studio):
    knobs = Knobs(tempo_bpm=60.0)
    answer = continue_melody(ContinueRequest(TUNE, knobs=knobs), studio)
    assert answer.tempos == (TempoChange(0, 100.0), TempoChange(12 * 1920, 60.0))


def test_without_a_tempo_knob_the_tempos_stay_as_they_are(studio):
    song = replace(TUNE, tempos=(TempoChange(0, 99.0), TempoChange(480, 33.0)))
    for operation, request in ((continue_melody, ContinueRequest), (vary, VaryRequest)):
        assert operation(request(song), studio).tempos == song.tempos


@pytest.mark.parametrize("ppq", [96, 960, 1000])
def test_a_tune_on_another_grid_is_heard_alike(studio, ppq):
    there = GREENSLEEVES.sequence.at_ppq(ppq)
    here = GREENSLEEVES.sequence.at_ppq(ppq).at_ppq(480)
    for operation, request in ((continue_melody, ContinueRequest), (vary, VaryRequest)):
        assert operation(request(there), studio).at_ppq() == operation(request(here), studio)


@settings(max_examples=60, deadline=None)
@given(sequence=sequences())
def test_any_music_is_continued_or_refused(studio, sequence):
    has_melody = any(part.notes and not part.is_drums for part in sequence.parts)
    request = ContinueRequest(sequence, bars=1)
    if has_melody:
        answer = continue_melody(request, studio)
        before = sum(len(part.notes) for part in sequence.parts)
        assert sum(len(part.notes) for part in answer.parts) >= before
    else:
        with pytest.raises(RequestError, match="no melody to work on"):
            continue_melody(request, studio)


@settings(max_examples=60, deadline=None)
@given(sequence=sequences(), amount=st.sampled_from((0.0, 0.4, 1.0)))
def test_any_music_with_a_melody_is_varied(studio, sequence, amount):
    if any(part.notes and not part.is_drums for part in sequence.parts):
        answer = vary(VaryRequest(sequence, amount=amount), studio)
        assert len(answer.parts) == len(sequence.parts)


def test_a_melody_that_lasts_for_hours_is_not_varied(studio):
    long = sequence_of(Note(60, 0, 480), Note(62, 2**28, 480))
    with pytest.raises(RequestError, match=r"lasts 559244 beats; at most 8192 are varied"):
        vary(VaryRequest(long), studio)


def test_a_melody_that_lasts_for_hours_can_be_continued(studio):
    long = sequence_of(Note(60, 0, 480), Note(62, 2**28, 480))
    assert len(continue_melody(ContinueRequest(long), studio).parts[0].notes) > 2


def test_the_band_plays_the_same_for_the_same_seed(studio):
    first, again, other = (
        list(islice(play(PlayRequest(seed=seed), studio), 4)) for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other


@pytest.mark.parametrize("bars", [1, 3, 20])
def test_the_band_ends_after_as_many_bars_as_are_asked_for(studio, bars):
    endless = list(islice(play(PlayRequest(seed=4), studio), bars))
    assert list(play(PlayRequest(bars=bars, seed=4), studio)) == endless


def test_progress_and_a_change_of_mind_reach_the_verbs(studio):
    waiting = Studio(models=studio.registry.folder)
    waiting.cancel()
    with pytest.raises(CancelledError, match="cancelled after 0 of 2 phrases"):
        sample(SampleRequest(bars=4), waiting)


def test_without_the_model_every_verb_says_which_one_is_missing(tmp_path):
    empty = Studio(models=tmp_path)
    with pytest.raises(NotFoundError, match="no model music/melody_vae"):
        sample(SampleRequest(), empty)
    with pytest.raises(NotFoundError, match="no model music/melody_vae"):
        play(PlayRequest(), empty)
