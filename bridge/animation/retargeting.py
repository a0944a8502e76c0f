"""Clips of any humanoid on our skeleton.

How each bone is turned away from rest is taken over, so that rolls of bones do not matter; limbs at
rest are first turned to a T, whatever they do there (an A, arms hanging), so that they point where
those of the clip point. Ankles are then put where the clip has them, in the measure of its legs,
for thighs and shins have other shares of a leg.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from bridge.animation.joint_names import joint_names
from bridge.animation.legs import SIDES, reaching
from bridge.animation.skeleton import SOLE_METRES, joint_of, posture, relative
from bridge.errors import RequestError
from bridge.schema.arrays import AnyArray, RealArray
from bridge.schema.motion import JOINTS, OFFSETS, SOLES, Motion, Recording
from bridge.schema.rotations import about_z, between, quaternions, shortest_turn, steady, turned_by

_DROP: Final = OFFSETS[joint_of("LeftUpLeg")].astype(np.float64) * np.array([0.0, 1.0, 1.0])
"""From the hips to the middle between both legs, metres."""
_LEG_METRES: Final = float(
    np.linalg.norm(OFFSETS[joint_of("LeftLeg")]) + np.linalg.norm(OFFSETS[joint_of("LeftFoot")])
)
_NEXT: Final = {"UpLeg": "Leg", "Leg": "Foot", "Foot": "Toe", "Arm": "ForeArm", "ForeArm": "Hand"}
"""Where bones of limbs point to."""
_ALONG: Final = {"Toe": "Foot", "Hand": "ForeArm"}
"""What rests as that before it does, and goes with it where a clip has none."""
_SPINE: Final = ("Spine", "Spine1", "Spine2")
_STANDS: Final = float(np.cos(np.radians(55.0)))
"""A foot at rest that points less far away from ours stands flat: only its heading counts."""
_UPRIGHT: Final = float(np.cos(np.radians(25.0)))
"""A way up at rest that is nearer to an axis is that axis."""
_LEAST: Final = 1e-6
"""What is shorter has no length, in the file's unit."""
_GROUND_METRES: Final = 0.4
"""Feet that stay further above or below the ground were meant to."""
_LOWEST: Final = 2.0
"""Of all frames, so many of a hundred may be lower than the ground is."""


def retargeted(recording: Recording, told: Mapping[str, str] | None = None) -> Motion:
    """Put a clip on our skeleton.

    Args:
        recording: of somebody with two arms and two legs, in any unit.
        told: by our names of joints, theirs; what is left out is guessed (`joint_names`).

    Returns:
        The clip at its own rate. It begins at x = y = 0, looking along -y; feet stand on z = 0.

    Raises:
        RequestError: limbs cannot be told, or nobody stands at rest, nor in the first frame.
    """
    names = joint_names(recording.joints, recording.parents, told)
    recording = _with_rest(recording, names)
    rest = _Rest.of(recording, names)
    whole = _turned(recording, names, rest)
    home = _homewards(whole[0, 0])
    whole = home @ whole
    places = _LEG_METRES / rest.leg * recording.places @ home.T
    thighs, ankles = (
        np.stack([places[:, names[side + name][0]] for side in SIDES], axis=1)
        for name in ("UpLeg", "Foot")
    )
    hips = thighs.mean(axis=1) - whole[:, 0] @ _DROP
    ankles = _narrowed(ankles, thighs, whole[:, 0])
    start = hips[0] * np.array([1.0, 1.0, 0.0])
    hips, ankles = hips - start, ankles - start
    whole = reaching(whole, hips, ankles)
    return Motion(
        rotations=steady(quaternions(relative(whole))).astype(np.float32),
        places=(hips - _ground(whole, hips)).astype(np.float32),
        rate_hz=recording.rate_hz,
        name=recording.name,
    )


def _with_rest(recording: Recording, names: Mapping[str, tuple[int, ...]]) -> Recording:
    """Take the first frame for the rest where nobody stands in that of the file."""
    at_first = replace(recording, rest_places=recording.places[0], rest_turns=recording.turns[0])
    for tried in (recording, at_first):
        places = {name: tried.rest_places[joint[0]] for name, joint in names.items() if joint}
        if _stands(places):
            return tried
    raise RequestError(
        "nobody stands upright, neither at rest nor in the first frame; begin the clip with a T"
    )


def _stands(places: Mapping[str, RealArray]) -> bool:
    """Say whether legs hang down side by side, away from where arms are."""
    thighs, arms, feet = (
        (places["Left" + limb] + places["Right" + limb]) / 2.0 for limb in ("UpLeg", "Arm", "Foot")
    )
    wide = np.linalg.norm(places["LeftUpLeg"] - places["RightUpLeg"])
    up, down = arms - thighs, thighs - feet
    long = float(np.linalg.norm(up) * np.linalg.norm(down))
    return bool(wide > _LEAST and long > _LEAST and up @ down > _UPRIGHT * long)


def _narrowed(ankles: AnyArray, thighs: AnyArray, hips: AnyArray) -> AnyArray:
    """Move feet of broad hips [frame, side=2, xyz=3] inwards, as ours are narrower, or outwards."""
    wide = float(np.linalg.norm(thighs[:, 0] - thighs[:, 1], axis=1).mean())
    left = hips[:, :, 0] * np.array([1.0, 1.0, 0.0])
    inwards = (wide / 2.0 - float(OFFSETS[joint_of("LeftUpLeg"), 0])) * left[:, None]
    moved: AnyArray = ankles - inwards * np.array([1.0, -1.0])[:, None]
    return moved


def _ground(whole: AnyArray, hips: AnyArray) -> AnyArray:
    """Give where the ground is under feet, [xyz=3]; where it was if they are far from it."""
    places = posture(relative(whole), hips).places
    soles = (places[:, SOLES, 2] - SOLE_METRES).min(axis=1)
    height = float(np.percentile(soles, _LOWEST))
    return np.array([0.0, 0.0, height if abs(height) < _GROUND_METRES else 0.0])


def _homewards(hips: AnyArray) -> AnyArray:
    """Give what turns somebody about z so that they look along -y, [3, 3]."""
    forward, left = -hips[:, 1], hips[:, 0]
    if np.hypot(*forward[:2]) > 0.5:
        angle = -np.pi / 2 - np.arctan2(forward[1], forward[0])
    else:
        angle = -np.arctan2(left[1], left[0])
    return about_z(angle)


@dataclass(frozen=True, slots=True, eq=False)
class _Rest:
    """How somebody rests in a file."""

    to_t: Mapping[str, AnyArray]
    """By our joint, what takes directions of the rest to our T, [3, 3]."""
    leg: float
    """How long a leg is, in the file's unit."""

    @classmethod
    def of(cls, recording: Recording, names: Mapping[str, tuple[int, ...]]) -> _Rest:
        """Read how somebody rests."""
        places = {name: recording.rest_places[joint[0]] for name, joint in names.items() if joint}
        upright = _upright(places)
        to_t = dict.fromkeys(JOINTS, upright)
        for side in SIDES:
            for limb, end in _NEXT.items():
                if side + end in places:
                    way = upright @ (places[side + end] - places[side + limb])
                    to_t[side + limb] = _straightened(limb, way, side) @ upright
            for limb, before in _ALONG.items():
                to_t[side + limb] = to_t[side + before]
        lengths = [
            np.linalg.norm(places[side + end] - places[side + limb])
            for side in SIDES
            for limb, end in (("UpLeg", "Leg"), ("Leg", "Foot"))
        ]
        return cls(to_t, float(sum(lengths)) / 2.0)


def _straightened(limb: str, way: AnyArray, side: str) -> AnyArray:
    """Give what turns a limb at rest to where it points in a T, [3, 3]."""
    due = OFFSETS[joint_of(side + _NEXT[limb])].astype(np.float64)
    if limb == "Foot":
        level, ahead = way * [1.0, 1.0, 0.0], due * [1.0, 1.0, 0.0]
        unit = np.linalg.norm(way) * np.linalg.norm(due)
        if way @ due > _STANDS * unit:  # a sole that is flat stays flat
            return shortest_turn(level, ahead)
    return shortest_turn(way, due)


def _upright(places: Mapping[str, RealArray]) -> AnyArray:
    """Give what takes directions of a rest to ours: left is +x, up is +z, [3, 3]."""
    left = places["LeftUpLeg"] - places["RightUpLeg"]
    thighs, arms = (
        (places["Left" + limb] + places["Right" + limb]) / 2.0 for limb in ("UpLeg", "Arm")
    )
    up = arms - thighs
    up = up / max(float(np.linalg.norm(up)), _LEAST)
    axis = int(np.abs(up).argmax())
    if abs(up[axis]) > _UPRIGHT:
        up = np.sign(up[axis]) * np.eye(3)[axis]
    left = left - (left @ up) * up
    left = left / max(float(np.linalg.norm(left)), _LEAST)
    return np.stack([left, np.cross(up, left), up])


def _turned(recording: Recording, names: Mapping[str, tuple[int, ...]], rest: _Rest) -> AnyArray:
    """Say how our joints are turned in the world of the clip, [frame, joint=22, 3, 3]."""
    away = recording.turns @ np.swapaxes(recording.rest_turns, 1, 2)
    found: dict[str, AnyArray] = {
        name: away[:, names[name][0]] @ rest.to_t[name].T
        for name in JOINTS
        if names.get(name) and name not in _SPINE
    }
    found |= _backs([found["Hips"], *(away[:, place] for place in names.get("Spine", ()))], rest)
    chest = found["Spine2"]
    found.setdefault("Head", found.get("Neck", chest))
    found.setdefault("Neck", _midway(chest, found["Head"], 0.5))
    for side in SIDES:
        found.setdefault(f"{side}Shoulder", chest)
        for limb, before in _ALONG.items():
            found.setdefault(side + limb, found[side + before])
    return np.stack([found[name] for name in JOINTS], axis=1)


def _backs(chain: list[AnyArray], rest: _Rest) -> dict[str, AnyArray]:
    """Share out a spine of any number of joints, the hips first, each [frame, 3, 3]."""
    turns = [chain[0], *(away @ rest.to_t["Spine"].T for away in chain[1:])]
    found = {}
    for place, name in enumerate(_SPINE, start=1):
        at = place * (len(turns) - 1) / len(_SPINE)
        before = min(int(at), max(len(turns) - 2, 0))
        after = min(before + 1, len(turns) - 1)
        found[name] = _midway(turns[before], turns[after], at - before)
    return found


def _midway(one: AnyArray, other: AnyArray, share: float) -> AnyArray:
    """Give turns [frame, 3, 3] between others."""
    return turned_by(between(quaternions(one), quaternions(other), np.full(len(one), share)))
