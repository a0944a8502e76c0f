"""The agent begins as the rules are, learns what they do not see, and ships as it was trained."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")
pytest.importorskip("onnxscript", reason="needs the train extra")

from bridge.errors import ModelError  # noqa: E402
from bridge.film.cutting.adding import total  # noqa: E402
from bridge.film.cutting.observing import GAIN  # noqa: E402
from bridge.film.cutting.planning.simple import greedy  # noqa: E402
from bridge.film.cutting.policy import MODEL_NAME, Editor  # noqa: E402
from bridge.runtime.card import Axis  # noqa: E402
from bridge.runtime.registry import Registry  # noqa: E402
from bridge.schema.codec import to_plain  # noqa: E402
from export.film.edit_agent.asks import AskSettings, draw_tables  # noqa: E402
from export.film.edit_agent.descriptors import FILE, split_of  # noqa: E402
from export.film.edit_agent.measure import broken_rules, small_figures, small_tables  # noqa: E402
from export.film.edit_agent.network import EditorNetwork  # noqa: E402
from export.film.edit_agent.ppo import (  # noqa: E402
    PpoSettings,
    advantages,
    best_gains,
    decided,
    improve,
    lesson_of,
)
from export.film.edit_agent.rollouts import course_of, play  # noqa: E402
from export.film.edit_agent.ship import shipped_from  # noqa: E402
from export.film.edit_agent.train import AgentSettings, train  # noqa: E402
from tests.film.edit_agent.made_descriptors import descriptors  # noqa: E402

pytestmark = pytest.mark.torch

TINY = AgentSettings(
    iterations=3,
    courses=2,
    group=2,
    value_iterations=1,
    asks=AskSettings(most_shots=12, seconds=12.0),
    checkpoint_every=1,
    judge_every=1,
    judged=2,
)


def course(seed=0, shots=12):
    rng = np.random.default_rng(seed)
    return course_of(draw_tables(descriptors(), rng, AskSettings(seconds=15.0), shots=shots))


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    """Train for three batches."""
    folder = tmp_path_factory.mktemp("work")
    (folder / FILE).write_text(json.dumps(to_plain(descriptors())), "utf-8")
    train(TINY, descriptors(), descriptors(), folder)
    return folder


@pytest.fixture(scope="module")
def agent(work, tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    shipped_from(work, folder / MODEL_NAME, ())
    return Registry(folder).model(MODEL_NAME)


def test_untrained_it_does_as_the_rules_do():
    torch.manual_seed(0)
    played = play(EditorNetwork(), [course()], np.random.default_rng(0), group=1, greedily=True)
    gains = played.seen.items[torch.arange(len(played.chosen)), played.chosen, GAIN]
    assert (gains == 0).all()


def test_what_the_best_cut_chose_becomes_likelier_and_what_others_chose_does_not():
    torch.manual_seed(0)
    network, rng = EditorNetwork(), np.random.default_rng(1)
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
    played = play(network, [course(3)], rng, group=16)
    best = played.episode == 5
    judged = replace(played, rewards=best.astype(np.float32))
    settings = PpoSettings(rules=0.0, entropy=0.0, epochs=8, stop_kl=1.0)
    improve(network, optimizer, lesson_of(judged, settings), settings, rng)
    with torch.no_grad():
        logits, _ = decided(network, played, torch.arange(len(played.chosen)))
    now = logits.log_softmax(dim=1).gather(1, played.chosen[:, None])[:, 0]
    likelier = (now - played.log_probability).numpy()
    assert likelier[best].mean() > 0.02
    assert likelier[best].mean() > likelier[~best].mean() + 0.02


def test_advantages_are_those_of_the_paper():
    rewards = np.array([1.0, 0.0, 2.0, 5.0], np.float32)
    values = np.array([0.5, 1.0, 1.5, 4.0], np.float32)
    episode = np.array([0, 0, 0, 1])
    found = advantages(rewards, values, episode, 0.5)
    last = 2.0 - 1.5
    middle = 0.0 + 1.5 - 1.0 + 0.5 * last
    assert found == pytest.approx([1.0 + 1.0 - 0.5 + 0.5 * middle, middle, last, 1.0])


def test_a_cut_gains_what_it_adds_to_the_best_of_the_others():
    totals = np.array([1.0, 4.0, 2.0, 7.0], np.float32)
    course = np.zeros(4, int)
    raises = []
    for place in range(4):
        pairs = list(combinations(np.delete(totals, place), 2))
        raises.append(np.mean([max(totals[place] - max(pair), 0.0) for pair in pairs]))
    wanted = (np.array(raises) - np.mean(raises)) / totals.std()
    assert best_gains(totals, course, 3) == pytest.approx(wanted, abs=1e-5)


def test_cuts_are_compared_with_those_of_their_own_shoot_alone():
    totals = np.array([1.0, 2.0, 10.0, 30.0, 5.0], np.float32)
    gains = best_gains(totals, np.array([0, 0, 1, 1, 2]), 8)
    assert gains == pytest.approx([-1.0, 1.0, -1.0, 1.0, 0.0], abs=1e-4)


def test_training_goes_on_where_it_was_stopped(work):
    longer = replace(TINY, iterations=4)
    before = torch.load(work / "agent.pt", weights_only=True)
    train(longer, descriptors(), descriptors(), work)
    after = torch.load(work / "agent.pt", weights_only=True)
    assert (before["iteration"], after["iteration"]) == (3, 4)


def test_what_ships_plans_as_what_was_trained(agent):
    for shots in (5, 40, 120):
        tables = course(shots, shots=shots).tables
        cut = Editor(agent, cuts=4).plan(tables, seed=2)
        assert total(tables, cut) >= total(tables, greedy(tables))
        assert broken_rules(tables, cut) == 0


def test_the_same_seed_gives_the_same_cut(agent):
    tables = course(4, shots=30).tables
    cuts = [Editor(agent).plan(tables, seed=9).chosen for _ in range(2)]
    assert cuts[0] == cuts[1]


def test_one_shot_can_be_cut(agent):
    tables = course(5, shots=1).tables
    assert Editor(agent).plan(tables, seed=0).count >= 1


def test_a_model_that_sees_other_things_is_refused(agent):
    graph = agent.card.graphs[0]
    axes = (*graph.inputs[0].axes[:-1], Axis("feature", 3))
    strange = replace(graph, inputs=(replace(graph.inputs[0], axes=axes), *graph.inputs[1:]))

    class Strange:
        card = replace(agent.card, graphs=(strange,))

    with pytest.raises(ModelError, match="install the model"):
        Editor(Strange())


def test_small_shoots_are_measured_against_the_best_cut_there_is(agent):
    found = small_figures(Editor(agent), descriptors(), 1, seeds=(11,))
    metrics = {metric.name: metric.value for metric in found}
    assert 0.8 < metrics["small shoots, agent: worst share"] <= 1 + 1e-9
    assert metrics["small shoots, agent: steps that break a rule"] == 0


def test_a_small_shoot_has_few_spans():
    tables = small_tables(descriptors(), np.random.default_rng(1))
    assert len(tables.shoot) <= 8
    assert len(tables.candidates) <= 2 * len(tables.shoot)


@pytest.mark.parametrize(
    ("folder", "wanted"),
    [("made_learn", {"train"}), ("made_hold", {"validation", "test"})],
)
def test_films_that_were_held_out_are_never_learned_from(folder, wanted):
    assert {split_of(folder, f"film_{number}") for number in range(60)} == wanted
