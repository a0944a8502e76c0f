"""What never changes from person to person, read once from body.npz."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from bridge.errors import NotFoundError
from bridge.schema.arrays import AnyArray, FloatArray
from bridge.schema.mesh import Skeleton, SkinnedMesh

RIGS: Final = ("segue", "mixamo", "cmu_mb")
"""The rigs a character can have, in the order of their joint points."""
_PLACE: Final = Path(__file__).with_name("body.npz")


@dataclass(frozen=True, slots=True, eq=False)
class Rig:
    """Bones, and what they move."""

    name: str
    bones: tuple[str, ...]
    parents: tuple[int, ...]
    """Parents come first; -1: none."""
    rolls: FloatArray
    """float32 [bone], radians."""
    indices: AnyArray
    """int32 [vertex, influence=8], the strongest first."""
    weights: FloatArray
    """float32 [vertex, influence=8]; rows sum to 1."""
    t_pose: FloatArray
    """float32 [bone, xyz=3]: how the template's bones turn for a T; `t_pose.t_pose` for others."""
    first_joint: int
    """The joint point that is the head of its first bone; tails come after all heads."""

    def skeleton(self, joints: FloatArray) -> Skeleton:
        """Give its bones at rest.

        Args:
            joints: float32 [point=374, xyz=3], metres: the joint points of a person, for all rigs.
        """
        count = len(self.bones)
        tails = self.first_joint + count
        return Skeleton(
            name=self.name,
            bones=self.bones,
            parents=self.parents,
            heads=joints[self.first_joint : tails],
            tails=joints[tails : tails + count],
            rolls=self.rolls,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """The body that all people share."""

    quads: AnyArray
    """int32 [face=13710, corner=4]."""
    uv: FloatArray
    """float32 [uv=14898, 2]; v runs up."""
    corner_uv: AnyArray
    """int32 [face, corner=4]."""
    materials: tuple[str, ...]
    face_material: AnyArray
    """uint8 [face]."""
    actions: tuple[str, ...]
    """Facial actions, in ARKit's names."""
    face_vertices: AnyArray
    """int32 [face_vertex=3536]: the vertices that any facial action moves."""
    template: FloatArray
    """float32 [vertex=13718, xyz=3], metres: MakeHuman's own person, soles on z = 0."""
    template_joints: FloatArray
    """float32 [point=374, xyz=3], metres: their joint points."""
    rigs: Mapping[str, Rig]
    """By name, as in `RIGS`."""

    def rig(self, name: str) -> Rig:
        """Give a rig.

        Raises:
            NotFoundError: there is none of that name.
        """
        if name not in self.rigs:
            raise NotFoundError(f"no rig {name!r}; there are {', '.join(self.rigs)}")
        return self.rigs[name]

    def skinned(self, rig: Rig, vertices: FloatArray, skeleton: Skeleton) -> SkinnedMesh:
        """Put skin on a skeleton; `dataclasses.replace` adds morphs and extras.

        Args:
            rig: one of ours.
            vertices: float32 [vertex=13718, xyz=3], metres.
            skeleton: of the same rig, in the same pose as the vertices.
        """
        return SkinnedMesh(
            vertices=vertices,
            quads=self.quads,
            uv=self.uv,
            corner_uv=self.corner_uv,
            materials=self.materials,
            face_material=self.face_material,
            skeleton=skeleton,
            bone_indices=rig.indices,
            bone_weights=rig.weights,
        )


@cache
def shared_body() -> Body:
    """Read body.npz, once; the arrays cannot be written to."""
    with np.load(_PLACE) as file:
        arrays: dict[str, Any] = {name: file[name] for name in file.files}
    for array in arrays.values():
        array.setflags(write=False)
    return Body(
        quads=arrays["quads"],
        uv=arrays["uv"],
        corner_uv=arrays["corner_uv"],
        materials=_words(arrays["materials"]),
        face_material=arrays["face_material"],
        actions=_words(arrays["actions"]),
        face_vertices=arrays["face_vertices"],
        template=arrays["template"],
        template_joints=arrays["template_joints"],
        rigs=_rigs(arrays),
    )


def _rigs(arrays: dict[str, Any]) -> dict[str, Rig]:
    """Give all rigs by name."""
    found: dict[str, Rig] = {}
    joints = 0
    for name in RIGS:
        found[name] = Rig(
            name=name,
            bones=_words(arrays[f"{name}_bones"]),
            parents=tuple(int(parent) for parent in arrays[f"{name}_parents"]),
            rolls=arrays[f"{name}_rolls"],
            indices=arrays[f"{name}_indices"],
            weights=arrays[f"{name}_weights"],
            t_pose=arrays[f"{name}_t_pose"],
            first_joint=joints,
        )
        joints += 2 * len(found[name].bones)
    return found


def _words(array: AnyArray) -> tuple[str, ...]:
    """Read names."""
    return tuple(str(word) for word in array)
