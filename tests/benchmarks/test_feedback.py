"""How long one waits until a rating is kept, and until the taste is another."""

import json
from itertools import count

import numpy as np
import pytest

from bridge.operations.feedback import RateResultRequest, rate
from bridge.operations.studio import Studio
from bridge.schema.codec import to_plain
from bridge.schema.notes import Note, NoteSequence, Part
from bridge.schema.rating import FeedbackPlace, Rating, Result
from tests.benchmarks.clocks import by_both_clocks

NOTES = 64
"""Of each melody: 8 bars of eighths."""


def tune(seed):
    pitches = 60 + np.cumsum(np.random.default_rng(seed).integers(-4, 5, size=NOTES)) % 24
    notes = tuple(Note(int(pitch), i * 240, 240) for i, pitch in enumerate(pitches))
    return NoteSequence(parts=(Part(notes=notes),))


@pytest.fixture(params=[0, 1000])
def rated_before(request, tmp_path):
    """Give a studio in which so much was rated already."""
    studio = Studio(place=lambda: FeedbackPlace(tmp_path))
    studio.feedback.add_all(
        [
            Rating(Result("music.vary", json.dumps(to_plain(tune(seed))), ""), 1 - 2 * (seed % 2))
            for seed in range(request.param)
        ]
    )
    studio.tastes.know(studio.who)
    yield studio
    studio.close()


@by_both_clocks
def test_a_rating_is_kept(benchmark, rated_before, clock):
    seeds = count(10_000)
    noted = benchmark(lambda: rate(RateResultRequest(tune(next(seeds)), thumb=1), rated_before))
    assert len(noted.numbers) == 1


@by_both_clocks
def test_a_taste_is_another_after_a_rating(benchmark, rated_before, clock):
    seeds, who = count(10_000), rated_before.who
    before = rated_before.tastes.know(who).count

    def rate_one():
        rate(RateResultRequest(tune(next(seeds)), thumb=1), rated_before)
        return (who,), {}

    taste = benchmark.pedantic(rated_before.tastes.know, setup=rate_one, rounds=100)
    assert taste.count == before + 100
