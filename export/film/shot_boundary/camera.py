"""A camera that moves over a picture: pans, tilts, pushes, pulls, rolls and unsteady hands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np

from bridge.schema.arrays import AnyArray
from export.footage.reading import HEIGHT, WIDTH

MOST_ZOOM: Final = 2.6
"""How near a camera may come."""


@dataclass(frozen=True, slots=True)
class Framing:
    """What a camera sees at one time."""

    x: float
    """Middle of the picture, 0 left edge .. 1 right edge of the scene."""
    y: float
    """Middle of the picture, 0 top .. 1 bottom of the scene."""
    zoom: float
    """1: as much of the scene as fits; 2: half as much."""
    roll: float = 0.0
    """Radians, clockwise."""


@dataclass(frozen=True, slots=True)
class Dash:
    """A whip pan every now and then: there, and the next time back."""

    far: float
    """Share of the picture's width; below 0 to the left."""
    frames: float
    """How long it takes."""
    every: float
    """Frames from one to the next, more than one takes."""

    def aside(self, frame: float) -> float:
        """Say how far aside the camera looks at a time, share of the picture's width."""
        count, since = divmod(frame, self.every)
        share = min(since / self.frames, 1.0)
        smooth = 3 * share**2 - 2 * share**3
        return self.far * (smooth if count % 2 == 0 else 1 - smooth)


@dataclass(frozen=True, slots=True)
class Camera:
    """How a camera moves: from a framing, at steady speeds, with unsteady hands."""

    begin: Framing
    """At time 0."""
    speed_x: float = 0.0
    """Share of the picture's width per frame."""
    speed_y: float = 0.0
    """Share of the picture's height per frame."""
    speed_zoom: float = 0.0
    """Natural logarithm of the zoom per frame."""
    speed_roll: float = 0.0
    """Radians per frame."""
    unsteady: float = 0.0
    """How far hands shake it, share of the picture's width."""
    phase: float = 0.0
    """Of the hands' shaking, radians."""
    turn: float = 0.0
    """How fast it turns back and forth, radians per frame; 0: it never does."""
    dash: Dash | None = None
    """How it is thrown aside, and back again; None: it never is."""

    def framing(self, frame: float) -> Framing:
        """Say what it sees at a time, in frames from its start."""
        shaken, frame = frame, self._gone(frame)
        zoom = float(np.clip(self.begin.zoom * np.exp(self.speed_zoom * frame), 1.0, MOST_ZOOM))
        sway_x = self.unsteady * _sway(shaken, self.phase)
        sway_x += self.dash.aside(shaken) if self.dash else 0.0
        sway_y = self.unsteady * _sway(shaken, self.phase + 2.0)
        return Framing(
            self.begin.x + (self.speed_x * frame + sway_x) / zoom,
            self.begin.y + (self.speed_y * frame + sway_y) / zoom,
            zoom,
            self.begin.roll + self.speed_roll * frame + 0.3 * self.unsteady * sway_y,
        )

    def _gone(self, frame: float) -> float:
        """Say how many frames' way it has gone: one that turns slows down, and comes back."""
        return float(np.sin(self.turn * frame) / self.turn) if self.turn else frame


def _sway(frame: float, phase: float) -> float:
    """Add a few slow and quick swings, as hands do."""
    swings = ((0.11, 1.0), (0.27, 0.6), (0.71, 0.25))
    return float(sum(size * np.sin(rate * frame + phase * (1 + rate)) for rate, size in swings))


def film(pictures: Iterable[AnyArray], camera: Camera, times: AnyArray) -> AnyArray:
    """Film a scene; what moves fast is blurred.

    Args:
        pictures: uint8 [row, column, rgb=3], the scene at each time.
        camera: stands and moves there.
        times: float [frame].

    Returns:
        uint8 [frame, row=108, column=192, rgb=3].
    """
    frames = []
    for picture, time in zip(pictures, times, strict=True):
        now, next_ = camera.framing(float(time)), camera.framing(float(time) + 1)
        frame = look(picture, now)
        across = abs(next_.x - now.x) * now.zoom * WIDTH
        along = abs(next_.y - now.y) * now.zoom * HEIGHT
        reach = (1 + int(across / 2), 1 + int(along / 2))  # a shutter of 180 degrees
        frames.append(cv2.blur(frame, reach) if max(reach) > 1 else frame)
    return np.stack(frames)


def look(picture: AnyArray, framing: Framing) -> AnyArray:
    """Take a photograph of a scene.

    Args:
        picture: uint8 [row, column, rgb=3 or rgba=4].
        framing: what is seen; what lies beyond the scene's edges is mirrored.

    Returns:
        uint8 [row=108, column=192, ..].
    """
    return cv2.warpAffine(
        picture,
        _matrix(picture.shape[1], picture.shape[0], framing),
        (WIDTH, HEIGHT),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REFLECT_101,
    )


def _matrix(columns: int, rows: int, framing: Framing) -> AnyArray:
    """Give the affine map from the seen picture to the scene."""
    unit = min(columns / WIDTH, rows / HEIGHT) / framing.zoom
    cosine, sine = unit * np.cos(framing.roll), unit * np.sin(framing.roll)
    half_x, half_y = WIDTH / 2, HEIGHT / 2
    middle_x, middle_y = framing.x * columns, framing.y * rows
    return np.array(
        [
            [cosine, -sine, middle_x - cosine * half_x + sine * half_y],
            [sine, cosine, middle_y - sine * half_x - cosine * half_y],
        ]
    )


def random_framing(rng: np.random.Generator) -> Framing:
    """Choose where a camera stands, and how near."""
    zoom = float(rng.choice([1.0, rng.uniform(1.0, 1.4), rng.uniform(1.2, 2.2)]))
    room = 0.5 * (1 - 1 / zoom)
    x, y = (0.5 + room * rng.uniform(-1, 1) for _ in range(2))
    roll = rng.normal(0, 0.03) if rng.random() < 0.1 else 0.0
    return Framing(float(x), float(y), zoom, float(roll))


def other_framing(rng: np.random.Generator, framing: Framing) -> Framing:
    """Choose a framing of the same scene that a viewer takes for another shot."""
    for _ in range(20):
        other = random_framing(rng)
        nearer = abs(np.log(other.zoom / framing.zoom)) > 0.25
        aside = np.hypot(other.x - framing.x, other.y - framing.y) * framing.zoom > 0.25
        if nearer or aside:
            return other
    return replace(framing, zoom=1.0 if framing.zoom > 1.5 else 2.2)


def random_camera(rng: np.random.Generator, framing: Framing) -> Camera:
    """Choose how a camera moves: more often not at all."""
    camera = Camera(framing, phase=float(rng.uniform(0, 6.28)))
    if rng.random() < 0.3:
        camera = replace(camera, unsteady=float(rng.uniform(0.002, 0.03)))
    move = rng.choice(["static", "pan", "zoom", "both"], p=[0.4, 0.3, 0.2, 0.1])
    if move in ("pan", "both"):
        angle, speed = rng.uniform(0, 6.28), 10 ** rng.uniform(-3.3, -1.0)
        speed_x, speed_y = speed * np.cos(angle), speed * np.sin(angle) * rng.choice([0, 1])
        camera = replace(camera, speed_x=float(speed_x), speed_y=float(speed_y))
    if move in ("zoom", "both"):
        speed = rng.choice([-1, 1]) * 10 ** rng.uniform(-3.3, -1.4)
        camera = replace(camera, speed_zoom=float(speed))
    if rng.random() < 0.4:
        camera = replace(camera, turn=float(rng.uniform(0.02, 0.25)))
    if rng.random() < 0.05:
        camera = replace(camera, speed_roll=float(rng.normal(0, 0.006)))
    if rng.random() < 0.1:
        camera = replace(camera, dash=_random_dash(rng))
    return camera


def _random_dash(rng: np.random.Generator) -> Dash:
    far, frames = rng.choice([-1, 1]) * rng.uniform(0.3, 1.5), rng.uniform(3, 16)
    return Dash(float(far), float(frames), float(frames + rng.uniform(15, 150)))
