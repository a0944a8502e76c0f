"""Bodies as `anny` makes them, their proportions changed by scaling what bones carry.

`anny` 0.6.2: Brégier et al. 2025, "Human Mesh Modeling for Anny Body" (arXiv:2511.03589); the
shapes are those of MakeHuman, CC0. Never its `smplx` topology, whose licence forbids sharing.
"""

from __future__ import annotations

from functools import cached_property
from typing import Final

import anny
import numpy as np
import torch
from torch import Tensor

from bridge.schema.arrays import FloatArray
from export.animation.body.joints import JointPoints, joint_points
from export.animation.character_vae.people import PHENOTYPES, POSED_JOINTS, PROPORTIONS, People

_CARRIERS: Final = {
    "head_size": (("head", "eye."), "all"),
    "neck_length": (("neck",), "along"),
    "torso_length": (("spine",), "along"),
    "shoulder_width": (("clavicle", "shoulder"), "along"),
    "hip_width": (("pelvis",), "along"),
    "arm_length": (("upperarm", "lowerarm"), "along"),
    "arm_girth": (("upperarm", "lowerarm"), "across"),
    "hand_size": (("wrist", "finger", "metacarpal"), "all"),
    "leg_length": (("upperleg", "lowerleg"), "along"),
    "leg_girth": (("upperleg", "lowerleg"), "across"),
    "foot_size": (("foot", "toe"), "all"),
}
"""Which bones carry a proportion, by how their names begin, and which way they scale."""


class Anatomy:
    """Builds bodies. Loading `anny` takes a minute where it has no cache yet."""

    def __init__(self) -> None:
        self.model = anny.Anny(
            local_changes="all",
            facial_actions="all",
            phenotypes="all",
            phenotype_blendshapes="original",
            skinning_method="lbs",
        ).to(torch.float32)
        assert tuple(self.model.phenotype_labels) == PHENOTYPES
        self.bones: list[str] = list(self.model.bone_labels)
        self.parents: list[int] = list(self.model.bone_parents)
        self.changes: list[str] = list(self.model.local_change_labels)
        self.actions: list[str] = list(self.model.facial_action_labels)
        self.vertices = len(self.model.template_vertices)

    @cached_property
    def shapes(self) -> Tensor:
        """Offsets of vertices and joint points for every blend shape, [shape, (point xyz)]."""
        joints = torch.from_numpy(self._joints.offsets)
        return torch.cat([self.model.blendshapes, joints], dim=1).flatten(1)

    @cached_property
    def template(self) -> Tensor:
        """Vertices and joint points of the mean of MakeHuman, [(point xyz)]."""
        joints = torch.from_numpy(self._joints.template)
        return torch.cat([self.model.template_vertices, joints]).flatten()

    @cached_property
    def _joints(self) -> JointPoints:
        return joint_points(self.model)

    @cached_property
    def weights(self) -> Tensor:
        """How much each bone moves each vertex, [vertex, bone=104]; rows sum to 1."""
        return self.model.dense_vertex_bone_weights

    @cached_property
    def carried(self) -> Tensor:
        """How much each bone carries each vertex and joint point, [point, bone=104].

        Joint points of our own bones hang on them; those of other rigs as the nearest of ours
        does, or, where none is within 2 cm, as the skin around them.
        """
        count = len(self.bones)
        joints, skin = torch.from_numpy(self._joints.template), self.model.template_vertices
        own = torch.eye(count).repeat(2, 1)
        others = joints[2 * count :]
        away, nearest = torch.cdist(others, joints[: 2 * count]).min(dim=1)
        around = torch.cdist(others, skin).topk(12, largest=False).indices
        hung = torch.where(away[:, None] < 0.02, own[nearest], self.weights[around].mean(dim=1))
        return torch.cat([self.weights, own, hung])

    @cached_property
    def action_offsets(self) -> Tensor:
        """What each facial action moves, [action=52, vertex, xyz=3]."""
        first = self.model.blendshape_labels.index(f"facial_action:{self.actions[0]}")
        return self.model.blendshapes[first : first + len(self.actions)]

    @torch.no_grad()
    def bodies(self, people: People, *, faces: bool = False) -> tuple[Tensor, Tensor]:
        """Build bodies at rest, soles on the ground.

        Args:
            people: who.
            faces: with their expressions; else neutral.

        Returns:
            float32 vertices [body, vertex, xyz=3] and joint points [body, joint=374, xyz=3], in
            metres; the first 104 of them are the heads of our bones.
        """
        coefficients = self._coefficients(people, faces=faces)
        points = torch.addmm(self.template[None], coefficients, self.shapes)
        points = self._proportioned(points.view(len(people), -1, 3), people)
        ground = points[:, : self.vertices, 2].amin(dim=1)
        points[:, :, 2] -= ground[:, None]
        return points[:, : self.vertices], points[:, self.vertices :]

    def _coefficients(self, people: People, *, faces: bool) -> Tensor:
        """Say how much of each blend shape there is, [body, shape]."""
        changes = torch.from_numpy(people.local_changes)
        actions = torch.from_numpy(people.actions if faces else np.zeros_like(people.actions))
        return self.model._get_phenotype_blendshape_coefficients(
            torch.from_numpy(people.phenotypes), changes, actions
        )

    def _proportioned(self, points: Tensor, people: People) -> Tensor:
        """Change proportions: every bone scales what it carries about its head."""
        if not people.proportions.any():
            return points
        heads = points[:, self.vertices : self.vertices + len(self.bones)]
        scaling = self._scaling(heads, torch.from_numpy(people.proportions))
        moved = [heads[:, 0]]
        for bone in range(1, len(self.bones)):
            parent = self.parents[bone]
            step = heads[:, bone] - heads[:, parent]
            moved.append(moved[parent] + torch.einsum("nij,nj->ni", scaling[:, parent], step))
        new = torch.stack(moved, dim=1)
        away = new - torch.einsum("nbij,nbj->nbi", scaling, heads)
        whole = torch.cat([scaling.flatten(2), away], dim=2)  # [body, bone, 12]
        blended = torch.einsum("vb,nbk->nvk", self.carried, whole)
        linear, shift = blended[..., :9].reshape(*blended.shape[:2], 3, 3), blended[..., 9:]
        return torch.einsum("nvij,nvj->nvi", linear, points) + shift

    def _scaling(self, heads: Tensor, proportions: Tensor) -> Tensor:
        """Give what each bone scales by, [body, bone=104, xyz=3, xyz=3]."""
        along = self._directions(heads)
        outer = along[..., :, None] * along[..., None, :]
        across = torch.eye(3) - outer
        length, girth = (torch.zeros(len(heads), len(self.bones)) for _ in range(2))
        for column, name in enumerate(PROPORTIONS):
            starts, way = _CARRIERS[name]
            carried = torch.tensor([bone.startswith(starts) for bone in self.bones]).float()
            amount = proportions[:, column, None] * carried
            length = length + amount * (way != "across")
            girth = girth + amount * (way != "along")
        return length.exp()[..., None, None] * outer + girth.exp()[..., None, None] * across

    def _directions(self, heads: Tensor) -> Tensor:
        """Give the way each bone points: to its first child, or as its parent, unit [.., xyz=3]."""
        found: list[Tensor] = []
        for bone in range(len(self.bones)):
            children = [child for child, parent in enumerate(self.parents) if parent == bone]
            if children:
                way = heads[:, children[0]] - heads[:, bone]
                found.append(way / way.norm(dim=1, keepdim=True).clamp_min(1e-6))
            else:
                found.append(found[self.parents[bone]])
        return torch.stack(found, dim=1)

    @torch.no_grad()
    def posed(self, vertices: Tensor, heads: Tensor, pose: FloatArray) -> Tensor:
        """Turn joints, by linear blend skinning.

        Args:
            vertices: [body, vertex, xyz=3] at rest.
            heads: [body, bone=104, xyz=3] at rest.
            pose: [body, joint=19, xyz=3], rotation vectors about axes of the world at rest.

        Returns:
            [body, vertex, xyz=3].
        """
        turns = torch.eye(3).repeat(len(heads), len(self.bones), 1, 1)
        chosen = [self.bones.index(joint) for joint in POSED_JOINTS]
        turns[:, chosen] = rotations(torch.from_numpy(pose))
        linear, shift = chained(turns, heads, self.parents)
        whole = torch.cat([linear.flatten(2), shift], dim=2)
        blended = torch.einsum("vb,nbk->nvk", self.weights, whole)
        matrices = blended[..., :9].reshape(*blended.shape[:2], 3, 3)
        return torch.einsum("nvij,nvj->nvi", matrices, vertices) + blended[..., 9:]


def rotations(vectors: Tensor) -> Tensor:
    """Give rotation matrices [.., 3, 3] of rotation vectors [.., xyz=3] (Rodrigues)."""
    angle = vectors.norm(dim=-1, keepdim=True).clamp_min(1e-8)
    x, y, z = (vectors / angle).unbind(-1)
    zero = torch.zeros_like(x)
    cross = torch.stack([zero, -z, y, z, zero, -x, -y, x, zero], dim=-1).reshape(*vectors.shape, 3)
    sine, cosine = angle.sin()[..., None], angle.cos()[..., None]
    return torch.eye(3) + sine * cross + (1.0 - cosine) * (cross @ cross)


def chained(turns: Tensor, heads: Tensor, parents: list[int]) -> tuple[Tensor, Tensor]:
    """Let every bone turn what hangs on it.

    Args:
        turns: [body, bone, 3, 3], each about the head of its bone, in axes of the world at rest.
        heads: [body, bone, xyz=3] at rest.
        parents: of each bone, parents first; -1: none.

    Returns:
        Linear parts [body, bone, 3, 3] and shifts [body, bone, xyz=3] that take a point at rest to
        where the bone carries it.
    """
    linear: list[Tensor] = []
    shift: list[Tensor] = []
    for bone, parent in enumerate(parents):
        above = linear[parent] if parent >= 0 else torch.eye(3).expand(len(heads), 3, 3)
        moved = shift[parent] if parent >= 0 else torch.zeros(len(heads), 3)
        turned = above @ turns[:, bone]
        linear.append(turned)
        pivot = heads[:, bone, :, None]
        shift.append(moved + ((above - turned) @ pivot)[..., 0])
    return torch.stack(linear, dim=1), torch.stack(shift, dim=1)
