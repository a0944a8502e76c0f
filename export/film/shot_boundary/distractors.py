"""What looks like a transition and is none: flashes, shakes, ramps, whip pans and passers-by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np

from bridge.schema.arrays import AnyArray
from export.footage.reading import HEIGHT, WIDTH

Spoil = Callable[[np.random.Generator, AnyArray], AnyArray]
"""Takes uint8 [frame, row, column, rgb=3], those in which it happens, and gives as many."""


def flash(rng: np.random.Generator, frames: AnyArray) -> AnyArray:
    """Let a camera's flash go off, over all or one side of the picture."""
    strength = rng.uniform(60, 255) * np.exp(-np.arange(len(frames)) / rng.uniform(0.4, 2))
    return _add_light(frames, strength, _lit(rng))


def lightning(rng: np.random.Generator, frames: AnyArray) -> AnyArray:
    """Let lightning flicker a few times."""
    strength = rng.uniform(50, 220) * (rng.random(len(frames)) < 0.4)
    return _add_light(frames, strength, _lit(rng))


def strobe(rng: np.random.Generator, frames: AnyArray) -> AnyArray:
    """Let a light blink in even time, lighter or darker."""
    period = int(rng.integers(2, 9))
    on = (np.arange(len(frames)) // max(period // 2, 1)) % 2
    return _add_light(frames, on * rng.choice([-1, 1]) * rng.uniform(40, 200), _lit(rng))


def ramp(rng: np.random.Generator, frames: AnyArray) -> AnyArray:
    """Let the exposure glide to another level and back, or stay there until the end."""
    level = np.exp(rng.choice([-1, 1]) * rng.uniform(0.4, 1.5))
    way = np.interp(
        np.linspace(0, 1, len(frames)), [0, rng.uniform(0.2, 0.5), 0.8, 1], [0, 1, 1, 0]
    )
    gain = level**way
    return np.asarray((frames * gain[:, None, None, None]).clip(0, 255), np.uint8)


def colours(rng: np.random.Generator, frames: AnyArray) -> AnyArray:
    """Let coloured light come and go, as on a stage."""
    tint = rng.uniform(0.2, 1.6, 3)
    phase = np.arange(len(frames)) * rng.uniform(0.05, 0.8) + rng.uniform(0, 6)
    share = (0.5 - 0.5 * np.cos(phase))[:, None, None, None]
    return np.asarray((frames * (1 + share * (tint - 1))).clip(0, 255), np.uint8)


def shake(rng: np.random.Generator, frames: AnyArray) -> AnyArray:
    """Let the camera be knocked about."""
    size = rng.uniform(3, 22)
    path = rng.normal(0, size, (len(frames), 2))
    if rng.random() < 0.5:
        return np.stack([_shifted(f, x, y) for f, (x, y) in zip(frames, path, strict=True)])
    reach = (np.abs(np.gradient(path, axis=0)) / 2).astype(int) if len(path) > 1 else path * 0
    knocked = zip(frames, path, reach.tolist(), strict=True)
    return np.stack([cv2.blur(_shifted(f, *by), (1 + x, 1 + y)) for f, by, (x, y) in knocked])


def whip(rng: np.random.Generator, frames: AnyArray) -> AnyArray:
    """Throw the camera aside and back, with the blur of it."""
    way = np.sin(np.linspace(0, np.pi, len(frames))) * rng.uniform(0.5, 2.5) * WIDTH
    way = way * rng.choice([-1, 1])
    speed = np.abs(np.gradient(way)) if len(way) > 1 else np.abs(way)
    swept = []
    for frame, far, pixels in zip(frames, way, speed, strict=True):
        moved = _shifted(frame, far, 0)
        swept.append(cv2.blur(moved, (1 + int(pixels * 0.6), 1)) if pixels > 2 else moved)
    return np.stack(swept)


def crash_zoom(rng: np.random.Generator, frames: AnyArray) -> AnyArray:
    """Zoom in quickly, and out again."""
    way = np.sin(np.linspace(0, np.pi, len(frames)) ** rng.uniform(0.6, 1.4)).clip(0, 1)
    zooms = np.exp(way * rng.uniform(0.4, 1.1))
    return np.stack([_zoomed(f, float(z)) for f, z in zip(frames, zooms, strict=True)])


def passer_by(rng: np.random.Generator, frames: AnyArray) -> AnyArray:
    """Let somebody, or a lorry, cross close before the camera."""
    colour = rng.integers(0, 160, 3)
    width = rng.uniform(0.3, 1.6) * WIDTH
    way = np.linspace(-width, WIDTH + width, len(frames)) * 1.0
    if rng.random() < 0.5:
        way = way[::-1]
    x = np.arange(WIDTH)[None, :] + 6 * np.sin(np.arange(HEIGHT)[:, None] / rng.uniform(5, 30))
    passed = []
    noise = rng.normal(0, 54, (HEIGHT, WIDTH))
    texture: AnyArray = cv2.GaussianBlur(noise, (0, 0), 3)[..., None]
    for frame, middle in zip(frames, way, strict=True):
        cover = ((width / 2 - np.abs(x - middle)) / rng.uniform(4, 12)).clip(0, 1)[..., None]
        passed.append(frame * (1 - cover) + (colour + texture).clip(0, 255) * cover)
    return np.asarray(passed, np.uint8)


def title(rng: np.random.Generator, frames: AnyArray) -> AnyArray:
    """Let words or a caption appear and go away, at once or softly."""
    card = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    y = int(rng.integers(20, HEIGHT - 5))
    if rng.random() < 0.6:
        shade = (*rng.integers(0, 256, 3).tolist(), 255)
        corners = (int(rng.integers(60)), y - 18), (int(rng.integers(90, WIDTH)), y + 6)
        cv2.rectangle(card, *corners, shade, -1)
    _write(rng, card, y)
    soft = 1 if rng.random() < 0.3 else int(np.exp(rng.uniform(0, np.log(70))))
    way = np.minimum(np.arange(len(frames)) + 1, len(frames) - np.arange(len(frames))) / soft
    alpha = way.clip(0, 1)[:, None, None, None] * (card[None, ..., 3:] / 255)
    return np.asarray(frames * (1 - alpha) + card[None, ..., :3] * alpha, np.uint8)


def _write(rng: np.random.Generator, card: AnyArray, y: int) -> None:
    """Write one line or a few on a card, small or large, thin or fat; in place."""
    white = np.full(3, 255)
    ink = white if rng.random() < 0.6 else rng.integers(0, 256, 3)
    size = float(np.exp(rng.uniform(np.log(0.4), np.log(3.5))))
    thick = 1 + int(4 * size * rng.random())
    for line in range(int(rng.integers(1, 4))):
        words = "".join(rng.choice(list("ABCDEFGHIJKLMNOPRSTUVW aeiou"), int(rng.integers(3, 14))))
        at = (int(rng.integers(0, 60)), y + int(line * 26 * size))
        cv2.putText(card, words, at, 2, size, (*ink.tolist(), 255), thick)


def stutter(rng: np.random.Generator, frames: AnyArray) -> AnyArray:
    """Let frames be shown twice or be lost, as in a bad recording."""
    numbers = np.arange(len(frames)) + rng.integers(-1, 2, len(frames)) * (
        rng.random(len(frames)) < 0.4
    )
    return frames[np.sort(numbers.clip(0, len(frames) - 1))]


def freeze(rng: np.random.Generator, frames: AnyArray) -> AnyArray:
    """Let the picture stand still for a moment."""
    return np.repeat(frames[:1], len(frames), axis=0)


def out_of_focus(rng: np.random.Generator, frames: AnyArray) -> AnyArray:
    """Lose the focus, and find it."""
    blur = np.sin(np.linspace(0, np.pi, len(frames))) * rng.uniform(1.5, 7)
    pairs = zip(frames, blur, strict=True)
    return np.stack([cv2.GaussianBlur(f, (0, 0), float(b)) if b > 0.3 else f for f, b in pairs])


def broken(rng: np.random.Generator, frames: AnyArray) -> AnyArray:
    """Let blocks of the picture be damaged, as by a lost packet."""
    spoiled = frames.copy()
    for frame in spoiled:
        for _ in range(rng.integers(1, 12)):
            y, x = rng.integers(0, HEIGHT - 16), rng.integers(0, WIDTH - 32)
            frame[y : y + 16, x : x + 32] = np.roll(frame, int(rng.integers(5, 60)), 1)[
                y : y + 16, x : x + 32
            ]
    return spoiled


DISTRACTORS: Final[dict[str, tuple[Spoil, int, int]]] = {
    "flash": (flash, 1, 8),
    "lightning": (lightning, 4, 25),
    "strobe": (strobe, 8, 48),
    "ramp": (ramp, 10, 60),
    "colours": (colours, 10, 60),
    "shake": (shake, 4, 30),
    "whip": (whip, 8, 30),
    "crash_zoom": (crash_zoom, 8, 30),
    "passer_by": (passer_by, 5, 30),
    "title": (title, 8, 180),
    "stutter": (stutter, 6, 30),
    "freeze": (freeze, 2, 12),
    "out_of_focus": (out_of_focus, 10, 50),
    "broken": (broken, 1, 6),
}
"""How each is made, and the fewest and most frames it takes."""


def _lit(rng: np.random.Generator) -> AnyArray:
    """Say how much of a light falls where; float32 [row, column, 1]."""
    if rng.random() < 0.5:
        return np.ones((1, 1, 1), np.float32)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    far = np.hypot(x - rng.uniform(0, WIDTH), y - rng.uniform(0, HEIGHT)) / rng.uniform(40, 150)
    return np.asarray(np.exp(-(far**2))[..., None], np.float32)


def _add_light(frames: AnyArray, strength: AnyArray, where: AnyArray) -> AnyArray:
    light = strength[:, None, None, None] * where[None]
    return np.asarray((frames + light).clip(0, 255), np.uint8)


def _shifted(frame: AnyArray, x: float, y: float) -> AnyArray:
    """Move a picture by pixels; what comes in is mirrored."""
    matrix = np.array([[1, 0, x], [0, 1, y]], float)
    return cv2.warpAffine(frame, matrix, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT_101)


def _zoomed(frame: AnyArray, zoom: float) -> AnyArray:
    matrix = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), 0, zoom)
    return cv2.warpAffine(frame, matrix, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT_101)
