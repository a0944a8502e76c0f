"""Pictures show what is there."""

from __future__ import annotations

import numpy as np
import pytest

from bridge.animation.maker import identity_numbers
from bridge.animation.portraits import Sitting, portraits
from bridge.animation.rendering import View, render
from bridge.schema.character import BoneTurn, Character

_WALL = (0.93, 0.92, 0.90)


def _wall_share(picture):
    away = np.abs(picture / 255.0 - np.array(_WALL)).max(axis=2)
    return float((away < 0.02).mean())


def test_a_red_square_is_a_red_square():
    corners = np.array([[-0.5, 0, 0], [0.5, 0, 0], [0.5, 0, 1], [-0.5, 0, 1]], np.float32)
    colours = np.tile(np.array([0.8, 0.0, 0.0], np.float32), (4, 1))
    faces = np.array([[0, 1, 2], [0, 2, 3]])
    picture = render(corners, faces, colours, View(100, 100, 0.0, 0.0, 1.0))
    red = (picture[:, :, 0] > 60) & (picture[:, :, 1] < 20)
    assert red.mean() == pytest.approx(0.92**2, abs=0.03)


def test_what_is_nearer_hides_what_is_behind():
    square = np.array([[-0.5, 0, 0], [0.5, 0, 0], [0.5, 0, 1], [-0.5, 0, 1]], np.float32)
    both = np.concatenate([square, square + np.array([0, 0.5, 0], np.float32)])
    colours = np.repeat(np.array([[0.0, 0.8, 0.0], [0.8, 0.0, 0.0]], np.float32), 4, axis=0)
    faces = np.array([[0, 1, 2], [0, 2, 3], [4, 5, 6], [4, 6, 7]])
    picture = render(both, faces, colours, View(60, 60, 0.0, 0.0, 1.0))
    assert (picture[30, 30, 1] > 60) and picture[30, 30, 0] < 20


@pytest.mark.parametrize("view", ["front", "side", "face"])
def test_somebody_fills_a_fair_part_of_their_picture(maker, people, view):
    one = Character(identity_numbers(people[0]))
    (picture,) = portraits(maker, [one], Sitting(96, 128, view))
    assert picture.shape == (128, 96, 3)
    assert 0.3 < _wall_share(picture) < 0.95


def test_who_raises_an_arm_looks_otherwise(maker, people):
    one = Character(identity_numbers(people[0]))
    raised = Character(one.identity, pose=(BoneTurn("upperarm01.L", 0.0, -1.5, 0.0),))
    first, second = portraits(maker, [one, raised], Sitting(96, 128))
    assert (np.abs(first.astype(int) - second) > 20).any(axis=2).mean() > 0.01
