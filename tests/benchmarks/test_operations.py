"""How long one waits for music, from the request to the notes."""

from itertools import islice

import pytest

from bridge.operations.compose import ComposeRequest, compose
from bridge.operations.music import (
    AnswerRequest,
    InterpolateRequest,
    PlayRequest,
    SampleRequest,
    answer,
    interpolate,
    play,
    sample,
)
from bridge.schema.live import AnswerKind
from tests.benchmarks.clocks import by_both_clocks

BARS_OF_A_PERFORMANCE = 16


@pytest.mark.parametrize("bars", [2, 4])
@by_both_clocks
def test_a_melody_is_sampled(benchmark, studio, bars, clock):
    sequence = benchmark(sample, SampleRequest(bars=bars, seed=7), studio)
    benchmark.extra_info["notes"] = len(sequence.parts[0].notes)
    assert 0 < sequence.end_ticks <= bars * 1920


@by_both_clocks
def test_five_melodies_of_four_bars_are_interpolated(benchmark, studio, clock):
    start, end = (sample(SampleRequest(bars=4, seed=seed), studio) for seed in (1, 2))
    request = InterpolateRequest(start, end, bars=4, steps=5)
    sequence = benchmark(interpolate, request, studio)
    assert len(sequence.markers) == 5


@pytest.mark.parametrize("kind", [kind.value for kind in AnswerKind])
@by_both_clocks
def test_a_call_of_four_bars_is_answered(benchmark, studio, kind, clock):
    call = sample(SampleRequest(bars=4, seed=3), studio)
    made = benchmark(answer, AnswerRequest(call, AnswerKind(kind), bars=4), studio)
    benchmark.extra_info["notes"] = len(made.parts[0].notes)
    assert made.parts[0].notes[0].onset_ticks == 0


@by_both_clocks
def test_the_band_plays_sixteen_bars(benchmark, studio, clock):
    def perform():
        return list(islice(play(PlayRequest(seed=7), studio), BARS_OF_A_PERFORMANCE))

    bars = benchmark(perform)
    benchmark.extra_info["notes"] = sum(len(part.notes) for bar in bars for part in bar.parts)
    assert len(bars) == BARS_OF_A_PERFORMANCE


@by_both_clocks
def test_sixteen_bars_are_composed_of_eight_candidates(benchmark, studio, clock):
    if not {"music/melody_agent", "music/melody_prior"} & set(studio.registry.names()):
        pytest.skip("needs the model music/melody_agent or music/melody_prior")
    request = ComposeRequest(
        chords="C Am F G", mood="happy", bars=16, candidates=8, taste=False, seed=3
    )
    piece = benchmark(compose, request, studio)
    benchmark.extra_info["notes"] = len(piece.parts[0].notes)
    assert piece.duration_ticks == 16 * 1920
