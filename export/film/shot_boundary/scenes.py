"""Scenes that can be filmed as often as wanted: from other places, and at other times."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import repeat
from typing import Final, Protocol

import cv2
import numpy as np

from bridge.schema.arrays import AnyArray
from export.film.shot_boundary.camera import Camera, film, random_camera, random_framing
from export.footage.reading import (
    HEIGHT,
    STILL_HEIGHT,
    STILL_WIDTH,
    WIDTH,
    MovingShot,
    Still,
)

_MOST_SPRITES: Final = 4


class Scene(Protocol):
    """A place where things move."""

    @property
    def family(self) -> str:
        """What looks like it."""

    def film(self, camera: Camera, times: AnyArray) -> AnyArray:
        """Film it.

        Args:
            camera: stands and moves there; its time is the scene's.
            times: float [frame], in frames from the scene's beginning.

        Returns:
            uint8 [frame, row=108, column=192, rgb=3].
        """


@dataclass(frozen=True, slots=True, eq=False)
class FilmedScene:
    """A real shot, seen again by a camera of ours: nearer, mirrored, faster or slower."""

    shot: MovingShot
    """What was filmed."""
    flipped: bool
    """Left is right."""
    pace: float
    """Frames of the shot per frame of ours."""

    @property
    def family(self) -> str:
        """What looks like it."""
        return self.shot.family

    def film(self, camera: Camera, times: AnyArray) -> AnyArray:
        """Film it; at its end it goes backwards, so that it has no end."""
        count = len(self.shot.frames)
        there_and_back = np.floor(np.abs(times) * self.pace).astype(int) % max(2 * count - 2, 1)
        numbers = np.where(there_and_back < count, there_and_back, 2 * count - 2 - there_and_back)
        frames = film((self.shot.frames[number] for number in numbers), camera, times)
        return frames[:, :, ::-1] if self.flipped else frames


@dataclass(frozen=True, slots=True, eq=False)
class Sprite:
    """Something that moves before a photograph."""

    picture: AnyArray
    """uint8 [row=96, column=96, rgba=4]."""
    size: float
    """Height as a share of the picture's."""
    start: tuple[float, float]
    """Where its middle is at time 0, in shares of the picture."""
    speed: tuple[float, float]
    """Shares of the picture per frame."""
    swing: tuple[float, float, float]
    """How far it swings to and fro, how fast in radians per frame, and its phase."""

    def draw(self, frame: AnyArray, time: float) -> None:
        """Draw it over a picture, in place."""
        far, rate, phase = self.swing
        swung = far * np.sin(rate * time + phase)
        x = _bounced(self.start[0] + self.speed[0] * time + swung) * WIDTH
        y = _bounced(self.start[1] + self.speed[1] * time) * HEIGHT
        scale = self.size * HEIGHT / self.picture.shape[0] * float(np.exp(swung))
        angle = 2 * swung
        _paste(frame, self.picture, (x, y), scale, angle)


def _bounced(place: float) -> float:
    """Keep a place between -0.2 and 1.2, by turning around there."""
    return abs((place + 0.2) % 2.8 - 1.4) * -1 + 1.2


def _paste(
    frame: AnyArray, sprite: AnyArray, middle: tuple[float, float], scale: float, angle: float
) -> None:
    """Draw a sprite with soft edges, in place."""
    half = sprite.shape[0] / 2
    reach = int(abs(scale) * half * 1.5) + 1
    left, top = max(int(middle[0]) - reach, 0), max(int(middle[1]) - reach, 0)
    right, bottom = min(int(middle[0]) + reach, WIDTH), min(int(middle[1]) + reach, HEIGHT)
    if right <= left or bottom <= top:
        return
    cosine, sine = scale * np.cos(angle), scale * np.sin(angle)
    x, y = middle[0] - left, middle[1] - top
    matrix = np.array(
        [[cosine, -sine, x - cosine * half + sine * half],
         [sine, cosine, y - sine * half - cosine * half]]
    )  # fmt: skip
    patch = cv2.warpAffine(sprite, matrix, (right - left, bottom - top), flags=cv2.INTER_AREA)
    alpha = patch[..., 3:].astype(np.float32) / 255
    below = frame[top:bottom, left:right]
    frame[top:bottom, left:right] = (below * (1 - alpha) + patch[..., :3] * alpha).astype(np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class PhotoScene:
    """A photograph with things that move before it."""

    still: Still
    """The photograph."""
    sprites: tuple[Sprite, ...]
    """What moves, the farthest first."""
    flipped: bool
    """Left is right."""

    @property
    def family(self) -> str:
        """What looks like it: nothing else."""
        return self.still.name

    def film(self, camera: Camera, times: AnyArray) -> AnyArray:
        """Film it: what moves is nearer than the photograph, and minds the camera's zoom alone."""
        frames = film(repeat(self.still.picture, len(times)), camera, times)
        if self.flipped:
            frames = np.ascontiguousarray(frames[:, :, ::-1])
        zoom = camera.begin.zoom
        for sprite in self.sprites:
            nearer = replace(sprite, size=sprite.size * zoom)
            for frame, time in zip(frames, times, strict=True):
                nearer.draw(frame, float(time))
        return frames


@dataclass(frozen=True, slots=True, eq=False)
class Card:
    """A card with words, as titles and credits are."""

    picture: AnyArray
    """uint8 [row=360, column=640, rgb=3]."""
    rolls: float = 0.0
    """Share of the picture's height per frame, upwards."""

    @property
    def family(self) -> str:
        """What looks like it: other cards, which are made anew each time."""
        return "card"

    def film(self, camera: Camera, times: AnyArray) -> AnyArray:
        """Film it: it stands still, comes slowly nearer, or rolls by."""
        zoom = replace(camera.begin, x=0.5, y=0.5, zoom=1.0, roll=0.0)
        nearer = Camera(zoom, speed_y=self.rolls, speed_zoom=max(camera.speed_zoom, 0) * 0.1)
        return film(repeat(self.picture, len(times)), nearer, times)


def random_card(rng: np.random.Generator, like: Card | None = None) -> Card:
    """Print a card: most are white on black; one like another is of the same colour."""
    picture = np.zeros((STILL_HEIGHT, STILL_WIDTH, 3), np.uint8)
    if like is not None:
        picture[:] = like.picture[0, 0]
    elif rng.random() > 0.7:
        picture[:] = rng.integers(0, 256, 3)
    black = not picture[0, 0].any()
    ink = (255, 255, 255) if black else tuple(rng.integers(0, 256, 3).tolist())
    size, lines = float(np.exp(rng.uniform(np.log(0.35), np.log(3.0)))), int(rng.integers(0, 7))
    for line in range(lines):
        words = "".join(rng.choice(list("abcdefghiklmnoprstuvwy ABCDE"), int(rng.integers(3, 24))))
        width = cv2.getTextSize(words, 2, size, 2)[0][0]
        at = ((STILL_WIDTH - width) // 2, int(180 + (line - lines / 2) * 32 * size))
        cv2.putText(picture, words, at, 2, size, ink, 2, cv2.LINE_AA)
    rolls = 10 ** rng.uniform(-3, -1.7) if lines > 2 and rng.random() < 0.2 else 0.0
    return Card(picture, float(rolls))


@dataclass(frozen=True, slots=True, eq=False)
class Location:
    """Everything that films of one split may be composed from."""

    shots: tuple[MovingShot, ...]
    """Real shots and rendered ones."""
    stills: tuple[Still, ...]
    """Photographs."""

    def scene(self, rng: np.random.Generator) -> Scene:
        """Choose a scene."""
        if rng.random() < 0.08:
            return random_card(rng)
        if rng.random() < 0.5:
            return self.filmed(rng, self.shots[rng.integers(len(self.shots))])
        return self._photo(rng)

    def alike(self, rng: np.random.Generator, scene: Scene) -> Scene | None:
        """Choose another scene of the same family; None: there is none."""
        if isinstance(scene, Card):
            return random_card(rng, scene)
        family = [shot for shot in self.shots if shot.family == scene.family]
        if len(family) < 2:
            return None
        return self.filmed(rng, family[rng.integers(len(family))])

    def filmed(self, rng: np.random.Generator, shot: MovingShot) -> FilmedScene:
        """Choose how a real shot is shown."""
        pace = float(np.exp(rng.normal(0.1, 0.5))) if rng.random() < 0.7 else 1.0
        return FilmedScene(shot, bool(rng.random() < 0.5), pace)

    def sprite(self, rng: np.random.Generator) -> Sprite:
        """Cut something out of a photograph, and choose how it moves."""
        still = self.stills[rng.integers(len(self.stills))].picture
        side = 96 * (1 + int(rng.integers(min(still.shape[:2]) // 96)))
        top = rng.integers(still.shape[0] - side + 1)
        left = rng.integers(still.shape[1] - side + 1)
        cut = cv2.resize(
            still[top : top + side, left : left + side], (96, 96), interpolation=cv2.INTER_AREA
        )
        speed = 10 ** rng.uniform(-3.5, -1.2)
        size = np.exp(rng.uniform(np.log(0.12), np.log(1.6)))
        angle = rng.uniform(0, 6.28)
        return Sprite(
            np.dstack([cut, _outline(rng)]),
            float(size),
            (float(rng.uniform(0, 1)), float(rng.uniform(0.2, 1.0))),
            (float(speed * np.cos(angle)), float(0.3 * speed * np.sin(angle))),
            (float(rng.uniform(0, 0.25)), float(rng.uniform(0.02, 0.35)), float(rng.uniform(0, 6))),
        )

    def _photo(self, rng: np.random.Generator) -> PhotoScene:
        still = self.stills[rng.integers(len(self.stills))]
        sprites = tuple(self.sprite(rng) for _ in range(rng.integers(_MOST_SPRITES)))
        return PhotoScene(still, sprites, bool(rng.random() < 0.5))


def _outline(rng: np.random.Generator) -> AnyArray:
    """Draw the shape of something: a blob, or a head on shoulders; uint8 [row=96, column=96]."""
    mask = np.zeros((96, 96), np.uint8)
    if rng.random() < 0.4:
        head, waist = int(rng.integers(9, 16)), int(rng.integers(20, 42))
        cv2.ellipse(mask, (48, 20), (head, int(head * 1.3)), 0, 0, 360, 255, -1)
        cv2.ellipse(mask, (48, 90), (waist, 55), 0, 0, 360, 255, -1)
    else:
        angles = np.linspace(0, 2 * np.pi, 12, endpoint=False)
        radii = rng.uniform(22, 46, 12)
        corners = np.stack([48 + radii * np.cos(angles), 48 + radii * np.sin(angles)], 1)
        cv2.fillPoly(mask, [corners.astype(np.int32)], 255)
    return cv2.GaussianBlur(mask, (0, 0), float(rng.uniform(1.0, 3.0)))


def random_view(rng: np.random.Generator) -> Camera:
    """Choose a camera anywhere in a scene."""
    return random_camera(rng, random_framing(rng))
