"""Clips of .glb files: steps, lines and splines are read as glTF 2.0 has them."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest

from bridge.animation.retargeting import retargeted
from bridge.errors import FileFormatError
from bridge.files.motion.gltf_clips import parse_glb_clips

SHARED = Path(__file__).parents[4] / "shared" / "data" / "motion"
QUARTER = [0.0, 0.0, 2**-0.5, 2**-0.5]
"""A quarter turn about z, x y z w."""


def glb(document, arrays):
    """Put a .glb file together."""
    views, accessors, binary = [], [], b""
    for array in arrays:
        rows = np.asarray(array, "<f4").reshape(len(array), -1)
        views.append({"buffer": 0, "byteOffset": len(binary), "byteLength": rows.nbytes})
        kind = {1: "SCALAR", 3: "VEC3", 4: "VEC4", 16: "MAT4"}[rows.shape[1]]
        accessors.append(
            {"bufferView": len(views) - 1, "componentType": 5126, "count": len(rows), "type": kind}
        )
        binary += rows.tobytes()
    told = {"asset": {"version": "2.0"}, "buffers": [{"byteLength": len(binary)}]}
    told |= {"bufferViews": views, "accessors": accessors} | document
    text = json.dumps(told).encode()
    text += b" " * (-len(text) % 4)
    size = 12 + 8 + len(text) + 8 + len(binary)
    head = struct.pack("<4sII", b"glTF", 2, size) + struct.pack("<II", len(text), 0x4E4F534A)
    return head + text + struct.pack("<II", len(binary), 0x004E4942) + binary


def two_bones(form="LINEAR", **changes):
    """A bone that turns a quarter in a second, and one upon it that is pulled out."""
    splined = form == "CUBICSPLINE"
    turns = [[0, 0, 0, 1], QUARTER]
    pulls = [[0, 1, 0], [0, 3, 0]]
    if splined:
        turns = [part for key in turns for part in ([0] * 4, key, [0] * 4)]
        pulls = [part for key in pulls for part in ([0] * 3, key, [0] * 3)]
    samplers = [
        {"input": 0, "output": 1, "interpolation": form},
        {"input": 0, "output": 2, "interpolation": form},
    ]
    channels = [
        {"sampler": 0, "target": {"node": 1, "path": "rotation"}},
        {"sampler": 1, "target": {"node": 2, "path": "translation"}},
    ]
    document = {
        "nodes": [
            {"name": "armature", "children": [1], "scale": [2, 2, 2]},
            {"name": "low", "children": [2]},
            {"name": "high", "translation": [0, 1, 0]},
        ],
        "skins": [{"joints": [2, 1]}],
        "animations": [{"name": "turn", "samplers": samplers, "channels": channels}],
    }
    return glb(document | changes, [[[0.0], [1.0]], turns, pulls])


def test_lines_and_turns_go_evenly():
    (clip,) = parse_glb_clips(two_bones(), name="two.glb")
    assert clip.name == "turn"
    assert clip.joints == ("low", "high")
    assert clip.parents == (-1, 0)
    assert len(clip.places) == 31
    half = 2 * 2 * 2**-0.5  # two long, twice as large, turned by an eighth
    np.testing.assert_allclose(clip.places[15, 1], [-half, 0, half], atol=1e-6)
    np.testing.assert_allclose(clip.places[30, 1], [-6, 0, 0], atol=1e-6)
    np.testing.assert_allclose(clip.rest_places[1], [0, 0, 2], atol=1e-6)


def test_steps_wait():
    (clip,) = parse_glb_clips(two_bones("STEP"), name="two.glb")
    np.testing.assert_allclose(clip.places[29, 1], [0, 0, 2], atol=1e-6)
    np.testing.assert_allclose(clip.places[30, 1], [-6, 0, 0], atol=1e-6)


def test_splines_set_out_and_arrive_slowly():
    (clip,) = parse_glb_clips(two_bones("CUBICSPLINE"), name="two.glb")
    lengths = np.linalg.norm(clip.places[:, 1], axis=1)
    np.testing.assert_allclose(lengths[[0, 15, 30]], [2, 4, 6], atol=1e-6)
    eased = 3 * (1 / 3) ** 2 - 2 * (1 / 3) ** 3
    np.testing.assert_allclose(lengths[10], 2 + 4 * eased, atol=1e-6)


def test_where_bones_were_bound_is_their_rest():
    document = {"skins": [{"joints": [2, 1], "inverseBindMatrices": 3}]}
    bound = np.eye(4)
    bound[3, :3] = [0, -7, 0]
    arrays = [[[0.0], [1.0]], [[0, 0, 0, 1], QUARTER], [[0, 1, 0], [0, 3, 0]]]
    (length,) = struct.unpack_from("<I", two_bones(), 12)
    told = json.loads(two_bones()[20 : 20 + length])
    kept = {key: told[key] for key in ("nodes", "animations")}
    content = glb(kept | document, [*arrays, [bound.reshape(16), np.eye(4).reshape(16)]])
    (clip,) = parse_glb_clips(content, name="two.glb")
    np.testing.assert_allclose(clip.rest_places[1], [0, 0, 7], atol=1e-6)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"skins": []}, "no animation of bones"),
        ({"animations": []}, "no animation of bones"),
        ({"nodes": [{"children": [1]}, {"children": [2]}, {"children": [0]}]}, "damaged"),
        ({"skins": [{"joints": [9]}]}, "holds no body|damaged"),
        ({"extensionsRequired": ["KHR_draco_mesh_compression"]}, "Draco"),
    ],
)
def test_what_is_no_clip_is_refused(changes, words):
    with pytest.raises(FileFormatError, match=words):
        parse_glb_clips(two_bones(**changes), name="two.glb")


@pytest.mark.parametrize("end", [0, 3, 19, 40, 400, -1])
def test_a_file_that_is_cut_off_is_refused(end):
    with pytest.raises(FileFormatError):
        parse_glb_clips(two_bones()[:end], name="two.glb")


@pytest.mark.parametrize(
    ("name", "count"),
    [("kaykit/Knight.glb", 76), ("mesh2motion/human-base-animations.glb", 50)],
)
def test_clips_of_others_go_on_our_skeleton(name, count):
    path = SHARED / name
    if not path.exists():
        pytest.skip("needs ../shared/data/motion")
    clips = parse_glb_clips(path.read_bytes(), name=name)
    assert len(clips) == count
    walk = next(clip for clip in clips if clip.name in ("Walking_A", "Walk_Loop"))
    motion = retargeted(walk)
    knees = 2 * np.arccos(np.abs(motion.rotations[:, 2, 0]))
    assert 0.5 < knees.max() < 2.5
