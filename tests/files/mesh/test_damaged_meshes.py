"""Whatever is done to a file, it is read or refused by name; nothing else ever happens."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
import trimesh
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.errors import FileFormatError
from bridge.files.mesh.gltf_writer import format_glb
from bridge.files.mesh.looks import SKIN
from bridge.files.mesh.scans import parse_scan
from bridge.files.motion.bvh import parse_bvh
from tests.meshes import mesh

SURFACE = trimesh.Trimesh(
    np.array([[3, 0, 0], [0, 0, 0], [0, 2, 0], [3, 2, 1.5]]), [[1, 0, 2], [0, 3, 2]], process=False
)


def exported(form, **options):
    content = SURFACE.export(file_type=form, **options)
    return content if isinstance(content, bytes) else content.encode()


WHOLE = {
    "glb": (".glb", format_glb(mesh(morphs={"smile": np.eye(4, 3, dtype=np.float32)}), skin=SKIN)),
    "obj": (".obj", exported("obj")),
    "ply": (".ply", exported("ply")),
    "text ply": (".ply", exported("ply", encoding="ascii")),
    "stl": (".stl", exported("stl")),
    "text stl": (".stl", exported("stl_ascii")),
    "off": (".off", exported("off")),
    "bvh": (".bvh", (Path(__file__).parents[1] / "motion" / "clip.bvh").read_bytes()),
}
ODD = st.sampled_from(
    [b"-1", b"nan", b"1e999", b"[]", b"{}", b'"a"', b"99999999999", b"", b"\xff", b" "]
)


def read(form, content):
    """Read it, or refuse it by name."""
    try:
        if form == ".bvh":
            parse_bvh(content, name="a clip")
        else:
            parse_scan(content, form=form, name="a scan")
    except FileFormatError as error:
        assert str(error).startswith(("a scan", "a clip"))
        assert "\n" not in str(error)


fuzz = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("kind", WHOLE)
def test_a_whole_file_is_read(kind):
    form, content = WHOLE[kind]
    if form != ".bvh":
        assert len(parse_scan(content, form=form, name="a scan").triangles) == 2


@pytest.mark.parametrize("kind", WHOLE)
@fuzz
@given(data=st.data())
def test_a_file_that_is_cut_off_is_read_or_refused(kind, data):
    form, content = WHOLE[kind]
    read(form, content[: data.draw(st.integers(0, len(content) - 1))])


@pytest.mark.parametrize("kind", WHOLE)
@fuzz
@given(data=st.data())
def test_a_file_with_other_bytes_is_read_or_refused(kind, data):
    form, content = WHOLE[kind]
    changed = bytearray(content)
    for _ in range(data.draw(st.integers(1, 6))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    read(form, bytes(changed))


@pytest.mark.parametrize("kind", WHOLE)
@fuzz
@given(data=st.data())
def test_a_file_with_something_odd_put_in_is_read_or_refused(kind, data):
    form, content = WHOLE[kind]
    place = data.draw(st.integers(0, len(content)))
    left_out = data.draw(st.integers(0, 8))
    read(form, content[:place] + data.draw(ODD) + content[place + left_out :])


@pytest.mark.parametrize("form", [".glb", ".obj", ".ply", ".stl", ".off", ".bvh"])
@fuzz
@given(content=st.binary(max_size=400))
def test_noise_is_read_or_refused(form, content):
    read(form, content)


def test_reading_warns_of_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for form, content in WHOLE.values():
            read(form, content)
