"""Check the network on 1803 shots of 45 real films, of which only numbers are public.

    python -m export.film.camera_movement.real_shots --shots camera_movement_feats --work WORK

The Movie Shot Classification Dataset (Petrogianni, Koromilas and Giannakopoulos 2022, MIT) gives 88
numbers for each fifth of a second. Three of them come from optical flow: how evenly points moved
into one direction, how far they moved, and how unevenly far; none says which way. So the network is
trained anew on these three, with other films in training than in testing; and one that learned how
far pictures move from our own films alone is tried on theirs.
"""

from __future__ import annotations

import argparse
import logging
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import nn

from bridge.film.movement.fitting import FEATURES
from bridge.film.movement.watcher import LOOKS_PER_SECOND, MOVEMENTS
from bridge.runtime.card import Metric
from bridge.schema.arrays import AnyArray, FloatArray, IntArray
from export.film.camera_movement.data import load
from export.film.camera_movement.measure import balanced_accuracy, confusion, macro_f1
from export.film.camera_movement.model import MovementNetwork, MovementSettings

log = logging.getLogger("camera_movement")

FLOW_COLUMNS: Final = (48, 49, 50)
"""Of the 88: tilt_pan_confidence, mean and standard deviation of how far points moved."""
FAR_COLUMN: Final = 49
"""Mean distance that points moved in a fifth of a second, in picture diagonals."""
THEIRS: Final = {
    "Static": "static",
    "Panoramic": "pan",
    "Panoramic_lateral": "pan",
    "Vertical_static": "tilt",
    "Vertical_moving": "tilt",
    "Zoom_in": "in",
    "Travelling_in": "in",
    "Travelling_out": "out",
    "Handheld": "handheld",
}
"""Their words in ours; aerial shots have none."""
SIX: Final = ("static", "pan", "tilt", "in", "out", "handheld")
THREE: Final = ("static", "directed", "handheld")
FOLDS: Final = 5
STEPS: Final = 400
LONGEST: Final = 120
PER_SECOND: Final = 5.0
DIAGONAL: Final = 16.0 / float(np.hypot(16.0, 9.0))
"""Picture widths in a diagonal."""


@dataclass(frozen=True, slots=True, eq=False)
class Shots:
    """Shots of films, as numbers."""

    series: list[FloatArray]
    """Of each shot, float32 [time, number]."""
    labels: IntArray
    """Class of each shot."""
    films: AnyArray
    """Which film it is from; all discs of one film count as one."""


def read(folder: Path) -> Shots:
    """Read the shots that have a movement in our words.

    Args:
        folder: has sequential_features.npz.
    """
    with np.load(folder / "sequential_features.npz") as kept:
        ends = np.cumsum(kept["lengths"])
        rows = np.split(kept["features"], ends[:-1])
        labels, names = kept["labels"], kept["names"]
    known = [number for number, label in enumerate(labels) if str(label) in THEIRS]
    return Shots(
        [rows[number][:LONGEST].astype(np.float32) for number in known],
        np.array([SIX.index(THEIRS[str(labels[number])]) for number in known]),
        np.array([film_of(str(names[number])) for number in known]),
    )


def film_of(name: str) -> str:
    """Name the film of a shot: `Absolute Power cd2.avi_shot_950_954..` is `Absolute Power`."""
    title = re.split(r"\.(?:avi|mkv|mp4)", name)[0]
    return re.sub(r"\s*(?:cd\s*\d|\(.*)$", "", title, flags=re.IGNORECASE).strip()


def fitted(series: list[FloatArray], labels: IntArray, answers: int) -> MovementNetwork:
    """Train a network of the same kind; rare classes count as much as common ones."""
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    network = MovementNetwork(MovementSettings(inputs=series[0].shape[1], answers=answers))
    optimizer = torch.optim.AdamW(network.parameters(), 2e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=STEPS)
    lengths = np.array([len(one) for one in series])
    chances = 1.0 / np.bincount(labels, minlength=answers)[labels]
    for _ in range(STEPS):
        length = int(np.clip(rng.choice(lengths), 4, 60))
        enough = np.flatnonzero(lengths >= length)
        picked = rng.choice(enough, 48, p=chances[enough] / chances[enough].sum())
        starts = [int(rng.integers(0, lengths[one] - length + 1)) for one in picked]
        rows = [series[one][at : at + length] for one, at in zip(picked, starts, strict=True)]
        loss = nn.functional.cross_entropy(
            network(torch.from_numpy(np.stack(rows))),
            torch.from_numpy(labels[picked]),
            label_smoothing=0.1,
        )
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        schedule.step()
    return network.eval()


@torch.no_grad()
def guessed(network: MovementNetwork, series: list[FloatArray]) -> IntArray:
    """Name every shot."""
    return np.array(
        [int(network(torch.from_numpy(one[None]))[0].argmax()) for one in series], np.int64
    )


def across_films(shots: Shots, columns: tuple[int, ...], answers: int) -> IntArray:
    """Name every shot with a network that has seen no shot of its film.

    Args:
        shots: all.
        columns: which of their numbers it may see.
        answers: how many classes there are.

    Returns:
        Class of each shot.
    """
    titles = np.unique(shots.films)
    np.random.default_rng(0).shuffle(titles)
    fold_of = {title: number % FOLDS for number, title in enumerate(titles)}
    folds = np.array([fold_of[title] for title in shots.films])
    seen = [one[:, list(columns)] for one in shots.series]
    found = np.zeros(len(seen), np.int64)
    for fold in range(FOLDS):
        learn, test = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        network = fitted([seen[one] for one in learn], shots.labels[learn], answers)
        found[test] = guessed(network, [seen[one] for one in test])
    return found


def transferred(shots: Shots, work: Path) -> IntArray:
    """Name every shot still, directed or handheld, by how far it moves, learned from our films.

    Args:
        shots: theirs.
        work: folder of our examples.

    Returns:
        Class of each shot, as in `THREE`.
    """
    ours = load(work / "made_train.npz")
    speed = FEATURES.index("speed")
    series = [
        _slower(rows[:length, speed] / PER_SECOND * DIAGONAL)
        for rows, length in zip(ours.features, ours.lengths, strict=True)
    ]
    hand = MOVEMENTS.index("handheld")
    labels = np.where(ours.labels == 0, 0, np.where(ours.labels == hand, 2, 1))
    network = fitted(series, labels, len(THREE))
    return guessed(network, [one[:, [FAR_COLUMN]] for one in shots.series])


def _slower(series: FloatArray) -> FloatArray:
    """Take a series from eight numbers a second to five, float32 [time, number=1]."""
    count = max(2, round(len(series) * PER_SECOND / LOOKS_PER_SECOND))
    at = np.linspace(0, len(series) - 1, count)
    return np.interp(at, np.arange(len(series)), series).astype(np.float32)[:, None]


def three_of(labels: IntArray) -> IntArray:
    """Put pans, tilts and moves in and out together."""
    return np.where(labels == 0, 0, np.where(labels == SIX.index("handheld"), 2, 1))


def shot_metrics(folder: Path, work: Path) -> tuple[Metric, ...]:
    """Measure all that the card says of real films.

    Args:
        folder: has sequential_features.npz.
        work: folder of our examples.
    """
    shots = read(folder)
    six = across_films(shots, FLOW_COLUMNS, len(SIX))
    moving = Shots(shots.series, np.minimum(shots.labels, 1), shots.films)
    two = across_films(moving, FLOW_COLUMNS, 2)
    three, ours = three_of(shots.labels), transferred(shots, work)
    log.info("six classes\n%s", confusion(six, shots.labels, len(SIX)))
    log.info("three classes, learned from our films\n%s", confusion(ours, three, len(THREE)))
    said = f"{len(shots.labels)} real shots, 3 flow numbers, 5 folds by film"
    over = "the same shots; trained on made films alone, by how far points move"
    return (
        Metric("film_shots_6_macro_f1", _round(macro_f1(six, shots.labels)), said),
        Metric(
            "film_shots_6_balanced_accuracy", _round(balanced_accuracy(six, shots.labels)), said
        ),
        Metric("film_shots_2_macro_f1", _round(macro_f1(two, moving.labels)), said),
        Metric(
            "film_shots_2_transferred_macro_f1",
            _round(macro_f1(np.minimum(ours, 1), np.minimum(three, 1))),
            over,
        ),
        Metric("film_shots_3_transferred_macro_f1", _round(macro_f1(ours, three)), over),
        Metric(
            "film_shots_3_transferred_balanced_accuracy",
            _round(balanced_accuracy(ours, three)),
            over,
        ),
    )


def _round(number: float) -> float:
    return round(number, 4)


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shots", type=Path, required=True, help="folder camera_movement_feats")
    parser.add_argument("--work", type=Path, required=True, help="folder of the examples")
    wanted = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    torch.set_num_threads(1)
    for metric in shot_metrics(wanted.shots, wanted.work):
        log.info("%s %s (%s)", metric.name, metric.value, metric.protocol)


if __name__ == "__main__":
    main()
