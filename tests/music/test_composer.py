"""The composer writes towards goals, keeps the motif, and learns from a taste what to choose."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bridge.errors import CancelledError
from bridge.music.chords import parse_chords
from bridge.music.composer import Brief, Composer
from bridge.music.liking import drawn_liking
from bridge.music.melody_events import events_to_notes
from bridge.music.rewards.motif import figures_like, given_motif
from bridge.music.rewards.phrase import phrase_of
from bridge.music.rewards.weights import RewardWeights, total
from bridge.music.taste_features import NAMES, features_of
from bridge.preference.taste import new_taste, rated
from bridge.schema.goals import MelodyGoals
from bridge.schema.notes import Mode, Note, TimeSignature
from tests.music.toy_prior import write_prior_toy

METRE = TimeSignature(0, 4, 4)
GOALS = MelodyGoals(
    tonic_pitch_class=0,
    mode=Mode.MAJOR,
    chords=parse_chords("C Am F G", METRE, bars=8),
    bars=8,
    valence=0.8,
    arousal=0.6,
)
MOTIF = (Note(60, 0, 470, 101), Note(64, 487, 235, 55), Note(67, 960, 500, 90))
BRIEF = Brief(GOALS, RewardWeights())


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    return write_prior_toy(tmp_path_factory.mktemp("models"))


def composer_of(toy, seed=0, **more) -> Composer:
    return Composer(toy, np.random.default_rng(seed), **more)


def test_what_is_chosen_is_the_best_of_what_was_written(toy):
    candidates = composer_of(toy).candidates(BRIEF)
    best = composer_of(toy).compose(BRIEF)
    assert len(candidates) == BRIEF.candidates
    assert best.reward == max(candidate.reward for candidate in candidates)


def test_a_reward_is_that_of_the_notes(toy):
    best = composer_of(toy).compose(BRIEF)
    likelihood = {"likelihood": best.rewards["likelihood"]}
    reward, rewards = total(best.notes, GOALS, BRIEF.weights, others=likelihood)
    assert (best.reward, best.rewards) == (pytest.approx(reward), pytest.approx(rewards))


def test_steering_comes_to_more_than_choosing_alone(toy, monkeypatch):
    def mean_reward(steering):
        monkeypatch.setattr("bridge.music.composer._STEERING", steering)
        found = [composer_of(toy, seed).candidates(BRIEF) for seed in range(6)]
        return np.mean([candidate.reward for candidates in found for candidate in candidates])

    assert mean_reward(12.0) > mean_reward(0.0) + 0.03


def test_a_weight_moves_what_is_written(toy):
    def register_of(weight, register):
        weights = replace(RewardWeights(), register_met=weight)
        brief = replace(BRIEF, goals=replace(GOALS, register=register), weights=weights)
        notes = [n.pitch for s in range(3) for n in composer_of(toy, s).compose(brief).notes]
        return np.mean(notes)

    assert register_of(50.0, 75.0) > register_of(0.0, 75.0) + 2.0
    assert register_of(50.0, 58.0) < register_of(0.0, 58.0) - 2.0


def test_a_motif_is_stated_tick_by_tick_as_it_was_given(toy):
    brief = replace(BRIEF, goals=replace(GOALS, motif=MOTIF))
    for candidate in composer_of(toy).candidates(brief):
        assert candidate.notes[:3] == MOTIF
        assert candidate.notes[3].onset_ticks >= MOTIF[-1].end_ticks


def test_a_motif_is_developed(toy):
    """It comes back, on other pitches too, more often than by chance."""
    steps = ((67, 0), (72, 160), (71, 320), (64, 480), (69, 1200), (62, 1440))
    motif = tuple(Note(pitch, onset, 120) for pitch, onset in steps)
    goals = replace(GOALS, motif=motif, chords=(), bars=16)

    def returns(weight):
        weights = replace(RewardWeights(), motif_developed=weight)
        found = [composer_of(toy, s).compose(Brief(goals, weights)).notes for s in range(4)]
        given = given_motif(goals)
        return [len(figures_like(given, phrase_of(notes, goals)).places()) for notes in found]

    assert np.mean(returns(1.0)) > np.mean(returns(0.0)) + 1.0


def test_a_mood_is_as_loud_as_it_is_aroused(toy):
    def loudness(arousal):
        brief = replace(BRIEF, goals=replace(GOALS, arousal=arousal))
        return np.mean([note.velocity for note in composer_of(toy).compose(brief).notes])

    assert loudness(0.8) == pytest.approx(97.6, abs=8.0)
    assert loudness(0.0) == pytest.approx(80.0, abs=8.0)
    assert loudness(-0.8) == pytest.approx(62.4, abs=8.0)


def test_all_that_is_written_keeps_to_the_range(toy):
    brief = replace(BRIEF, goals=replace(GOALS, lowest_pitch=60, highest_pitch=67))
    pitches = {n.pitch for c in composer_of(toy).candidates(brief) for n in c.notes}
    assert pitches <= set(range(60, 68))


def test_the_same_seed_composes_the_same(toy):
    first, again, other = (composer_of(toy, seed).compose(BRIEF).notes for seed in (1, 1, 2))
    assert first == again != other


def test_one_candidate_is_enough(toy):
    (only,) = composer_of(toy).candidates(replace(BRIEF, candidates=1))
    assert events_to_notes(only.events, GOALS)[-1].pitch % 12 == 0


def test_progress_is_told_bar_by_bar(toy):
    heard = []
    composer_of(toy, progress=lambda *news: heard.append(news)).compose(BRIEF)
    assert heard == [(bar, 8, "bars") for bar in range(1, 9)]


def test_whoever_gives_up_is_obeyed_at_the_next_bar_line(toy):
    heard = []

    def progress(done, total, what):
        heard.append(done)
        if done == 3:
            raise CancelledError("cancelled")

    with pytest.raises(CancelledError):
        composer_of(toy, progress=progress).compose(BRIEF)
    assert heard == [1, 2, 3]


@pytest.fixture
def unsteered(monkeypatch):
    """Let no melody take the place of another, so that all differ."""
    monkeypatch.setattr("bridge.music.composer._STEERING", 0.0)


@pytest.mark.usefixtures("unsteered")
def test_the_likelier_half_counts_fully_as_likely(toy):
    found = composer_of(toy).candidates(BRIEF)
    likelihoods = sorted(candidate.rewards["likelihood"] for candidate in found)
    assert likelihoods[BRIEF.candidates // 2 :] == [1.0] * (BRIEF.candidates // 2)
    assert 0.0 < likelihoods[0] < 1.0


@pytest.mark.usefixtures("unsteered")
def test_a_prior_says_what_is_likely_of_what_an_agent_writes(toy, tmp_path):
    prior = write_prior_toy(tmp_path, seed=9)
    own, by_prior = (composer_of(toy, prior=judge).candidates(BRIEF) for judge in (None, prior))
    assert [one.notes for one in own] == [one.notes for one in by_prior]
    assert [one.rewards["likelihood"] for one in own] != [
        one.rewards["likelihood"] for one in by_prior
    ]


def test_it_is_unlike_what_was_played_last(toy):
    weights = replace(RewardWeights(), freshness=100.0)
    first = composer_of(toy).compose(replace(BRIEF, weights=weights))
    played = phrase_of(first.notes, GOALS)
    second = composer_of(toy).compose(replace(BRIEF, weights=weights, recent=(played,)))
    assert second.notes != first.notes
    assert second.rewards["freshness"] > 0.5


def taste_for(feature: str, sign: float, *, answers: int = 30, seed: int = 0):
    """Give the taste of somebody who likes much of one feature, and nothing else matters."""
    rng = np.random.default_rng(0)
    taste, index = new_taste(NAMES), NAMES.index(feature)
    for _ in range(answers):
        row = rng.normal(0.0, 1.0, len(NAMES))
        taste = rated(taste, row, 1.0 if sign * row[index] > 0.3 else -1.0)
    return drawn_liking(taste, np.random.default_rng(seed))


@pytest.mark.parametrize("feature", ["density", "leaps"])
def test_a_taste_moves_what_is_composed(toy, feature):
    index = NAMES.index(feature)

    def mean_of(liking):
        found = []
        for seed in range(5):
            best = composer_of(toy, seed, liking=liking).compose(BRIEF)
            found.append(features_of(phrase_of(best.notes, GOALS))[index])
        return np.mean(found)

    low, plain, high = (
        mean_of(taste_for(feature, -1.0)),
        mean_of(None),
        mean_of(taste_for(feature, 1.0)),
    )
    assert low < plain + 0.1
    assert high > plain - 0.1
    assert high > low + 0.4


def test_a_taste_of_no_weight_changes_nothing(toy):
    brief = replace(BRIEF, weights=replace(RewardWeights(), taste=0.0))
    liking = taste_for("leaps", 1.0)
    assert (
        composer_of(toy).compose(brief).notes
        == composer_of(toy, liking=liking).compose(brief).notes
    )


def test_a_young_taste_explores(toy):
    """Of somebody who said one thing, what is drawn differs from time to time."""
    rows = np.random.default_rng(1).normal(0.0, 1.0, (12, len(NAMES)))
    likings = [taste_for("leaps", 1.0, answers=1, seed=seed) for seed in range(20)]
    assert len({int(liking(rows).argmax()) for liking in likings}) > 1
