"""The agent ships as the prior does, with what was measured of it."""

import json

import numpy as np
import pytest

pytest.importorskip("gymnasium", reason="needs the train extra")
torch = pytest.importorskip("torch", reason="needs the train extra")

from bridge.music.composer import AGENT_NAME  # noqa: E402
from bridge.music.melody_prior import DrawSettings, draw_melodies  # noqa: E402
from bridge.runtime.registry import Registry  # noqa: E402
from export.music.melody_agent.policy import Composer  # noqa: E402
from export.music.melody_agent.ship import (  # noqa: E402
    card,
    figures_in,
    stretches_of,
)
from export.music.melody_prior.ship import graph_sources  # noqa: E402
from export.ship.ship import ship  # noqa: E402
from tests.music.melody_agent.hand_made import excerpts, goals, tiny_prior  # noqa: E402

pytestmark = pytest.mark.torch


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    models = tmp_path_factory.mktemp("models")
    composer = Composer(tiny_prior().settings)
    sources = graph_sources(composer.network, stretches_of(excerpts().phrases))
    ship(models / AGENT_NAME, card((), 3), sources)
    return Registry(models)


def test_what_ships_answers_as_the_network_does(shipped):
    assert shipped.verify(AGENT_NAME).passed


def test_what_ships_writes_melodies_in_place_of_the_prior(shipped):
    model = shipped.model(AGENT_NAME)
    settings = DrawSettings(count=3)
    drawn = draw_melodies(model, goals(), np.random.default_rng(0), settings=settings)
    assert [melody.events.total_slots for melody in drawn] == [96, 96, 96]


def test_the_card_shows_what_was_measured(tmp_path):
    row = {"value": 0.5, "protocol": "two melodies", "group": "agent"}
    names = ("hit key", "distance valence", "table leaps_resolved")
    evidence = [{"name": name, **row} for name in names]
    (tmp_path / "evidence.json").write_text(json.dumps(evidence))
    (tmp_path / "referee.json").write_text(json.dumps({"agent once": {"reward": 0.9}}))
    (tmp_path / "ablation.json").write_text(json.dumps({"in_key": {"hit key": 0.25, "x": 1.0}}))
    shown = {metric.name: metric.value for metric in figures_in(tmp_path)}
    assert shown == {
        "hit key": 0.5,
        "table leaps_resolved": 0.5,
        "agent once: reward": 0.9,
        "without in_key: hit key": 0.25,
    }
