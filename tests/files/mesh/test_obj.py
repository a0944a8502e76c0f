"""A sculptor gets quads, UVs and materials, and gives back the vertices in their order."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from bridge.errors import OutputExistsError
from bridge.files.mesh.axes import to_y_up, to_z_up
from bridge.files.mesh.obj import write_obj
from bridge.files.mesh.scans import read_scan
from tests.meshes import mesh, person


def lines(path, word):
    return [
        line.split()[1:] for line in path.read_text().splitlines() if line.startswith(word + " ")
    ]


def test_vertices_come_back_in_their_order(tmp_path):
    somebody = person("segue")
    write_obj(somebody, tmp_path / "a.obj")
    back = read_scan(tmp_path / "a.obj")
    assert to_z_up(back.vertices) == pytest.approx(somebody.vertices, abs=1e-6)
    assert len(back.triangles) == 2 * len(somebody.quads)


def test_faces_stay_quads_and_count_from_one(tmp_path):
    write_obj(mesh(), tmp_path / "a.obj")
    assert lines(tmp_path / "a.obj", "f") == [["1/1", "2/2", "3/3", "4/4"]]


def test_up_is_y(tmp_path):
    write_obj(mesh(), tmp_path / "a.obj")
    assert [float(word) for word in lines(tmp_path / "a.obj", "v")[2]] == [1.0, 1.0, 0.0]


def test_every_material_is_named_and_has_a_colour(tmp_path):
    somebody = person("mixamo")
    write_obj(somebody, tmp_path / "a.obj")
    used = {words[0] for words in lines(tmp_path / "a.obj", "usemtl")}
    told = [words[0] for words in lines(tmp_path / "a.mtl", "newmtl")]
    assert used == set(told) == set(somebody.materials)
    assert len(lines(tmp_path / "a.mtl", "Kd")) == len(told)
    assert lines(tmp_path / "a.obj", "mtllib") == [["a.mtl"]]


def test_materials_can_be_left_out(tmp_path):
    write_obj(mesh(), tmp_path / "a.obj", skin=None)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.obj"]
    assert not lines(tmp_path / "a.obj", "mtllib")


def test_trimesh_sees_the_same_body(tmp_path):
    somebody = person("segue")
    write_obj(somebody, tmp_path / "a.obj", skin=None)
    seen = trimesh.load(tmp_path / "a.obj", force="mesh")
    points = to_y_up(somebody.vertices)
    assert seen.bounds == pytest.approx(np.stack([points.min(0), points.max(0)]), abs=1e-5)


@pytest.mark.parametrize("there", ["a.obj", "a.mtl"])
def test_neither_file_is_replaced_by_accident(tmp_path, there):
    (tmp_path / there).write_text("mine")
    with pytest.raises(OutputExistsError):
        write_obj(mesh(), tmp_path / "a.obj")
    assert [path.name for path in tmp_path.iterdir()] == [there]
    write_obj(mesh(), tmp_path / "a.obj", force=True)
