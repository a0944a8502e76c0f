"""Footage to compose films from: shots and photographs, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import av
import numpy as np

from bridge.errors import NotFoundError
from bridge.schema.arrays import AnyArray
from export.footage.pictures import read_picture, resized
from export.footage.splits import Split, shot_family, shot_split, still_split

WIDTH: Final = 192
HEIGHT: Final = 108
"""Films are composed in this size, before they are compressed."""
STILL_WIDTH: Final = 640
STILL_HEIGHT: Final = 360
"""Photographs are kept so large, that a camera may move over them."""
_MOST_FRAMES: Final = 300

_SHOT_ENDINGS: Final = {".mp4", ".mov", ".webm", ".npy"}
_STILL_ENDINGS: Final = {".jpg", ".jpeg", ".png", ".webp"}


@dataclass(frozen=True, slots=True, eq=False)
class MovingShot:
    """A shot without any cut."""

    name: str
    """Of its file, without the ending."""
    family: str
    """What it has in common with shots of the same place."""
    frames: AnyArray
    """uint8 [frame, row=108, column=192, rgb=3]."""


@dataclass(frozen=True, slots=True, eq=False)
class Still:
    """A photograph."""

    name: str
    """Of its file, without the ending."""
    picture: AnyArray
    """uint8 [row, column, rgb=3], at least 360 rows and 640 columns."""


def read_shots(folder: Path, split: Split) -> tuple[MovingShot, ...]:
    """Read the moving shots of one split.

    Args:
        folder: has the films, in whatever folders below.
        split: which of them.

    Raises:
        NotFoundError: there are none.
    """
    paths = _files(folder, _SHOT_ENDINGS)
    chosen = [path for path in paths if shot_split(path.stem) == split]
    return tuple(
        MovingShot(path.stem, shot_family(path.stem), _read_frames(path)) for path in chosen
    )


def read_stills(folder: Path, split: Split) -> tuple[Still, ...]:
    """Read the photographs of one split.

    Args:
        folder: has them, in whatever folders below.
        split: which of them.

    Raises:
        NotFoundError: there are none.
    """
    paths = _files(folder, _STILL_ENDINGS)
    chosen = [path for path in paths if still_split(path.stem) == split]
    return tuple(Still(path.stem, _read_picture(path)) for path in chosen)


def _files(folder: Path, endings: set[str]) -> list[Path]:
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in endings)
    if not found:
        raise NotFoundError(f"no {' or '.join(sorted(endings))} below {folder}; give --data")
    return found


def _read_frames(path: Path) -> AnyArray:
    """Decode a shot, squeezed into the size that films are composed in; ours are arrays already."""
    if path.suffix == ".npy":
        rendered: AnyArray = np.load(path, allow_pickle=False)
        return rendered
    with av.open(str(path)) as container:
        frames = [
            frame.reformat(WIDTH, HEIGHT, "rgb24", interpolation="AREA").to_ndarray()
            for frame, _ in zip(container.decode(video=0), range(_MOST_FRAMES), strict=False)
        ]
    return np.stack(frames)


def _read_picture(path: Path) -> AnyArray:
    """Decode a photograph, just large enough for a camera to move over it."""
    picture = read_picture(path)
    rows, columns = picture.shape[:2]
    shrink = max(STILL_WIDTH / columns, STILL_HEIGHT / rows)
    return resized(picture, width=round(columns * shrink), height=round(rows * shrink))
