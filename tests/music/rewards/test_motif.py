"""A motif is heard where it is stated, and again when it is moved, turned over or varied."""

from __future__ import annotations

import pytest

from bridge.music.rewards.motif import (
    figures_like,
    given_motif,
    motif_developed,
    motif_share,
    motif_stated,
    opening,
)
from tests.music.rewards.phrases import phrase
from tests.music.tunes import melody

FATE = "G4:1/2 G4:1/2 G4:1/2 Eb4:5/2"
"""Beethoven's: three shorts and a long."""


def with_motif(text, motif=FATE, bars=4):
    return phrase(text, motif=melody(motif), bars=bars)


def heard(text, motif=FATE) -> list[int]:
    tune = with_motif(text, motif)
    return figures_like(given_motif(tune.goals), tune).places()


def test_the_motif_itself_is_fully_stated():
    assert motif_stated(with_motif(FATE + " C4:4")) == 1.0


def test_the_motif_on_another_degree_is_nearly_stated():
    assert motif_stated(with_motif("A4:1/2 A4:1/2 A4:1/2 F4:5/2")) == pytest.approx(0.9)


def test_the_motif_after_two_bars_is_not_stated_at_the_start():
    assert motif_stated(with_motif("C5:4 B4:4 " + FATE)) < 0.6


def test_a_melody_shorter_than_the_motif_does_not_state_it():
    assert motif_stated(with_motif("G4 G4")) == 0.0


def test_without_a_motif_nothing_has_to_be_stated():
    assert motif_stated(phrase("C4 D4 E4 F4")) is None


@pytest.mark.parametrize(
    ("how", "answer"),
    [
        ("moved", "F4:1/2 F4:1/2 F4:1/2 D4:5/2"),
        ("turned over", "F4:1/2 F4:1/2 F4:1/2 Ab4:5/2"),
        ("with a wider last interval", "F4:1/2 F4:1/2 F4:1/2 B3:5/2"),
    ],
)
def test_a_motif_is_heard_again_when_it_is_developed(how, answer):
    assert heard(f"{FATE} {answer} C4:4") == [0, 4]


def test_another_figure_is_not_heard_as_the_motif():
    assert heard(f"{FATE} C4 E4:2 D4:1 C4:4") == [0]


def test_figures_that_overlap_count_once():
    assert heard("C4 D4 E4 F4 G4 A4", motif="C4 D4 E4") == [0, 3]


def test_a_tune_that_comes_back_to_its_opening_has_a_motif():
    tune = phrase("C4 E4 G4 C5 D4 F4 A4 D5 E4 G4 B4 E5", bars=3)
    assert motif_share(tune) == 1.0


def test_a_tune_of_ever_new_figures_has_none():
    assert motif_share(phrase("C4 E4 G4 C5 B4:3 A4:1/2 F4:1/2 A4:2 D4:1/2 C4:3/2", bars=4)) == 0.0


def test_the_opening_is_the_first_bar_of_three_to_eight_notes():
    sizes = [opening(phrase(text, bars=4)).count for text in ("C4:4 D4:4 E4:4", "C4:1/4 " * 16)]
    assert sizes == [3, 8]


def test_a_motif_said_only_literally_is_half_developed():
    same = with_motif(" ".join([FATE] * 2) + " C4 E4:2 D4 C5:3 B4:1", bars=4)
    moved = with_motif(f"{FATE} F4:1/2 F4:1/2 F4:1/2 D4:5/2 C4 E4:2 D4 C5:3 B4:1", bars=4)
    assert motif_developed(same) == pytest.approx(0.5 * motif_developed(moved))


def test_a_melody_that_never_leaves_its_motif_has_too_much_of_it():
    assert motif_developed(phrase("C4 E4 G4 C5 D4 F4 A4 D5 E4 G4 B4 E5 F4 A4 C5 F5", bars=4)) == 0.0


def test_two_bars_of_one_figure_each_are_too_short_to_judge():
    assert motif_developed(phrase("C4 D4 E4 F4 G4")) is None
