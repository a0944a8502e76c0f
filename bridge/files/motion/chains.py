"""Bones that hang on bones: from turns of each about its parent to where all are in the world."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from bridge.errors import RangeError
from bridge.files.mesh.axes import UPRIGHT
from bridge.schema.arrays import RealArray
from bridge.schema.motion import Recording
from bridge.schema.rotations import nearest_rotations

Z_UP: Final = np.eye(3)
Y_UP: Final = UPRIGHT.T
"""Takes a column of a file whose y is up to one of ours."""


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """Joints, and how they rest."""

    joints: tuple[str, ...]
    parents: tuple[int, ...]
    """Parents come first; -1: none."""
    rest: RealArray
    """float64 [joint, 4, 4]: what takes points of each to the world of the rest."""


def carried(parents: tuple[int, ...], own: RealArray) -> RealArray:
    """Give what takes points of each joint to the world.

    Args:
        parents: of each joint, parents first; -1: none.
        own: float64 [frame, joint, 4, 4]: what takes them to the parent.

    Returns:
        float64 [frame, joint, 4, 4].
    """
    found = np.empty_like(own)
    for joint, parent in enumerate(parents):
        found[:, joint] = own[:, joint] if parent < 0 else found[:, parent] @ own[:, joint]
    return found


def recorded(
    name: str, chain: Chain, worlds: RealArray, rate_hz: float, axes: RealArray
) -> Recording:
    """Make a clip of where all joints are.

    Args:
        name: of the clip.
        chain: its joints.
        worlds: float64 [frame, joint, 4, 4]; what it scales is left out.
        rate_hz: frames a second.
        axes: `Z_UP` or `Y_UP`.

    Raises:
        RangeError: it has no frames, no joints, or numbers that are none.
    """
    if not (np.isfinite(worlds).all() and np.isfinite(chain.rest).all()):
        raise RangeError("places and turns must be finite numbers")
    return Recording(
        name=name,
        joints=chain.joints,
        parents=chain.parents,
        rest_places=chain.rest[:, :3, 3] @ axes.T,
        rest_turns=nearest_rotations(axes @ chain.rest[:, :3, :3]),
        places=worlds[..., :3, 3] @ axes.T,
        turns=nearest_rotations(axes @ worlds[..., :3, :3]),
        rate_hz=rate_hz,
    )
