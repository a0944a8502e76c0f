"""Bodies to test with: a plank on two bones, and the person that MakeHuman begins with."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np

from bridge.animation.body.statics import shared_body
from bridge.schema.mesh import INFLUENCES, Skeleton, SkinnedMesh
from bridge.schema.rotations import matrices


def skeleton(**changes: object) -> Skeleton:
    """Two bones, one upon the other."""
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
    """One face on two bones."""
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


def carried_by(bones: Skeleton, turns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Let bones turn what hangs on them.

    Args:
        bones: at rest.
        turns: [bone, 3, 3], about each head, in axes of the world at rest.

    Returns:
        [bone, 3, 3] and [bone, xyz=3]: a point x goes to the one @ x + the other.
    """
    linear, shift = [], []
    for bone, parent in enumerate(bones.parents):
        above = linear[parent] if parent >= 0 else np.eye(3)
        moved = shift[parent] if parent >= 0 else np.zeros(3)
        linear.append(above @ turns[bone])
        shift.append(moved + (above - linear[bone]) @ bones.heads[bone].astype(float))
    return np.array(linear), np.array(shift)


@cache
def person(rig: str, rest: str = "a", *, morphs: bool = False) -> SkinnedMesh:
    """The person that MakeHuman begins with, with two expressions that are made up."""
    body = shared_body()
    bones = body.rig(rig)
    found = body.skinned(bones, body.template, bones.skeleton(body.template_joints))
    if morphs:
        found = replace(found, morphs=expressions(), extras={"segue": {"name": "", "likes": []}})
    if rest == "t":
        turns = matrices(bones.t_pose.astype(float))
        found = found.carried(*carried_by(found.skeleton, turns))
    return found


def expressions() -> dict[str, np.ndarray]:
    """One that moves half of the face, one that moves nothing, and 50 that move as much."""
    body = shared_body()
    rng = np.random.default_rng(5)
    found = {}
    for action in body.actions:
        offsets = np.zeros_like(body.template)
        moved = rng.choice(body.face_vertices, len(body.face_vertices) // 2, replace=False)
        offsets[moved] = rng.normal(0.0, 0.003, (len(moved), 3))
        found[action] = offsets
    found[body.actions[1]] = np.zeros_like(body.template)
    return found
