"""Legs reach where ankles should be, and feet that stand stay there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bridge.animation.gait import dimensionless_jerk, foot_skate, largest_turn
from bridge.animation.legs import reaching
from bridge.animation.planting import planted, runs
from bridge.animation.skeleton import forward, joint_of, posture, relative
from tests.motions import standing, swinging

FEET = [joint_of("LeftFoot"), joint_of("RightFoot")]


def test_ankles_come_to_where_they_should_be():
    motion = swinging()
    whole = forward(motion)
    hips = whole.places[:, [joint_of("LeftUpLeg"), joint_of("RightUpLeg")]]
    wanted = whole.places[:, FEET] + 0.15 * (hips - whole.places[:, FEET])
    wanted += np.random.default_rng(2).normal(0, 0.03, (40, 2, 3))
    turns = reaching(whole.turns, motion.places, wanted)
    found = posture(relative(turns), motion.places)
    np.testing.assert_allclose(found.places[:, FEET], wanted, atol=2e-3)
    np.testing.assert_allclose(found.turns[:, FEET], whole.turns[:, FEET], atol=1e-5)


def test_what_is_out_of_reach_is_pointed_at():
    motion = standing(3)
    whole = forward(motion)
    wanted = whole.places[:, FEET] + np.array([0.0, -2.0, 0.5])
    found = posture(relative(reaching(whole.turns, motion.places, wanted)), motion.places)
    hips = found.places[:, [joint_of("LeftUpLeg"), joint_of("RightUpLeg")]]
    way, due = found.places[:, FEET] - hips, wanted - hips
    cosine = (way * due).sum(-1) / np.linalg.norm(way, axis=-1) / np.linalg.norm(due, axis=-1)
    assert cosine.min() > 0.9999


def test_straight_knees_bend_forwards():
    motion = standing(1)
    whole = forward(motion)
    wanted = whole.places[:, FEET] + np.array([0.0, 0.0, 0.2])
    found = posture(relative(reaching(whole.turns, motion.places, wanted)), motion.places)
    knees = found.places[0, [joint_of("LeftLeg"), joint_of("RightLeg")], 1]
    assert (knees < -0.1).all()


def test_feet_that_slide_are_planted():
    still = standing(60)
    places = still.places - np.float32([0, 0, 0.04])  # knees can give
    places[:, 1] -= np.linspace(0, 0.4, 60, dtype=np.float32)
    sliding = replace(still, places=places)
    feet = np.ones((60, 4), bool)
    before = forward(sliding).places[:, FEET, 1]
    found = planted(sliding, feet)
    after = forward(found).places[:, FEET, 1]
    assert np.ptp(before, axis=0).min() > 0.35
    assert np.ptp(after, axis=0).max() < 0.02
    np.testing.assert_array_equal(found.places, sliding.places)


def test_a_foot_comes_to_its_place_and_leaves_it_slowly():
    walk = swinging(60, amount=0.15)
    feet = np.zeros((60, 4), bool)
    feet[20:30, 2:] = True
    before, after = (forward(one).places[:, FEET] for one in (walk, planted(walk, feet)))
    moved = np.linalg.norm(after - before, axis=-1)
    assert moved[:, 0].max() < 2e-3
    assert moved[20:30, 1].max() > 0.01
    assert moved[:15, 1].max() < 2e-3
    assert moved[36:, 1].max() < 2e-3
    assert np.abs(np.diff(moved[:, 1])).max() < 0.1


def test_times_that_something_is_so():
    assert runs(np.array([1, 1, 0, 0, 1], bool)) == [(0, 2), (4, 5)]
    assert runs(np.zeros(4, bool)) == []


def test_feet_that_slide_are_told():
    still = standing(30)
    places = still.places.copy()
    places[:, 0] += np.linspace(0, 0.29, 30, dtype=np.float32)
    sliding = forward(replace(still, places=places)).places
    assert foot_skate(sliding, 30.0) == pytest.approx(0.3, abs=0.01)
    assert np.isnan(foot_skate(sliding + np.float32([0, 0, 0.5]), 30.0))


def test_jerk_and_jumps_are_seen():
    smooth = swinging(60)
    rough = replace(smooth, places=smooth.places.copy())
    rough.places[::2, 2] += 0.02
    rough.places.setflags(write=False)
    one, other = (dimensionless_jerk(forward(motion).places, 30.0) for motion in (smooth, rough))
    assert other > 20 * one
    assert dimensionless_jerk(forward(standing(9)).places, 30.0) == 0.0
    turned = swinging(60)
    assert largest_turn(turned) < 0.3
    turned.rotations[30, 4] = [0, 1, 0, 0]
    assert largest_turn(turned) > 2.0
    assert largest_turn(standing()) == 0.0
