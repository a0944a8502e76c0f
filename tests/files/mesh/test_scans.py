"""A surface of any form is read, and nothing of it is merged or sorted."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from bridge.errors import FileFormatError, NotFoundError
from bridge.files.mesh import scans
from bridge.files.mesh.gltf import write_glb
from bridge.files.mesh.scans import parse_scan, read_scan
from tests.meshes import mesh

POINTS = np.array([[3, 0, 0], [0, 0, 0], [0, 2, 0], [0, 2, 0], [3, 2, 1]], np.float64)
"""Two of them at one place, none in order."""
TRIANGLES = np.array([[1, 0, 2], [0, 4, 3]])


def exported(form):
    return trimesh.Trimesh(POINTS, TRIANGLES, process=False).export(file_type=form)


def as_bytes(content):
    return content if isinstance(content, bytes) else content.encode()


@pytest.mark.parametrize("form", ["obj", "off", "ply"])
def test_vertices_keep_their_number_and_order(tmp_path, form):
    path = tmp_path / f"scan.{form}"
    path.write_bytes(as_bytes(exported(form)))
    scan = read_scan(path)
    assert scan.vertices.tolist() == POINTS.tolist()
    assert scan.triangles.tolist() == TRIANGLES.tolist()


@pytest.mark.parametrize("form", ["stl", "stl_ascii"])
def test_a_scan_of_loose_triangles_has_a_vertex_for_each_corner(form):
    scan = parse_scan(as_bytes(exported(form)), form=".stl", name="a scan")
    assert scan.vertices[scan.triangles].tolist() == POINTS[TRIANGLES].tolist()


def test_text_forms_of_ply_are_read():
    content = trimesh.exchange.ply.export_ply(
        trimesh.Trimesh(POINTS, TRIANGLES, process=False), encoding="ascii"
    )
    assert parse_scan(content, form=".ply", name="a scan").vertices.tolist() == POINTS.tolist()


def test_gltf_stands_up(tmp_path):
    write_glb(mesh(), tmp_path / "scan.glb")
    assert read_scan(tmp_path / "scan.glb").vertices.tolist() == mesh().vertices.tolist()


def test_an_ending_in_capitals_is_one(tmp_path):
    path = tmp_path / "SCAN.OBJ"
    path.write_text("v 0 0 0\nv 1 0 0\nv 1 1 0\nf 1 2 3\n")
    assert len(read_scan(path).triangles) == 1


@pytest.mark.parametrize(
    "faces",
    [
        "f 1 2 3 4",
        "f 1/5 2/6 3/7 4/8",
        "f 1/5/9 2/6/9 3/7/9 4/8/9",
        "f 1//9 2//9 3//9 4//9",
        "f -4 -3 -2 -1",
        "f 1 2 \\\n 3 4",
        "g arm\nusemtl skin\n f 1 2 3 4 ",
    ],
)
def test_faces_of_an_obj_are_read_however_they_are_written(faces):
    text = (
        f"mtllib ../../secret.mtl\nv 0 0 0 1 0.5 0.5\nv 1 0 0\nv 1 1 0\nv 0 1 0\nvt 0 0\n{faces}\n"
    )
    scan = parse_scan(text.encode(), form=".obj", name="a scan")
    assert scan.triangles.tolist() == [[0, 1, 2], [0, 2, 3]]


@pytest.mark.parametrize(
    ("form", "content"),
    [
        (".obj", b""),
        (".obj", b"v 0 0 0\nv 1 0 0\nv 0 1 0\n"),
        (".obj", b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 4\n"),
        (".obj", b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 0 1 2\nf -9 1 2\n"),
        (".obj", b"v 0 0 0\nv 1 0 0\nv 0 nan 0\nf 1 2 3\n"),
        (".obj", b"v 0 0 0\nv 1 0 0\nv 0 1e39 0\nf 1 2 3\n"),
        (".obj", b"v 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n"),
        (".obj", b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 three\n"),
        (".obj", b"v 0 0 0\nf 1 1 99999999999999999999999\n"),
        (".stl", b""),
        (".stl", b"\0" * 80 + b"\xff\xff\xff\xff"),
        (".ply", b"ply\nformat ascii 1.0\nelement vertex 9\nend_header\n"),
        (".ply", b"not a ply at all"),
        (".off", b"OFF\n3 1 0\n0 0 0\n"),
        (".off", b""),
        (".glb", b"glTF"),
    ],
)
def test_a_scan_that_is_damaged_or_empty_is_named(form, content):
    with pytest.raises(FileFormatError, match="a scan"):
        parse_scan(content, form=form, name="a scan")


def test_a_form_that_is_not_read_is_said_with_those_that_are(tmp_path):
    with pytest.raises(FileFormatError, match=r"\.glb, \.obj, \.off, \.ply, \.stl"):
        read_scan(tmp_path / "scan.fbx")


def test_a_scan_that_is_not_there_is_said(tmp_path):
    with pytest.raises(NotFoundError):
        read_scan(tmp_path / "scan.obj")


def test_a_scan_that_is_too_large_is_refused_before_it_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(scans, "MAX_BYTES", 10)
    path = tmp_path / "scan.obj"
    path.write_text("v 0 0 0\nv 1 0 0\nv 1 1 0\nf 1 2 3\n")
    with pytest.raises(FileFormatError, match="at most 10"):
        read_scan(path)
