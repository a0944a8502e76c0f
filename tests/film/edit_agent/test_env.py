"""The environment is one, and its rewards are the score of the cut."""

from __future__ import annotations

import numpy as np
import pytest

gymnasium = pytest.importorskip("gymnasium", reason="needs the train extra")
pytest.importorskip("torch", reason="needs the train extra")

from gymnasium.utils.env_checker import check_env  # noqa: E402

from bridge.film.cutting.adding import total  # noqa: E402
from bridge.film.cutting.observing import MENU, pieces  # noqa: E402
from export.film.edit_agent.asks import AskSettings, draw_tables  # noqa: E402
from export.film.edit_agent.env import EditEnv  # noqa: E402
from tests.film.edit_agent.made_descriptors import descriptors  # noqa: E402

pytestmark = pytest.mark.torch


def drawing(*, shots=None):
    known = descriptors()
    return lambda rng: draw_tables(known, rng, AskSettings(most_shots=40), shots=shots)


@pytest.mark.filterwarnings("ignore:.*obs returned by the.*", "ignore:.*Box observation space.*")
def test_it_is_an_environment():
    check_env(EditEnv(drawing()), skip_render_check=True)


@pytest.mark.parametrize("seed", range(5))
def test_the_rewards_of_a_cut_are_its_score_in_pieces_worth(seed):
    env = EditEnv(drawing())
    env.reset(seed=seed)
    rng = np.random.default_rng(seed)
    earned, ended = 0.0, False
    while not ended:
        action = rng.choice(np.flatnonzero(env.action_masks()))
        _, reward, ended, _, _ = env.step(action)
        earned += reward
    worth = pieces(env.tables.brief)
    assert earned == pytest.approx(total(env.tables, env.running) * worth, rel=1e-4)


def test_the_same_seed_is_the_same_shoot():
    env = EditEnv(drawing())
    one, _ = env.reset(seed=3)
    other, _ = env.reset(seed=3)
    assert all(np.array_equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize("shots", [5, 60, 500])
def test_five_shots_and_five_hundred_can_be_seen(shots):
    env = EditEnv(drawing(shots=shots))
    seen, _ = env.reset(seed=1)
    assert (seen["shots"].any(axis=1)).sum() == shots
    assert seen in env.observation_space
    assert 1 <= env.action_masks().sum() <= MENU


def test_an_action_that_may_not_be_chosen_does_no_harm():
    env = EditEnv(drawing(shots=5))
    env.reset(seed=2)
    _, _, ended, _, _ = env.step(np.int64(MENU - 1))
    while not ended:
        _, _, ended, _, _ = env.step(np.int64(0))
    _, reward, ended, _, _ = env.step(np.int64(0))
    assert (reward, ended) == (0.0, True)
