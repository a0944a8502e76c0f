"""Frames told from where somebody is come back as the motion they were."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bridge.animation.motion_state import (
    CONTACTS,
    PLACES,
    ROOT,
    SIZE,
    headings,
    motion_of,
    states_of,
    turns_of_six,
)
from bridge.animation.skeleton import forward
from bridge.schema.rotations import about_z, matrices, quaternions, turned_by
from tests.motions import placed, standing, swinging


def moved(motion, angle, place):
    """Turn a motion about z, and put it elsewhere."""
    turn = about_z(np.array([angle]))[0]
    rotations = motion.rotations.copy()
    rotations[:, 0] = quaternions(turn @ turned_by(rotations[:, 0]))
    places = motion.places @ turn.T + np.array([*place, 0.0])
    return replace(motion, rotations=rotations, places=places.astype(np.float32))


def test_a_motion_comes_back():
    motion = swinging(50)
    first = headings(forward(motion).turns[:, 0])[0]
    back = motion_of(states_of(motion), heading=first, place=tuple(motion.places[0, :2]))
    np.testing.assert_allclose(forward(back).places, forward(motion).places, atol=1e-4)


@pytest.mark.parametrize("angle", [0.5, -2.0, 3.1])
def test_where_it_goes_does_not_matter(angle):
    motion = swinging(50)
    here, there = states_of(motion), states_of(moved(motion, angle, (4.0, -7.0)))
    assert here.shape == (50, SIZE)
    np.testing.assert_allclose(there, here, atol=2e-4)


def test_whoever_stands_goes_nowhere():
    states = states_of(standing(5))
    np.testing.assert_allclose(states[:, ROOT], 0.0, atol=1e-6)
    assert (states[:, CONTACTS] == 1.0).all()
    np.testing.assert_allclose(placed(states), states[:, PLACES].reshape(5, 22, 3), atol=1e-5)


def test_headings_do_not_jump_and_keep_while_somebody_lies():
    turning = about_z(np.linspace(0.0, 9.0, 60))
    np.testing.assert_allclose(headings(turning), np.linspace(0.0, 9.0, 60), atol=1e-9)
    lying = turning[:1] @ matrices(np.array([[np.pi / 2, 0.0, 0.0]]))
    np.testing.assert_allclose(headings(np.concatenate([turning[:1], lying])), 0.0, atol=1e-9)
    np.testing.assert_allclose(headings(lying), 0.0)


def test_any_six_numbers_are_a_turn():
    turns = turns_of_six(np.random.default_rng(1).normal(0, 1, (50, 6)))
    squares = turns @ np.swapaxes(turns, 1, 2)
    np.testing.assert_allclose(squares, np.tile(np.eye(3), (50, 1, 1)), atol=1e-9)
    np.testing.assert_allclose(np.linalg.det(turns), 1.0, atol=1e-9)
