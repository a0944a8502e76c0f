"""Pictures that are drawn here, and photographs from beside the project."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from bridge.film.look.scaling import scaled
from bridge.film.look.watching import LookModels
from bridge.runtime.registry import Registry

FOOTAGE = Path(__file__).parents[4] / "shared/data/footage"
"""Photographs and shots that are not part of the project."""


def need_footage() -> Path:
    """Skip a test on a machine that has no footage."""
    if not FOOTAGE.is_dir():
        pytest.skip("needs the footage beside the checkout, ../shared/data/footage")
    return FOOTAGE


def forest(seed: int = 0, rows: int = 234, columns: int = 416):
    """Draw something with detail of all sizes, as nature has it: uint8 [row, column, rgb=3]."""
    rng = np.random.default_rng(seed)
    down, across = np.fft.fftfreq(rows)[:, None], np.fft.fftfreq(columns)[None]
    reach = 1 / np.maximum(np.hypot(down, across), 1 / columns)
    waves = reach[..., None] * np.exp(2j * np.pi * rng.random((rows, columns, 3)))
    field = np.fft.ifft2(waves, axes=(0, 1)).real
    return np.clip(128 + 45 * field / field.std((0, 1)), 0, 255).astype(np.uint8)


def plain(colour, rows: int = 90, columns: int = 160):
    """Draw one colour: uint8 [row, column, rgb=3]."""
    return np.full((rows, columns, 3), colour, np.uint8)


def blurred(picture, sigma_pixels: float):
    """Blur by a Gaussian."""
    rows, columns = picture.shape[:2]
    down, across = np.fft.fftfreq(rows)[:, None], np.fft.fftfreq(columns)[None]
    lens = np.exp(-2 * (np.pi * sigma_pixels) ** 2 * (down**2 + across**2))[..., None]
    soft = np.fft.ifft2(np.fft.fft2(picture, axes=(0, 1)) * lens, axes=(0, 1)).real
    return np.clip(np.rint(soft), 0, 255).astype(np.uint8)


def read_picture(path: Path, columns: int = 416):
    """Read a photograph, scaled to a width: uint8 [row, column, rgb=3]."""
    av = pytest.importorskip("av")
    with av.open(str(path)) as container:
        whole = next(container.decode(video=0)).to_ndarray(format="rgb24")
    rows = round(whole.shape[0] * columns / whole.shape[1])
    return np.rint(scaled(whole, rows, columns)).astype(np.uint8)


@cache
def the_models() -> LookModels:
    """Open the models that look."""
    registry = Registry(Path(__file__).parents[3] / "onnx_models")
    return LookModels(
        backbone=registry.model("film/backbone"),
        people=registry.model("film/people"),
        faces=registry.model("film/faces"),
        expression=registry.model("film/expression"),
    )
