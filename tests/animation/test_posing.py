"""Bones turn, and skin goes with them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.animation.body.statics import shared_body
from bridge.animation.posed_body import PosedBody
from bridge.animation.posing import carry, dense_weights, skinned, turns_of
from bridge.errors import NotFoundError
from bridge.schema.character import BoneTurn
from bridge.schema.rotations import matrices, nearest_rotations, vectors

_angle = st.floats(-1.7, 1.7)


@given(turn=st.tuples(_angle, _angle, _angle))
def test_a_rotation_vector_survives_a_trip_through_a_matrix(turn):
    vector = np.array(turn)
    assert np.abs(vectors(matrices(vector)) - vector).max() < 1e-5


def test_half_a_turn_keeps_its_axis():
    found = vectors(matrices(np.array([0.0, np.pi - 1e-7, 0.0])))
    assert np.abs(np.abs(found) - [0.0, np.pi, 0.0]).max() < 1e-3


def test_no_turn_leaves_a_mesh_as_it_is():
    body = shared_body()
    rig = body.rig("segue")
    heads = body.template_joints[: len(rig.bones)]
    still = carry(matrices(np.zeros((len(rig.bones), 3))), heads, rig.parents)
    assert np.abs(skinned(body.template, rig, still) - body.template).max() < 1e-6


@pytest.mark.parametrize("name", ["segue", "mixamo", "cmu_mb"])
def test_the_root_turns_everybody_as_one(name):
    body = shared_body()
    rig = body.rig(name)
    heads = body.template_joints[rig.first_joint : rig.first_joint + len(rig.bones)]
    turns = matrices(np.zeros((len(rig.bones), 3)))
    turns[0] = matrices(np.array([0.3, -0.2, 0.9]))
    moved = skinned(body.template, rig, carry(turns, heads, rig.parents))
    due = (body.template - heads[0]) @ turns[0].T + heads[0]
    assert np.abs(moved - due).max() < 1e-5


@pytest.mark.parametrize("name", ["segue", "mixamo", "cmu_mb"])
def test_the_weights_of_every_vertex_sum_to_one(name):
    assert np.abs(dense_weights(shared_body().rig(name)).sum(axis=1) - 1.0).max() < 1e-4


def test_an_elbow_moves_the_hand_and_not_the_foot():
    body = shared_body()
    rig = body.rig("segue")
    heads = body.template_joints[: len(rig.bones)]
    turns = matrices(turns_of((BoneTurn("lowerarm01.L", 0.0, 0.0, 1.0),)))
    carried = carry(turns, heads, rig.parents)
    away = np.linalg.norm(skinned(body.template, rig, carried) - body.template, axis=1)
    weights = dense_weights(rig)
    hand = weights[:, rig.bones.index("finger3-3.L")] > 0.9
    foot = weights[:, rig.bones.index("foot.L")] > 0.9
    assert away[hand].min() > 0.1
    assert away[foot].max() < 1e-6


def test_an_unknown_bone_names_those_nearby():
    with pytest.raises(NotFoundError, match=r"upperarm01\.L"):
        turns_of((BoneTurn("upperarm1.L", 0.0, 0.0, 1.0),))


@given(st.integers(0, 50))
def test_the_nearest_rotation_of_a_rotation_is_itself(seed):
    turns = matrices(np.random.default_rng(seed).normal(0.0, 1.0, (5, 3)))
    assert np.abs(nearest_rotations(turns) - turns).max() < 1e-9
    assert np.linalg.det(nearest_rotations(turns - 0.3)) == pytest.approx(np.ones(5))


@pytest.mark.parametrize("change", [2, 60, 96 + 3 * 47 + 1, 96 + 3 * 60, 96 + 3 * 6 + 2, 410])
def test_the_slope_of_a_posed_body_is_how_it_moves(maker, people, change):
    body = PosedBody.at_rest(maker, people[0].astype(np.float64))
    body.turn(np.random.default_rng(1).normal(0.0, 0.15, 3 * len(body.turns) + 3))
    rows = np.arange(0, 13_718, 211)
    slope, before = body.slope(rows)[:, :, change], body.skin(rows)
    small = 0.05 if change < 96 else 1e-3
    step = np.zeros(96 + 3 * len(body.turns) + 3)
    step[change] = small
    body.step(step)
    assert np.abs((body.skin(rows) - before) / small - slope).max() < 2e-3
