"""Histograms sum to one, and a distance between them is a distance."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.music.statistics import in_scale_share, jensen_shannon, melody_statistics
from tests.music.melodies_on_the_grid import melodies
from tests.music.tunes import GREENSLEEVES, TUNES, TWINKLE, melody

NAMES = ("density", "in_scale", "pitch_range", "interval", "duration")


@st.composite
def histograms(draw, bins=7):
    counts = draw(st.lists(st.integers(0, 50), min_size=bins, max_size=bins).filter(any))
    return np.array(counts, dtype=np.float64) / sum(counts)


@settings(max_examples=100, deadline=None)
@given(first=histograms())
def test_a_distribution_is_no_way_from_itself(first):
    assert jensen_shannon(first, first) == 0.0


@settings(max_examples=100, deadline=None)
@given(first=histograms(), second=histograms())
def test_the_way_is_as_long_in_both_directions(first, second):
    assert jensen_shannon(first, second) == pytest.approx(jensen_shannon(second, first), abs=1e-12)


@settings(max_examples=100, deadline=None)
@given(first=histograms(), second=histograms())
def test_no_way_is_longer_than_a_bit(first, second):
    assert -1e-12 <= jensen_shannon(first, second) <= 1.0 + 1e-12


@settings(max_examples=60, deadline=None)
@given(first=histograms(), second=histograms())
def test_distributions_that_share_nothing_are_a_bit_apart(first, second):
    nothing = np.zeros_like(first)
    apart = np.concatenate([first, nothing]), np.concatenate([nothing, second])
    assert jensen_shannon(*apart) == pytest.approx(1.0)


def test_a_coin_and_a_sure_thing_are_as_far_apart_as_the_textbook_says():
    coin, sure = np.array([0.5, 0.5]), np.array([1.0, 0.0])
    assert jensen_shannon(coin, sure) == pytest.approx(0.3112781, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(phrases=st.lists(melodies(), min_size=1, max_size=4))
def test_every_histogram_sums_to_one_or_has_nothing_to_count(phrases):
    statistics = melody_statistics(phrases, beats=[8] * len(phrases))
    for name in NAMES:
        assert getattr(statistics, name).sum() == pytest.approx(1.0) or not any(
            getattr(statistics, name)
        )


def test_density_counts_onsets_a_beat_in_quarters():
    statistics = melody_statistics([melody("C4 D4 E4 F4:1/2 G4:1/2")], beats=[4])
    assert np.flatnonzero(statistics.density).tolist() == [5]


def test_intervals_are_counted_from_two_octaves_down():
    statistics = melody_statistics([melody("C4 E4 C4")], beats=[3])
    assert {
        int(bin) - 24: statistics.interval[bin] for bin in np.flatnonzero(statistics.interval)
    } == {
        -4: 0.5,
        4: 0.5,
    }


def test_durations_are_counted_in_twelfths_of_a_beat():
    statistics = melody_statistics([melody("C4 D4:1/3 E4:1/4 F4:8")], beats=[10])
    assert (np.flatnonzero(statistics.duration) + 1).tolist() == [3, 4, 12, 48]


def test_the_range_is_from_the_lowest_note_to_the_highest():
    statistics = melody_statistics([TWINKLE.notes], beats=[48])
    assert np.flatnonzero(statistics.pitch_range).tolist() == [9]


def test_a_tune_is_no_way_from_itself_in_any_statistic():
    statistics = melody_statistics([GREENSLEEVES.notes], beats=[27])
    assert statistics.divergences(statistics) == dict.fromkeys(NAMES, 0.0)


def test_two_tunes_differ_in_their_rhythm():
    first = melody_statistics([TWINKLE.notes], beats=[48])
    second = melody_statistics([GREENSLEEVES.notes], beats=[27])
    assert first.divergences(second)["duration"] > 0.3


@pytest.mark.parametrize("tune", [tune for tune in TUNES if tune is not GREENSLEEVES], ids=str)
def test_a_diatonic_tune_is_all_in_its_scale(tune):
    pitches = [note.pitch for note in tune.notes]
    assert in_scale_share(pitches, tonic_pitch_class=tune.tonic_pitch_class) == 1.0


def test_half_of_a_chromatic_scale_and_one_more_is_in_any_scale():
    assert in_scale_share(range(60, 72), tonic_pitch_class=3) == pytest.approx(7 / 12)
