"""Make what the network learns from: `python -m export.film.camera_movement.data --help`.

Films with exact moves over photographs, the same over shots that really stood still (so that people
move as they do), those shots as they are, and our own renders. All are split by photograph, by what
a shot shows and by scene; what is kept of a film is how it moved, twelve numbers a comparison.
"""

from __future__ import annotations

import argparse
import csv
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import av
import numpy as np

from bridge.film.movement.fitting import FEATURES, features
from bridge.film.movement.flow import HEIGHT, WIDTH, flow, look
from bridge.film.movement.watcher import LONGEST, LOOKS_PER_SECOND, MOVEMENTS
from bridge.schema.arrays import AnyArray, FloatArray, IntArray
from bridge.schema.shots import CameraMovement
from export.film.camera_movement.films import Backdrop, film, sample, worn
from export.film.camera_movement.moves import draw_path
from export.footage.pictures import read_picture, resized
from export.footage.splits import Split, shot_split, still_split

log = logging.getLogger("camera_movement")

WEIGHTS: Final = np.array([0.25, 0.085, 0.085, 0.08, 0.08, 0.09, 0.09, 0.08, 0.16])
"""How often each movement is made, in the order of `MOVEMENTS`."""
LARGE: Final = (320, 180)
"""Width and height in which shots are kept to move a camera over, in pixels."""
RENDER_RATE: Final = 24
AS_LABELLED: Final[dict[str, CameraMovement]] = {
    "static": "static",
    "handheld": "handheld",
    "tracking": "push_in",
    "zoom": "pull_out",
    "pan (slow)": "pan_right",
}
"""What the footage's own words mean: the tracking shots drive forward, the zoom goes out."""


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """Films, as what is known of their motion."""

    features: FloatArray
    """float32 [film, comparison<=80, feature=12]; zeros after a film's end."""
    lengths: IntArray
    """Comparisons of each film [film]."""
    labels: IntArray
    """Place of its movement in `MOVEMENTS` [film]."""
    names: AnyArray
    """Of what was filmed [film]."""

    def save(self, path: Path) -> None:
        """Keep them."""
        np.savez_compressed(
            path,
            features=self.features,
            lengths=self.lengths,
            labels=self.labels,
            names=self.names,
        )


def load(path: Path) -> Examples:
    """Read what was kept."""
    with np.load(path, allow_pickle=False) as kept:
        return Examples(kept["features"], kept["lengths"], kept["labels"], kept["names"])


def gathered(films: Iterator[tuple[FloatArray, CameraMovement, str]]) -> Examples:
    """Lay films in one array."""
    rows, labels, names = [], [], []
    for row, movement, name in films:
        padded = np.zeros((LONGEST, len(FEATURES)), np.float32)
        padded[: len(row)] = row[:LONGEST]
        rows.append((padded, min(len(row), LONGEST)))
        labels.append(MOVEMENTS.index(movement))
        names.append(name)
    return Examples(
        np.array([padded for padded, _ in rows], np.float32).reshape(-1, LONGEST, len(FEATURES)),
        np.array([length for _, length in rows], np.int64),
        np.array(labels, np.int64),
        np.array(names, np.str_),
    )


def followed(pictures: AnyArray, times: FloatArray) -> FloatArray:
    """Compare each picture with the one before.

    Args:
        pictures: uint8 luma [time, row=108, column=192].
        times: in seconds, [time].

    Returns:
        float32 [comparison, feature=12].
    """
    looks = [look(picture) for picture in pictures]
    return np.stack(
        [
            features(flow(before, after), float(seconds))
            for before, after, seconds in zip(looks, looks[1:], np.diff(times), strict=False)
        ]
    )


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """What films are made of."""

    stills: list[Backdrop]
    """Photographs."""
    shots: list[Backdrop]
    """Shots whose camera stood still."""


def read_material(stills: list[Path], footage: Path, split: Split) -> Material:
    """Read the photographs and still shots of one split.

    Args:
        stills: folders of photographs.
        footage: the folder with SOURCES.csv and `shots`.
        split: which.
    """
    photographs = [
        Backdrop(path.stem, _grey(read_picture(path))[None])
        for folder in stills
        for path in sorted(folder.glob("*.jpg"))
        if still_split(path.stem) == split
    ]
    shots = [
        Backdrop(name, pictures)
        for name, camera, pictures in real_shots(footage, split, size=LARGE)
        if camera == "static"
    ]
    return Material(photographs, shots)


def real_shots(
    footage: Path, split: Split, *, size: tuple[int, int]
) -> Iterator[tuple[str, str, AnyArray]]:
    """Read the real shots of one split.

    Yields:
        Name, what SOURCES.csv says of the camera, and uint8 luma [time, row, column] of 8 pictures
        a second.
    """
    with (footage / "SOURCES.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["file"].startswith("shots/")]
    for row in rows:
        path = footage / row["file"]
        if shot_split(path.stem) == split:
            yield path.stem, row["camera"], _read_looks(path, size)


def _read_looks(path: Path, size: tuple[int, int]) -> AnyArray:
    """Read eight pictures a second, uint8 luma [time, row, column]."""
    looks: list[AnyArray] = []
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            if (frame.time or 0.0) >= len(looks) / LOOKS_PER_SECOND - 1e-3:
                scaled = frame.reformat(*size, format="gray", interpolation="AREA")
                looks.append(scaled.to_ndarray())
    return np.stack(looks)


def _grey(picture: AnyArray) -> AnyArray:
    """Keep the luma of a photograph, no larger than a camera needs."""
    shrink = max(0.25, min(1.0, 720 / picture.shape[1]))
    small = resized(
        picture, width=round(picture.shape[1] * shrink), height=round(picture.shape[0] * shrink)
    )
    return (small @ [0.299, 0.587, 0.114]).astype(np.uint8)


def every(step: float, count: int) -> FloatArray:
    """Give `count` times, `step` seconds apart, from 0."""
    return (np.arange(count) * step).astype(np.float32)


def made_films(
    material: Material, count: int, seed: int
) -> Iterator[tuple[FloatArray, CameraMovement, str]]:
    """Make films with exact moves.

    Args:
        material: what of.
        count: how many.
        seed: of all that is drawn.

    Yields:
        float32 [comparison, feature=12], the movement, and what was filmed.
    """
    extras = [still.frames[0] for still in material.stills]
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        movement = cast(CameraMovement, str(rng.choice(MOVEMENTS, p=WEIGHTS)))
        pool = material.shots if rng.random() < 0.4 and material.shots else material.stills
        backdrop = pool[rng.integers(len(pool))]
        seconds = float(np.exp(rng.uniform(np.log(0.8), np.log(7.5))))
        if len(backdrop.frames) > 1:
            seconds = min(seconds, len(backdrop.frames) / LOOKS_PER_SECOND)
        step = rng.uniform(0.95, 1.3) / LOOKS_PER_SECOND
        times = np.arange(0.0, max(seconds, 4 * step), step).astype(np.float32)
        path = draw_path(movement, times, rng)
        pictures = film(_cut(backdrop, seconds, rng), extras, path, times, rng)
        yield followed(pictures, times), movement, backdrop.name
        if number % 200 == 199:
            log.info("%d films made", number + 1)


def _cut(backdrop: Backdrop, seconds: float, rng: Any) -> Backdrop:
    """Take a piece of a shot, mirrored or not."""
    frames = backdrop.frames[..., ::-1] if rng.random() < 0.5 else backdrop.frames
    spare = len(frames) - int(seconds * LOOKS_PER_SECOND) - 1
    start = int(rng.integers(0, spare)) if spare > 0 else 0
    return Backdrop(backdrop.name, np.ascontiguousarray(frames[start:]))


def still_films(
    material: Material, count: int, seed: int
) -> Iterator[tuple[FloatArray, CameraMovement, str]]:
    """Take pieces of shots that stood still, as they are but for some wear."""
    for number in range(count):
        rng = np.random.default_rng([seed, 77, number])
        backdrop = material.shots[rng.integers(len(material.shots))]
        piece = _cut(backdrop, float(rng.uniform(1, 6)), rng).frames[: int(rng.integers(8, 50))]
        x, y = np.meshgrid(
            (np.arange(WIDTH) + 0.5) * (LARGE[0] / WIDTH) - 0.5,
            (np.arange(HEIGHT) + 0.5) * (LARGE[1] / HEIGHT) - 0.5,
        )
        seen = worn(np.stack([sample(picture, x, y) for picture in piece]), rng)
        yield followed(seen, every(1 / LOOKS_PER_SECOND, len(seen))), "static", backdrop.name


def rendered_films(
    renders: Path, split: Split, *, whole: bool
) -> Iterator[tuple[FloatArray, CameraMovement, str]]:
    """Read our own renders: whole, or as they are and in halves, mirrored too."""
    with (renders / "truth.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if still_split(row["scene"]) == split]
    for row in rows:
        grey = (np.load(renders / row["file"])[::3] @ [0.299, 0.587, 0.114]).astype(np.uint8)
        movement = cast(CameraMovement, row["movement"])
        times = every(3.0 / RENDER_RATE, len(grey))
        yield followed(grey, times), movement, row["file"]
        if whole:
            continue
        half = len(grey) // 2
        for piece in (grey[:half], grey[half:]):
            yield followed(piece, times[: len(piece)]), movement, row["file"]
        mirrored = {"pan_left": "pan_right", "pan_right": "pan_left"}.get(movement, movement)
        yield followed(grey[..., ::-1], times), cast(CameraMovement, mirrored), row["file"]


def real_films(footage: Path, split: Split) -> Iterator[tuple[FloatArray, CameraMovement, str]]:
    """Read the real shots, whole."""
    for name, camera, pictures in real_shots(footage, split, size=(WIDTH, HEIGHT)):
        times = every(1 / LOOKS_PER_SECOND, len(pictures))
        yield followed(pictures, times)[:LONGEST], AS_LABELLED[camera], name


def keep_rendered(renders: Path, work: Path) -> None:
    """Make and keep the examples of our renders."""
    splits: tuple[Split, ...] = ("test", "validation", "train")
    for split in splits:
        rendered = rendered_films(renders, split, whole=split != "train")
        gathered(rendered).save(work / f"rendered_{split}.npz")


def main() -> None:
    """Make and keep all examples."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--footage", type=Path, required=True, help="has SOURCES.csv and shots")
    parser.add_argument("--stills", type=Path, nargs="+", required=True, help="photographs")
    parser.add_argument(
        "--renders", type=Path, required=True, help="made by export.footage.renders"
    )
    parser.add_argument("--work", type=Path, required=True, help="where examples are kept")
    parser.add_argument("--films", type=int, default=3000, help="to train on (3000)")
    wanted = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    wanted.work.mkdir(parents=True, exist_ok=True)
    splits: tuple[tuple[Split, int], ...] = (("test", 6), ("validation", 10), ("train", 1))
    for split, share in splits:
        material = read_material(wanted.stills, wanted.footage, split)
        count = wanted.films // share
        log.info("%s: %d photographs, %d shots", split, len(material.stills), len(material.shots))
        gathered(made_films(material, count, seed=share)).save(wanted.work / f"made_{split}.npz")
        if material.shots:
            stills = still_films(material, count // 6, seed=share)
            gathered(stills).save(wanted.work / f"still_{split}.npz")
        gathered(real_films(wanted.footage, split)).save(wanted.work / f"real_{split}.npz")
    keep_rendered(wanted.renders, wanted.work)


if __name__ == "__main__":
    main()
