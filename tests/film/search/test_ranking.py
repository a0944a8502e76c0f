"""Shots are ranked by how well they fit, and it is said what fits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bridge.film.search.ranking import rank_by_picture, rank_by_words
from tests.watched import embedding, film_of, media

SHOTS = tuple(
    replace(shot, tags=tags, embedding=embedding(place))
    for place, (shot, tags) in enumerate(
        zip(
            film_of(media(), 0, 20, 40, 60).analysis.shots,
            (
                ("close-up", "night", "dark", "calm", "one person"),
                ("long shot", "wide", "day", "nobody", "seashore"),
                ("close-up", "day", "lively", "two people", "speech"),
                ("medium shot", "night", "tense", "handheld"),
            ),
            strict=True,
        )
    )
)


def best(query, likeness=None):
    return [rank.place for rank in rank_by_words(query, SHOTS, likeness)]


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("close-up night calm", 0),
        ("closeup, evening, quiet", 0),
        ("the sea", 1),
        ("empty landscape", 1),
        ("two people talking", 2),
        ("shaky", 3),
    ],
)
def test_the_shot_that_fits_best_comes_first(query, place):
    assert best(query)[0] == place


def test_a_shot_that_fits_nothing_is_left_out():
    assert best("night") == [0, 3]


def test_words_that_say_nothing_of_what_to_look_for_count_for_nothing():
    assert best("a shot of the") == []
    assert rank_by_words("night", SHOTS) == rank_by_words("a shot of the night", SHOTS)


def test_it_is_said_what_fits():
    first = rank_by_words("close-up evening", SHOTS)[0]
    assert first.why == "close-up, night for evening"
    assert first.score == pytest.approx(0.95, abs=0.01)


def test_a_shot_that_is_all_that_was_asked_for_fits_wholly():
    assert rank_by_words("close-up night calm", SHOTS)[0].score == pytest.approx(1.0)


def test_a_word_that_fits_few_shots_counts_for_more():
    assert best("close-up tense")[0] == 3


def test_of_equals_the_more_important_comes_first():
    shots = (SHOTS[0], replace(SHOTS[0], importance=0.9))
    assert [rank.place for rank in rank_by_words("night", shots)] == [1, 0]


def test_meanings_may_find_what_words_do_not():
    def likeness(words, tags):
        return np.array([[0.8 if tag == "seashore" else 0.1 for tag in tags] for _ in words])

    assert best("lagoon") == []
    (rank,) = rank_by_words("lagoon", SHOTS, likeness)
    assert (rank.place, rank.why) == (1, "seashore for lagoon")


def test_words_that_are_merely_related_do_not_fit():
    assert best("lagoon", lambda words, tags: np.full((len(words), len(tags)), 0.55)) == []


def test_a_picture_finds_the_shot_that_looks_like_it():
    (rank,) = rank_by_picture(embedding(2), SHOTS)
    assert (rank.place, rank.score, rank.why) == (2, 1.0, "looks 100% alike")


@pytest.mark.parametrize("query", ["", " , ,", "?!"])
def test_no_words_find_nothing(query):
    assert best(query) == []


def test_where_there_are_no_shots_nothing_is_found():
    assert rank_by_words("night", ()) == rank_by_picture(embedding(0), ()) == ()
