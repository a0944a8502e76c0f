"""Somebody who leaves as glTF arrives whole: skin, bones, expressions and who they are."""

from __future__ import annotations

import json
import struct
from dataclasses import replace

import numpy as np
import pytest
import trimesh
from pygltflib import GLTF2

from bridge.errors import FileFormatError, NotFoundError, OutputExistsError, RangeError
from bridge.files.mesh.axes import to_y_up
from bridge.files.mesh.gltf import read_glb, write_glb
from bridge.files.mesh.gltf_accessors import Accessors
from bridge.files.mesh.looks import Colour
from bridge.schema.mesh import vertex_normals
from tests.meshes import mesh, person


@pytest.fixture
def path(tmp_path):
    return tmp_path / "somebody.glb"


def document_of(path):
    content = path.read_bytes()
    return json.loads(content[20 : 20 + struct.unpack_from("<I", content, 12)[0]])


def fold(vertices):
    """A mesh of two faces that share an edge where the texture has a seam."""
    return mesh(
        vertices=np.array(vertices, np.float32),
        quads=np.array([[0, 1, 2, 3], [3, 2, 4, 5]], np.int32),
        uv=np.array([[0, 0], [0.4, 0], [0.4, 1], [0, 1], [0.6, 0.1], [0.7, 0.2], [1, 1], [0.6, 1]],
                    np.float32),
        corner_uv=np.array([[0, 1, 2, 3], [4, 5, 6, 7]], np.int32),
        face_material=np.array([0, 1], np.uint8),
        materials=("skin", "nails"),
        bone_indices=np.zeros((6, 8), np.int32),
        bone_weights=np.eye(8, dtype=np.float32)[np.zeros(6, int)],
    )  # fmt: skip


CORNERS = [[0, 0, 0], [1, 0, 0], [1, 0, 1], [0, 0, 1], [1, 0, 2], [0, 0, 2]]


@pytest.mark.parametrize("rig", ["segue", "mixamo", "cmu_mb"])
def test_vertices_come_back_in_their_order(path, rig):
    somebody = person(rig, morphs=True)
    write_glb(somebody, path)
    back = read_glb(path)
    assert back.vertices == pytest.approx(somebody.vertices, abs=1e-6)
    assert back.extras == somebody.extras


def test_faces_come_back_cut_in_two(path):
    folded = fold(CORNERS)
    write_glb(folded, path)
    assert read_glb(path).triangles.tolist() == [[0, 1, 2], [0, 2, 3], [3, 2, 4], [3, 4, 5]]


def test_a_vertex_at_a_seam_has_a_copy_that_says_of_what(path):
    write_glb(fold(CORNERS), path)
    assert document_of(path)["meshes"][0]["extras"]["seams"] == [2, 3]


def test_uvs_run_down(path):
    write_glb(mesh(), path)
    loaded = GLTF2().load(str(path))
    accessor = loaded.accessors[loaded.meshes[0].primitives[0].attributes.TEXCOORD_0]
    view = loaded.bufferViews[accessor.bufferView]
    uv = np.frombuffer(loaded.binary_blob(), "<f4", accessor.count * 2, view.byteOffset)
    assert uv.reshape(-1, 2).tolist() == [[0, 1], [1, 1], [1, 0], [0, 0]]


def test_trimesh_sees_the_same_body(path):
    somebody = person("segue", morphs=True)
    write_glb(somebody, path)
    seen = trimesh.load(path, process=False).to_geometry()
    assert seen.bounds == pytest.approx(
        np.sort(to_y_up(np.stack([somebody.vertices.min(0), somebody.vertices.max(0)])), axis=0),
        abs=1e-6,
    )
    assert seen.area == pytest.approx(
        trimesh.Trimesh(somebody.vertices, read_glb(path).triangles, process=False).area, rel=1e-5
    )


def test_materials_and_expressions_keep_their_names(path):
    somebody = person("mixamo", morphs=True)
    write_glb(somebody, path)
    loaded = GLTF2().load(str(path))
    assert [material.name for material in loaded.materials] == list(somebody.materials)
    assert loaded.meshes[0].extras["targetNames"] == list(somebody.morphs)
    assert len(loaded.meshes[0].weights) == 52


def test_skin_has_the_tone_that_was_asked_for(path):
    write_glb(mesh(), path, skin=Colour(1.0, 0.5, 0.0))
    colour = document_of(path)["materials"][0]["pbrMetallicRoughness"]["baseColorFactor"]
    assert colour == pytest.approx([1.0, 0.21404, 0.0, 1.0], abs=1e-5)


def test_normals_look_outward(path):
    write_glb(mesh(), path)
    loaded = GLTF2().load(str(path))
    accessor = loaded.accessors[loaded.meshes[0].primitives[0].attributes.NORMAL]
    view = loaded.bufferViews[accessor.bufferView]
    normals = np.frombuffer(loaded.binary_blob(), "<f4", accessor.count * 3, view.byteOffset)
    assert normals.reshape(-1, 3) == pytest.approx(np.tile([0, 0, 1], (4, 1)), abs=1e-6)


def test_light_falls_on_an_expression_as_on_a_body_of_that_shape(path):
    leaning = np.zeros((4, 3), np.float32)
    leaning[2:, 1] = 0.5
    write_glb(replace(mesh(), morphs={"lean": leaning}), path)
    content = path.read_bytes()
    arrays = Accessors(document_of(path), content[-document_of(path)["buffers"][0]["byteLength"] :])
    part = document_of(path)["meshes"][0]["primitives"][0]
    normals = arrays.array(part["attributes"]["NORMAL"]) + arrays.array(
        part["targets"][0]["NORMAL"]
    )
    leaned = vertex_normals(mesh().vertices + leaning, mesh().quads)
    assert normals == pytest.approx(to_y_up(leaned), abs=1e-6)


def test_a_file_with_all_expressions_is_small(path):
    write_glb(person("segue", "t", morphs=True), path)
    assert path.stat().st_size < 6_000_000


def test_the_same_person_gives_the_same_bytes(tmp_path):
    for name in ("one.glb", "two.glb"):
        write_glb(person("cmu_mb", morphs=True), tmp_path / name)
    assert (tmp_path / "one.glb").read_bytes() == (tmp_path / "two.glb").read_bytes()


def test_a_file_is_replaced_only_on_purpose(path):
    write_glb(mesh(), path)
    with pytest.raises(OutputExistsError):
        write_glb(mesh(), path)
    write_glb(mesh(), path, force=True)


@pytest.mark.parametrize("extras", [{"who": {1, 2}}, {"age": float("nan")}])
def test_extras_that_are_no_json_are_refused_before_anything_is_written(path, extras):
    with pytest.raises(RangeError, match="JSON"):
        write_glb(replace(mesh(), extras=extras), path)
    assert not path.exists()


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(NotFoundError):
        write_glb(mesh(), tmp_path / "none" / "a.glb")


def rewritten(path, change):
    """Change the document of a file."""
    content = path.read_bytes()
    length = struct.unpack_from("<I", content, 12)[0]
    document = json.loads(content[20 : 20 + length])
    change(document)
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    rest = content[20 + length :]
    head = b"glTF" + struct.pack("<II", 2, 20 + len(text) + len(rest))
    path.write_bytes(head + struct.pack("<II", len(text), 0x4E4F534A) + text + rest)


def test_what_hangs_on_no_bones_stands_where_its_node_is(path):
    write_glb(mesh(), path)

    def move(document):
        del document["nodes"][0]["skin"]
        document["nodes"][0] |= {"translation": [0, 5, 0], "scale": [2, 2, 2]}

    rewritten(path, move)
    assert read_glb(path).vertices == pytest.approx(mesh().vertices * 2 + np.array([0, 0, 5]))


def test_what_hangs_on_bones_stands_where_they_are(path):
    write_glb(mesh(), path)

    def lift(document):
        document["nodes"][0]["translation"] = [9, 9, 9]
        document["nodes"][1]["translation"] = [0, 5, 0]

    rewritten(path, lift)
    assert read_glb(path).vertices == pytest.approx(mesh().vertices + np.array([0, 0, 5]), abs=1e-6)


def test_seams_of_others_are_not_believed(path):
    write_glb(mesh(), path)
    rewritten(path, lambda document: document["meshes"][0]["extras"].update(seams=[0]))
    assert len(read_glb(path).vertices) == 4


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda told: told.update(extensionsRequired=["KHR_draco_mesh_compression"]), "Draco"),
        (lambda told: told["buffers"][0].update(uri="body.bin"), "another file"),
        (lambda told: told["nodes"][0].pop("mesh"), "no triangles"),
        (lambda told: told["accessors"][0].update(count=10**12), "damaged"),
        (lambda told: told["accessors"][0].update(count=-1), "damaged"),
        (lambda told: told["bufferViews"][0].update(byteOffset=-4), "damaged"),
        (lambda told: told["bufferViews"][0].update(byteLength=10**9), "damaged"),
        (lambda told: told["nodes"][1].update(matrix=[1, 2]), "damaged"),
        (lambda told: told.pop("meshes"), "damaged"),
        (lambda told: told.update(scene=7), "damaged"),
    ],
)
def test_a_document_that_does_harm_is_refused_by_name(path, change, words):
    write_glb(mesh(), path)
    rewritten(path, change)
    with pytest.raises(FileFormatError, match=words):
        read_glb(path)


def test_nodes_that_hang_on_each_other_end(path):
    write_glb(mesh(), path)
    rewritten(path, lambda document: document["nodes"][3].update(children=[1]))
    assert len(read_glb(path).vertices) == 4


@pytest.mark.parametrize("content", [b"", b"glTF", b"PK\x03\x04 and more of it, quite", b"\0" * 50])
def test_what_is_no_glb_is_said(path, content):
    path.write_bytes(content)
    with pytest.raises(FileFormatError):
        read_glb(path)
