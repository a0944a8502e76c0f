"""Choices are drawn as often as their logits say, and never where there is nothing."""

from __future__ import annotations

import numpy as np
import pytest

from bridge.runtime.sampling import draw, log_share_of, log_shares, nucleus

LOGITS = np.log(np.array([[0.5, 0.3, 0.2]], dtype=np.float32))
NEVER = np.array([[0.0, -np.inf, 1.0]], dtype=np.float32)


def drawn_shares(**asked: float) -> np.ndarray:
    rows = np.repeat(LOGITS, 20_000, axis=0)
    chosen = draw(rows, np.random.default_rng(0), **asked)
    return np.bincount(chosen, minlength=3) / len(chosen)


def test_choices_come_as_often_as_they_are_likely():
    assert drawn_shares() == pytest.approx([0.5, 0.3, 0.2], abs=0.01)


def test_at_temperature_two_chances_are_their_square_roots():
    roots = np.sqrt([0.5, 0.3, 0.2])
    assert drawn_shares(temperature=2.0) == pytest.approx(roots / roots.sum(), abs=0.01)


def test_a_nucleus_of_four_fifths_leaves_out_the_last_fifth():
    assert drawn_shares(top_p=0.75) == pytest.approx([0.625, 0.375, 0.0], abs=0.01)


def test_the_likeliest_choice_is_always_kept():
    assert np.isfinite(nucleus(LOGITS, 1e-6)).tolist() == [[True, False, False]]


def test_what_is_minus_infinity_is_never_drawn():
    rows = np.repeat(NEVER, 1000, axis=0)
    assert set(draw(rows, np.random.default_rng(0), temperature=5.0).tolist()) == {0, 2}


def test_shares_add_up_to_one():
    assert np.exp(log_shares(NEVER)).sum() == pytest.approx(1.0)


def test_a_share_is_read_off_for_each_row():
    rows = np.concatenate([LOGITS, LOGITS])
    assert np.exp(log_share_of(rows, np.array([0, 2]))) == pytest.approx([0.5, 0.2])
