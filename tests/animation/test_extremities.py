"""Head, hands and feet are told from ways over the skin, in any pose and any place."""

from __future__ import annotations

import numpy as np
import pytest

from bridge.animation.clouds import Cloud, drawn
from bridge.animation.extremities import stances
from bridge.animation.holding import kept
from bridge.animation.measuring import triangles
from bridge.animation.posed_body import PosedBody
from bridge.schema.mesh import Surface
from bridge.schema.rotations import matrices, nearest_rotations, vectors


def cloud_of(vertices):
    return drawn(Surface(vertices.astype(np.float32), triangles()), np.random.default_rng(3))


def tilt(points, others):
    """Give how far points are turned from others, in radians."""
    here, there = points - points.mean(axis=0), others - others.mean(axis=0)
    return float(np.linalg.norm(vectors(nearest_rotations((here.T @ there)[None]))))


def turned(maker, identity, turns):
    """Give somebody whose bones are turned, by place."""
    body = PosedBody.at_rest(maker, identity.astype(np.float64))
    for bone, vector in turns.items():
        body.turns[bone] = matrices(np.array(vector))
    return body


@pytest.mark.parametrize(("place", "unit"), [(0, 1.0), (1, 0.001), (2, 0.01)])
def test_whoever_lies_anywhere_is_stood_up(maker, people, place, unit):
    vertices = maker.shapes(people[place][None])[0].vertices
    turn = matrices(np.array([1.1, -0.7, 2.0]))
    upright = cloud_of(vertices).points.astype(np.float64)
    found = stances(cloud_of(vertices @ turn.T / unit + 5.0))
    assert len(found) == 4
    assert min(tilt(there.points, upright) for there, _ in found) < 0.4
    for there, _ in found:
        assert np.ptp(there.points, axis=0).max() < 2.6


def test_a_ball_has_no_limbs():
    rng = np.random.default_rng(1)
    points = rng.normal(0.0, 1.0, (4000, 3))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    assert stances(Cloud(points.astype(np.float32), points.astype(np.float32))) == []


def test_bones_are_pulled_back_to_how_they_rest(maker, people):
    body = turned(maker, people[0], {20: (0.3, 0.0, 0.0), 40: (0.0, -0.2, 0.1)})
    cost, pull = kept(body, 1.0)
    turned_bones = np.flatnonzero(np.abs(pull[:-3].reshape(-1, 3)).sum(axis=1) > 1e-6)
    assert turned_bones.tolist() == [20, 40]
    body.turn(pull / np.maximum(cost, 1e-9))
    assert np.abs(body.turns - np.eye(3)).max() < 1e-6
