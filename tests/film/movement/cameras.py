"""Pictures to move a camera over: noise of many sizes, which has something to follow everywhere."""

from __future__ import annotations

import numpy as np

from bridge.film.movement.flow import HEIGHT, WIDTH


def landscape(seed=0, rows=400, columns=640):
    """Make a picture, uint8 [row, column], with detail from 2 pixels upward."""
    rng = np.random.default_rng(seed)
    picture = np.zeros((rows, columns))
    for size in (2, 4, 8, 16, 32):
        coarse = rng.normal(size=(rows // size + 2, columns // size + 2))
        y, x = np.arange(rows) / size, np.arange(columns) / size
        top, left = y.astype(int), x.astype(int)
        v, u = (y - top)[:, None], (x - left)[None]
        lines = coarse[top] * (1 - v) + coarse[top + 1] * v
        picture += lines[:, left] * (1 - u) + lines[:, left + 1] * u
    return np.clip(128 + 30 * picture, 0, 255).astype(np.uint8)


def view(picture, *, across=0.0, down=0.0, zoom=1.0, roll=0.0):
    """See the middle of a picture: shifted in pixels of the view, larger, turned in radians."""
    x, y = np.meshgrid(np.arange(WIDTH) - WIDTH / 2 + 0.5, np.arange(HEIGHT) - HEIGHT / 2 + 0.5)
    c, s = np.cos(roll) / zoom, np.sin(roll) / zoom
    at_x = picture.shape[1] / 2 + across + c * x - s * y
    at_y = picture.shape[0] / 2 + down + s * x + c * y
    left, top = at_x.astype(int), at_y.astype(int)
    u, v = at_x - left, at_y - top
    above = picture[top, left] * (1 - u) + picture[top, left + 1] * u
    below = picture[top + 1, left] * (1 - u) + picture[top + 1, left + 1] * u
    return (above * (1 - v) + below * v).astype(np.uint8)
