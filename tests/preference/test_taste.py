"""A taste is learned from few answers, knows how sure it is, and follows a change of mind."""

import time
from functools import reduce

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.errors import RangeError, RequestError
from bridge.preference.taste import (
    MOST_ANSWERS,
    chosen,
    new_taste,
    rated,
    thompson,
    uncertainty,
    utilities,
)
from tests.preference.people import NAMES, met, pool

FRESH = new_taste(NAMES)
HIGH, LOW = np.eye(len(NAMES))[0], -np.eye(len(NAMES))[0]


def repeated(taste, learn, times):
    return reduce(lambda known, _: learn(known), range(times), taste)


def test_nothing_is_preferred_before_the_first_answer():
    assert np.ptp(utilities(FRESH, pool(0))) == 0


def test_a_thumb_up_raises_the_utility_of_what_is_alike():
    once = rated(FRESH, HIGH, 1)
    assert utilities(once, [HIGH])[0] > utilities(FRESH, [HIGH])[0]
    assert utilities(once, [HIGH])[0] > utilities(once, [LOW])[0]


def test_a_thumb_down_lowers_the_utility_of_what_is_alike():
    assert utilities(rated(FRESH, HIGH, -1), [HIGH])[0] < utilities(FRESH, [HIGH])[0]


def test_four_stars_say_less_than_five():
    once = [utilities(rated(FRESH, HIGH, score), [HIGH])[0] for score in (0, 0.5, 1)]
    assert once == sorted(once)


def test_a_score_of_zero_says_nothing():
    assert rated(FRESH, HIGH, 0) is FRESH


def test_learning_leaves_the_taste_before_as_it_was():
    before = utilities(FRESH, [HIGH])[0]
    rated(FRESH, HIGH, 1)
    assert utilities(FRESH, [HIGH])[0] == before


def test_what_was_chosen_is_above_what_it_was_chosen_over():
    taste = repeated(FRESH, lambda known: chosen(known, HIGH, LOW), 3)
    high, low = utilities(taste, [HIGH, LOW])
    assert high > low


def test_a_choice_says_nothing_of_how_good_both_are():
    middle = np.zeros((1, len(NAMES)))
    taste = repeated(FRESH, lambda known: chosen(known, HIGH, LOW), 3)
    assert utilities(taste, middle)[0] == pytest.approx(utilities(FRESH, middle)[0], abs=0.15)


def test_answers_make_it_surer_near_them():
    taste = repeated(FRESH, lambda known: rated(known, HIGH, 1), 5)
    assert uncertainty(taste, [HIGH])[0] < uncertainty(FRESH, [HIGH])[0]


def test_it_is_surer_where_it_was_answered_than_elsewhere():
    taste = repeated(FRESH, lambda known: rated(known, HIGH, 1), 5)
    here, far = uncertainty(taste, [HIGH, 3 * np.eye(len(NAMES))[5]])
    assert here < far


@pytest.mark.parametrize(
    "likes",
    [
        lambda x: x[:, 0] > 0.6,
        lambda x: x[:, 0] - x[:, 3] > 0.9,
        lambda x: np.abs(x[:, 2] - 0.4) < 0.35,
        lambda x: x[:, 1] * x[:, 4] > 0.5,
        lambda x: np.minimum(x[:, 0], x[:, 5]) > 0.1,
    ],
    ids=["one feature", "two features", "the middle", "a product", "both or nothing"],
)
def test_after_thirty_thumbs_twice_as_much_is_liked_as_by_chance(likes):
    shares = [met(likes, seed=seed, offers=45) for seed in range(8)]
    by_chance = np.mean([likes(pool(seed)).mean() for seed in range(8)])
    assert np.mean([share[30:] for share in shares]) >= min(2 * by_chance, 0.8)


def test_within_forty_thumbs_of_a_change_of_mind_it_follows():
    def turned(seed):
        return met(lambda x: x[:, 0] > 0.6, seed=seed, offers=100, later=lambda x: x[:, 0] < -0.6)

    assert np.mean([turned(seed)[80:100] for seed in range(8)]) > 0.8


def test_one_contrary_thumb_is_no_change_of_mind():
    taste = repeated(FRESH, lambda known: rated(rated(known, HIGH, 1), LOW, -1), 20)
    high, low = utilities(rated(taste, HIGH, -1), [HIGH, LOW])
    assert high > 0 > low


def test_the_same_chance_chooses_the_same_candidate():
    picks = {thompson(FRESH, pool(1)[:24], np.random.default_rng(5)) for _ in range(3)}
    assert len(picks) == 1


def test_at_first_every_candidate_may_be_chosen():
    candidates = np.vstack([HIGH, LOW])
    picks = {thompson(FRESH, candidates, np.random.default_rng(seed)) for seed in range(30)}
    assert picks == {0, 1}


def test_what_is_known_to_be_liked_is_chosen():
    taste = repeated(FRESH, lambda known: rated(rated(known, HIGH, 1), LOW, -1), 30)
    picks = [thompson(taste, [LOW, HIGH], np.random.default_rng(seed)) for seed in range(50)]
    assert sum(picks) >= 48


def test_an_answer_is_learned_in_less_than_ten_milliseconds():
    rng = np.random.default_rng(0)
    taste = new_taste([f"f{index}" for index in range(32)])
    seconds = []
    for _ in range(20):
        began = time.perf_counter()
        taste = rated(taste, rng.standard_normal(32), 1)
        seconds.append(time.perf_counter() - began)
    assert np.median(seconds) < 0.010


def test_only_the_last_answers_are_kept_and_all_are_counted():
    taste = new_taste(["one"])
    for index in range(MOST_ANSWERS + 2):
        taste = rated(taste, [index % 5 - 2], 1)
    assert (len(taste.answers), taste.count) == (MOST_ANSWERS, MOST_ANSWERS + 2)


@settings(max_examples=20)
@given(
    answers=st.lists(
        st.tuples(st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=3), st.floats(-1, 1)),
        max_size=60,
    )
)
def test_no_answers_make_it_answer_nonsense(answers):
    taste = new_taste(["a", "b", "c"])
    for features, score in answers:
        taste = rated(taste, features, score)
    asked = [[0, 0, 0], [3, -3, 3]]
    assert np.isfinite([utilities(taste, asked), uncertainty(taste, asked)]).all()


def test_two_thousand_answers_leave_it_sound():
    taste, rng = new_taste(["a", "b"]), np.random.default_rng(0)
    for _ in range(2000):
        features = rng.standard_normal(2)
        taste = rated(taste, features, 1 if features[0] > 0 else -1)
    assert utilities(taste, [[1, 0]])[0] > 1 > -1 > utilities(taste, [[-1, 0]])[0]


@pytest.mark.parametrize(
    "features", [[1, 2], [[1] * 8], [float("nan")] * 8, [float("inf")] * 8, []]
)
def test_features_that_are_not_the_tastes_are_refused(features):
    with pytest.raises(RequestError, match="feature"):
        rated(FRESH, features, 1)


@pytest.mark.parametrize("score", [1.1, -2, float("nan")])
def test_a_score_out_of_range_is_refused(score):
    with pytest.raises(RangeError, match="score must be"):
        rated(FRESH, HIGH, score)


def test_choosing_among_nothing_is_refused():
    with pytest.raises(RequestError, match="one candidate or more"):
        thompson(FRESH, np.zeros((0, len(NAMES))), np.random.default_rng(0))


@pytest.mark.parametrize("names", [[], ["a", "a"], [""], [str(n) for n in range(65)]])
def test_names_that_name_nothing_are_refused(names):
    with pytest.raises(RequestError, match="feature"):
        new_taste(names)
