"""Footage for tests: places to compose films from, drawn by chance."""

import cv2
import numpy as np

from export.film.shot_boundary.scenes import Location
from export.footage.reading import HEIGHT, STILL_HEIGHT, STILL_WIDTH, WIDTH, MovingShot, Still


def picture(seed, *, rows=STILL_HEIGHT, columns=STILL_WIDTH):
    """Patches of all colours, uint8 [row, column, rgb=3]."""
    rng = np.random.default_rng(seed)
    drawn = np.full((rows, columns, 3), rng.integers(0, 256, 3), np.uint8)
    for _ in range(60):
        corner = rng.integers(0, columns, 2).tolist()
        other = (corner[0] + int(rng.integers(20, 150)), corner[1] + int(rng.integers(20, 120)))
        cv2.rectangle(drawn, corner, other, rng.integers(0, 256, 3).tolist(), -1)
    return drawn


def moving_shot(name, seed, count=60):
    """A camera glides over a picture."""
    wide = picture(seed, rows=HEIGHT, columns=WIDTH + 2 * count)
    frames = np.stack([wide[:, 2 * at : 2 * at + WIDTH] for at in range(count)])
    return MovingShot(name, name.partition("_")[0], frames)


def location():
    """Two shots of one place, one of another, and three photographs."""
    shots = (moving_shot("a_1", 1), moving_shot("a_2", 2), moving_shot("b_1", 3))
    return Location(shots, tuple(Still(f"still_{seed}", picture(seed)) for seed in range(4, 7)))
