"""Clips of 0 A.D. (.psa): where each bone of its biped is in every frame.

`PSSA`, version and size (u32 each), a name behind its length (u32), milliseconds a frame (f32), how
many bones and frames (u32 each); then for each frame and bone x y z and a quaternion x y z w (f32).
y is up; the axes are left-handed, as in the game.
"""

from __future__ import annotations

import struct
from typing import Final

import numpy as np

from bridge.errors import FileFormatError, RangeError
from bridge.files.motion.chains import Y_UP, Chain, recorded
from bridge.schema.arrays import RealArray
from bridge.schema.motion import MOST_FRAMES, Recording
from bridge.schema.rotations import turned_by

_MAGIC: Final = b"PSSA"
_BIPED: Final = (
    "hip", "spine", "spine1", "chest",
    "shoulder_L", "arm_L", "forearm_L", "hand_L", "finger_L", "fingertip_L",
    "shield", "weapon_bow", "ammo", "weapon_L", "shield_arm",
    "neck", "head", "helmet", "neck_guard",
    "shoulder_R", "arm_R", "forearm_R", "hand_R", "finger_R", "fingertip_R",
    "weapon_R", "projectile", "cape1", "cape2", "cape3",
    "thigh_L", "leg_L", "foot_L", "thigh_R", "leg_R", "foot_R",
    "sheath_01_R", "sheath_01_L", "sheath_02_R", "sheath_02_L", "quiver_R", "quiver_L",
    "knee_L", "knee_R", "elbow_L", "elbow_R",
)  # fmt: skip
"""Its bones, in the order of files, which do not name them."""
_ABOVE: Final = {
    "spine": "hip", "spine1": "spine", "chest": "spine1", "neck": "chest", "head": "neck",
    "thigh_L": "hip", "leg_L": "thigh_L", "foot_L": "leg_L",
    "thigh_R": "hip", "leg_R": "thigh_R", "foot_R": "leg_R",
    "shoulder_L": "chest", "arm_L": "shoulder_L", "forearm_L": "arm_L", "hand_L": "forearm_L",
    "shoulder_R": "chest", "arm_R": "shoulder_R", "forearm_R": "arm_R", "hand_R": "forearm_R",
}  # fmt: skip
"""What bones of the body hang on; all else hangs on nothing."""
_BODY: Final = ("hip", *_ABOVE)
_OTHER_HAND: Final = np.array([1.0, 1.0, -1.0])


def parse_psa(content: bytes, *, name: str, standing: bytes | None = None) -> Recording:
    """Read a clip.

    Args:
        content: all its bytes.
        name: what it is called in messages; the clip is called by what the file says.
        standing: another clip that begins with somebody who stands straight, arms hanging: files
            do not say how bones rest. None: this clip does.

    Returns:
        The clip in the game's unit, with the bones of the body alone.

    Raises:
        FileFormatError: it is damaged, cut off, of another skeleton, or no such clip.
    """
    try:
        worlds, seconds = _worlds(content)
        rest = worlds[0] if standing is None else _worlds(standing)[0][0]
        places = [_BIPED.index(bone) for bone in _BODY]
        parents = tuple(_BODY.index(_ABOVE[bone]) if bone in _ABOVE else -1 for bone in _BODY)
        chain = Chain(_BODY, parents, rest[places])
        return recorded(_title(content), chain, worlds[:, places], 1.0 / seconds, Y_UP)
    except (struct.error, ValueError, IndexError, RangeError, ZeroDivisionError) as error:
        raise FileFormatError(f"{name} is no clip of 0 A.D., or damaged: {error}") from error


def _title(content: bytes) -> str:
    """Read the name."""
    (length,) = struct.unpack_from("<I", content, 12)
    return content[16 : 16 + length].decode("utf-8", "replace")


def _worlds(content: bytes) -> tuple[RealArray, float]:
    """Read where bones are, [frame, bone, 4, 4], and how many seconds a frame takes."""
    if content[:4] != _MAGIC:
        raise ValueError("it does not begin as one")
    (length,) = struct.unpack_from("<I", content, 12)
    milliseconds, bones, frames = struct.unpack_from("<fII", content, 16 + length)
    if bones != len(_BIPED):
        raise ValueError(f"it has {bones} bones, where the biped has {len(_BIPED)}")
    if not 0 < frames <= MOST_FRAMES:
        raise ValueError(f"it has {frames} frames")
    numbers = np.frombuffer(content, "<f4", frames * bones * 7, 28 + length)
    rows = numbers.reshape(frames, bones, 7).astype(np.float64)
    found = np.tile(np.eye(4), (frames, bones, 1, 1))
    turns = turned_by(rows[..., [6, 3, 4, 5]])
    found[..., :3, :3] = turns * _OTHER_HAND[:, None] * _OTHER_HAND
    found[..., :3, 3] = rows[..., :3] * _OTHER_HAND
    return found, milliseconds / 1000.0
