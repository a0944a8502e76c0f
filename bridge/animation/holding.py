"""What it costs to turn bones while somebody is laid over a scan.

Many bones double what others do: all of a limb's, and those of the spine. Left free they take up
what is shape, or noise, and a fit comes nearer only slowly; so they are held to how they rest.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np

from bridge.animation.body.statics import shared_body
from bridge.animation.posed_body import PosedBody
from bridge.schema.arrays import AnyArray
from bridge.schema.rotations import vectors

_TURN_METRES: Final = 0.006
"""A radian more in one round weighs as much as so far."""
_SMALL_TURN_METRES: Final = 0.1
"""The same of bones that a scan hardly shows."""
_HELD: Final = {
    "root": 0.0, "upperleg01": 0.03, "lowerleg01": 0.03, "upperarm01": 0.03, "lowerarm01": 0.03,
    "wrist": 0.05, "foot": 0.05, "head": 0.05, "spine05": 0.07, "spine03": 0.07, "spine01": 0.07,
    "neck01": 0.1, "clavicle": 0.1, "shoulder01": 0.1,
}  # fmt: skip
"""How much a bone is held to how it rests; else those that double a joint take what is shape."""
_HELD_OTHERWISE: Final = 0.5
_SMALL: Final = ("finger", "metacarpal", "toe", "eye", "breast")


@cache
def _holding() -> AnyArray:
    """Say what being turned costs, [bone]."""
    bones = shared_body().rig("segue").bones
    return np.array([_HELD.get(bone.split(".")[0], _HELD_OTHERWISE) for bone in bones]) ** 2


def kept(body: PosedBody, scale: float) -> tuple[AnyArray, AnyArray]:
    """Hold bones to how they rest.

    Args:
        body: somebody in a pose.
        scale: what that counts, in m2: of a bone held by 1 that is turned by a radian.

    Returns:
        What is added to the diagonal of the hill, and to the pull, of all turns and the place, as
        `PosedBody.turning` has them, float64 [turns and place].
    """
    carried, rig = body.carried(), shared_body().rig("segue")
    own = vectors(body.turns)
    above = np.stack([carried.linear[p] if p >= 0 else np.eye(3) for p in rig.parents])
    cost = np.repeat(scale * _holding(), 3)
    pull = -cost * np.einsum("bij,bj->bi", above, own).reshape(-1)
    return np.concatenate([cost, np.zeros(3)]), np.concatenate([pull, np.zeros(3)])


@cache
def stiffness() -> AnyArray:
    """Say what turning each bone, and moving, costs at every vertex, [(bone xyz) xyz], m2."""
    bones = shared_body().rig("segue").bones
    small = np.array([bone.startswith(_SMALL) for bone in bones])
    cost = np.where(small, _SMALL_TURN_METRES, _TURN_METRES) ** 2
    return np.concatenate([np.repeat(cost, 3), np.full(3, 1e-9)])
