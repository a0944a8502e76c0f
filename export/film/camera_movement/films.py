"""Short films with exact camera moves: over photographs, and over shots that stood still."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import av
import numpy as np

from bridge.film.movement.flow import HEIGHT, WIDTH
from bridge.film.movement.watcher import LOOKS_PER_SECOND
from bridge.schema.arrays import AnyArray, FloatArray
from export.film.camera_movement.moves import Path

ROOM: Final = 0.75
"""Share of a photograph that a wide view shows, at most."""


@dataclass(frozen=True, slots=True, eq=False)
class Backdrop:
    """What is filmed: one picture, or many in turn."""

    name: str
    """Its file's."""
    frames: AnyArray
    """uint8 luma [time, row, column]; one time stands for all."""
    per_second: float = LOOKS_PER_SECOND
    """How many of them pass in a second."""


@dataclass(frozen=True, slots=True, eq=False)
class Thing:
    """Something that moves in front: an ellipse of a photograph."""

    picture: AnyArray
    """uint8 luma [row, column]."""
    middle: tuple[float, float]
    """Where it is at first, right of the picture's middle and below, in picture widths."""
    size: tuple[float, float, float]
    """Half its width and height at first, in picture widths, and how far it leans."""
    across: FloatArray
    """Where to it has moved, in picture widths [time]."""
    down: FloatArray
    """In picture widths [time]."""
    growth: FloatArray
    """How many times larger it has become [time]: it comes nearer, or goes away."""


def film(
    backdrop: Backdrop, extras: list[AnyArray], path: Path, times: FloatArray, rng: Any
) -> AnyArray:
    """Film a backdrop with things moving in front, and wear the film out a little.

    Args:
        backdrop: what is behind.
        extras: uint8 luma [row, column]: what moving things are made of.
        path: of the camera, at `times`.
        times: in seconds, [time].
        rng: draws the rest.

    Returns:
        uint8 luma [time, row=108, column=192].
    """
    view = _framing(backdrop, path, rng)
    things = [
        _thing(extras, path, times, rng) for _ in range(rng.choice(4, p=[0.3, 0.3, 0.2, 0.2]))
    ]
    blurs = np.array([-0.5, 0.5]) * rng.uniform(0.1, 0.35) if rng.random() < 0.4 else np.zeros(1)
    seen = np.zeros((len(times), HEIGHT, WIDTH), np.float32)
    for number, at in enumerate(times):
        behind = backdrop.frames[min(int(at * backdrop.per_second), len(backdrop.frames) - 1)]
        for share in blurs / LOOKS_PER_SECOND:
            seen[number] += _view(behind, view, _at(path, times, at + share))
        seen[number] /= len(blurs)
        for thing in things:
            _put(seen[number], thing, number)
    return worn(seen, rng)


def _at(path: Path, times: FloatArray, at: float) -> tuple[float, float, float, float]:
    """Where the camera looks at any time."""
    across, down, zoom, roll = (
        float(np.interp(at, times, line)) for line in (path.across, path.down, path.zoom, path.roll)
    )
    return across, down, zoom, roll


def _framing(backdrop: Backdrop, path: Path, rng: Any) -> tuple[float, float, float]:
    """Place a path on its backdrop, so that it stays inside as well as it can.

    Returns:
        The middle of the first view and its width at no zoom, in the backdrop's pixels.
    """
    rows, columns = backdrop.frames.shape[1:]
    widest = 2.0 ** -float(path.zoom.min())
    high = HEIGHT / WIDTH
    need = float(np.ptp(path.across)) + widest, float(np.ptp(path.down)) + widest * high
    largest = min(columns / need[0], rows / need[1])
    width = largest * rng.uniform(ROOM, 1.0)
    centre = []
    for line, size, extent in ((path.across, columns, 1.0), (path.down, rows, high)):
        low = width * (widest * extent / 2 - float(line.min()))
        top = size - width * (widest * extent / 2 + float(line.max()))
        centre.append(float(rng.uniform(min(low, top), max(low, top))))
    return centre[0], centre[1], width


_X, _Y = np.meshgrid(
    (np.arange(WIDTH, dtype=np.float32) - WIDTH / 2 + 0.5) / WIDTH,
    (np.arange(HEIGHT, dtype=np.float32) - HEIGHT / 2 + 0.5) / WIDTH,
)


def _view(
    behind: AnyArray, framing: tuple[float, float, float], at: tuple[float, float, float, float]
) -> FloatArray:
    """Look at a picture from where the camera is, float32 [row=108, column=192]."""
    across, down, zoom, roll = at
    size = framing[2] * 2.0**-zoom
    c, s = np.cos(roll) * size, np.sin(roll) * size
    x = framing[0] + across * framing[2] + c * _X - s * _Y
    y = framing[1] + down * framing[2] + s * _X + c * _Y
    return sample(behind, x, y)


def sample(picture: AnyArray, x: FloatArray, y: FloatArray) -> FloatArray:
    """Read a picture between its pixels; beyond its edges it is mirrored.

    Args:
        picture: [row, column].
        x: columns, of any shape.
        y: rows, of the same shape.
    """
    rows, columns = picture.shape
    x = (columns - 1.001) - np.abs((np.abs(x) % (2 * (columns - 1.001))) - (columns - 1.001))
    y = (rows - 1.001) - np.abs((np.abs(y) % (2 * (rows - 1.001))) - (rows - 1.001))
    left, top = x.astype(np.int32), y.astype(np.int32)
    u, v = x - left, y - top
    flat, first = picture.ravel(), top * columns + left
    above = flat[first] * (1 - u) + flat[first + 1] * u
    below = flat[first + columns] * (1 - u) + flat[first + columns + 1] * u
    return np.asarray(above * (1 - v) + below * v, np.float32)


def _thing(extras: list[AnyArray], path: Path, times: FloatArray, rng: Any) -> Thing:
    """Cut something out of a photograph and let it move: by itself, or with the world."""
    picture = extras[rng.integers(len(extras))]
    size = rng.uniform(0.04, 0.2), rng.uniform(0.06, 0.28), rng.uniform(-0.6, 0.6)
    drift = rng.uniform(-0.25, 0.25, 2) * (rng.random() < 0.6)
    across = drift[0] * times + rng.uniform(0, 0.06) * _wander(times, rng)
    down = 0.3 * drift[1] * times + rng.uniform(0, 0.04) * _wander(times, rng)
    if rng.random() < 0.5:
        nearer = rng.uniform(0.8, 1.8)
        across, down = across - nearer * path.across, down - nearer * path.down
    growth = 2.0 ** (rng.uniform(-0.4, 0.6) * times * (rng.random() < 0.4))
    middle = rng.uniform(-0.45, 0.45), rng.uniform(-0.2, 0.25)
    return Thing(picture, middle, size, across, down, growth)


def _wander(times: FloatArray, rng: Any) -> FloatArray:
    speeds, phases = rng.uniform(0.2, 2.2, 3), rng.uniform(0, 2 * np.pi, 3)
    waves: FloatArray = np.sin(2 * np.pi * speeds * times[:, None] + phases).sum(axis=1)
    return waves - waves[0]


def _put(seen: FloatArray, thing: Thing, number: int) -> None:
    """Lay a thing over a picture, in place."""
    wide, high, lean = thing.size
    x = (_X - thing.middle[0] - thing.across[number]) / thing.growth[number]
    y = (_Y - thing.middle[1] - thing.down[number]) / thing.growth[number]
    off = ((x - lean * y) / wide) ** 2 + (y / high) ** 2
    at = np.nonzero(off < 1.15)
    mask = np.minimum((1.15 - off[at]) / 0.3, 1.0)
    texture = sample(thing.picture, x[at] * 2 * WIDTH + 300, y[at] * 2 * WIDTH + 170)
    seen[at] += mask * (texture - seen[at])


def worn(seen: FloatArray, rng: Any) -> AnyArray:
    """Expose, light, grain, frame and compress a film as real ones are.

    Args:
        seen: float32 luma [time, row=108, column=192], 0..255.
        rng: draws how.

    Returns:
        uint8 of the same shape.
    """
    count = len(seen)
    light = np.ones(count, np.float32)
    if rng.random() < 0.25:
        light = np.linspace(1.0, rng.uniform(0.5, 1.6), count, dtype=np.float32)
    if rng.random() < 0.1:
        light = light * rng.normal(1.0, 0.05, count)
    seen = (seen - 128) * rng.uniform(0.4, 1.1) + rng.uniform(60, 150)
    seen = seen * light[:, None, None]
    if rng.random() < 0.6:
        seen = seen + rng.normal(0, rng.uniform(0.5, 5.5), seen.shape)
    picture = np.clip(seen, 0, 255).astype(np.uint8)
    if rng.random() < 0.2:
        bar = int(rng.integers(6, 16))
        picture[:, :bar] = picture[:, -bar:] = 0
    if rng.random() < 0.08:
        y, x = rng.integers(4, HEIGHT - 20), rng.integers(4, WIDTH - 44)
        picture[:, y : y + 10, x : x + 40] = rng.integers(0, 2, (10, 40)) * 235
    return compressed(picture, rng) if rng.random() < 0.35 else picture


def compressed(pictures: AnyArray, rng: Any) -> AnyArray:
    """Send a film through H.264 and back.

    Args:
        pictures: uint8 luma [time, row=108, column=192].
        rng: draws how hard.
    """
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    encoder.time_base = Fraction(1, int(LOOKS_PER_SECOND))
    encoder.options = {"crf": str(int(rng.integers(20, 36))), "preset": "ultrafast"}
    decoder = av.CodecContext.create("h264", "r")
    packets = []
    for picture in pictures:
        frame = av.VideoFrame.from_ndarray(picture, format="gray").reformat(format="yuv420p")
        packets += encoder.encode(frame)
    frames = []
    for packet in [*packets, *encoder.encode(None)]:
        frames += decoder.decode(packet)
    frames += decoder.decode(None)
    return np.stack([frame.reformat(format="gray").to_ndarray() for frame in frames])
