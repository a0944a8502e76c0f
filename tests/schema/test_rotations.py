"""Rotations go from one form to another and back, near half turns too."""

from __future__ import annotations

import numpy as np
import pytest

from bridge.schema.rotations import (
    between,
    matrices,
    quaternions,
    shortest_turn,
    steady,
    turned_by,
    vectors,
)

RNG = np.random.default_rng(1)
UNITS = RNG.normal(0, 1, (60, 3))
UNITS /= np.linalg.norm(UNITS, axis=1, keepdims=True)


@pytest.mark.parametrize("angle", [0.0, 1e-6, 0.5, 3.0, np.pi - 1e-9, np.pi])
def test_forms_say_the_same(angle):
    turns = matrices(UNITS * angle)
    np.testing.assert_allclose(turned_by(quaternions(turns)), turns, atol=1e-9)
    np.testing.assert_allclose(matrices(vectors(turns)), turns, atol=1e-7)


def test_quaternions_of_any_length_turn_alike():
    some = quaternions(matrices(UNITS))
    np.testing.assert_allclose(turned_by(-3.0 * some), turned_by(some), atol=1e-12)


def test_half_of_the_way_is_half_of_the_angle():
    one, other = quaternions(matrices(UNITS * 0.3)), -quaternions(matrices(UNITS * 1.3))
    half = turned_by(between(one, other, np.full(len(UNITS), 0.5)))
    np.testing.assert_allclose(half, matrices(UNITS * 0.8), atol=1e-9)
    np.testing.assert_allclose(
        turned_by(between(one, one, np.full(len(UNITS), 0.7))), turned_by(one), atol=1e-9
    )


def test_signs_follow_each_other():
    turns = quaternions(matrices(np.linspace(0, 9, 80)[:, None] * UNITS[:1]))
    jumps = steady(turns)
    assert ((jumps[1:] * jumps[:-1]).sum(axis=-1) > 0).all()
    np.testing.assert_allclose(turned_by(jumps), turned_by(turns), atol=1e-12)


def test_the_shortest_turn_takes_each_to_its_target():
    others = np.roll(UNITS, 1, axis=0)
    turns = shortest_turn(UNITS, 2.0 * others)
    np.testing.assert_allclose(np.einsum("fij,fj->fi", turns, UNITS), others, atol=1e-9)
    np.testing.assert_allclose(shortest_turn(UNITS[0], UNITS[0]), np.eye(3), atol=1e-9)
