"""How long one waits for music, from the request to the notes."""

from itertools import islice

import pytest

from bridge.operations.music import (
    InterpolateRequest,
    PlayRequest,
    SampleRequest,
    interpolate,
    play,
    sample,
)
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


@by_both_clocks
def test_the_band_plays_sixteen_bars(benchmark, studio, clock):
    def perform():
        return list(islice(play(PlayRequest(seed=7), studio), BARS_OF_A_PERFORMANCE))

    bars = benchmark(perform)
    benchmark.extra_info["notes"] = sum(len(part.notes) for bar in bars for part in bar.parts)
    assert len(bars) == BARS_OF_A_PERFORMANCE
