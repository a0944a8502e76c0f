"""The experiment offers what is learned to musicians who are as they are said to be."""

import numpy as np
import pytest

from bridge.music.taste_features import NAMES
from export.adaptation.experiment import LEARNED, RATINGS, course, learned_enough
from export.adaptation.musicians import ACCEPTED, KINDS, musician

POOL = np.random.default_rng(0).standard_normal((800, len(NAMES)))


def named(kind):
    return kind.name


@pytest.mark.parametrize("kind", KINDS, ids=named)
def test_each_musician_accepts_a_fifth_to_a_third_of_all(kind):
    for seed in range(3):
        person = musician(kind, POOL, np.random.default_rng(seed))
        assert ACCEPTED[0] <= person.accepts.mean() <= ACCEPTED[1]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.later], ids=named)
def test_who_changes_their_mind_does(kind):
    rng = np.random.default_rng(0)
    before, after = musician(kind, POOL, rng), musician(kind, POOL, rng, later=True)
    assert (before.accepts & after.accepts).mean() < 0.15


def test_at_least_eight_kinds_are_consistent():
    assert len([kind for kind in KINDS if not kind.noise and not kind.later]) >= 8


def test_a_course_counts_every_offer_of_every_musician_and_more_is_accepted_than_by_chance():
    found = course(KINDS[0], POOL, seeds=2)
    assert found.accepted.shape == found.regret.shape == (2, RATINGS)
    assert (found.regret >= 0).all()
    assert found.acceptance(LEARNED)[0] > found.base()


@pytest.mark.parametrize(
    ("acceptance", "base", "enough"), [(0.5, 0.25, True), (0.49, 0.25, False), (0.8, 0.6, True)]
)
def test_enough_is_twice_as_much_or_eighty_percent(acceptance, base, enough):
    assert learned_enough(acceptance, base) is enough


def test_the_plot_says_what_it_shows(tmp_path):
    plot = pytest.importorskip("export.adaptation.plot", reason="needs matplotlib")
    kinds = [KINDS[0], *(kind for kind in KINDS if kind.noise or kind.later)]
    plot.draw([course(kind, POOL, seeds=2) for kind in kinds], tmp_path / "plot.svg")
    assert "20 % of thumbs wrong" in (tmp_path / "plot.svg").read_text("utf-8")
