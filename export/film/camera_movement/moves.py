"""Camera moves whose names are exact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from bridge.schema.arrays import FloatArray
from bridge.schema.shots import CameraMovement

SPEEDS: Final[dict[str, tuple[float, float]]] = {
    "pan": (0.03, 1.2),
    "tilt": (0.03, 0.9),
    "push": (0.04, 0.9),
    "pull": (0.04, 0.9),
    "roll": (0.03, 0.8),
}
"""Slowest and fastest: picture widths a second, doublings a second, radians a second."""
SHAKES: Final = (0.004, 0.045)
"""How far a hand strays, in picture widths: one standard deviation."""
STEADY: Final = 0.0006
"""How far a tripod may shake."""
ASIDE: Final = 0.3
"""A movement may come with others, which are at most so strong beside it."""


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """Where a camera looks, at each time."""

    movement: CameraMovement
    """What that is called."""
    across: FloatArray
    """To the right, in picture widths [time]."""
    down: FloatArray
    """In picture widths [time]."""
    zoom: FloatArray
    """In doublings: more is nearer [time]."""
    roll: FloatArray
    """The camera's, clockwise, in radians [time]."""


def draw_path(movement: CameraMovement, times: FloatArray, rng: Any) -> Path:
    """Draw a move.

    Args:
        movement: what it is to be.
        times: seconds from the beginning, [time].
        rng: draws speed, evenness and shaking.
    """
    across, down, zoom, roll = (np.zeros_like(times) for _ in range(4))
    way = _way(times, rng)
    kind, _, side = movement.partition("_")
    if kind in SPEEDS:
        low, high = SPEEDS[kind]
        speed = float(np.exp(rng.uniform(np.log(low), np.log(high))))
        sign = -1.0 if side in ("left", "up", "out") else 1.0
        sign *= rng.choice([-1.0, 1.0]) if kind == "roll" else 1.0
        target = {"pan": across, "tilt": down, "roll": roll}.get(kind, zoom)
        target += sign * speed * way
        for other in (across, down, zoom, roll):
            if other is not target and rng.random() < 0.2:
                other += rng.uniform(-ASIDE, ASIDE) * speed * way * (0.3 if other is roll else 1.0)
    shake = _shake_size(movement, float(np.ptp(across) + np.ptp(down)), rng)
    if shake:
        across += shake * _sway(times, rng)
        down += shake * rng.uniform(0.6, 1.1) * _sway(times, rng)
        roll += shake * rng.uniform(0.1, 0.7) * _sway(times, rng)
        zoom += shake * rng.uniform(0.0, 0.4) * _sway(times, rng)
    if movement == "handheld" and rng.random() < 0.4:
        across += rng.uniform(-0.5, 0.5) * shake * times
        zoom += rng.uniform(-0.4, 0.4) * shake * times
    return Path(movement, across, down, zoom, roll)


def _shake_size(movement: CameraMovement, travel: float, rng: Any) -> float:
    """How much the camera shakes, in picture widths: a move may be made by hand."""
    if movement == "handheld":
        return float(np.exp(rng.uniform(*np.log(SHAKES))))
    if movement == "static":
        return float(rng.uniform(0, STEADY)) if rng.random() < 0.3 else 0.0
    return float(rng.uniform(0, 0.03)) * travel if rng.random() < 0.4 else 0.0


def _way(times: FloatArray, rng: Any) -> FloatArray:
    """Go from 0 at a mean speed of about 1: evenly, gently, or with a rest before and after."""
    length = max(float(times[-1]), 1e-3)
    share = times / length
    rest = rng.uniform(0, 0.35, 2) if rng.random() < 0.3 else np.zeros(2)
    share = np.clip((share - rest[0]) / max(1 - rest.sum(), 0.2), 0, 1)
    if rng.random() < 0.4:
        share = share * share * (3 - 2 * share)
    return share * length


def _sway(times: FloatArray, rng: Any) -> FloatArray:
    """Sway as a hand does, with a standard deviation of about 1."""
    speeds = np.array([0.3, 0.6, 1.1, 1.9, 3.2]) * rng.uniform(0.75, 1.3, 5)
    sizes = np.array([1.0, 0.8, 0.5, 0.28, 0.12]) * rng.uniform(0.5, 1.5, 5)
    phases = rng.uniform(0, 2 * np.pi, 5)
    waves = np.sin(2 * np.pi * speeds * times[:, None] + phases) @ sizes
    return waves - waves[0]
