"""Clips out of .bvh files: any order of channels, any unit, y or z up."""

from __future__ import annotations

from typing import Final

import numpy as np

from bridge.errors import FileFormatError, RangeError
from bridge.files.motion.bvh import BvhClip, BvhJoint, parse_bvh
from bridge.files.motion.chains import Y_UP, Z_UP, Chain, carried, recorded
from bridge.schema.arrays import RealArray
from bridge.schema.motion import Recording
from bridge.schema.rotations import matrices

_AXES: Final = {"X": np.eye(3)[0], "Y": np.eye(3)[1], "Z": np.eye(3)[2]}
_PLAINLY: Final = 1.5
"""Somebody whose way up is so many times as far along z as along y stands along z."""


def parse_bvh_clip(content: bytes, *, name: str) -> Recording:
    """Read a clip.

    Args:
        content: the bytes of a .bvh file.
        name: what it and the clip are called.

    Returns:
        The clip in the file's unit. BVH does not say which way is up: it is y, unless joints at
        rest are spread further along z than along y, and in the first frame too.

    Raises:
        FileFormatError: it is damaged, cut off, has no frames, or is no BVH.
    """
    clip = parse_bvh(content, name=name)
    joints = [joint for joint in clip.joints if joint.name]
    kept = {old: new for new, old in enumerate(i for i, j in enumerate(clip.joints) if j.name)}
    parents = tuple(kept.get(joint.parent, -1) for joint in joints)
    own = _own(joints, clip)
    rest = np.tile(np.eye(4), (1, len(joints), 1, 1))
    rest[0, :, :3, 3] = [joint.offset for joint in joints]
    try:
        worlds, resting = carried(parents, own), carried(parents, rest)[0]
        axes = Z_UP if _along_z(resting) and len(own) and _along_z(worlds[0]) else Y_UP
        chain = Chain(tuple(joint.name for joint in joints), parents, resting)
        return recorded(name, chain, worlds, 1.0 / clip.frame_seconds, axes)
    except RangeError as error:
        raise FileFormatError(f"{name} holds no clip: {error}; export it again") from error


def _own(joints: list[BvhJoint], clip: BvhClip) -> RealArray:
    """Give what takes each joint to its parent, [frame, joint, 4, 4]."""
    own = np.tile(np.eye(4), (len(clip.frames), len(joints), 1, 1))
    column = 0
    for place, joint in enumerate(joints):
        own[:, place, :3, 3] = joint.offset
        if any(channel.endswith("position") for channel in joint.channels):
            own[:, place, :3, 3] = 0.0  # what a file says of a place replaces the offset
        for channel in joint.channels:
            numbers = clip.frames[:, column]
            column += 1
            axis = _AXES[channel[0]]
            if channel.endswith("position"):
                own[:, place, :3, 3] += numbers[:, None] * axis
            else:
                own[:, place, :3, :3] @= matrices(np.radians(numbers)[:, None] * axis)
    return own


def _along_z(places: RealArray) -> bool:
    """Say whether joints [joint, 4, 4] are plainly spread along z, not along y."""
    spread = np.ptp(places[:, :3, 3], axis=0)
    return bool(spread[2] > _PLAINLY * spread[1])
