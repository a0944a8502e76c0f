"""How a person stands as a T: arms to the sides, legs straight down, soles flat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from bridge.schema.arrays import AnyArray, FloatArray
from bridge.schema.rotations import matrices, shortest_turn, vectors

_DOWN: Final = np.array([0.0, 0.0, -1.0])
_SIDES: Final = {"L": np.array([1.0, 0.0, 0.0]), "R": np.array([-1.0, 0.0, 0.0])}
"""Where the arms of a T point: a person looks along -y, so that their left is +x."""
_BACK: Final = np.array([0.0, 1.0, 0.0])


@dataclass(frozen=True, slots=True)
class Limbs:
    """The bones of one side that stand otherwise in a T.

    In their names `{side}` is L or R, `{word}` is Left or Right.
    """

    upper_arm: str
    forearm: str
    hand: str
    knuckle: str
    """Begins where the fingers do: the hand points there."""
    across: tuple[str, str]
    """Begin at the knuckles of the index and the little finger; empty: the rig has none."""
    thigh: str
    shin: str
    foot: str


LIMBS: Final = {
    "segue": Limbs(
        "upperarm01.{side}", "lowerarm01.{side}", "wrist.{side}", "finger3-1.{side}",
        ("finger2-1.{side}", "finger5-1.{side}"),
        "upperleg01.{side}", "lowerleg01.{side}", "foot.{side}",
    ),
    "mixamo": Limbs(
        "mixamorig:{word}Arm", "mixamorig:{word}ForeArm", "mixamorig:{word}Hand",
        "mixamorig:{word}HandMiddle1",
        ("mixamorig:{word}HandIndex1", "mixamorig:{word}HandPinky1"),
        "mixamorig:{word}UpLeg", "mixamorig:{word}Leg", "mixamorig:{word}Foot",
    ),
    "cmu_mb": Limbs(
        "{word}Arm", "{word}ForeArm", "{word}Hand", "{word}HandFinger1", ("", ""),
        "{word}UpLeg", "{word}Leg", "{word}Foot",
    ),
}  # fmt: skip
"""Limbs, by rig."""


def t_pose(
    rig: str, bones: tuple[str, ...], parents: Sequence[int], heads: FloatArray
) -> FloatArray:
    """Say how bones turn for a T: arms to the sides, palms down, legs straight, soles as they were.

    Args:
        rig: a key of `LIMBS`.
        bones: its bones' names, parents first.
        parents: [bone]; -1: none.
        heads: float32 [bone, xyz=3] at rest, in metres.

    Returns:
        float32 [bone, xyz=3], rotation vectors in radians about axes of the world at rest: bone by
        bone, G = G of the parent * T(head) * R * T(-head).
    """
    standing: dict[int, FloatArray] = {}
    for side, word in (("L", "Left"), ("R", "Right")):
        turned = _turned(LIMBS[rig], _Joints(bones, heads, side, word), _SIDES[side])
        standing |= {bones.index(name): turn for name, turn in turned.items()}
    return _own_turns(standing, parents)


@dataclass(frozen=True, slots=True)
class _Joints:
    """Where the bones of one side begin."""

    bones: tuple[str, ...]
    heads: FloatArray
    side: str
    word: str

    def name(self, pattern: str) -> str:
        return pattern.format(side=self.side, word=self.word)

    def way(self, start: str, end: str) -> AnyArray:
        """Give the way from one bone's head to another's, [xyz=3]."""
        first, last = (self.bones.index(self.name(pattern)) for pattern in (start, end))
        step: AnyArray = self.heads[last].astype(np.float64) - self.heads[first]
        return step


def _turned(limbs: Limbs, joints: _Joints, out: AnyArray) -> dict[str, AnyArray]:
    """Say how the bones of one side stand, as rotations [3, 3] away from rest, by name."""
    hand = shortest_turn(joints.way(limbs.hand, limbs.knuckle), out)
    twist = _twist(hand @ joints.way(*limbs.across), out) if limbs.across[0] else 0.0
    forearm = shortest_turn(joints.way(limbs.forearm, limbs.hand), out)
    standing = {
        limbs.upper_arm: shortest_turn(joints.way(limbs.upper_arm, limbs.forearm), out),
        limbs.forearm: matrices(out * twist / 2.0) @ forearm,
        limbs.hand: matrices(out * twist) @ hand,
        limbs.thigh: shortest_turn(joints.way(limbs.thigh, limbs.shin), _DOWN),
        limbs.shin: shortest_turn(joints.way(limbs.shin, limbs.foot), _DOWN),
        limbs.foot: np.eye(3),
    }
    return {joints.name(pattern): turn for pattern, turn in standing.items()}


def _twist(across: AnyArray, out: AnyArray) -> float:
    """Say by what angle about an arm its little finger comes to lie straight behind the index."""
    level = across - (across @ out) * out
    return float(np.arctan2(np.cross(level, _BACK) @ out, level @ _BACK))


def _own_turns(standing: dict[int, AnyArray], parents: Sequence[int]) -> FloatArray:
    """Give what each bone turns itself so that some stand as wanted, [bone, xyz=3]."""
    whole: list[AnyArray] = []
    own = np.zeros((len(parents), 3), np.float32)
    for bone, parent in enumerate(parents):
        above = whole[parent] if parent >= 0 else np.eye(3)
        whole.append(standing.get(bone, above))
        own[bone] = vectors(above.T @ whole[bone])
    return own
