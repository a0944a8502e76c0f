"""Films to train on, composed shard by shard, so that training may begin before all are done."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from bridge.files.disk import replacing
from bridge.film.shots.decoding import KINDS
from bridge.schema.arrays import AnyArray
from export.film.shot_boundary.films import Composer, Film
from export.film.shot_boundary.finishing import shrunk
from export.film.shot_boundary.scenes import Location
from export.footage.reading import read_shots, read_stills
from export.footage.splits import Split

FILMS_A_SHARD: Final = 64
NONE: Final = len(KINDS)
"""The label of a frame in no transition, after those of `KINDS`."""
_FIRST_SEED: Final[dict[Split, int]] = {"train": 0, "validation": 1_000_000, "test": 2_000_000}


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """What the model is to say of each frame of a film."""

    during: AnyArray
    """int8 [frame]: index of the kind of transition that the frame is in, else `NONE`."""
    boundary: AnyArray
    """float32 [frame]: 1 where a new shot counts as begun."""
    judged: AnyArray
    """float32 [frame]: 0 where a transition goes on beyond the film's end."""


def labels(film: Film) -> Labels:
    """Say what is true of each frame of a film."""
    count = len(film.frames)
    during = np.full(count, NONE, np.int8)
    boundary = np.zeros(count, np.float32)
    judged = np.ones(count, np.float32)
    for event in film.events:
        during[event.start : max(event.end, event.start + 1)] = KINDS.index(event.kind)
        if event.end <= count:
            boundary[min(event.middle, count - 1)] = 1
        else:
            judged[event.start :] = 0
    for fade in film.fades:
        alone = during[fade.start : fade.end]
        alone[alone == NONE] = KINDS.index("fade")
    return Labels(during, boundary, judged)


def write_shard(path: Path, location: Location, seed: int) -> None:
    """Compose the films of one shard.

    Args:
        path: an .npz file: frames uint8 [film, frame, row, column, rgb], and the labels.
        location: what may be filmed.
        seed: the same gives the same films.
    """
    composer = Composer(location, np.random.default_rng(seed))
    films = [composer.compose() for _ in range(FILMS_A_SHARD)]
    said = [labels(film) for film in films]
    with replacing(path, force=True) as draft, draft.open("wb") as stream:
        np.savez(
            stream,
            frames=np.stack([shrunk(film.frames) for film in films]),
            during=np.stack([one.during for one in said]),
            boundary=np.stack([one.boundary for one in said]),
            judged=np.stack([one.judged for one in said]),
        )


def compose_shards(data: Path, work: Path, split: Split, shards: int) -> None:
    """Compose shards, from the last one that is there on: older ones may have been used up.

    Args:
        data: folder of footage.
        work: folder to write to.
        split: what they are for.
        shards: how many there shall be.
    """
    numbers = range(_next_number(work, split), shards)
    if not numbers:
        return
    cv2.setNumThreads(1)
    location = Location(read_shots(data, split), read_stills(data, split))
    work.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        write_shard(work / f"{split}_{number:04}.npz", location, _FIRST_SEED[split] + number)


def _next_number(work: Path, split: Split) -> int:
    """Give the number after that of the last shard there is."""
    there = sorted(work.glob(f"{split}_*.npz"))
    return int(there[-1].stem.removeprefix(f"{split}_")) + 1 if there else 0
