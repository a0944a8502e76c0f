"""Rewards are weighed as a person sets them, and take no more time than a policy has."""

from __future__ import annotations

import time
from dataclasses import fields

import pytest

from bridge.errors import RangeError
from bridge.music.chords import parse_chords
from bridge.music.rewards.weights import REWARDS, RewardWeights, total
from bridge.schema.goals import MelodyGoals
from bridge.schema.notes import Mode
from tests.music.rewards.phrases import FOUR_FOUR, phrase
from tests.music.tunes import TWINKLE, melody

GOALS = MelodyGoals(
    tonic_pitch_class=0,
    mode=Mode.MAJOR,
    chords=parse_chords("C | F C | F C | G C", FOUR_FOUR, bars=12),
    bars=12,
    valence=0.5,
    arousal=0.0,
    density=1.0,
    motif=melody("C4 C4 G4 G4"),
)
NONE = dict.fromkeys((field.name for field in fields(RewardWeights)), 0.0)


def test_every_reward_has_a_weight():
    outside = {"freshness", "likelihood", "taste"}
    assert set(REWARDS) | outside == {field.name for field in fields(RewardWeights)}


def test_every_reward_that_has_something_to_judge_is_given_by_name():
    _, rewards = total(TWINKLE.notes, GOALS)
    assert set(REWARDS) - set(rewards) == {"register_met"}


def test_every_reward_lies_between_0_and_1():
    _, rewards = total(TWINKLE.notes, GOALS)
    assert [name for name, reward in rewards.items() if not 0.0 <= reward <= 1.0] == []


def test_a_total_is_the_weighted_mean():
    weights = RewardWeights(**{**NONE, "in_key": 3.0, "taste": 1.0})
    assert total(TWINKLE.notes, GOALS, weights, others={"taste": 0.2})[0] == pytest.approx(0.8)


def test_a_reward_of_weight_0_is_left_out():
    assert "in_key" not in total(TWINKLE.notes, GOALS, RewardWeights(in_key=0.0))[1]


def test_without_any_weight_there_is_no_reward():
    assert total(TWINKLE.notes, GOALS, RewardWeights(**NONE)) == (0.0, {})


def test_silence_has_no_reward():
    assert total((), GOALS) == (0.0, {})


def test_a_melody_just_played_is_not_fresh():
    again = total(TWINKLE.notes, GOALS, recent=[phrase(TWINKLE.text, bars=12)])
    assert again[1]["freshness"] == 0.0


def test_a_real_tune_beats_one_note_on_and_on():
    drone = melody("F#4:1/4 " * 192)
    assert total(TWINKLE.notes, GOALS)[0] > total(drone, GOALS)[0] + 0.3


def test_a_negative_weight_is_refused():
    with pytest.raises(RangeError, match=r"mood_met must be 0.0\.\.100.0, not -1"):
        RewardWeights(mood_met=-1.0)


def test_sixteen_bars_are_judged_within_three_milliseconds():
    tune = melody(" ".join([TWINKLE.text, TWINKLE.text]))[:64]
    goals = MelodyGoals(0, Mode.MAJOR, chords=GOALS.chords, bars=16, valence=0.5, motif=tune[:4])
    total(tune, goals)
    times = []
    for _ in range(20):
        start = time.perf_counter()
        total(tune, goals)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.003
