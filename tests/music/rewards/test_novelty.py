"""What was heard before is known; what was not is new."""

from __future__ import annotations

import numpy as np
import pytest

from bridge.music.rewards.measured import KNOWN_ERROR
from bridge.music.rewards.novelty import (
    distance,
    figures_of,
    freshness,
    known_figures,
    novelty,
    novelty_met,
    training_figures,
)
from tests.music.rewards.phrases import phrase

TUNE = phrase("C4 E4 G4 C5 B4:1/2 A4:1/2 G4 F4 D4 C4:2", bars=3)
HIGHER = phrase("D4 F#4 A4 D5 C#5:1/2 B4:1/2 A4 G4 E4 D4:2", bars=3)
OTHER = phrase("A4:1/3 C5:1/3 F4:1/3 G4:3/2 Bb4:1/4 E4:3/4 B3 C4 C#4:1/2 D5", bars=3)


def test_what_was_learned_is_not_new():
    assert novelty(TUNE, known_figures([figures_of(TUNE)], size_bytes=64)) == 0.0


def test_what_was_not_learned_is_new():
    assert novelty(OTHER, known_figures([figures_of(TUNE)], size_bytes=64)) == 1.0


def test_a_transposed_tune_is_the_same_tune():
    assert figures_of(HIGHER).tolist() == figures_of(TUNE).tolist()


def test_another_rhythm_makes_another_figure():
    slower = phrase("C4:2 E4 G4 C5 B4:1/2 A4:1/2")
    assert set(figures_of(slower)).isdisjoint(figures_of(TUNE))


def test_a_melody_of_five_notes_has_no_figure():
    assert novelty(phrase("C4 D4 E4 F4 G4")) is None


def test_a_filter_forgets_nothing_it_learned():
    rng = np.random.default_rng(3)
    figures = rng.integers(0, 1 << 62, 2000, dtype=np.uint64)
    assert known_figures([figures], size_bytes=1024).has(figures).all()


def test_a_filter_of_ten_bits_a_figure_errs_by_about_one_in_a_hundred():
    rng = np.random.default_rng(3)
    learned, others = rng.integers(0, 1 << 62, (2, 6000), dtype=np.uint64)
    assert known_figures([learned], size_bytes=8192).has(others).mean() < 0.02


def test_the_filter_that_ships_errs_as_seldom_as_it_says():
    others = np.random.default_rng(9).integers(0, 1 << 62, 50_000, dtype=np.uint64)
    assert training_figures().has(others).mean() == pytest.approx(KNOWN_ERROR, abs=0.003)


def test_a_scale_up_and_down_is_known_from_the_training_songs():
    assert novelty(phrase("C4 D4 E4 F4 G4 F4 E4 D4 C4", bars=3)) == 0.0


def test_leaps_at_random_are_in_no_training_song():
    assert novelty(phrase("C4 B5:1/3 D4:5/3 G#6:1/4 E3 F5:7/4 C#4 A6:1/2 B3", bars=3)) == 1.0


def test_the_novelty_that_is_asked_for_is_met():
    scale = "C4 D4 E4 F4 G4 F4 E4 D4 C4"
    met = [novelty_met(phrase(scale, bars=3, novelty=asked)) for asked in (0.0, 0.25, 1.0)]
    assert met == [1.0, 0.5, 0.0]


def test_a_tune_is_no_distance_from_itself_in_another_key():
    assert distance(TUNE, HIGHER) == 0.0


def test_tunes_without_a_figure_in_common_are_all_apart():
    assert distance(TUNE, OTHER) == 1.0


def test_the_nearest_of_the_last_melodies_counts():
    assert (freshness(TUNE, [OTHER]), freshness(TUNE, [OTHER, HIGHER])) == (1.0, 0.0)


def test_the_first_melody_has_nothing_to_be_unlike():
    assert freshness(TUNE, []) is None
