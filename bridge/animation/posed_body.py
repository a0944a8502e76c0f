"""Somebody in a pose, and how their skin moves when anything about them changes.

What a fit changes, in this order: who they are (96 numbers), how each bone is turned further (104
rotation vectors, in axes of the world), and where they stand (3).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from bridge.animation.body.statics import shared_body
from bridge.animation.maker import CharacterMaker, Shape
from bridge.animation.posing import Carry, blended, carry, dense_weights
from bridge.schema.arrays import AnyArray
from bridge.schema.rotations import matrices, nearest_rotations

_DIFFERENCE: Final = 0.05
_MOST_TURN: Final = 0.5
"""No bone is turned further in one step, in radians."""
_FARTHEST: Final = 5.0
"""Nobody is taken for anybody further from the mean, in standard deviations."""


@dataclass(slots=True, eq=False)
class PosedBody:
    """Somebody in a pose."""

    maker: CharacterMaker
    identity: AnyArray
    """float [latent=96]."""
    turns: AnyArray
    """float [bone=104, 3, 3], each about the head of its bone."""
    place: AnyArray
    """float [xyz=3], metres."""
    shape: Shape
    """At rest; `become` keeps it in step with the identity."""

    @classmethod
    def at_rest(cls, maker: CharacterMaker, identity: AnyArray) -> PosedBody:
        """Give somebody who stands as meshes do at rest."""
        shape = maker.shapes(identity[None].astype(np.float32))[0]
        count = len(shared_body().rig("segue").bones)
        return cls(maker, identity, np.tile(np.eye(3), (count, 1, 1)), np.zeros(3), shape)

    def become(self, identity: AnyArray, expressions: AnyArray | None = None) -> None:
        """Be somebody else in the same pose, with an expression [one=1, action]; None: neutral."""
        self.identity = np.clip(identity, -_FARTHEST, _FARTHEST)
        self.shape = self.maker.shapes(self.identity[None].astype(np.float32), expressions)[0]

    def carried(self) -> Carry:
        """Say where bones carry what hangs on them, before it is moved to its place."""
        rig = shared_body().rig("segue")
        return carry(self.turns, self.shape.joints[: len(rig.bones)], rig.parents)

    def skin(self, rows: AnyArray) -> AnyArray:
        """Give where some vertices are, float [row, xyz=3]."""
        linear, shift = blended(shared_body().rig("segue"), self.carried(), rows)
        points = np.einsum("vij,vj->vi", linear, self.shape.vertices[rows])
        moved: AnyArray = points + shift + self.place
        return moved

    def slope(self, rows: AnyArray) -> AnyArray:
        """Give how some vertices move with all that a fit changes, float [row, xyz=3, change]."""
        return np.concatenate([self._becoming(rows), self.turning(rows)], axis=2)

    def turning(self, rows: AnyArray) -> AnyArray:
        """Give the same but for who they are: [row, xyz=3, turns and place]."""
        turned = _turning(self.carried(), self.shape, rows)
        moved = np.broadcast_to(np.eye(3), (len(rows), 3, 3))
        return np.concatenate([turned, moved], axis=2)

    def step(self, change: AnyArray) -> None:
        """Change everything at once: [change], as `slope` has it."""
        self.turn(change[len(self.identity) :])
        self.become(self.identity + change[: len(self.identity)])

    def turn(self, change: AnyArray) -> None:
        """Turn bones further, and move: [change], as `turning` has it."""
        rig = shared_body().rig("segue")
        carried = self.carried()
        further = change[:-3].reshape(-1, 3)
        far = np.linalg.norm(further, axis=1, keepdims=True)
        more = matrices(further * np.minimum(1.0, _MOST_TURN / np.maximum(far, 1e-9)))
        for bone, parent in enumerate(rig.parents):
            above = carried.linear[parent] if parent >= 0 else np.eye(3)
            self.turns[bone] = above.T @ more[bone] @ above @ self.turns[bone]
        self.turns = nearest_rotations(self.turns)  # else rounding grows from bone to bone
        self.place = self.place + change[-3:]

    def _becoming(self, rows: AnyArray) -> AnyArray:
        """Give how vertices move as somebody becomes somebody else, [row, xyz=3, latent]."""
        size, rig = len(self.identity), shared_body().rig("segue")
        carried = self.carried()
        tried = self.identity[None] + _DIFFERENCE * np.eye(size)
        shapes = self.maker.shapes(tried.astype(np.float32))
        skin = np.stack([shape.vertices[rows] for shape in shapes], axis=2)
        skin = (skin - self.shape.vertices[rows][:, :, None]) / _DIFFERENCE
        heads = np.stack([shape.joints[: len(rig.bones)] for shape in shapes], axis=2)
        heads = (heads - self.shape.joints[: len(rig.bones)][:, :, None]) / _DIFFERENCE
        shift = np.zeros_like(heads)
        for bone, parent in enumerate(rig.parents):
            above = carried.linear[parent] if parent >= 0 else np.eye(3)
            own = (above - carried.linear[bone]) @ heads[bone]
            shift[bone] = own + (shift[parent] if parent >= 0 else 0.0)
        linear, _ = blended(rig, carried, rows)
        weights = dense_weights(rig)[rows]
        moved: AnyArray = linear @ skin + np.tensordot(weights, shift, axes=(1, 0))
        return moved


def _turning(carried: Carry, shape: Shape, rows: AnyArray) -> AnyArray:
    """Give how vertices move as bones are turned further, [row, xyz=3, (bone xyz)]."""
    rig = shared_body().rig("segue")
    weights, count = dense_weights(rig)[rows].astype(np.float64), len(rig.bones)
    skin = np.einsum("bij,vj->vbi", carried.linear, shape.vertices[rows]) + carried.shift
    held = weights[:, :, None] * skin  # [row, bone, xyz]: each bone's part of where a vertex is
    weights = weights.copy()
    for bone in range(count - 1, 0, -1):  # a bone carries what its children carry
        held[:, rig.parents[bone]] += held[:, bone]
        weights[:, rig.parents[bone]] += weights[:, bone]
    heads = carried.points(shape.joints[:count])
    arm = held - weights[:, :, None] * heads[None]  # [row, bone, xyz]
    x, y, z = np.moveaxis(arm, 2, 0)
    zero = np.zeros_like(x)
    # the column of a small turn about axis k is k x arm
    columns = np.stack([zero, -z, y, z, zero, -x, -y, x, zero], axis=2).reshape(*x.shape, 3, 3)
    moved: AnyArray = np.swapaxes(columns, 2, 3).transpose(0, 2, 1, 3)
    return moved.reshape(len(rows), 3, -1)
