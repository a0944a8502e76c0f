"""Small films with known shots, as frames of any watcher's tap."""

import numpy as np
from opentimelineio.opentime import RationalTime

from bridge.schema.frames import Frame

FINE = 4
"""Pictures are made so many times finer than they are seen, so that they move smoothly."""


def texture(seed, *, rows=54, columns=96):
    """A picture of patches with hard edges, wider than a frame: float [row, column, rgb]."""
    rng = np.random.default_rng(seed)
    rows, columns = FINE * rows, FINE * (columns + 40)
    picture = np.full((rows, columns, 3), rng.integers(0, 256, 3), float)
    for _ in range(90):
        top, left = rng.integers(0, rows - 16), rng.integers(0, columns - 16)
        high, wide = rng.integers(4 * FINE, 30 * FINE, 2)
        picture[top : top + high, left : left + wide] = rng.integers(0, 256, 3)
    return picture


def shot(seed, count, *, rows=54, columns=96):
    """Something moves before a still texture, with grain: uint8 [frame, row, column, rgb]."""
    rng = np.random.default_rng(seed)
    picture = texture(seed, rows=rows, columns=columns)[:, : FINE * columns]
    colour = rng.integers(0, 256, 3)
    frames = []
    for step in range(count):
        seen = picture.copy()
        left = int(FINE * (columns / 2 + 20 * np.sin(step / 25 + seed)))
        seen[FINE * 14 :, left : left + FINE * 18] = colour
        small = seen.reshape(rows, FINE, columns, FINE, 3).mean((1, 3))
        frames.append((small + rng.normal(0, 2, small.shape)).clip(0, 255))
    return np.stack(frames).astype(np.uint8)


def dissolved(old, new):
    """A dissolve from one shot to another of the same length."""
    share = ((np.arange(len(old)) + 1) / (len(old) + 1))[:, None, None, None]
    return (old * (1 - share) + new * share).astype(np.uint8)


def shown(pictures, tap, *, rate=24.0, times=None):
    """Frames as a film gives them."""
    for index, picture in enumerate(pictures):
        value = index if times is None else times[index]
        yield Frame(index, RationalTime(value, rate), {tap: picture})
