"""Identities become meshes, and meshes identities."""

from __future__ import annotations

import numpy as np
import pytest

from bridge.animation.body.statics import shared_body
from bridge.animation.maker import Asked, expression_row, identity_numbers
from bridge.errors import NotFoundError, RangeError
from bridge.schema.character import Amount, Character


def test_people_stand_with_their_soles_on_the_ground(maker, people):
    for shape in maker.shapes(people):
        assert shape.vertices[:, 2].min() == pytest.approx(0.0, abs=1e-6)
        assert 0.4 < shape.vertices[:, 2].max() < 2.7


def test_a_mesh_is_told_as_who_it_was_made_of(maker, people):
    meshes = np.stack([shape.vertices for shape in maker.shapes(people)])
    identity, expression = maker.seen(meshes)
    again = np.stack([shape.vertices for shape in maker.shapes(identity, expression)])
    assert np.linalg.norm(again - meshes, axis=2).mean() < 0.002


@pytest.mark.parametrize("action", ["jawOpen", "mouthSmileLeft", "cheekPuff"])
def test_a_face_is_told_by_what_it_does(maker, people, action):
    row = expression_row((Amount(action, 0.8),))
    faces = np.tile(row, (len(people), 1))
    meshes = np.stack([shape.vertices for shape in maker.shapes(people, faces)])
    _, expression = maker.seen(meshes)
    still = maker.seen(np.stack([shape.vertices for shape in maker.shapes(people)]))[1]
    place = shared_body().actions.index(action)
    assert np.abs(expression[:, place] - 0.8).mean() < 0.05
    assert np.abs(still).mean() < 0.01


def test_several_actions_at_once_are_told_apart(maker, people):
    rng = np.random.default_rng(1)
    faces = np.zeros((len(people), len(shared_body().actions)), np.float32)
    for row in faces:
        row[rng.choice(faces.shape[1], 6, replace=False)] = rng.uniform(0.3, 1.0, 6)
    meshes = np.stack([shape.vertices for shape in maker.shapes(people, faces)])
    away = np.abs(maker.seen(meshes)[1] - faces)
    assert away.mean() < 0.015
    assert away[faces > 0].mean() < 0.04


def test_only_the_face_moves_with_a_face(maker, people):
    faces = np.tile(expression_row((Amount("jawOpen", 1.0),)), (len(people), 1))
    pairs = zip(maker.shapes(people), maker.shapes(people, faces), strict=True)
    for still, made in pairs:
        moved = np.linalg.norm(made.vertices - still.vertices, axis=1)
        elsewhere = np.delete(moved, shared_body().face_vertices)
        assert elsewhere.max() < 1e-6 < moved.max()


def test_the_joints_lie_inside_the_body(maker, people):
    rig = shared_body().rig("segue")
    for shape in maker.shapes(people):
        heads = shape.joints[: len(rig.bones)]
        low, high = shape.vertices.min(axis=0), shape.vertices.max(axis=0)
        assert (heads >= low - 0.02).all()
        assert (heads <= high + 0.02).all()


def test_the_same_chance_draws_the_same_people(maker):
    first, again = (maker.drawn(Asked({}), np.random.default_rng(3), count=3) for _ in range(2))
    assert (first == again).all()


def test_who_is_drawn_is_what_was_asked_for(maker):
    young, old = (
        maker.told(maker.drawn(Asked({"age": age}), np.random.default_rng(3), count=24))
        for age in (0.1, 0.9)
    )
    place = maker.attributes.index("age")
    assert young[:, place].mean() == pytest.approx(0.1, abs=0.08)
    assert old[:, place].mean() == pytest.approx(0.9, abs=0.08)


def test_an_unknown_slider_names_those_nearby(maker, people):
    with pytest.raises(NotFoundError, match=r"near: .*nose"):
        maker.edited(people, {"nose_hum": 1.0})


def test_an_unknown_action_names_those_nearby():
    with pytest.raises(NotFoundError, match="jawOpen"):
        expression_row((Amount("jawOpn", 1.0),))


@pytest.mark.parametrize("count", [0, 95, 97])
def test_an_identity_has_96_numbers(count):
    with pytest.raises(RangeError, match="96"):
        Character((0.0,) * count)


def test_an_identity_keeps_its_numbers(people):
    kept = Character(identity_numbers(people[0])).identity
    assert np.abs(np.array(kept) - people[0]).max() < 1e-5
