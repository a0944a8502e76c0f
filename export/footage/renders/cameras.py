"""Cameras whose moves are known exactly."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np

from bridge.schema.arrays import AnyArray
from bridge.schema.shots import CameraMovement, ShotScale
from export.footage.renders.stage import HEIGHT, WIDTH, View

How = Literal["none", "turn", "dolly", "zoom", "truck", "crane", "shake", "follow"]
"""What the camera does to make its movement: a `truck` goes sideways, a `crane` up or down; to
`follow` is to go along with somebody who walks."""
VIEWS: Final[dict[ShotScale, tuple[float, float]]] = {
    "ECU": (0.11, 0.14),
    "CU": (0.18, 0.28),
    "MCU": (0.32, 0.45),
    "MS": (0.52, 0.72),
    "FS": (1.05, 1.3),
    "LS": (1.8, 4.0),
}
"""How much the picture shows from bottom to top, in heights of the person filmed."""


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera for one shot."""

    position: tuple[float, float, float]
    """Where it stands in the middle of the shot, in metres."""
    focus: tuple[float, float, float]
    """What is in the middle of the picture in the middle of the shot."""
    view_angle: float
    """From the bottom to the top of the picture, in degrees."""
    movement: CameraMovement
    """What it does."""
    how: How
    """How it does that."""
    speed: float
    """Pan and tilt: picture widths or heights a second; push and pull: doublings of size a second;
    roll: degrees a second; handheld: picture widths that it strays (one standard deviation);
    to follow: metres a second."""
    seed: int
    """Of its shaking."""
    goes: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Where it goes while it follows, in metres a second."""

    def view(self, seconds: float, *, duration: float) -> View:
        """Say what it sees.

        Args:
            seconds: from the beginning of the shot.
            duration: of the shot, in seconds.
        """
        way = self.speed * (seconds - duration / 2)
        if self.how == "follow":
            shift = np.multiply(self.goes, seconds - duration / 2)
            return View(_point(self.position + shift), _point(self.focus + shift), self.view_angle)
        if self.movement in ("push_in", "pull_out"):
            return self._nearer(way if self.movement == "push_in" else -way)
        if self.movement == "roll":
            return replace(self._turned(0.0, 0.0), roll=way * (1 if self.seed % 2 else -1))
        if self.movement == "handheld":
            across, upward, tilted = self.speed * shaking(self.seed, seconds)
            return replace(self._turned(across, upward), roll=25 * tilted)
        side = {"pan_left": -1, "pan_right": 1}.get(self.movement, 0) * way
        high = {"tilt_down": -1, "tilt_up": 1}.get(self.movement, 0) * way
        if self.how in ("truck", "crane"):
            return self._shifted(side, high)
        return self._turned(side, high)

    def following(self, goes: tuple[float, float, float]) -> Camera:
        """Go along with somebody: what that looks like depends on where the camera looks.

        Args:
            goes: where they go, in metres a second.
        """
        ahead, right, _, _ = self._axes()
        side, depth = float(np.dot(right, goes)), float(np.dot(ahead, goes))
        sideways: CameraMovement = "pan_right" if side > 0 else "pan_left"
        along: CameraMovement = "push_in" if depth > 0 else "pull_out"
        movement = sideways if abs(side) > abs(depth) else along
        speed = float(np.linalg.norm(goes))
        return replace(self, movement=movement, how="follow", speed=speed, goes=goes)

    def _axes(self) -> tuple[AnyArray, AnyArray, AnyArray, float]:
        """Which way is ahead, right and up in the picture, and how far the focus is."""
        ahead = np.subtract(self.focus, self.position)
        far = float(np.linalg.norm(ahead))
        ahead = ahead / far
        right = np.cross(ahead, [0.0, 0.0, 1.0])
        right = right / np.linalg.norm(right)
        return ahead, right, np.cross(right, ahead), far

    def _size(self, far: float) -> float:
        """How many metres the picture shows from bottom to top."""
        return 2 * far * float(np.tan(np.radians(self.view_angle / 2)))

    def _turned(self, side: float, high: float) -> View:
        """Look so many picture widths to the right and heights up."""
        ahead, right, up, far = self._axes()
        yaw = side * 2 * np.arctan(np.tan(np.radians(self.view_angle / 2)) * WIDTH / HEIGHT)
        pitch = high * np.radians(self.view_angle)
        look = ahead * np.cos(yaw) * np.cos(pitch) + right * np.sin(yaw) + up * np.sin(pitch)
        return View(self.position, _point(self.position + far * look), self.view_angle)

    def _shifted(self, side: float, high: float) -> View:
        """Go so many picture widths to the right and heights up, as they are at the focus."""
        _, right, _, far = self._axes()
        size = self._size(far)
        shift = side * size * WIDTH / HEIGHT * right + high * size * np.array([0.0, 0.0, 1.0])
        return View(_point(self.position + shift), _point(self.focus + shift), self.view_angle)

    def _nearer(self, doublings: float) -> View:
        """Make what is in focus larger."""
        share = 2.0**-doublings
        if self.how == "zoom":
            wide = 2 * np.degrees(np.arctan(np.tan(np.radians(self.view_angle / 2)) * share))
            return View(self.position, self.focus, float(wide))
        position = np.add(self.focus, np.subtract(self.position, self.focus) * share)
        return View(_point(position), self.focus, self.view_angle)


def _point(where: AnyArray) -> tuple[float, float, float]:
    return float(where[0]), float(where[1]), float(where[2])


def shaking(seed: int, seconds: float) -> AnyArray:
    """Shake as a hand does: slow sways and quick small ones.

    Returns:
        float [across, up, tilt] of about one standard deviation.
    """
    rng = np.random.default_rng(seed)
    speeds = np.array([0.35, 0.6, 1.1, 1.9, 3.1])[:, None] * rng.uniform(0.8, 1.25, (5, 3))
    sizes = np.array([0.8, 0.75, 0.5, 0.3, 0.12])[:, None] * rng.uniform(0.6, 1.4, (5, 3))
    waves = np.sin(2 * np.pi * (speeds * seconds + rng.random((5, 3))))
    return np.asarray((sizes * waves).sum(axis=0))


def scale_of(view: View, *, far: float, height: float) -> tuple[ShotScale, float]:
    """Name the scale of a shot from what it shows.

    Args:
        view: the camera's.
        far: how far away the person is, in metres.
        height: the person's, in metres.

    Returns:
        The scale, and how much of a person's height fits in.
    """
    shown = 2 * far * float(np.tan(np.radians(view.view_angle / 2))) / height
    for scale, (_, most) in VIEWS.items():
        if shown <= most * 1.06:
            return scale, shown
    return "LS", shown


def draw_speed(movement: CameraMovement, rng: Any) -> float:
    """Draw a speed as film has it."""
    lowest, highest = {
        "pan_": (0.07, 0.45),
        "tilt": (0.07, 0.4),
        "push": (0.1, 0.45),
        "pull": (0.1, 0.45),
        "roll": (4.0, 20.0),
        "hand": (0.008, 0.035),
        "stat": (0.0, 0.0),
    }[movement[:4]]
    return float(np.exp(rng.uniform(np.log(lowest), np.log(highest)))) if highest else 0.0
