"""Overnight the editor's policy moves towards one person, and is used only if that is better."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")

from bridge.film.learning.taste_features import NAMES  # noqa: E402
from bridge.film.learning.taste_learning import FilmTaste, with_rating  # noqa: E402
from export.film.edit_agent.descriptors import Descriptor  # noqa: E402
from export.film.edit_agent.network import EditorNetwork  # noqa: E402
from export.film.edit_agent.night import (  # noqa: E402
    NightSettings,
    Standing,
    courses_of,
    learned,
    standing_of,
)
from tests.watched import media, shot  # noqa: E402

pytestmark = pytest.mark.torch

SHORT = NightSettings(
    minutes=5.0, courses=2, group=2, shots=(6, 9), seconds=(8.0, 12.0), judged=3, most_batches=2
)
SCALES = ("CU", "MS", "LS", "none")


def likes_close_ups():
    known = FilmTaste()
    for place in range(12):
        values = [0.0] * len(NAMES)
        values[NAMES.index("close")] = 1.5 if place % 2 else -1.5
        known = with_rating(known, values, 1.0 if place % 2 else -1.0)
    return known


@pytest.fixture(scope="module")
def descriptors():
    facts = media(25.0, 1000)
    return [
        Descriptor("a.mov", "train", 5.0, shot(1, 0, 125, facts, scale=scale)) for scale in SCALES
    ]


def test_a_night_leaves_the_policy_that_shipped_as_it_is(descriptors):
    torch.manual_seed(0)
    parent = EditorNetwork().eval()
    before = {name: tensor.clone() for name, tensor in parent.state_dict().items()}
    heard = []
    known = likes_close_ups()
    night = learned(parent, descriptors, known, SHORT, lambda *news: heard.append(news))
    assert all(torch.equal(tensor, before[name]) for name, tensor in parent.state_dict().items())
    assert night.updates >= 1
    assert heard[0] == (0, 300, "s")


def test_a_policy_that_did_not_move_stands_where_it_stood(descriptors):
    torch.manual_seed(0)
    network = EditorNetwork().eval()
    known = likes_close_ups()
    courses = courses_of(descriptors, known, np.random.default_rng(1), 3, SHORT)
    standing = standing_of(network, network, courses, (known, FilmTaste()))
    assert standing.nats == pytest.approx(0.0, abs=1e-6)
    assert standing.liked.shape == (3,)
    assert (standing.foreign == 0).all()
    assert ((standing.score > 0) & (standing.score <= 1)).all()


STANDING = Standing(np.full(9, 0.8), np.zeros(9), np.zeros(9), 0.0)


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (replace(STANDING, liked=np.full(9, 1.0)), ""),
        (STANDING, "not liked more"),
        (replace(STANDING, liked=np.full(9, 1.0), foreign=np.full(9, -1.0)), "kept apart"),
        (replace(STANDING, liked=np.full(9, 1.0), nats=0.5), "nats a choice"),
        (replace(STANDING, liked=np.full(9, 1.0), score=np.full(9, 0.7)), "worse by all else"),
    ],
)
def test_what_was_trained_is_used_only_if_it_is_better(now, said):
    feedback = pytest.importorskip(
        "export.film.edit_agent.from_feedback", reason="needs what ships the editor"
    )
    found = feedback.why_not(STANDING, now, 0.3)
    assert said in found
    assert bool(found) is bool(said)
