"""A hard set of films from footage that nobody trained on, as files that any detector can read.

python -m export.film.shot_boundary.hard_set --data FOOTAGE --out FOLDER
"""

from __future__ import annotations

import argparse
from fractions import Fraction
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from export.film.shot_boundary.films import Composer
from export.film.shot_boundary.scenes import Location
from export.film.shot_boundary.truth import TrueFilm, write_truth
from export.footage.reading import read_shots, read_stills
from export.footage.splits import Split
from export.footage.writing import Encoding, write_film

FILMS: Final = 60
SEED: Final = 2_000_000
_FINE: Final = Encoding(options={"crf": "10", "preset": "veryfast"}, rate=Fraction(24_000, 1001))
"""So fine that nothing is lost that a film's own compression has left."""


def write_hard_set(data: Path, out: Path, split: Split = "test", films: int = FILMS) -> None:
    """Compose the hard set.

    Args:
        data: folder of footage.
        out: an empty folder, or a new one.
        split: whose footage; thresholds are tuned on films of `validation`.
        films: how many; the first ones are always the same.
    """
    cv2.setNumThreads(1)
    out.mkdir(parents=True, exist_ok=True)
    location = Location(read_shots(data, split), read_stills(data, split))
    composer = Composer(location, np.random.default_rng(SEED))
    made = []
    for number in range(films):
        film = composer.compose()
        path = out / f"hard_{number:03}.mp4"
        write_film(path, film.frames, _FINE)
        events = tuple(event for event in film.events if event.end < len(film.frames))
        made.append(TrueFilm(path, events, film.distractors))
    write_truth(out, made)


def main() -> None:
    """Compose it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of footage")
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    parser.add_argument("--films", type=int, default=FILMS)
    arguments = parser.parse_args()
    write_hard_set(arguments.data, arguments.out, films=arguments.films)


if __name__ == "__main__":
    main()
