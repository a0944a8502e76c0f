"""A profile tells real music from what only keeps the rules."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bridge.music.chords import parse_chords
from bridge.music.rewards.profile import (
    ROWS,
    TABLE_ROWS,
    aggregate,
    as_rows,
    distances,
    melody_profile,
    rest_share,
    rhythm_repeated_share,
    syncopation_share,
)
from bridge.schema.goals import MelodyGoals
from bridge.schema.notes import Mode
from tests.music.rewards.phrases import FOUR_FOUR, phrase
from tests.music.tunes import TWINKLE, melody

GOALS = MelodyGoals(0, Mode.MAJOR, bars=12)


def profile(text, **goals):
    return melody_profile(melody(text), MelodyGoals(0, Mode.MAJOR, **goals))


def walk(seed: int) -> str:
    """Walk at random up and down the scale of C major, in quarter notes."""
    rng = np.random.default_rng(seed)
    scale = [f"{step}{octave}" for octave in (4, 5) for step in "CDEFGAB"]
    place, words = 7, []
    for _ in range(48):
        words.append(scale[place])
        place = int(np.clip(place + rng.integers(-2, 3), 0, 13))
    return " ".join(words)


def test_a_profile_has_every_row_of_table_one_and_more():
    assert set(TABLE_ROWS) < set(profile(TWINKLE.text, bars=12))


def test_a_tune_in_its_key_is_in_it_by_both_counts():
    found = profile(TWINKLE.text, bars=12)
    assert (found["not_in_key"], found["in_scale_share"]) == (0.0, 1.0)


def test_a_hold_repeats_for_table_one_but_not_for_us():
    found = profile("C4:8 D4:8", bars=4)
    assert found["excessively_repeated"] > 0.5 and found["excess_repetition_share"] == 0.0


def test_chord_tones_are_counted_where_there_are_chords():
    chords = parse_chords("C F", FOUR_FOUR)
    shares = [profile("C4 D4 E4 F4 A4 A4 B4 C5", bars=2, chords=c) for c in (chords, ())]
    assert shares[0]["chord_tone_share"] == pytest.approx(5 / 8)
    assert math.isnan(shares[1]["chord_tone_share"])


def test_silence_has_a_profile_of_nothing():
    assert math.isnan(melody_profile((), MelodyGoals(bars=2))["mean_interval"])


def test_a_set_is_no_distance_from_itself():
    rows = as_rows([profile(walk(seed), bars=12) for seed in range(12)])
    assert aggregate(distances(rows, rows)) == 0.0


def test_walks_are_nearer_to_other_walks_than_a_tune_is():
    walks = [as_rows([profile(walk(s), bars=12) for s in seeds])
             for seeds in (range(12), range(20, 32))]  # fmt: skip
    tune = as_rows([profile(TWINKLE.text, bars=12)] * 12)
    near, far = (aggregate(distances(rows, walks[1])) for rows in (walks[0], tune))
    assert near < 0.5 * far


def test_a_row_is_measured_in_standard_deviations_of_real_music():
    real = np.zeros((100, len(ROWS)))
    real[:, 0] = np.linspace(-1, 1, 100)
    ours = real + 1.0
    assert distances(ours, real)["excessively_repeated"] == pytest.approx(1 / real[:, 0].std())


def test_a_set_that_has_only_the_mean_of_real_music_is_far_from_it():
    real = np.zeros((100, len(ROWS)))
    real[:, 0] = np.linspace(-1, 1, 100)
    assert distances(np.zeros_like(real), real)["excessively_repeated"] > 0.5


def test_silence_within_a_melody_is_rest():
    assert rest_share(phrase("C4 -:2 D4")) == 0.5


def test_a_note_that_rings_over_the_beat_from_off_it_is_a_syncope():
    assert syncopation_share(phrase("C4:1/2 D4 E4 F4 G4:1/2")) == pytest.approx(3 / 5)


def test_a_bar_in_the_rhythm_of_an_earlier_one_repeats_it():
    assert rhythm_repeated_share(phrase("C4:2 D4:2 E4 F4:3 G4:2 A4:2", bars=3)) == 0.5
