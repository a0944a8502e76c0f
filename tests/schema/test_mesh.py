"""A mesh that makes no sense is never made."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bridge.errors import RangeError
from bridge.schema.mesh import INFLUENCES, Surface
from tests.meshes import mesh, skeleton


def with_one(array: np.ndarray, value: float) -> np.ndarray:
    changed = array.copy()
    changed.flat[0] = value
    return changed


@pytest.mark.parametrize(
    "changes",
    [
        {"parents": (0, -1)},
        {"parents": (-1, 1)},
        {"parents": (-1,)},
        {"bones": ("tip", "tip")},
        {"bones": ("root", "")},
        {"heads": np.zeros((3, 3), np.float32)},
        {"tails": np.zeros((2, 3), np.float64)},
        {"rolls": np.array([0.0, np.nan], np.float32)},
    ],
)
def test_a_skeleton_that_makes_no_sense_is_refused(changes):
    with pytest.raises(RangeError):
        skeleton(**changes)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("vertices", np.inf),
        ("quads", 4),
        ("quads", -1),
        ("uv", np.nan),
        ("corner_uv", 4),
        ("face_material", 1),
        ("bone_indices", 2),
        ("bone_weights", 0.7),
        ("bone_weights", -0.5),
    ],
)
def test_a_mesh_with_a_number_out_of_place_is_refused(name, value):
    with pytest.raises(RangeError, match=name):
        mesh(**{name: with_one(getattr(mesh(), name), value)})


def test_weights_of_nothing_before_some_are_refused():
    weights = np.zeros((4, INFLUENCES), np.float32)
    weights[:, 1] = 1.0
    with pytest.raises(RangeError, match="last"):
        mesh(bone_weights=weights)


def test_materials_of_one_name_are_refused():
    with pytest.raises(RangeError, match="materials"):
        mesh(materials=("skin", "skin"))


def test_a_morph_of_another_size_is_refused():
    with pytest.raises(RangeError, match="smile"):
        replace(mesh(), morphs={"smile": np.zeros((3, 3), np.float32)})


@pytest.mark.parametrize("roll", [0.0, 1.2, -2.9])
@pytest.mark.parametrize("tail", [(0, 0, 1), (0.3, -2, 0.4), (0, 1, 0), (0, -1, 0), (1e-5, -1, 0)])
def test_axes_of_a_bone_are_square_and_run_along_it(tail, roll):
    tails = np.array([tail, (0, 0, 2)], np.float32)
    bones = skeleton(tails=tails, rolls=np.array([roll, 0.0], np.float32))
    frame = bones.frames()[0]
    assert frame.T @ frame == pytest.approx(np.eye(3), abs=1e-9)
    assert np.linalg.det(frame) == pytest.approx(1.0)
    way = tails[0].astype(float)
    assert frame[:, 1] == pytest.approx(way / np.linalg.norm(way), abs=1e-9)


def test_a_bone_without_length_points_up():
    bones = skeleton(tails=np.zeros((2, 3), np.float32))
    assert bones.frames()[0, :, 1] == pytest.approx([0.0, 0.0, 1.0])


def test_roll_turns_the_other_axes_about_the_bone():
    quarter = skeleton(rolls=np.full(2, np.pi / 2, np.float32)).frames()[0]
    assert quarter[:, 0] == pytest.approx(-skeleton().frames()[0][:, 2], abs=1e-6)


def test_somebody_carried_keeps_axes_morphs_and_skin_together():
    turn = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    offsets = np.arange(12, dtype=np.float32).reshape(4, 3)
    before = replace(mesh(), morphs={"smile": offsets})
    after = before.carried(np.stack([turn, turn]), np.array([[0, 0, 0.5], [0, 0, 0.5]]))
    assert after.vertices == pytest.approx(before.vertices @ turn.T + [0, 0, 0.5], abs=1e-6)
    assert after.morphs["smile"] == pytest.approx(offsets @ turn.T, abs=1e-6)
    assert after.skeleton.frames() == pytest.approx(turn @ before.skeleton.frames(), abs=1e-6)


@pytest.mark.parametrize("triangles", [np.zeros((0, 3), np.int64), np.array([[0, 1, 2]])])
def test_a_surface_without_what_its_triangles_join_is_refused(triangles):
    with pytest.raises(RangeError):
        Surface(vertices=np.zeros((2, 3), np.float32), triangles=triangles)
