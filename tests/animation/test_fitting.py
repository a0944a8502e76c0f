"""A mesh is told as the character nearest to it."""

from __future__ import annotations

import numpy as np
import pytest

from bridge.animation.body.statics import shared_body
from bridge.animation.fitting import fitted
from bridge.animation.measuring import triangles
from bridge.animation.posing import carry, skinned, turns_of
from bridge.animation.rotations import matrices
from bridge.errors import RequestError
from bridge.schema.character import BoneTurn
from bridge.schema.mesh import Surface

POSE = (
    BoneTurn("upperarm01.L", 0.0, 0.5, 0.2),
    BoneTurn("lowerarm01.R", -0.4, 0.0, 0.3),
    BoneTurn("upperleg01.R", -0.5, 0.0, 0.0),
    BoneTurn("lowerleg01.R", 0.6, 0.0, 0.0),
    BoneTurn("head", 0.0, 0.0, 0.4),
)


def posed(maker, identity):
    rig = shared_body().rig("segue")
    shape = maker.shapes(identity[None])[0]
    heads = shape.joints[: len(rig.bones)]
    return skinned(shape.vertices, rig, carry(matrices(turns_of(POSE)), heads, rig.parents))


@pytest.mark.parametrize("place", [3])
def test_our_own_mesh_is_told_in_any_pose(maker, people, place):
    mesh = posed(maker, people[place]) + np.array([0.3, -1.0, 0.2], np.float32)
    report = fitted(maker, Surface(mesh, triangles()), "Ada")
    assert report.matched == "vertices"
    assert report.mean_mm < 4.0
    assert report.character.name == "Ada"
    found = {turn.bone: np.array([turn.x, turn.y, turn.z]) for turn in report.character.pose}
    for turn in POSE:
        assert np.linalg.norm(found[turn.bone] - [turn.x, turn.y, turn.z]) < 0.15


def test_a_scan_is_laid_on_whatever_its_unit_and_its_way_up(maker, people):
    rng = np.random.default_rng(2)
    mesh = maker.shapes(people[1][None])[0].vertices
    shuffled = rng.permutation(len(mesh))
    place = np.empty_like(shuffled)
    place[shuffled] = np.arange(len(mesh))
    noisy = mesh[shuffled] + rng.normal(0.0, 0.001, mesh.shape)
    upright = noisy @ np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]]).T
    scan = Surface((100.0 * upright).astype(np.float32), place[triangles()[::2]])
    report = fitted(maker, scan)
    assert report.matched == "surface"
    assert report.mean_mm < 8.0


@pytest.mark.slow
def test_a_ball_is_no_body(maker):
    rng = np.random.default_rng(1)
    points = rng.normal(0.0, 1.0, (400, 3))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    corners = rng.integers(0, 400, (300, 3))
    with pytest.raises(RequestError, match=r"no body|upright"):
        fitted(maker, Surface(points.astype(np.float32), corners))


def test_a_flat_mesh_is_refused(maker):
    line = np.zeros((3, 3), np.float32)
    with pytest.raises(RequestError, match="no surface"):
        fitted(maker, Surface(line, np.array([[0, 1, 2]])))
