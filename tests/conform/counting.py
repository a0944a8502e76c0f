"""Films whose every frame says in blocks which one it is, and what its timecode is."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from bridge.schema.layout import Medium
from tests.files.film.making import Recipe, make_film

BLOCK = 16
"""Pixels a side: what survives any codec, and being scaled by half."""
COLUMNS = 16
ROWS = 6
"""Number, its opposite; two rows of the timecode's, and their opposites."""
WIDTH, HEIGHT = COLUMNS * BLOCK, ROWS * BLOCK
BLACK = None
"""What is read off a black frame."""


@dataclass(frozen=True)
class Seen:
    """What a frame says of itself."""

    film: int
    """Which film it is of, 0..15."""
    number: int
    """Which frame of it, from 0."""
    timecode: int
    """Frames from 00:00:00:00 by the film's timecode."""


@dataclass(frozen=True)
class CountingFilm:
    """A film of numbered frames."""

    medium: Medium
    """As timelines know it."""
    film: int
    """Its own number."""
    count: int
    """Frames."""
    stamp: int
    """Its first frame by its timecode."""


def draw(seen: Seen) -> np.ndarray:
    """Draw what a frame says: uint8 [row, column, rgb=3]."""
    number = (seen.film << 12) | seen.number
    rows = [number, ~number, seen.timecode & 0xFFFF, seen.timecode >> 16]
    rows += [~rows[2], ~rows[3]]
    bits = np.array([[(row >> place) & 1 for place in range(COLUMNS)] for row in rows], np.uint8)
    grey = np.kron(bits * 255, np.ones((BLOCK, BLOCK), np.uint8))
    return np.repeat(grey[..., None], 3, axis=2)


def read(picture: np.ndarray) -> Seen | None:
    """Read a frame; None: it is black.

    Raises:
        ValueError: it is neither, as where two frames mix.
    """
    grey = picture.astype(float).mean(axis=-1)
    tall, wide = grey.shape[0] / ROWS, grey.shape[1] / COLUMNS
    rows = ((np.arange(ROWS) + 0.5) * tall).astype(int)
    columns = ((np.arange(COLUMNS) + 0.5) * wide).astype(int)
    levels = grey[np.ix_(rows, columns)]
    if levels.max() < 40:
        return BLACK
    if ((levels > 60) & (levels < 195)).any():
        raise ValueError("two frames are mixed")
    bits = (levels > 128).astype(int)
    number, opposite, low, high, not_low, not_high = (bits << np.arange(COLUMNS)).sum(axis=1)
    if number ^ opposite != 0xFFFF or low ^ not_low != 0xFFFF or high ^ not_high != 0xFFFF:
        raise ValueError("no numbered frame")
    return Seen(int(number >> 12), int(number & 0xFFF), int(low | high << 16))


def make_counting_film(
    folder: Path, film: int, rate: Fraction, *, count: int, stamp: int, code: str
) -> CountingFilm:
    """Make a film of numbered frames.

    Args:
        folder: where.
        film: its own number.
        rate: frames a second.
        count: frames.
        stamp: its first frame by its timecode.
        code: the same as it is written down; empty: it has no timecode.
    """
    path = folder / f"film_{film}.mov"
    recipe = Recipe(
        codec="libx264",
        rate=rate,
        count=count,
        size=(WIDTH, HEIGHT),
        draw=lambda index, *_: draw(Seen(film, index, stamp + index)),
        options={"preset": "ultrafast", "crf": "12"},
        context={"gop_size": 12, "max_b_frames": 2},
        film_tags={"timecode": code} if code else {},
        sound=_clicks(rate, count),
    )
    make_film(path, recipe)
    medium = Medium(path.name, str(path), "file", "", Fraction(stamp), Fraction(count))
    return CountingFilm(medium, film, count, stamp)


def _clicks(rate: Fraction, count: int) -> np.ndarray:
    """Make a sound that rises in pitch all the time: float32 [channel=1, sample]."""
    seconds = np.arange(round(count / rate * 48_000)) / 48_000
    return (0.4 * np.sin(2 * np.pi * (200 + 40 * seconds) * seconds)).astype(np.float32)[None]
