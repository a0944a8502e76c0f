"""A mesh is told as the character nearest to it."""

from __future__ import annotations

import numpy as np
import pytest

from bridge.animation.body.statics import shared_body
from bridge.animation.fitting import fitted
from bridge.animation.landmarks import landmark_rows
from bridge.animation.measuring import triangles
from bridge.animation.posing import carry, skinned, turns_of
from bridge.errors import RequestError
from bridge.schema.character import BoneTurn
from bridge.schema.mesh import Surface
from bridge.schema.rotations import matrices, nearest_rotations

POSE = (
    BoneTurn("upperarm01.L", 0.0, 0.5, 0.2),
    BoneTurn("lowerarm01.R", -0.4, 0.0, 0.3),
    BoneTurn("upperleg01.R", -0.5, 0.0, 0.0),
    BoneTurn("lowerleg01.R", 0.6, 0.0, 0.0),
    BoneTurn("head", 0.0, 0.0, 0.4),
)


def posed(maker, identity, pose=POSE):
    rig = shared_body().rig("segue")
    shape = maker.shapes(identity[None])[0]
    heads = shape.joints[: len(rig.bones)]
    return skinned(shape.vertices, rig, carry(matrices(turns_of(pose)), heads, rig.parents))


@pytest.mark.parametrize("place", [3])
def test_our_own_mesh_is_told_in_any_pose(maker, people, place):
    mesh = posed(maker, people[place]) + np.array([0.3, -1.0, 0.2], np.float32)
    report = fitted(maker, Surface(mesh, triangles()))
    assert report.matched == "vertices"
    assert report.mean_mm < 4.0
    found = {turn.bone: np.array([turn.x, turn.y, turn.z]) for turn in report.character.pose}
    for turn in POSE:
        assert np.linalg.norm(found[turn.bone] - [turn.x, turn.y, turn.z]) < 0.15


def scan_of(mesh, turn, per_metre):
    """Make a scan of our mesh: noisy, in another order, half its faces gone, elsewhere."""
    rng = np.random.default_rng(2)
    order = rng.permutation(len(mesh))
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    noisy = mesh[order] + rng.normal(0.0, 0.001, mesh.shape)
    return Surface((per_metre * noisy @ turn.T).astype(np.float32), place[triangles()[::2]])


def apart(report, maker, mesh):
    """Give how far vertices of who was found are from a mesh, once moved there, in metres."""
    found = posed(maker, np.array(report.character.identity, np.float32), report.character.pose)
    here, there = found - found.mean(axis=0), mesh - mesh.mean(axis=0)
    turn = nearest_rotations((there.T @ here)[None])[0]
    return np.linalg.norm(here @ turn.T - there, axis=1).mean()


def test_a_scan_is_laid_on_whatever_its_unit_and_its_way_up(maker, people):
    mesh = maker.shapes(people[1][None])[0].vertices
    upright = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])
    report = fitted(maker, scan_of(mesh, upright, 100.0))
    assert report.matched == "surface"
    assert report.mean_mm < 5.0
    assert apart(report, maker, mesh) < 0.015


WILD = (
    BoneTurn("upperleg01.L", 0.0, 0.6, 0.0),
    BoneTurn("upperleg01.R", -0.3, -0.5, 0.0),
    BoneTurn("upperarm01.L", 0.0, -1.2, 0.3),
    BoneTurn("lowerarm01.R", -0.8, 0.0, 0.6),
    BoneTurn("spine03", 0.0, 0.2, 0.3),
)
"""Legs crossed, an arm up."""


def test_landmarks_find_whoever_lies_there_with_crossed_legs(maker, people):
    rng, turn = np.random.default_rng(3), matrices(np.array([1.4, 0.5, -0.8]))
    mesh = posed(maker, people[2], WILD)
    marks = {
        name: tuple(turn @ (mesh[row] + rng.normal(0.0, 0.006, 3)) / 0.0254)
        for name, row in landmark_rows().items()
    }
    report = fitted(maker, scan_of(mesh, turn, 1.0 / 0.0254), marks)
    assert report.mean_mm < 8.0
    assert apart(report, maker, mesh) < 0.02


@pytest.mark.slow
def test_crossed_legs_are_found_without_landmarks(maker, people):
    mesh = posed(maker, people[2], WILD)
    report = fitted(maker, scan_of(mesh, np.eye(3), 1.0))
    assert apart(report, maker, mesh) < 0.03


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
