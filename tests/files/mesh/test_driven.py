"""A clip moves the skin of a file by its own joints just as it moves ours."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pygltflib import GLTF2

from bridge.files.mesh.axes import UPRIGHT, to_y_up
from bridge.files.mesh.gltf import write_glb
from bridge.files.motion.bvh import read_bvh
from tests.meshes import carried_by, person

CLIP = read_bvh(Path(__file__).parents[1] / "motion" / "clip.bvh")
NAMES = {
    "cmu_mb": {joint.name: joint.name for joint in CLIP.joints},
    "mixamo": {
        "Hips": "mixamorig:Hips",
        "LowerBack": "mixamorig:Spine",
        "LeftArm": "mixamorig:LeftArm",
        "LeftForeArm": "mixamorig:LeftForeArm",
        "Head": "mixamorig:Head",
        "RightUpLeg": "mixamorig:RightUpLeg",
        "RightLeg": "mixamorig:RightLeg",
    },
    "segue": {
        "Hips": "root",
        "LowerBack": "spine05",
        "LeftArm": "upperarm01.L",
        "LeftForeArm": "lowerarm01.L",
        "Head": "head",
        "RightUpLeg": "upperleg01.R",
        "RightLeg": "lowerleg01.R",
    },
}
SIZES = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}
KINDS = {5121: "u1", 5123: "<u2", 5125: "<u4", 5126: "<f4"}


def about(axis: str, degrees: float) -> np.ndarray:
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return {
        "X": np.array([[1, 0, 0], [0, c, -s], [0, s, c]]),
        "Y": np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]]),
        "Z": np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]),
    }[axis]


def turns_of(frame: int) -> dict[str, np.ndarray]:
    """How each joint of the clip is turned, [3, 3], y up."""
    numbers = iter(CLIP.frames[frame])
    found = {}
    for joint in CLIP.joints:
        turn = np.eye(3)
        for channel in joint.channels:
            number = next(numbers)
            if channel.endswith("rotation"):
                turn = turn @ about(channel[0], number)
        found[joint.name] = turn
    return found


def array(model: GLTF2, number: int) -> np.ndarray:
    accessor = model.accessors[number]
    view = model.bufferViews[accessor.bufferView]
    columns = SIZES[accessor.type]
    start, kind = view.byteOffset, KINDS[accessor.componentType]
    flat = np.frombuffer(model.binary_blob(), kind, accessor.count * columns, start)
    return flat.reshape(-1, columns)


def local(node) -> np.ndarray:
    x, y, z, w = node.rotation or (0, 0, 0, 1)
    found = np.eye(4)
    found[:3, :3] = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    found[:3, 3] = node.translation or (0, 0, 0)
    return found


def driven(path: Path, turns: dict[str, np.ndarray]) -> np.ndarray:
    """Pose the skin of a file by its joints; turns are in the axes of the world at rest, y up."""
    model = GLTF2().load(str(path))
    skin = model.skins[0]
    above = {child: node for node, told in enumerate(model.nodes) for child in told.children or ()}
    rest, posed = {}, {}
    for joint in [model.nodes.index(node) for node in model.nodes if node.mesh is None]:
        parent = above.get(joint)
        here = local(model.nodes[joint])
        rest[joint] = rest.get(parent, np.eye(4)) @ here
        turn = np.eye(4)
        axes = rest[joint][:3, :3]
        turn[:3, :3] = axes.T @ turns.get(model.nodes[joint].name, np.eye(3)) @ axes
        posed[joint] = posed.get(parent, np.eye(4)) @ here @ turn
    binds = array(model, skin.inverseBindMatrices).reshape(-1, 4, 4).swapaxes(1, 2)
    bones = np.array([posed[joint] for joint in skin.joints]) @ binds
    attributes = model.meshes[0].primitives[0].attributes
    points = array(model, attributes.POSITION).astype(float)
    moved = np.zeros_like(points)
    for layer in (0, 1):
        if not hasattr(attributes, f"JOINTS_{layer}"):
            continue
        joints = array(model, getattr(attributes, f"JOINTS_{layer}"))
        weights = array(model, getattr(attributes, f"WEIGHTS_{layer}"))
        for joint, weight in zip(joints.T, weights.T, strict=True):
            there = np.einsum("vij,vj->vi", bones[joint, :3, :3], points) + bones[joint, :3, 3]
            moved += weight[:, None] * there
    return moved


@pytest.mark.parametrize("frame", [0, 1])
@pytest.mark.parametrize("rest", ["a", "t"])
@pytest.mark.parametrize("rig", ["segue", "mixamo", "cmu_mb"])
def test_a_clip_drives_the_skin_of_a_file(tmp_path, rig, rest, frame):
    somebody = person(rig, rest)
    write_glb(somebody, tmp_path / "a.glb")
    turns = {NAMES[rig].get(joint, ""): turn for joint, turn in turns_of(frame).items()}
    bones = somebody.skeleton
    ours = np.array([UPRIGHT.T @ turns.get(bone, np.eye(3)) @ UPRIGHT for bone in bones.bones])
    expected = somebody.carried(*carried_by(bones, ours)).vertices
    moved = driven(tmp_path / "a.glb", turns)[: len(expected)]
    assert moved == pytest.approx(to_y_up(expected), abs=2e-6)
    assert np.ptp(moved - to_y_up(somebody.vertices), axis=0).max() > 0.2 or frame == 0


def test_an_arm_of_a_t_that_a_clip_lifts_by_60_degrees_points_there(tmp_path):
    somebody = person("cmu_mb", "t")
    bones = somebody.skeleton
    turns = np.tile(np.eye(3), (len(bones.bones), 1, 1))
    turns[bones.bones.index("LeftArm")] = UPRIGHT.T @ about("Z", 60.0) @ UPRIGHT
    after = bones.carried(*carried_by(bones, turns))
    arm, hand = (after.heads[bones.bones.index(bone)] for bone in ("LeftArm", "LeftHand"))
    way = (hand - arm) / np.linalg.norm(hand - arm)
    assert way == pytest.approx([0.5, 0.0, np.sqrt(0.75)], abs=1e-5)
