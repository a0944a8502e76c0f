"""The flow is followed exactly, obeys what is asked, and a move of nothing moves nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bridge.music.latent_flow import FlowCondition, draw_latents, move_latents
from bridge.runtime.registry import Registry
from export.ship.card import write_card
from tests.music.toy_vaes import Heard, write_flow
from tests.toys import TOY_CARD

LATENT, CONDITION = 4, 3
SHIFT = np.eye(CONDITION, LATENT, dtype=np.float32)
"""Each number of the condition moves one dimension of the latent."""


def flow(folder, **fields):
    (folder / "music/toy").mkdir(parents=True)
    graph = write_flow(folder / "music/toy", latent=LATENT, condition=CONDITION, **fields)
    write_card(folder / "music/toy", replace(TOY_CARD, graphs=(graph,)))
    return Heard(Registry(folder).model("music/toy"))


def condition(*asked: float, batch: int = 2, **fields) -> FlowCondition:
    rows = np.zeros((batch, CONDITION), dtype=np.float32)
    rows[:, : len(asked)] = asked
    return FlowCondition(
        previous=np.zeros((batch, LATENT), dtype=np.float32),
        asked=rows,
        least=np.zeros_like(rows),
        **fields,
    )


def rng(seed: int = 7) -> np.random.Generator:
    return np.random.default_rng(seed)


NOISE = rng().standard_normal((2, LATENT), dtype=np.float32)
LATENTS = np.arange(8, dtype=np.float32).reshape(2, LATENT)


def test_a_flow_that_stands_still_gives_the_noise_it_began_with(tmp_path):
    assert np.array_equal(draw_latents(flow(tmp_path), condition(), rng(), temperature=1.0), NOISE)


@pytest.mark.parametrize("temperature", [0.25, 0.5, 2.0])
def test_temperature_is_the_variance_of_the_noise(tmp_path, temperature):
    drawn = draw_latents(flow(tmp_path), condition(), rng(), temperature=temperature)
    assert drawn == pytest.approx(NOISE * temperature**0.5, rel=1e-6)


@pytest.mark.parametrize("decay", [-1.0, 0.7])
def test_a_curved_path_is_followed_to_a_thousandth(tmp_path, decay):
    drawn = draw_latents(flow(tmp_path, decay=decay), condition(), rng(), temperature=1.0)
    assert drawn == pytest.approx(NOISE * np.exp(decay), rel=2e-3)


def test_the_flow_runs_from_time_0_to_time_1(tmp_path):
    model = flow(tmp_path)
    draw_latents(model, condition(), rng(), temperature=1.0)
    times = [float(time[0, 0]) for time in model.given("flow", "time")]
    assert (times[0], times[-1]) == (0.0, pytest.approx(1.0))
    assert times == sorted(times)


@pytest.mark.parametrize("guidance", [0.0, 1.0, 1.5])
def test_guidance_multiplies_the_effect_of_what_is_asked(tmp_path, guidance):
    asked = condition(0.5, -2.0, guidance=guidance)
    drawn = draw_latents(flow(tmp_path, weights=SHIFT), asked, rng(), temperature=1.0)
    shift = np.array([0.5 * guidance, -2.0 * guidance, 0.0, 0.0])
    assert drawn == pytest.approx(NOISE + shift, abs=1e-5)


def test_what_cannot_be_left_out_is_obeyed_without_guidance(tmp_path):
    asked = replace(condition(1.0), least=condition(1.0).asked)
    drawn = draw_latents(flow(tmp_path, weights=SHIFT), asked, rng(), temperature=1.0)
    assert drawn == pytest.approx(NOISE + np.array([1.0, 0.0, 0.0, 0.0]), abs=1e-5)


def test_the_phrase_before_reaches_the_flow_beside_both_conditions(tmp_path):
    model = flow(tmp_path)
    draw_latents(model, replace(condition(), previous=LATENTS), rng(), temperature=1.0)
    assert np.array_equal(model.given("flow", "previous")[0], np.concatenate([LATENTS, LATENTS]))


@pytest.mark.parametrize("decay", [0.0, 3.0])
def test_a_move_of_nothing_leaves_latents_as_they_are(tmp_path, decay):
    model = flow(tmp_path, decay=decay)
    assert np.array_equal(move_latents(model, LATENTS, condition(), rng(), amount=0.0), LATENTS)


def test_a_move_of_everything_draws_new_latents(tmp_path):
    model = flow(tmp_path, decay=-1.0)
    moved = move_latents(model, LATENTS, condition(), rng(), amount=1.0)
    assert np.array_equal(moved, draw_latents(model, condition(), rng(), temperature=1.0))


@pytest.mark.parametrize("amount", [0.01, 0.3, 0.9])
def test_a_move_starts_on_the_straight_way_to_noise_and_at_its_time(tmp_path, amount):
    model = flow(tmp_path)
    move_latents(model, LATENTS, condition(), rng(), amount=amount)
    start = (1.0 - amount) * LATENTS + amount * NOISE
    assert model.given("flow", "point")[0][:2] == pytest.approx(start, abs=1e-6)
    assert model.given("flow", "time")[0][0, 0] == pytest.approx(1.0 - amount)
    assert model.given("flow", "time")[-1][0, 0] == pytest.approx(1.0)


def test_a_small_move_costs_less_than_a_large_one(tmp_path):
    model = flow(tmp_path)
    costs = []
    for amount in (0.1, 0.5, 1.0):
        before = len(model.inputs)
        move_latents(model, LATENTS, condition(), rng(), amount=amount)
        costs.append(len(model.inputs) - before)
    assert costs == [2, 12, 24]


def test_the_same_seed_draws_the_same_latents_and_another_does_not(tmp_path):
    model = flow(tmp_path, decay=-1.0)
    first, again, other = (
        draw_latents(model, condition(), rng(seed), temperature=1.0) for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert not np.isclose(first, other).any()
