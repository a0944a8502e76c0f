"""What happens to a film after it was cut: grain, age, bars, a logo, and compression."""

from __future__ import annotations

import io
from typing import Final

import av
import cv2
import numpy as np

from bridge.film.shots.looking import COLUMNS, ROWS
from bridge.schema.arrays import AnyArray
from export.footage.reading import HEIGHT, WIDTH
from export.footage.writing import Encoding, write_film

_CODECS: Final = (("libx264", 18, 36), ("mpeg2video", 3, 18), ("mpeg4", 3, 20), ("mjpeg", 3, 15))
"""Encoders, and the finest and coarsest of their scales of quality."""
_LAMBDA: Final = 118
"""FFmpeg's units of quality in a step of such a scale."""


def finish(rng: np.random.Generator, frames: AnyArray) -> AnyArray:
    """Give a cut film the look of one that was seen somewhere.

    Args:
        rng: chooses what happens.
        frames: uint8 [frame, row=108, column=192, rgb=3]; may be changed.

    Returns:
        uint8 [frame, row=108, column=192, rgb=3].
    """
    if rng.random() < 0.35:
        frames = _grainy(rng, frames)
    if rng.random() < 0.08:
        frames = _old(rng, frames)
    if rng.random() < 0.25:
        _draw_bars(rng, frames)
    if rng.random() < 0.2:
        _draw_logo(rng, frames)
    return _compressed(rng, frames) if rng.random() < 0.65 else frames


def shrunk(frames: AnyArray) -> AnyArray:
    """Give frames as the model sees them, uint8 [frame, row=54, column=96, rgb=3]."""
    size = (COLUMNS, ROWS)
    return np.stack([cv2.resize(frame, size, interpolation=cv2.INTER_AREA) for frame in frames])


def _grainy(rng: np.random.Generator, frames: AnyArray) -> AnyArray:
    """Add the noise of a sensor or of film."""
    level = rng.uniform(1, 14)
    colours = 3 if rng.random() < 0.5 else 1
    pool = rng.normal(0, level, (7, HEIGHT, WIDTH, colours)).astype(np.float32)
    if rng.random() < 0.4:
        pool = np.stack([np.atleast_3d(cv2.GaussianBlur(noise, (0, 0), 1.2)) * 3 for noise in pool])
    order = rng.integers(0, 7, len(frames))
    return np.stack(
        [(f + pool[n]).clip(0, 255).astype(np.uint8) for f, n in zip(frames, order, strict=True)]
    )


def _old(rng: np.random.Generator, frames: AnyArray) -> AnyArray:
    """Let light flicker, the picture jump, and scratches and dust pass."""
    aged = []
    for frame in frames:
        gain = rng.normal(1, 0.06)
        matrix = np.array([[1, 0, rng.normal(0, 0.5)], [0, 1, rng.normal(0, 0.8)]])
        moved = cv2.warpAffine(frame, matrix, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT_101)
        moved = (moved * gain).clip(0, 255).astype(np.uint8)
        for _ in range(rng.poisson(1.2)):
            at = (int(rng.integers(WIDTH)), int(rng.integers(HEIGHT)))
            cv2.circle(moved, at, int(rng.integers(1, 4)), (int(rng.choice([10, 240])),) * 3, -1)
        aged.append(moved)
    return np.stack(aged)


def _draw_bars(rng: np.random.Generator, frames: AnyArray) -> None:
    """Draw black bars above and below, or at the sides; in place."""
    if rng.random() < 0.75:
        thick = int(rng.uniform(0.06, 0.16) * HEIGHT)
        frames[:, :thick] = frames[:, HEIGHT - thick :] = 0
    else:
        thick = int(rng.uniform(0.08, 0.25) * WIDTH)
        frames[:, :, :thick] = frames[:, :, WIDTH - thick :] = 0


def _draw_logo(rng: np.random.Generator, frames: AnyArray) -> None:
    """Draw what stays over all shots: a mark in a corner, or a running clock; in place."""
    at = (int(rng.choice([6, WIDTH - 60])), int(rng.choice([16, HEIGHT - 6])))
    shade = (int(rng.integers(150, 256)),) * 3
    runs = rng.random() < 0.4
    for number, frame in enumerate(frames):
        words = f"{number // 24:02}:{number % 24:02}" if runs else "SEG"
        cv2.putText(frame, words, at, 0, 0.5, shade, 1)


def _compressed(rng: np.random.Generator, frames: AnyArray) -> AnyArray:
    """Encode and decode, by a codec and at a quality that people use."""
    codec, finest, coarsest = _CODECS[rng.choice(len(_CODECS), p=[0.55, 0.2, 0.2, 0.05])]
    scale = int(rng.integers(finest, coarsest + 1))
    how = Encoding(
        codec,
        _quality(codec, scale),
        key_every=int(rng.choice([6, 12, 48, 250])),
        pixels="yuvj420p" if codec == "mjpeg" else "yuv420p",
    )
    packed = io.BytesIO()
    write_film(packed, frames, how, container="matroska")
    packed.seek(0)
    with av.open(packed, "r") as container:
        decoded = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    return np.stack(decoded) if len(decoded) == len(frames) else frames


def _quality(codec: str, scale: int) -> dict[str, str]:
    if codec == "libx264":
        return {"crf": str(scale), "preset": "superfast", "x264-params": "log-level=-1"}
    fixed = str(scale * _LAMBDA)
    return {"qmin": str(scale), "qmax": str(scale), "flags": "+qscale", "global_quality": fixed}
