"""Who a posed mesh is: its bones turned back, and then told as a mesh at rest.

Every bone is turned to fit the skin that hangs on it (Kabsch 1976, weighted by how much the bone
moves each vertex); identity and bones are then changed together until the mesh they give is near
(Gauss and Newton); at last the skin is carried back to rest and told by the encoder, face and all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from bridge.animation.body.statics import Rig, shared_body
from bridge.animation.maker import CharacterMaker
from bridge.animation.posed_body import PosedBody
from bridge.animation.posing import (
    Carry,
    blended,
    carry,
    dense_weights,
    skinned,
)
from bridge.schema.arrays import AnyArray, FloatArray
from bridge.schema.rotations import nearest_rotations, vectors

_ROUNDS: Final = 3
_TURNS: Final = 5
_STEPS: Final = 5
_SPARSE: Final = 5
"""Every so many vertices say who it may be, before all of them do."""
_PRIOR_METRES: Final = 5e-4
"""A standard deviation away from the mean person weighs as much as so far from every vertex."""
_TURN_METRES: Final = 1e-3
"""A radian more weighs as much as so far."""
_FOLDED: Final = 0.3
"""Skin that is squeezed to less of its volume is folded."""
_RIGID_ENOUGH: Final = 1e-3
"""Bones that hold less skin than so many vertices of their own are not turned by themselves."""


@dataclass(frozen=True, slots=True, eq=False)
class Unposed:
    """Who a posed mesh is."""

    identity: FloatArray
    """float32 [latent=96]."""
    expression: FloatArray
    """float32 [action=52]."""
    turns: FloatArray
    """float32 [bone=104, xyz=3], rotation vectors in radians."""
    place: FloatArray
    """float32 [xyz=3]: where they were moved to, in metres."""
    rebuilt: FloatArray
    """float32 [vertex=13718, xyz=3]: the mesh that all this gives."""


def unposed(maker: CharacterMaker, vertices: FloatArray) -> Unposed:
    """Tell who a mesh is, whatever their pose.

    Args:
        maker: the model.
        vertices: float32 [vertex=13718, xyz=3], metres, upright; in any place.
    """
    rig = shared_body().rig("segue")
    fit = _Fit(rig)
    body = PosedBody.at_rest(maker, np.zeros(maker.latent))
    body.turns, body.place = fit.first(body.shape.vertices, vertices)
    body.turns, body.place = _turned(fit, body, vertices)
    _brought_near(body, vertices)
    expression = np.zeros((1, len(shared_body().actions)), np.float32)
    for _ in range(_ROUNDS):
        back = _carried_back(vertices - body.place, rig, body.carried())
        identity, expression = maker.seen(back[None].astype(np.float32))
        expression = np.clip(expression, 0.0, 1.0)
        body.become(identity[0], expression)
        body.turns, body.place = _turned(fit, body, vertices)
    rebuilt = body.skin(np.arange(len(vertices)))
    return Unposed(
        body.identity.astype(np.float32),
        expression[0],
        vectors(body.turns).astype(np.float32),
        body.place.astype(np.float32),
        rebuilt.astype(np.float32),
    )


def _turned(fit: _Fit, body: PosedBody, target: AnyArray) -> tuple[AnyArray, AnyArray]:
    """Turn bones until the skin lies on a target, whoever it is."""
    heads = body.shape.joints[: len(body.turns)]
    return fit.turned(body.shape.vertices, heads, target, (body.turns, body.place))


def _brought_near(body: PosedBody, target: AnyArray) -> None:
    """Change who it is and how they stand at once, until they lie on a target (Gauss, Newton)."""
    rows = np.arange(0, len(target), _SPARSE)
    size = len(body.identity)
    held = np.zeros(size + 3 * len(body.turns) + 3)
    held[:size], held[size:-3] = _PRIOR_METRES**2, _TURN_METRES**2
    for _ in range(_STEPS):
        off = (target[rows] - body.skin(rows)).reshape(-1)
        slope = body.slope(rows).reshape(len(off), -1)
        pull = slope.T @ off
        pull[:size] -= held[:size] * len(rows) * body.identity
        body.step(np.linalg.solve(slope.T @ slope + np.diag(held) * len(rows), pull))


def _carried_back(posed: AnyArray, rig: Rig, carried: Carry) -> AnyArray:
    """Carry posed skin back to rest, [vertex, xyz=3].

    Where bones that move a vertex are turned far apart, skinning folds, and no way back is good:
    there each bone carries it back by itself, and the mean of that counts.
    """
    linear, shift = blended(rig, carried)
    back = np.einsum("bji,bj->bi", carried.linear, carried.shift)
    apart = np.concatenate([carried.linear.transpose(0, 2, 1).reshape(-1, 9), -back], axis=1)
    mean = dense_weights(rig) @ apart
    usual = np.einsum("vij,vj->vi", mean[:, :9].reshape(-1, 3, 3), posed) + mean[:, 9:]
    folded = np.linalg.det(linear) < _FOLDED
    linear[folded] = np.eye(3)
    exact = np.linalg.solve(linear, (posed - shift)[:, :, None])[:, :, 0]
    found: AnyArray = np.where(folded[:, None], usual, exact)
    return found


class _Fit:
    """Turns bones until skin lies where it should."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._pull = dense_weights(rig) ** 2  # what a bone alone moves counts most
        self._held = self._pull.sum(axis=0)
        self._moves = self._held > _RIGID_ENOUGH

    def first(self, rest: AnyArray, target: AnyArray) -> tuple[AnyArray, AnyArray]:
        """Give turns [bone, 3, 3] and a place [xyz=3] to begin with: each bone by its own skin."""
        held = np.maximum(self._held, 1e-9)[:, None]
        ours, theirs = (self._pull.T @ points / held for points in (rest, target))
        outer = np.einsum("vb,vi,vj->bij", self._pull, target, rest, optimize=True)
        whole = nearest_rotations(outer - held[..., None] * theirs[:, :, None] * ours[:, None, :])
        turns = self._own(whole, np.tile(np.eye(3), (len(whole), 1, 1)))
        return turns, (target - rest).mean(axis=0)

    def turned(
        self,
        rest: AnyArray,
        heads: AnyArray,
        target: AnyArray,
        start: tuple[AnyArray, AnyArray],
    ) -> tuple[AnyArray, AnyArray]:
        """Give turns [bone, 3, 3] and the place [xyz=3] that bring a mesh at rest to a target."""
        turns, place = start
        for _ in range(_TURNS):
            carried = carry(turns, heads, self._rig.parents)
            found = skinned(rest, self._rig, carried)
            place = place + (target - place - found).mean(axis=0)
            away = target - place - found
            turns = self._once(rest, carried, away, turns)
        carried = carry(turns, heads, self._rig.parents)
        return turns, (target - skinned(rest, self._rig, carried)).mean(axis=0)

    def _once(self, rest: AnyArray, carried: Carry, away: AnyArray, turns: AnyArray) -> AnyArray:
        """Turn every bone once, each as its own skin asks."""
        pull, held = self._pull, np.maximum(self._held, 1e-9)[:, None]
        middle = (pull.T @ rest) / held
        drift = (pull.T @ away) / held
        # sum of w (y - y_mean)(x - x_mean)^T with y = linear x + shift + away
        outer = np.einsum("vb,vi,vj->bij", pull, rest, rest, optimize=True)
        spread = outer - held[..., None] * middle[:, :, None] * middle[:, None, :]
        mixed = np.einsum("vb,vi,vj->bij", pull, away, rest, optimize=True)
        mixed -= held[..., None] * drift[:, :, None] * middle[:, None, :]
        whole = nearest_rotations(carried.linear @ spread + mixed)
        return self._own(whole, turns)

    def _own(self, whole: AnyArray, turns: AnyArray) -> AnyArray:
        """Give what each bone turns itself, of how it stands in all, [bone, 3, 3]."""
        standing, found = np.empty_like(turns), turns.copy()
        for bone, parent in enumerate(self._rig.parents):
            above = standing[parent] if parent >= 0 else np.eye(3)
            if self._moves[bone]:
                found[bone] = above.T @ whole[bone]
            standing[bone] = above @ found[bone]
        return found
