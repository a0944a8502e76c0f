"""A small film of three shots and a tone, made by a real encoder, and the models that watch it."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from bridge.operations.film_watching import MODELS
from bridge.runtime.registry import Registry, find_models_folder
from tests.files.film.making import Recipe, make_film

RATE = 25
SHOTS = (0, 30, 55)
"""First frames of its shots."""
FRAMES = 80


def models_that_watch() -> Path:
    """Give the folder of models; skip where those that watch films are not all there."""
    folder = find_models_folder()
    missing = set(MODELS) - set(Registry(folder).names())
    if missing:
        pytest.skip(f"needs models that are not here: {', '.join(sorted(missing))}")
    return folder


@cache
def _scene(number: int, width: int, height: int) -> np.ndarray:
    """Draw a scene: blocks of noise around a colour, uint8 [row, column, rgb=3]."""
    rng = np.random.default_rng(number)
    colour = rng.integers(40, 216, 3)
    blocks = rng.integers(-40, 40, (9, 16, 1)).repeat(height // 9, 0).repeat(width // 16, 1)
    return np.clip(colour + blocks, 0, 255).astype(np.uint8)


def draw(index: int, width: int, height: int) -> np.ndarray:
    """Draw a frame: the scene of its shot, and a square that moves."""
    number = sum(index >= first for first in SHOTS)
    picture = _scene(number, width, height).copy()
    left = (4 * index) % (width - 16)
    picture[16:32, left : left + 16] = 255
    return picture


def make_footage(path: Path, *, with_sound: bool = True, **changes: object) -> Path:
    """Make the film: 3.2 seconds, 25 frames a second, mono."""
    seconds = np.arange(FRAMES * 48_000 // RATE) / 48_000
    tone = (0.3 * np.sin(2 * np.pi * 440 * seconds)).astype(np.float32)[None]
    recipe = Recipe(
        rate=Fraction(RATE),
        count=FRAMES,
        size=(192, 108),
        draw=draw,
        sound=tone if with_sound else None,
        **changes,  # type: ignore[arg-type]
    )
    return make_film(path, recipe)
