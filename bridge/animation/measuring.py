"""What people measure: heights, girths and lengths taken from their mesh, and what they weigh.

Girths follow the skin along tapes that were found once (`export.animation.tapes`), in the sense of
ISO 8559-1; the waist, height and weight are those of `anny`'s anthropometry. Weight is volume times
980 kg/m3, the density of people with some air in them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from bridge.animation.body.statics import shared_body
from bridge.animation.maker import Shape
from bridge.schema.arrays import AnyArray, FloatArray

DENSITY: Final = 980.0
"""Kilograms in a cubic metre of people."""
GIRTHS: Final = {
    "neck": (18.0, 52.0), "bust": (30.0, 150.0), "underbust": (28.0, 135.0),
    "waist": (30.0, 140.0), "hips": (32.0, 150.0), "thigh": (17.0, 88.0), "knee": (12.0, 60.0),
    "calf": (11.0, 62.0), "ankle": (8.0, 40.0), "upper_arm": (10.0, 50.0),
    "forearm": (9.0, 40.0), "wrist": (6.0, 28.0), "head": (30.0, 100.0),
}  # fmt: skip
"""Tapes, and the least and most of all whom the model draws, in cm; of limbs, the left."""
LENGTHS: Final = {
    "shoulders": ("upperarm01.L", "upperarm01.R"),
    "arm": ("upperarm01.L", "lowerarm01.L", "wrist.L"),
    "leg": ("upperleg01.L", "lowerleg01.L", "foot.L"),
    "torso": ("root", "spine03", "spine01", "neck01"),
    "hand": ("wrist.L", "finger3-1.L", "finger3-2.L", "finger3-3.L"),
}
"""Ways from joint to joint, in cm."""
_LONG: Final = {
    "shoulders": (9.0, 54.0), "arm": (14.0, 90.0), "leg": (18.0, 160.0), "torso": (15.0, 92.0),
    "hand": (5.0, 31.0),
}  # fmt: skip
"""The least and most of them, likewise."""
_TAPES: Final = Path(__file__).with_name("body") / "tapes.npz"


@dataclass(frozen=True, slots=True)
class Measure:
    """Something that can be measured of a mesh."""

    unit: str
    """`cm`, `kg` or `l`."""
    take: Callable[[Shape], float]
    """Gives it in that unit."""
    lowest: float
    """The least that may be wished."""
    highest: float
    """The most that may be wished."""


def _height(shape: Shape) -> float:
    return float(np.ptp(shape.vertices[:, 2])) * 100.0


def _volume(shape: Shape) -> float:
    """Give the volume in litres: the sum of signed tetrahedra over all faces."""
    a, b, c = (shape.vertices[corner] for corner in triangles().T)
    return abs(float(np.einsum("ij,ij->", np.cross(a, b), c))) / 6.0 * 1000.0


def _weight(shape: Shape) -> float:
    return _volume(shape) * DENSITY / 1000.0


def _girth(name: str) -> Callable[[Shape], float]:
    def take(shape: Shape) -> float:
        ends, share = _tape(name)
        first, second = shape.vertices[ends[:, 0]], shape.vertices[ends[:, 1]]
        around = first + (second - first) * share[:, None]
        steps = around - np.roll(around, 1, axis=0)
        return float(np.linalg.norm(steps, axis=1).sum()) * 100.0

    return take


def _length(joints: tuple[str, ...]) -> Callable[[Shape], float]:
    def take(shape: Shape) -> float:
        bones = shared_body().rig("segue").bones
        way = shape.joints[[bones.index(joint) for joint in joints]]
        return float(np.linalg.norm(np.diff(way, axis=0), axis=1).sum()) * 100.0

    return take


MEASURES: Final[dict[str, Measure]] = {
    "height": Measure("cm", _height, 45.0, 260.0),
    "weight": Measure("kg", _weight, 2.0, 190.0),
    "volume": Measure("l", _volume, 2.0, 195.0),
    **{name: Measure("cm", _girth(name), *ends) for name, ends in GIRTHS.items()},
    **{name: Measure("cm", _length(way), *_LONG[name]) for name, way in LENGTHS.items()},
}
"""By name. `arm` and `leg` run from shoulder to wrist and from hip to ankle."""


def measured(shape: Shape) -> dict[str, float]:
    """Take every measure of a mesh at rest, each in its own unit."""
    return {name: measure.take(shape) for name, measure in MEASURES.items()}


@cache
def triangles() -> AnyArray:
    """Give the faces as triangles, int64 [triangle, corner=3]."""
    quads = shared_body().quads.astype(np.int64)
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])


@cache
def _tape(name: str) -> tuple[AnyArray, FloatArray]:
    """Give a tape: ends of edges [point, end=2], and how far between them [point]."""
    with np.load(_TAPES) as file:
        return file[f"{name}_ends"].astype(np.int64), file[f"{name}_share"]
