"""What goes together best is found, whatever else goes together."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.film.learning import assignment
from bridge.film.learning.assignment import best_pairs

WEIGHTS = st.integers(1, 5).flatmap(
    lambda rows: st.integers(1, 5).flatmap(
        lambda columns: st.lists(
            st.lists(st.integers(0, 9), min_size=columns, max_size=columns),
            min_size=rows,
            max_size=rows,
        )
    )
)


@given(WEIGHTS)
def test_no_other_pairing_weighs_more(rows):
    weights = np.array(rows, np.float64)
    found = best_pairs(weights)
    wide = weights if len(weights) <= len(weights.T) else weights.T
    most = max(
        sum(wide[row, column] for row, column in enumerate(order))
        for order in permutations(range(wide.shape[1]), wide.shape[0])
    )
    assert sum(weights[pair] for pair in found) == pytest.approx(most)
    assert len({row for row, _ in found}) == len({column for _, column in found}) == len(found)


def test_what_has_no_weight_goes_with_nothing():
    assert best_pairs(np.array([[0.0, 0.0], [0.0, 3.0]])) == [(1, 1)]


def test_of_very_many_the_likeliest_are_taken_first(monkeypatch):
    monkeypatch.setattr(assignment, "MOST_EXACT", 1)
    assert best_pairs(np.array([[5.0, 4.0], [4.0, 0.0]])) == [(0, 0)]
