"""The melody agent that ships does what it is asked, where the prior only leans on it."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest

from bridge.music.chords import parse_chords
from bridge.music.composer import AGENT_NAME, Brief, Composer
from bridge.music.melody_prior import MODEL_NAME, score_melodies
from bridge.music.rewards.hits import goal_hits
from bridge.music.rewards.weights import RewardWeights
from bridge.runtime.registry import Registry
from bridge.schema.goals import MelodyGoals
from bridge.schema.notes import Mode, TimeSignature

MODELS = Registry(Path(__file__).parents[2] / "onnx_models")
PROGRESSIONS = {
    "G Em C D": (7, Mode.MAJOR),
    "Bb | Eb F7 | Bb | F7": (10, Mode.MAJOR),
    "Am Dm E7 Am": (9, Mode.MINOR),
    "Dm | Gm | A7 | Dm": (2, Mode.MINOR),
}
METRES = (TimeSignature(0, 4, 4), TimeSignature(0, 3, 4))
DENSITIES = (0.75, 1.25, 2.0)


def asked(chords, metre, density) -> MelodyGoals:
    tonic, mode = PROGRESSIONS[chords]
    return MelodyGoals(
        tonic,
        mode,
        chords=parse_chords(chords, metre, bars=8),
        metre=metre,
        bars=8,
        density=density,
    )


WISHES = tuple(asked(*words) for words in product(PROGRESSIONS, METRES, DENSITIES))


def alone(name, goals, seed):
    """Compose one melody, with none beside it to choose from."""
    composer = Composer(MODELS.model(name), np.random.default_rng(seed))
    return composer.compose(Brief(goals, RewardWeights(), candidates=1))


@pytest.fixture(scope="module")
def melodies():
    """Give two melodies to each wish, of the agent and of the prior."""
    return {
        name: [alone(name, goals, seed) for seed, goals in enumerate(WISHES * 2)]
        for name in (AGENT_NAME, MODEL_NAME)
    }


def share_hit(melodies, goal) -> float:
    hits = [
        goal_hits(melody.notes, goals)[goal]
        for melody, goals in zip(melodies, WISHES * 2, strict=True)
    ]
    return float(np.mean(hits))


@pytest.mark.parametrize("goal", ["key", "chords", "density"])
def test_what_is_asked_is_met_by_nine_of_ten_melodies_that_nobody_chose(melodies, goal):
    assert share_hit(melodies[AGENT_NAME], goal) >= 0.9


@pytest.mark.parametrize("goal", ["chords", "density"])
def test_the_prior_meets_it_less_often(melodies, goal):
    assert share_hit(melodies[MODEL_NAME], goal) <= share_hit(melodies[AGENT_NAME], goal) - 0.1


def test_its_melodies_come_to_more(melodies):
    agent, prior = (
        np.array([melody.reward for melody in melodies[name]]) for name in (AGENT_NAME, MODEL_NAME)
    )
    assert (agent - prior).mean() > 2.0 * (agent - prior).std() / np.sqrt(len(agent))


def test_the_prior_finds_them_as_likely_as_its_own(melodies):
    nats = {}
    for name, found in melodies.items():
        scores = [
            score_melodies(MODELS.model(MODEL_NAME), [melody.events], goals)[0][:, :2].sum(axis=1)
            for melody, goals in zip(found[::4], (WISHES * 2)[::4], strict=True)
        ]
        nats[name] = float(np.concatenate(scores).mean())
    assert nats[AGENT_NAME] > nats[MODEL_NAME] - 1.0


def test_no_two_melodies_are_the_same(melodies):
    said = {tuple((n.pitch, n.onset_ticks) for n in m.notes) for m in melodies[AGENT_NAME]}
    assert len(said) == len(WISHES) * 2
