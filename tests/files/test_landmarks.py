"""Landmarks are read from JSON, or it is said how to write them."""

from __future__ import annotations

import pytest

from bridge.errors import FileFormatError, NotFoundError
from bridge.files.landmarks import read_landmarks
from bridge.schema.character_mesh import Landmark


def test_names_have_points(tmp_path):
    path = tmp_path / "points.json"
    path.write_text('{"nose_tip": [0, -0.1, 1.5], "left_elbow": [1e2, 3, 4]}')
    due = (Landmark("nose_tip", 0.0, -0.1, 1.5), Landmark("left_elbow", 100.0, 3.0, 4.0))
    assert read_landmarks(path) == due


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "7",
        '{"nose_tip": [0, 1]}',
        '{"nose_tip": [0, 1, 2, 3]}',
        '{"nose_tip": "abc"}',
        '{"nose_tip": [true, 0, 0]}',
        '{"nose_tip": [NaN, 0, 0]}',
        '{"nose_tip": [1e99, 0, 0]}',
        '{"nose_tip": [1' + 400 * "0" + ", 0, 0]}",
        '{"": [0, 0, 0]}',
        '{"nose_tip": {"x": 1, "y": 2, "z": 3}}',
        '{"a": ' * 100_000,
    ],
)
def test_anything_else_is_told_how_to_be_written(tmp_path, text):
    path = tmp_path / "points.json"
    path.write_text(text)
    with pytest.raises(FileFormatError, match=r'write it as \{"nose_tip"'):
        read_landmarks(path)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(NotFoundError, match=r"no landmarks file at .*points\.json"):
        read_landmarks(tmp_path / "points.json")
