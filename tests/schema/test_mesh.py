"""A mesh that makes no sense is never made."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bridge.errors import RangeError
from bridge.schema.mesh import INFLUENCES, Skeleton, SkinnedMesh


def skeleton(**changes: object) -> Skeleton:
    told = {
        "name": "two",
        "bones": ("root", "tip"),
        "parents": (-1, 0),
        "heads": np.array([[0, 0, 0], [0, 0, 1]], np.float32),
        "tails": np.array([[0, 0, 1], [0, 0, 2]], np.float32),
        "rolls": np.zeros(2, np.float32),
    }
    return Skeleton(**(told | changes))


def mesh(**changes: object) -> SkinnedMesh:
    weights = np.zeros((4, INFLUENCES), np.float32)
    weights[:, :2] = 0.5
    indices = np.zeros((4, INFLUENCES), np.int32)
    indices[:, 1] = 1
    corners = np.array([[0, 1, 2, 3]], np.int32)
    told = {
        "vertices": np.array([[0, 0, 0], [1, 0, 0], [1, 0, 1], [0, 0, 1]], np.float32),
        "quads": corners,
        "uv": np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32),
        "corner_uv": corners,
        "materials": ("skin",),
        "face_material": np.zeros(1, np.uint8),
        "skeleton": skeleton(),
        "bone_indices": indices,
        "bone_weights": weights,
    }
    return SkinnedMesh(**(told | changes))


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
