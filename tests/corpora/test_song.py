"""A song falls on one side of the split, however its title is spelled; full bars are found."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from export.corpora.song import full_bars, split_of


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("The Irish Washerwoman", "THE IRISH WASHERWOMAN"),
        ("Who's Sorry Now?", "Whos_Sorry_Now"),
        ("Top o' Cork  Road -- Jig", "top o cork road: jig"),
    ],
)
def test_a_title_in_another_spelling_falls_on_the_same_side(first, second):
    assert split_of(first) == split_of(second)


@given(title=st.text(st.characters(max_codepoint=127)))
def test_case_and_punctuation_never_change_the_side(title):
    assert split_of(title) == split_of(f" {title.upper()}!? ")


def test_the_sides_are_as_large_as_they_are_said_to_be():
    sides = Counter(split_of(f"tune {number}") for number in range(5000))
    shares = [sides[side] / 5000 for side in ("train", "validation", "test")]
    assert shares == pytest.approx([0.9, 0.05, 0.05], abs=0.012)


@pytest.mark.parametrize(
    ("number", "side"), [(17, "train"), (18, "test"), (26, "validation"), (40, "test")]
)
def test_the_sides_do_not_change_from_one_version_to_the_next(number, side):
    assert split_of(f"tune {number}") == side


def test_shorter_bars_are_not_full():
    assert full_bars([(0, 480), (480, 1920), (2400, 1920), (4320, 1440)], 1920) == (480, 2400)


def test_two_halves_are_one_bar():
    assert full_bars([(0, 1920), (1920, 1440), (3360, 480), (3840, 1920)], 1920) == (0, 1920, 3840)


def test_halves_with_a_full_bar_between_them_are_none():
    assert full_bars([(0, 480), (480, 1920), (2400, 1440)], 1920) == (480,)


def test_no_measures_have_no_bars():
    assert full_bars([], 1920) == ()
