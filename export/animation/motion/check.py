"""How well clips were put on our skeleton: `python -m export.animation.motion.check`.

After `clips`, with its --data and --work: a table of each source, and contact sheets to look at.
"""

from __future__ import annotations

import argparse
import logging
from collections import defaultdict
from pathlib import Path
from typing import Final

import numpy as np

from bridge.animation.gait import foot_skate, largest_turn
from bridge.animation.joint_names import joint_names
from bridge.animation.retargeting import retargeted
from bridge.animation.skeleton import SOLE_METRES, contacts, forward, joint_of
from bridge.schema.arrays import AnyArray
from bridge.schema.motion import RATE_HZ, SOLES, Motion, Recording
from bridge.schema.rotations import about_z, angles_between
from export.animation.motion.clips import Clip, load, recordings
from export.animation.motion.sheets import draw_sheet

log = logging.getLogger("motion")

_LIMBS: Final = tuple(
    (f"{side}{one}", f"{side}{other}")
    for side in ("Left", "Right")
    for one, other in (("UpLeg", "Leg"), ("Leg", "Foot"), ("Arm", "ForeArm"), ("ForeArm", "Hand"))
)
_EVERY: Final = 7
"""Every so many clips are checked against their files."""
_FLIP: Final = 1.2
"""A joint that turns further in a thirtieth of a second has jumped, radians."""
_A_SHEET: Final = 14
"""Clips on a sheet."""


def rebuilt_errors(recording: Recording, motion: Motion) -> tuple[float, float]:
    """Compare a clip with what came of it.

    Returns:
        How far knees and ankles are from where the file has them, seen from their own thigh and in
        the measure of our legs, in cm; and by how many degrees limbs point elsewhere. Means.
    """
    names = joint_names(recording.joints, recording.parents)
    there, here = recording.places, forward(motion).places.astype(np.float64)
    theirs = {name: there[:, place[0]] for name, place in names.items() if place}
    ours = {name: here[:, joint_of(name)] for name in theirs if name != "Spine"}
    turn = _about_z(ours, theirs)
    angles = [
        angles_between(ours[end] - ours[start], (theirs[end] - theirs[start]) @ turn.T).mean()
        for start, end in _LIMBS
        if end in theirs
    ]
    measure = [_long(points) for points in (ours, theirs)]
    legs = [
        _seen(ours, name) - measure[0] / measure[1] * _seen(theirs, name) @ turn.T
        for name in ("LeftLeg", "RightLeg", "LeftFoot", "RightFoot")
    ]
    return 100.0 * float(np.linalg.norm(legs, axis=2).mean()), float(np.degrees(np.mean(angles)))


def _about_z(ours: dict[str, AnyArray], theirs: dict[str, AnyArray]) -> AnyArray:
    """Give what turns a clip about z to where ours looks, [3, 3]."""
    one, other = (points["LeftUpLeg"][0] - points["RightUpLeg"][0] for points in (ours, theirs))
    angle = np.arctan2(one[1], one[0]) - np.arctan2(other[1], other[0])
    return about_z(angle)


def _seen(points: dict[str, AnyArray], name: str) -> AnyArray:
    """Give where a joint is, seen from the thigh of its side, [frame, xyz=3]."""
    seen: AnyArray = points[name] - points[f"{name.removesuffix('Leg').removesuffix('Foot')}UpLeg"]
    return seen


def _long(points: dict[str, AnyArray]) -> float:
    """Give how long a leg is."""
    return float(
        np.linalg.norm(points["LeftUpLeg"][0] - points["LeftLeg"][0])
        + np.linalg.norm(points["LeftLeg"][0] - points["LeftFoot"][0])
    )


def _table(clips: list[Clip], errors: dict[str, list[tuple[float, float]]]) -> None:
    """Print how each source fares."""
    log.info("source       clips  legs cm  limbs deg  sole cm  skate m/s  turn rad  jumps")
    for source in sorted({clip.source for clip in clips}):
        chosen = [clip.motion for clip in clips if clip.source == source]
        far, turned = np.mean(errors[source], axis=0)
        places = [forward(motion).places for motion in chosen]
        heights = [
            np.abs(place[:, SOLES, 2] - SOLE_METRES)[contacts(place, RATE_HZ)] for place in places
        ]
        skate = np.nanmean([foot_skate(place, RATE_HZ) for place in places])
        largest = np.array([largest_turn(motion) for motion in chosen])
        log.info(
            f"{source:12} {len(chosen):5}  {far:7.2f}  {turned:9.2f}"
            f"  {100 * np.concatenate(heights).mean():7.2f}  {skate:9.3f}  {largest.max():8.2f}"
            f"  {(largest > _FLIP).sum():5}"
        )


def main() -> None:
    """Print the table and write the sheets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of clips")
    parser.add_argument("--work", type=Path, required=True, help="where clips.npz is")
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    clips = load(given.work / "clips.npz")
    errors: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for source, _, recording in list(recordings(given.data, given.work))[::_EVERY]:
        errors[source].append(rebuilt_errors(recording, retargeted(recording)))
    _table(clips, errors)
    for source in sorted({clip.source for clip in clips}):
        chosen = [clip.motion for clip in clips if clip.source == source]
        for first in range(0, len(chosen), _A_SHEET):
            path = given.work / f"{source}-{first // _A_SHEET:02}.png"
            draw_sheet(chosen[first : first + _A_SHEET], path)


if __name__ == "__main__":
    main()
