"""Landmarks lie where people would click them, and say where a scan is."""

from __future__ import annotations

import numpy as np
import pytest

from bridge.animation.body.statics import shared_body
from bridge.animation.clouds import Cloud
from bridge.animation.landmarks import LANDMARKS, landmark_rows, placed
from bridge.errors import NotFoundError, RequestError
from bridge.schema.rotations import matrices

TEMPLATE = shared_body().template
POINTS = {name: TEMPLATE[row].astype(np.float64) for name, row in landmark_rows().items()}
CLOUD = Cloud(TEMPLATE[::3], np.zeros_like(TEMPLATE[::3]))


def test_each_landmark_is_a_vertex_of_its_own():
    assert len(set(landmark_rows().values())) == len(LANDMARKS) == 23


@pytest.mark.parametrize("name", [name for name in LANDMARKS if name.startswith("left_")])
def test_left_is_the_persons_own_and_right_its_mirror_image(name):
    left, right = POINTS[name], POINTS[name.replace("left", "right")]
    assert left[0] > 0.05
    assert right == pytest.approx(left * (-1.0, 1.0, 1.0), abs=1e-3)


def test_they_stand_in_the_order_of_a_body():
    tall = [POINTS[name][2] for name in ("crown", "nose_tip", "chin", "left_shoulder", "left_hip")]
    legs = [POINTS[name][2] for name in ("left_hip", "left_knee", "left_toe_tip")]
    assert tall == sorted(tall, reverse=True)
    assert legs == sorted(legs, reverse=True)
    for front in ("nose_tip", "left_toe_tip", "left_knee"):
        assert POINTS[front][1] < POINTS["left_heel"][1]


@pytest.mark.parametrize("unit", [1.0, 0.01, 0.001, 0.0254])
@pytest.mark.parametrize("names", [LANDMARKS, ("crown", "left_knee", "right_heel", "chin")])
def test_a_scan_is_found_in_any_place_and_unit(unit, names):
    turn = matrices(np.array([1.9, -0.7, 2.2]))
    moved = CLOUD.turned(turn, 1.0 / unit, np.array([3.0, 400.0, -20.0]))
    marks = {name: turn @ POINTS[name] / unit + (3.0, 400.0, -20.0) for name in names}
    found, where = placed(moved, marks, TEMPLATE)
    assert np.abs(found.points - CLOUD.points).max() < 2e-3
    assert np.abs(where.points - TEMPLATE[where.rows]).max() < 1e-6


def test_an_unknown_landmark_names_those_nearby():
    with pytest.raises(NotFoundError, match="near: nose_tip"):
        placed(CLOUD, POINTS | {"nose": POINTS["chin"]}, TEMPLATE)


@pytest.mark.parametrize(
    "names",
    [("crown",), ("crown", "chin", "nose_tip")],
)
def test_too_few_landmarks_are_refused_and_all_are_named(names):
    with pytest.raises(RequestError, match=r"4 or more.*left_toe_tip"):
        placed(CLOUD, {name: POINTS[name] for name in names}, TEMPLATE)


def test_landmarks_on_a_line_are_refused():
    names = ("crown", "chin", "left_hip", "left_heel")
    with pytest.raises(RequestError, match="not on a line"):
        placed(
            CLOUD, {name: np.array([0.0, 0.0, 0.1 * i]) for i, name in enumerate(names)}, TEMPLATE
        )


def test_a_landmark_that_is_not_on_the_scan_is_named():
    with pytest.raises(RequestError, match=r"left_heel is .* units from the scan"):
        placed(CLOUD, POINTS | {"left_heel": np.array([0.0, 1.0, 0.0])}, TEMPLATE)
