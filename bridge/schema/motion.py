"""Motion: how somebody moves, on one skeleton for all clips, and clips as files have them.

Metres, z up; a person looks along -y, their left is +x. The skeleton has the 22 joints of LAFAN1
(Harvey et al. 2020). At rest it stands as a T, and no joint is turned: a rotation is about axes of
the world at rest, whatever bones a file or a rig has, so that a motion fits bodies of any size.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from bridge.errors import RangeError
from bridge.schema.array_checks import check_numbers, check_parents
from bridge.schema.arrays import FloatArray, RealArray

RATE_HZ: Final = 30.0
"""Frames a second, of motions that are made."""
MOST_FRAMES: Final = 108_000
"""Of one motion; an hour."""
_LENGTH_TOLERANCE: Final = 1e-3

_TREE: Final[tuple[tuple[str, str, tuple[float, float, float]], ...]] = (
    ("Hips", "", (0.0, 0.0, 0.945)),
    ("LeftUpLeg", "Hips", (0.100, 0.0, -0.040)),
    ("LeftLeg", "LeftUpLeg", (0.0, 0.0, -0.440)),
    ("LeftFoot", "LeftLeg", (0.0, 0.0, -0.395)),
    ("LeftToe", "LeftFoot", (0.0, -0.145, -0.053)),
    ("RightUpLeg", "Hips", (-0.100, 0.0, -0.040)),
    ("RightLeg", "RightUpLeg", (0.0, 0.0, -0.440)),
    ("RightFoot", "RightLeg", (0.0, 0.0, -0.395)),
    ("RightToe", "RightFoot", (0.0, -0.145, -0.053)),
    ("Spine", "Hips", (0.0, 0.0, 0.110)),
    ("Spine1", "Spine", (0.0, 0.0, 0.120)),
    ("Spine2", "Spine1", (0.0, 0.0, 0.135)),
    ("Neck", "Spine2", (0.0, 0.0, 0.165)),
    ("Head", "Neck", (0.0, 0.0, 0.085)),
    ("LeftShoulder", "Spine2", (0.065, 0.0, 0.125)),
    ("LeftArm", "LeftShoulder", (0.115, 0.0, -0.025)),
    ("LeftForeArm", "LeftArm", (0.240, 0.0, 0.0)),
    ("LeftHand", "LeftForeArm", (0.240, 0.0, 0.0)),
    ("RightShoulder", "Spine2", (-0.065, 0.0, 0.125)),
    ("RightArm", "RightShoulder", (-0.115, 0.0, -0.025)),
    ("RightForeArm", "RightArm", (-0.240, 0.0, 0.0)),
    ("RightHand", "RightForeArm", (-0.240, 0.0, 0.0)),
)
"""Joint, what it hangs on, and where from there, in metres; an adult of 1.75 m."""

JOINTS: Final = tuple(name for name, _, _ in _TREE)
"""Names, parents first."""
PARENTS: Final = tuple(JOINTS.index(above) if above else -1 for _, above, _ in _TREE)
"""The place of what each joint hangs on; -1: nothing."""
OFFSETS: Final[FloatArray] = np.array([offset for _, _, offset in _TREE], np.float32)
"""float32 [joint=22, xyz=3], metres, from the parent in a T; of the hips from the ground."""
MIRRORED: Final = tuple(
    JOINTS.index(name.replace("Left", "Right") if "Left" in name else name.replace("Right", "Left"))
    for name in JOINTS
)
"""The joint of the other side; of the middle itself."""
SOLES: Final = tuple(
    JOINTS.index(name) for name in ("LeftFoot", "LeftToe", "RightFoot", "RightToe")
)
"""Joints that stand on the ground."""


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """How somebody moves."""

    rotations: FloatArray
    """float32 [frame, joint=22, wxyz=4]: unit quaternions, each about its joint, relative to the
    parent."""
    places: FloatArray
    """float32 [frame, xyz=3]: where the hips are, in metres; the ground is z = 0."""
    rate_hz: float = RATE_HZ
    """Frames a second, > 0."""
    name: str = ""
    labels: tuple[str, ...] = ()
    """What is done: walk, run, idle and so on."""

    def __post_init__(self) -> None:
        frames = len(self.places)
        if not 1 <= frames <= MOST_FRAMES:
            raise RangeError(f"a motion must have 1..{MOST_FRAMES} frames, not {frames}")
        check_numbers("rotations", self.rotations, (frames, len(JOINTS), 4))
        check_numbers("places", self.places, (frames, 3))
        off = np.abs(np.linalg.norm(self.rotations, axis=-1) - 1.0).max()
        if off > _LENGTH_TOLERANCE:
            raise RangeError(f"rotations must be unit quaternions; one is off by {off:.3g}")
        _check_rate(self.rate_hz)

    @property
    def duration_seconds(self) -> float:
        """How long it takes."""
        return len(self.places) / self.rate_hz

    def part(self, first: int, end: int) -> Motion:
        """Give the frames from one to before another."""
        return replace(self, rotations=self.rotations[first:end], places=self.places[first:end])


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """A clip as a file has it: any bones, and where each is in every frame."""

    name: str
    joints: tuple[str, ...]
    parents: tuple[int, ...]
    """Parents come first; -1: none."""
    rest_places: RealArray
    """float64 [joint, xyz=3]: where they are at rest, in the file's unit."""
    rest_turns: RealArray
    """float64 [joint, 3, 3]: their axes at rest, as columns; rest may lie otherwise than frames."""
    places: RealArray
    """float64 [frame, joint, xyz=3], in the file's unit, z up."""
    turns: RealArray
    """float64 [frame, joint, 3, 3]: their axes in the world."""
    rate_hz: float
    """Frames a second, > 0."""

    def __post_init__(self) -> None:
        frames, count = len(self.places), len(self.joints)
        if not 1 <= frames <= MOST_FRAMES or not count:
            raise RangeError(f"a clip must have joints, and 1..{MOST_FRAMES} frames, not {frames}")
        check_parents("joint", self.parents, count)
        check_numbers("rest_places", self.rest_places, (count, 3), np.float64)
        check_numbers("rest_turns", self.rest_turns, (count, 3, 3), np.float64)
        check_numbers("places", self.places, (frames, count, 3), np.float64)
        check_numbers("turns", self.turns, (frames, count, 3, 3), np.float64)
        _check_rate(self.rate_hz)


def _check_rate(rate_hz: float) -> None:
    """Refuse a rate that is none."""
    if not 0.0 < rate_hz < np.inf:
        raise RangeError(f"rate_hz must be above 0, not {rate_hz}")
