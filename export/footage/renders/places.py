"""Places to film at: rooms, streets and open land, lit by day or by lamps."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np

from bridge.schema.arrays import AnyArray, FloatArray
from export.footage.pictures import developed, read_light, read_picture, resized
from export.footage.renders.stage import Light, Stage

PlaceKind = Literal["room", "street", "land", "panorama"]
KINDS: Final[tuple[PlaceKind, ...]] = ("room", "land", "panorama", "street")
PANORAMAS: Final = ("city", "courtyard", "forest", "interior", "sunrise", "sunset")
FLOORS: Final = ("ski_gravel", "ski_grass", "ski_brick")
INSIDE: Final = frozenset(("space", "station", "loc", "industrial"))
"""Photographs that show no horizon."""
TINTS: Final = (
    *((200, 170, 130), (150, 120, 90), (190, 190, 185), (120, 130, 110), (205, 195, 170)),
    *((160, 90, 70), (110, 125, 140), (215, 205, 205)),
)


@dataclass(frozen=True, slots=True)
class Supplies:
    """Where pictures come from."""

    photos: Path
    """The folder that `export.footage.photos` wrote."""
    panoramas: Path
    """The folder with the EXR panoramas: `studiolights/world` of the package blender-data."""

    def photo(self, rng: Any, start: str = "sky_land_") -> AnyArray:
        """Draw a photograph of the open, uint8 [row, column, rgb=3]."""
        found = sorted(self.photos.glob(f"{start}*.jpg"))
        return read_picture(
            Path(rng.choice([path for path in found if not INSIDE & {*_words(path)}]))
        )

    def floor(self, rng: Any, tint: AnyArray | None = None) -> AnyArray:
        """Draw a texture in a colour of its own or in `tint`, uint8 [row, column, rgb=3]."""
        grey = read_picture(self.photos / f"{rng.choice(FLOORS)}.jpg").astype(np.float32)
        even = 0.55 + 0.45 * grey / grey.mean()
        if tint is None:
            tint = np.array(TINTS[rng.integers(len(TINTS))]) * rng.uniform(0.8, 1.25)
        return np.clip(even * tint, 0, 255).astype(np.uint8)


def _words(photo: Path) -> list[str]:
    return [word.rstrip("0123456789") for word in photo.stem.replace("-", "_").split("_")]


@dataclass(frozen=True, slots=True)
class Place:
    """A place that has been built."""

    kind: PlaceKind
    """What it is."""
    reach: float
    """How far from the middle a camera may stand, in metres."""


def lit(rng: Any, kind: PlaceKind) -> Light:
    """Light a place: from anywhere above, warm or cool, hard or soft."""
    around = rng.uniform(0, 2 * np.pi)
    colour = [(1.0, 0.95, 0.85), (1.0, 0.85, 0.65), (0.85, 0.92, 1.0)][rng.integers(3)]
    evening = kind != "panorama" and rng.random() < 0.25
    return Light(
        direction=(4 * float(np.sin(around)), 4 * float(np.cos(around)), float(rng.uniform(3, 7))),
        colour=colour,
        strength=float(rng.uniform(0.35, 0.5) if evening else rng.uniform(0.7, 1.05)),
        fill=float(rng.uniform(0.1, 0.25) if evening else rng.uniform(0.35, 0.7)),
    )


def build(stage: Stage, kind: PlaceKind, supplies: Supplies, rng: Any) -> Place:
    """Build a place on a stage."""
    return _BUILDERS[kind](stage, supplies, rng)


def _room(stage: Stage, supplies: Supplies, rng: Any) -> Place:
    """Build four walls with pictures, a window, and furniture where no camera stands."""
    half, high = float(rng.uniform(3.6, 5.0)), 2.9
    floor = [(-half, -half, 0), (half, -half, 0), (half, half, 0), (-half, half, 0)]
    stage.surface(floor, supplies.floor(rng), repeat=5)
    stage.surface([(x, y, high) for x, y, _ in floor], np.full((2, 2, 3), 190, np.uint8))
    paper = _plaster(rng)
    for wall in range(4):
        x0, y0 = _corner(wall, half)
        x1, y1 = _corner(wall + 1, half)
        stage.surface([(x0, y0, 0), (x1, y1, 0), (x1, y1, high), (x0, y0, high)], paper, repeat=2)
        for share in rng.uniform(0.1, 0.75, 2):
            _hang(stage, supplies.photo(rng), (wall, half), float(share), window=wall == 1)
    for _ in range(rng.integers(2, 5)):
        at = _corner(float(rng.uniform(0, 1)), half * 0.82)
        stage.box(at, rng.uniform([0.5, 0.5, 0.4], [1.4, 1.2, 1.3]), supplies.floor(rng), repeat=1)
    return Place("room", half - 0.25)


def _corner(number: float, half: float) -> tuple[float, float]:
    """Go around a square: whole numbers are its corners, against the clock."""
    angle = (number % 4) * np.pi / 2 + np.pi / 4
    far = half / max(abs(np.sin(angle)), abs(np.cos(angle)))
    return float(far * np.cos(angle)), float(far * np.sin(angle))


def _hang(
    stage: Stage, picture: AnyArray, side: tuple[int, float], share: float, *, window: bool
) -> None:
    """Hang a picture on a wall (its number, half the room), or open a window in it."""
    wall, half = side
    start, end = np.array(_corner(wall, half)), np.array(_corner(wall + 1, half))
    inward = -(start + end) / np.linalg.norm(start + end) * 0.03
    left = start + (end - start) * share + inward
    right = left + (end - start) * 0.16
    low, top = (0.9, 2.2) if window else (1.25, 1.95)
    stage.surface(
        [(*left, low), (*right, low), (*right, top), (*left, top)], picture, shines=window
    )


def _street(stage: Stage, supplies: Supplies, rng: Any) -> Place:
    """Build houses on both sides of a road, and the sky behind."""
    _sky(stage, supplies.photo(rng, "sky_land_city"))
    _ground(stage, supplies.floor(rng))
    for side in (-1, 1):
        y = -14.0
        while y < 30:
            width = float(rng.uniform(5, 9))
            size = (6.0, width - 0.3, float(rng.uniform(5, 14)))
            stage.box((side * rng.uniform(9, 10), y), size, _facade(rng), repeat=1)
            y += width
    for _ in range(5):
        at = (rng.choice([-1, 1]) * rng.uniform(2.0, 5.5), rng.uniform(2.5, 12))
        stage.box(at, rng.uniform([0.5, 0.5, 0.5], [1.8, 3.5, 1.5]), supplies.floor(rng), repeat=1)
    return Place("street", 5.5)


def _facade(rng: Any) -> AnyArray:
    """Paint a house: a wall with rows of windows, some of them lit."""
    wall = np.array(TINTS[rng.integers(len(TINTS))], np.float32) * rng.uniform(0.5, 1.0)
    house = np.tile(wall, (192, 192, 1)) * rng.normal(1.0, 0.05, (192, 192, 1))
    rows, columns = int(rng.integers(3, 7)), int(rng.integers(3, 7))
    high, wide = 192 // rows, 192 // columns
    for row in range(rows):
        for column in range(columns):
            glass = [(35, 45, 60), (60, 75, 95), (235, 205, 140)][
                rng.choice(3, p=[0.5, 0.35, 0.15])
            ]
            top, left = row * high + high // 4, column * wide + wide // 4
            house[top - 2 : top + high // 2 + 2, left - 2 : left + wide // 2 + 2] = wall * 1.25
            house[top : top + high // 2, left : left + wide // 2] = glass
    return np.clip(house, 0, 255).astype(np.uint8)


def _land(stage: Stage, supplies: Supplies, rng: Any) -> Place:
    """Stand in open land, in front of a photograph of it."""
    photo = supplies.photo(rng)
    _sky(stage, photo)
    _ground(stage, supplies.floor(rng, 1.3 * photo[-60:].mean(axis=(0, 1))))
    for _ in range(rng.integers(3, 8)):
        at = rng.uniform(2, 9) * np.array(_corner(float(rng.uniform(0, 1)), 1.0))
        stage.box(at, rng.uniform([0.3, 0.3, 0.3], [1.2, 1.2, 2.5]), supplies.floor(rng), repeat=1)
    return Place("land", 12.0)


def _panorama(stage: Stage, supplies: Supplies, rng: Any) -> Place:
    """Stand in a panorama that was photographed all around."""
    name = str(rng.choice(PANORAMAS))
    sphere = developed(read_light(supplies.panoramas / f"{name}.exr"))
    stage.sky(sphere, turned=float(rng.uniform(0, 360)))
    below = sphere[len(sphere) * 5 // 8 : len(sphere) * 3 // 4]
    _ground(stage, supplies.floor(rng, 1.3 * below.mean(axis=(0, 1))))
    return Place("panorama", 9.0)


_BUILDERS: Final = {"room": _room, "street": _street, "land": _land, "panorama": _panorama}


def _ground(stage: Stage, picture: AnyArray) -> None:
    far = 40.0
    stage.surface(
        [(-far, -far, 0), (far, -far, 0), (far, far, 0), (-far, far, 0)], picture, repeat=26
    )


def _sky(stage: Stage, photo: AnyArray) -> None:
    """Make a sphere of a landscape: four times around, every other one mirrored."""
    around = resized(photo, width=1024, height=512)
    band = np.concatenate([around, around[:, ::-1]] * 2, axis=1)
    above = np.repeat(band[:1], 576, axis=0)
    below = np.repeat(band[-1:], 2048 - 576 - 512, axis=0)
    stage.sky(np.concatenate([above, band, below]), turned=0.0)


def _plaster(rng: Any) -> AnyArray:
    """Paint a wall: a colour, and a little unevenness at two sizes."""
    tint = np.array(TINTS[rng.integers(len(TINTS))], np.float32) * rng.uniform(0.7, 1.0)
    coarse: FloatArray = np.kron(rng.normal(0, 0.05, (16, 16)), np.ones((16, 16)))
    uneven = 1.0 + coarse + rng.normal(0, 0.03, (256, 256))
    if rng.random() < 0.4:
        uneven += 0.12 * (np.sin(np.arange(256) * 2 * np.pi / 32) > 0.6)
    return np.clip(tint * uneven[..., None], 0, 255).astype(np.uint8)
