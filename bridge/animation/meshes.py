"""Somebody as a mesh with bones, for a rig and a way to stand at rest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bridge.animation.body.statics import Rig as RigBody
from bridge.animation.body.statics import shared_body
from bridge.animation.body.t_pose import t_pose
from bridge.animation.maker import CharacterMaker, identity_of
from bridge.animation.people import shape_of
from bridge.animation.posing import carry, skinned
from bridge.schema.arrays import FloatArray
from bridge.schema.character import Character, RestPose, Rig
from bridge.schema.mesh import SkinnedMesh
from bridge.schema.rotations import matrices


def mesh_of(
    maker: CharacterMaker, character: Character, rig: Rig, rest: RestPose, *, shape_keys: bool
) -> SkinnedMesh:
    """Give somebody with bones.

    Args:
        maker: the model.
        character: who; their pose is left to the program that the mesh goes to.
        rig: whose bones.
        rest: how they stand at rest.
        shape_keys: with all facial actions as morphs, on a neutral face; else their expression is
            baked in.
    """
    shape = shape_of(maker, character, neutral=shape_keys)
    body = shared_body().rig(rig)
    mesh = shared_body().skinned(body, shape.vertices, body.skeleton(shape.joints))
    if shape_keys:
        mesh = replace(mesh, morphs=morphs_of(maker, character))
    return mesh if rest == "a" else _as_t(mesh, body)


def morphs_of(maker: CharacterMaker, character: Character) -> dict[str, FloatArray]:
    """Give what each facial action moves, float32 [vertex, xyz=3] in metres, by its ARKit name."""
    actions = shared_body().actions
    faces = np.vstack([np.zeros(len(actions)), np.eye(len(actions))]).astype(np.float32)
    still, *made = maker.shapes(np.repeat(identity_of(character)[None], len(faces), axis=0), faces)
    return {
        action: shape.vertices - still.vertices for action, shape in zip(actions, made, strict=True)
    }


def _as_t(mesh: SkinnedMesh, body: RigBody) -> SkinnedMesh:
    """Stand somebody as a T, soles on the ground."""
    heads = mesh.skeleton.heads
    turns = matrices(t_pose(body.name, body.bones, body.parents, heads))
    carried = carry(turns, heads, body.parents)
    lowest = float(skinned(mesh.vertices, body, carried)[:, 2].min())
    return mesh.carried(carried.linear, carried.shift - np.array([0.0, 0.0, lowest], np.float32))
