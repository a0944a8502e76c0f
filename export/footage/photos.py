"""Gather photographs under free licences out of packages that anybody can download.

    python -m export.footage.photos --data PACKAGES --out PHOTOS

`photos.csv` lists every photograph: its package and version, its path inside, its licence and whom
to credit. PACKAGES has a folder for each package, named as it is, with what is in it:

    apt-get download endless-sky-data && dpkg-deb -x endless-sky-data_*.deb endless-sky-data
    apt-get download blender-data && dpkg-deb -x blender-data_*.deb blender-data
    pip download --no-deps scikit-image==0.26.0 && unzip scikit_image-*.whl -d scikit-image

A file that is not there is left out, with a word about it. Licences were read in each package's
`debian/copyright` (the stanza of the file) or in its own licence file; the GPL's and those that
forbid changes or trade are not in the list.
"""

from __future__ import annotations

import argparse
import csv
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from bridge.schema.arrays import AnyArray
from export.footage.pictures import (
    developed,
    looked_at,
    read_light,
    read_picture,
    resized,
    shrunk,
    write_jpeg,
)

log = logging.getLogger("photos")

LIST: Final = Path(__file__).with_name("photos.csv")
LONG_SIDE: Final = 960
VIEWS: Final = 4
"""How many photographs one panorama makes."""


@dataclass(frozen=True, slots=True)
class Photo:
    """A photograph, and whose it is."""

    file: str
    """What it is called here; a panorama's views are numbered before the dot."""
    package: str
    """The package that holds it."""
    version: str
    """Of the package."""
    path: str
    """Inside the package."""
    licence: str
    """And where that is said."""
    credit: str
    """Who made it."""
    shows: str
    """In a few words."""


def listed(path: Path = LIST) -> tuple[Photo, ...]:
    """Read the list of photographs."""
    with path.open(newline="", encoding="utf-8") as file:
        return tuple(Photo(**row) for row in csv.DictReader(file))


def views(photo: Photo, source: Path) -> Iterator[tuple[str, AnyArray]]:
    """Make the pictures of one photograph.

    Args:
        photo: what it is.
        source: its file.

    Yields:
        Their file names and uint8 [row, column, rgb=3].
    """
    if source.suffix != ".exr":
        yield photo.file, shrunk(read_picture(source), long_side=LONG_SIDE)
        return
    panorama = developed(read_light(source))
    for number in range(VIEWS):
        view = looked_at(panorama, heading=number * 2 * np.pi / VIEWS, width=480, height=270)
        yield (
            photo.file.replace(".jpg", f"_{number + 1}.jpg"),
            resized(view, width=LONG_SIDE, height=LONG_SIDE * 9 // 16),
        )


def gather(data: Path, out: Path) -> list[str]:
    """Write all photographs and their SOURCES.csv.

    Args:
        data: a folder for each package.
        out: where to; made where it is not there.

    Returns:
        Those that were not found.
    """
    out.mkdir(parents=True, exist_ok=True)
    missing = []
    with (out / "SOURCES.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["file", "origin", "licence", "credit", "shows", "camera"])
        for photo in listed():
            source = data / photo.package / photo.path
            if not source.exists():
                missing.append(f"{photo.package}: {photo.path}")
                continue
            origin = f"{photo.package}=={photo.version}:{photo.path}"
            for name, picture in views(photo, source):
                write_jpeg(out / name, picture)
                rows.writerow([name, origin, photo.licence, photo.credit, photo.shows, ""])
    return missing


def main() -> None:
    """Gather what --data holds."""
    parser = argparse.ArgumentParser(description="Gather free photographs to compose films from.")
    parser.add_argument("--data", type=Path, required=True, help="a folder for each package")
    parser.add_argument("--out", type=Path, required=True, help="where the photographs go")
    wanted = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    for photo in gather(wanted.data, wanted.out):
        log.warning("not found, left out: %s", photo)


if __name__ == "__main__":
    main()
