"""A taste says in words what it learned, and does not say what it does not know."""

import numpy as np
import pytest

from bridge.preference.opinions import Verdict, opinions
from bridge.preference.taste import new_taste, rated
from tests.preference.people import NAMES, pool


def told(utility, *, answers=60):
    """Give the opinions, by name, on someone who rated some results."""
    results = pool(3)
    liked = utility(results) > np.quantile(utility(results), 0.6)
    taste = new_taste(NAMES)
    for features, likes in zip(results[:answers], liked[:answers], strict=True):
        taste = rated(taste, features, 1 if likes else -1)
    return {one.name: one for one in opinions(taste, {"leaps": "wide leaps"})}


def test_of_a_stranger_it_is_unsure_about_everything():
    found = opinions(new_taste(NAMES))
    assert [one.verdict for one in found] == [Verdict.UNSURE] * len(NAMES)
    assert {one.strength for one in found} == {0.0}


def test_it_says_what_is_liked_and_what_is_not():
    found = told(lambda x: x[:, 0] - x[:, 1])
    assert found["syncopation"].words == "likes syncopation"
    assert found["leaps"].words == "dislikes wide leaps"


def test_it_is_unsure_about_what_does_not_matter():
    found = told(lambda x: x[:, 0] - x[:, 1])
    assert found["arch"].words == "unsure about arch"


@pytest.mark.parametrize("best", [-0.5, 0.5])
def test_it_says_where_the_middle_is_that_is_liked(best):
    density = told(lambda x: -np.abs(x[:, 2] - best), answers=150)["density"]
    assert density.verdict is Verdict.MIDDLE
    assert density.ideal == pytest.approx(best, abs=0.4)


def test_stated_opinions_come_first_and_strong_ones_before_weak_ones():
    found = list(told(lambda x: 2 * x[:, 0] - x[:, 1]).values())
    stated = [one for one in found if one.verdict is not Verdict.UNSURE]
    assert found[: len(stated)] == stated
    assert [one.name for one in stated[:2]] == ["syncopation", "leaps"]


@pytest.mark.parametrize("answers", [0, 10, 60])
def test_strength_and_likelihood_are_within_their_ranges(answers):
    for one in told(lambda x: x[:, 0], answers=answers).values():
        assert 0 <= one.strength <= 1
        assert 0.5 <= one.likelihood <= 1
