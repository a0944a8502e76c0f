"""Pictures to fit and to judge an embedding on: each shot, and each photograph, in many guises."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import av
import numpy as np
import torch
from torch.nn import functional

from bridge.errors import NotFoundError
from bridge.film.look.scaling import scaled
from bridge.schema.arrays import AnyArray
from export.footage.splits import Split, shot_split, still_split

GUISES: Final = 12
"""Pictures made of each scene, beside the plain ones."""
_COLUMNS: Final = 416
_PLAIN: Final = 6
"""Frames taken of a shot, some two thirds of a second apart."""


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """One shot or photograph."""

    name: str
    """Of its file, without the ending."""
    plain: tuple[AnyArray, ...]
    """uint8 [row, column=416, rgb=3], frames as they are, the first one first."""
    guises: tuple[AnyArray, ...]
    """The same, as another take may show them: nearer, in other light, blurred, noisy."""


def read_scenes(folder: Path, splits: tuple[Split, ...], seed: int) -> tuple[Scene, ...]:
    """Read the scenes of some splits.

    Args:
        folder: of the footage, with `shots` and `stills`.
        splits: which.
        seed: of the guises.

    Raises:
        NotFoundError: there are none.
    """
    rng = np.random.default_rng(seed)
    shots = [path for path in sorted(folder.glob("shots/*")) if shot_split(path.stem) in splits]
    stills = [path for path in sorted(folder.glob("stills/*")) if still_split(path.stem) in splits]
    if not shots or not stills:
        raise NotFoundError(f"no shots and stills in {folder}; give the footage's folder to --data")
    return tuple(_scene(path, rng) for path in (*shots, *stills))


def _scene(path: Path, rng: np.random.Generator) -> Scene:
    """Read one file."""
    with av.open(str(path)) as container:
        rate = float(container.streams.video[0].average_rate or 25)
        every = max(1, round(rate / 1.5))
        plain = []
        for index, frame in enumerate(container.decode(video=0)):
            if index % every == 0:
                rows = round(frame.height * _COLUMNS / frame.width)
                plain.append(frame.reformat(_COLUMNS, rows, "rgb24", interpolation="AREA"))
            if len(plain) == _PLAIN:
                break
    pictures = tuple(frame.to_ndarray() for frame in plain)
    guises = tuple(_guise(pictures[rng.integers(len(pictures))], rng) for _ in range(GUISES))
    return Scene(path.stem, pictures, guises)


def _guise(picture: AnyArray, rng: np.random.Generator) -> AnyArray:
    """Show a picture as another take may: nearer, in other light, softer, with noise."""
    nearer = rng.uniform(0.65, 1.0)
    rows, columns = (int(side * nearer) for side in picture.shape[:2])
    top = rng.integers(picture.shape[0] - rows + 1)
    left = rng.integers(picture.shape[1] - columns + 1)
    part = picture[top : top + rows, left : left + columns].astype(np.float32)
    light = part * rng.uniform(0.6, 1.4) * rng.uniform(0.88, 1.12, 3) + rng.uniform(-20, 20)
    graded = 255 * (np.clip(light, 0, 255) / 255) ** rng.uniform(0.7, 1.4)
    if rng.random() < 0.6:
        graded = _softened(graded, rng.uniform(1.2, 5.0))
    noise = rng.normal(0, rng.uniform(0, 14), graded.shape)
    return np.clip(graded + noise, 0, 255).astype(np.uint8)


def _softened(picture: AnyArray, times: float) -> AnyArray:
    """Lose detail as a small or strongly compressed picture does."""
    rows, columns = picture.shape[:2]
    small = scaled(picture, max(32, round(rows / times)), max(32, round(columns / times)))
    return scaled(small, rows, columns)


def as_batch(picture: AnyArray) -> torch.Tensor:
    """Give a network's input as torch: float32 [batch=1, rgb=3, row, column]."""
    return torch.from_numpy(picture)[None]


def colour_histogram(picture: AnyArray) -> AnyArray:
    """Give what pictures were compared by before networks: float32 [bin=512], of length 1."""
    levels = (picture.reshape(-1, 3) // 32).astype(np.int64) @ np.array([64, 8, 1])
    counts = torch.from_numpy(np.bincount(levels, minlength=512).astype(np.float32))
    return functional.normalize(torch.sqrt(counts), dim=0).numpy()
