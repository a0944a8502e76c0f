"""What people do: which joint is turned how far at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

import numpy as np

Action = Literal["idle", "talk", "walk", "wave", "look", "dance"]
"""What somebody does during a scene."""
ACTIONS: Final[tuple[Action, ...]] = ("idle", "talk", "walk", "wave", "look", "dance")
Turn: TypeAlias = tuple[float, float, float]
"""Radians around x (to their left), y (backward) and z (up)."""
STEPS_PER_SECOND: Final = 1.9
WALKING_SPEED: Final = 1.25
"""Metres a second."""


@dataclass(frozen=True, slots=True)
class Pose:
    """A body at one time."""

    turns: Mapping[str, Turn]
    """By bone; others rest with arms spread."""
    face: Mapping[str, float] = field(default_factory=dict)
    """Facial actions, 0..1."""


def pose_at(action: Action, seconds: float, *, phase: float) -> Pose:
    """Pose somebody.

    Args:
        action: what they do.
        seconds: when.
        phase: radians that set one person apart from another.
    """
    turns = _standing(seconds, phase)
    turns.update(_MOTIONS[action](seconds, phase))
    return Pose(turns, _face(action, seconds, phase))


def _standing(t: float, phase: float) -> dict[str, Turn]:
    """Let arms hang and the body sway."""
    sway = 0.03 * np.sin(1.1 * t + phase)
    breath = 0.012 * np.sin(1.7 * t + 2 * phase)
    return {
        "spine05": (0.0, sway, 0.0),
        "spine02": (breath, -0.6 * sway, 0.03 * np.sin(0.7 * t + phase)),
        "upperarm01.L": (-0.08, 0.62 + breath, 0.0),
        "upperarm01.R": (-0.08, -0.62 - breath, 0.0),
        "lowerarm01.L": (-0.25, 0.1, 0.0),
        "lowerarm01.R": (-0.25, -0.1, 0.0),
        "upperleg01.L": (0.0, 0.09 + sway, 0.0),
        "upperleg01.R": (0.0, -0.09 + sway, 0.0),
        "head": (0.05 * np.sin(0.9 * t + phase), 0.0, 0.14 * np.sin(0.6 * t + 3 * phase)),
    }


def _talk(t: float, phase: float) -> dict[str, Turn]:
    lift = 0.5 + 0.35 * np.sin(2.1 * t + phase) * np.sin(0.7 * t)
    other = 0.4 + 0.3 * np.sin(1.7 * t + 2 * phase)
    nod = 0.07 * np.sin(3.1 * t + phase)
    return {
        "upperarm01.L": (-0.3 * lift, 0.5, 0.0),
        "lowerarm01.L": (-1.5 * lift, 0.0, 0.3),
        "upperarm01.R": (-0.25 * other, -0.55, 0.0),
        "lowerarm01.R": (-1.3 * other, 0.0, -0.25),
        "head": (nod, 0.06 * np.sin(1.3 * t), 0.2 * np.sin(0.9 * t + phase)),
    }


def _walk(t: float, phase: float) -> dict[str, Turn]:
    swing = np.pi * STEPS_PER_SECOND * t + phase
    left, right = np.sin(swing), -np.sin(swing)
    bend_left = 0.15 + 0.75 * max(0.0, float(np.cos(swing)))
    bend_right = 0.15 + 0.75 * max(0.0, float(-np.cos(swing)))
    return {
        "upperleg01.L": (-0.45 * left - 0.1, 0.09, 0.0),
        "upperleg01.R": (-0.45 * right - 0.1, -0.09, 0.0),
        "lowerleg01.L": (bend_left, 0.0, 0.0),
        "lowerleg01.R": (bend_right, 0.0, 0.0),
        "upperarm01.L": (-0.4 * right, 0.62, 0.0),
        "upperarm01.R": (-0.4 * left, -0.62, 0.0),
        "lowerarm01.L": (-0.45, 0.0, 0.0),
        "lowerarm01.R": (-0.45, 0.0, 0.0),
        "spine03": (0.06, 0.0, 0.1 * left),
        "head": (0.02 * np.sin(2 * swing), 0.0, 0.08 * np.sin(0.5 * t + phase)),
    }


def _wave(t: float, phase: float) -> dict[str, Turn]:
    return {
        "upperarm01.R": (-0.5, 0.9, 0.0),
        "lowerarm01.R": (-0.9, 0.9 + 0.5 * np.sin(7 * t + phase), 0.0),
        "head": (0.0, 0.05, 0.1 * np.sin(t + phase)),
    }


def _look(t: float, phase: float) -> dict[str, Turn]:
    side = np.sin(1.2 * t + phase)
    return {
        "spine02": (0.0, 0.0, 0.25 * side),
        "neck01": (0.0, 0.0, 0.3 * side),
        "head": (0.1 * np.sin(0.8 * t), 0.0, 0.45 * side),
    }


def _dance(t: float, phase: float) -> dict[str, Turn]:
    beat = 2 * np.pi * 1.6 * t + phase
    return {
        "spine05": (0.0, 0.15 * np.sin(beat / 2), 0.2 * np.sin(beat / 2)),
        "upperarm01.L": (-0.9 + 0.5 * np.sin(beat), 0.2, 0.0),
        "upperarm01.R": (-0.9 - 0.5 * np.sin(beat), -0.2, 0.0),
        "lowerarm01.L": (-1.2 + 0.4 * np.sin(beat), 0.0, 0.0),
        "lowerarm01.R": (-1.2 - 0.4 * np.sin(beat), 0.0, 0.0),
        "upperleg01.L": (-0.15 - 0.2 * np.sin(beat), 0.12, 0.0),
        "upperleg01.R": (-0.15 + 0.2 * np.sin(beat), -0.12, 0.0),
        "lowerleg01.L": (0.3 + 0.3 * np.sin(beat), 0.0, 0.0),
        "lowerleg01.R": (0.3 - 0.3 * np.sin(beat), 0.0, 0.0),
        "head": (0.12 * np.sin(beat), 0.1 * np.sin(beat / 2), 0.0),
    }


def _stay(t: float, phase: float) -> dict[str, Turn]:
    return {}


_MOTIONS: Final = {
    "idle": _stay,
    "talk": _talk,
    "walk": _walk,
    "wave": _wave,
    "look": _look,
    "dance": _dance,
}


def _face(action: Action, t: float, phase: float) -> dict[str, float]:
    """Blink, smile, speak."""
    blink = 1.0 if (t + phase) % 2.7 < 0.13 else 0.0
    smile = 0.35 + 0.35 * float(np.sin(0.5 * t + 2 * phase))
    face = {"eyeBlinkLeft": blink, "eyeBlinkRight": blink}
    face |= {"mouthSmileLeft": smile, "mouthSmileRight": smile}
    if action == "talk":
        face["jawOpen"] = float(0.3 * np.abs(np.sin(7.3 * t + phase) * np.sin(2.9 * t)))
    return face
