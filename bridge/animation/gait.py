"""How motion behaves: feet that slide, jerk, and turns that jump."""

from __future__ import annotations

import numpy as np

from bridge.animation.skeleton import contacts
from bridge.schema.arrays import AnyArray
from bridge.schema.motion import SOLES, Motion
from bridge.schema.rotations import angles_apart, turned_by


def foot_skate(places: AnyArray, rate_hz: float) -> float:
    """Say how fast feet slide that stand, in m/s on average; nan where none stands.

    Args:
        places: [frame, joint=22, xyz=3], metres, the ground at z = 0.
        rate_hz: frames a second.
    """
    stands = contacts(places, rate_hz)
    both = stands[1:] & stands[:-1]
    soles = places[:, SOLES, :2]
    speed = np.linalg.norm(soles[1:] - soles[:-1], axis=-1) * rate_hz
    return float(speed[both].mean()) if both.any() else float("nan")


def dimensionless_jerk(places: AnyArray, rate_hz: float) -> float:
    """Give the jerk of all joints, over their speed and how long a second is (Hogan 2009).

    Args:
        places: [frame, joint=22, xyz=3], metres; four frames or more.
        rate_hz: frames a second.

    Returns:
        The mean of squared jerk over the mean of squared speed, in 1/s4; 0 where nobody moves.
    """
    speed = np.diff(places, axis=0) * rate_hz
    jerk = np.diff(places, n=3, axis=0) * rate_hz**3
    moved = float((speed**2).sum(axis=-1).mean())
    return float((jerk**2).sum(axis=-1).mean()) / moved if moved > 1e-12 else 0.0


def largest_turn(motion: Motion) -> float:
    """Give the largest turn of any joint from one frame to the next, in radians."""
    turns = turned_by(motion.rotations)
    if len(turns) < 2:
        return 0.0
    return float(angles_apart(turns[1:], turns[:-1]).max())
