"""Shots as Segue's own analysis describes them, for shoots that are made up of them.

    segue film analyze FOOTAGE -o ANALYSES/footage
    python -m export.film.edit_agent.descriptors --analyses ANALYSES --work WORK

Every folder of analyses below ANALYSES is read. Footage of the project is split as everywhere (see
`export.footage.splits`); of films that were composed of it, those of a folder whose name ends with
`_learn` are learned from and those of one with `_hold` are held out; any other film goes by its
name.
"""

from __future__ import annotations

import argparse
import json
import logging
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bridge.schema.codec import from_plain, to_plain
from bridge.schema.shots import FilmAnalysis, Shot
from export.footage.splits import Split, shot_split

log = logging.getLogger("edit_agent")

FILE: Final = "descriptors.json"
"""Their name in the folder of work; it is never committed."""
SPLITS: Final[tuple[Split, ...]] = ("train", "validation", "test")


@dataclass(frozen=True, slots=True)
class Descriptor:
    """One real shot."""

    film: str
    """Its film's name."""
    split: Split
    """What its film is for."""
    seconds: float
    """How long it is."""
    shot: Shot
    """What was seen and heard in it."""


def main() -> None:
    """Gather them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--analyses", type=Path, required=True, help="folder of folders of JSON")
    parser.add_argument("--work", type=Path, required=True, help="folder for what is kept")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    found = list(gathered(arguments.analyses))
    arguments.work.mkdir(parents=True, exist_ok=True)
    (arguments.work / FILE).write_text(json.dumps(to_plain(found)), "utf-8")
    for split in SPLITS:
        own = [one for one in found if one.split == split]
        log.info("%s: %d shots of %d films", split, len(own), len({one.film for one in own}))


def gathered(analyses: Path) -> Iterable[Descriptor]:
    """Read the shots of all analyses below a folder."""
    for path in sorted(analyses.glob("*/*.json")):
        film = from_plain(FilmAnalysis, json.loads(path.read_text("utf-8")))
        name = f"{path.parent.name}/{film.media.name}"
        split = split_of(path.parent.name, Path(film.media.name).stem)
        for shot in film.shots:
            yield Descriptor(name, split, shot.frame_count / film.media.frame_rate, shot)


def split_of(folder: str, film: str) -> Split:
    """Say what a film is for.

    Args:
        folder: the name of the folder of its analysis.
        film: its own name, without ending.
    """
    if folder.endswith("_learn"):
        return "train"
    lot = zlib.crc32(film.encode()) % 10
    if folder.endswith("_hold"):
        return "validation" if lot < 3 else "test"
    if folder == "shots":
        return shot_split(film)
    return "validation" if lot == 2 else "train"


def load_descriptors(work: Path, split: Split) -> list[Descriptor]:
    """Read what was gathered for one purpose.

    Raises:
        FileNotFoundError: nothing was gathered.
    """
    rows = json.loads((work / FILE).read_text("utf-8"))
    return [from_plain(Descriptor, row) for row in rows if row["split"] == split]


if __name__ == "__main__":
    main()
