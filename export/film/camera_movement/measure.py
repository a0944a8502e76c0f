"""How good a judge of camera movement is: `python -m export.film.camera_movement.measure`."""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bridge.film.movement.watcher import MODEL_NAME, MOVEMENTS, judge
from bridge.runtime.card import Metric
from bridge.runtime.registry import Registry
from bridge.runtime.session import Model
from bridge.schema.arrays import AnyArray, FloatArray, IntArray
from export.film.camera_movement.data import Examples, load

log = logging.getLogger("camera_movement")


def macro_f1(guessed: IntArray, true: IntArray) -> float:
    """Average the F1 of every class that is there.

    Args:
        guessed: class of each film.
        true: class of each film.
    """
    scores = []
    for label in np.unique(true):
        both = float(((guessed == label) & (true == label)).sum())
        scores.append(2 * both / float((guessed == label).sum() + (true == label).sum()))
    return float(np.mean(scores))


def balanced_accuracy(guessed: IntArray, true: IntArray) -> float:
    """Average the share that is right over the classes that are there."""
    return float(np.mean([(guessed[true == label] == label).mean() for label in np.unique(true)]))


def confusion(guessed: IntArray, true: IntArray, count: int) -> IntArray:
    """Count films by what they are [row] and what they were taken for [column]."""
    table = np.zeros((count, count), np.int64)
    np.add.at(table, (true, guessed), 1)
    return table


def judged(model: Model, examples: Examples) -> FloatArray:
    """Judge every film as it is judged when Segue runs, float32 chances [film, movement]."""
    return np.stack(
        [
            judge(model, rows[:length])
            for rows, length in zip(examples.features, examples.lengths, strict=True)
        ]
    )


def figures(chances: FloatArray, labels: IntArray) -> dict[str, float]:
    """Sum up: accuracy, macro_f1, and calibration_error (how far confidence is from the truth)."""
    guessed = chances.argmax(axis=1)
    right, sure = guessed == labels, chances.max(axis=1)
    bins = np.minimum((sure * 10).astype(int), 9)
    gaps = [
        abs(float(right[bins == one].mean() - sure[bins == one].mean())) * (bins == one).mean()
        for one in np.unique(bins)
    ]
    return {
        "accuracy": round(float(right.mean()), 4),
        "macro_f1": round(macro_f1(guessed, labels), 4),
        "calibration_error": round(float(np.sum(gaps)), 4),
    }


def measure(model: Model, work: Path) -> tuple[tuple[Metric, ...], str]:
    """Measure on held-out films, renders and real shots.

    Args:
        model: `film/camera_movement`.
        work: folder of the examples.

    Returns:
        What goes on the card, and tables to read.
    """
    metrics, lines = [], []
    for kind, said in (
        ("made", "held-out made films"),
        ("still", "held-out still shots, worn"),
        ("rendered", "held-out renders"),
        ("real", "held-out real shots"),
    ):
        examples = load(work / f"{kind}_test.npz")
        if not len(examples.labels):
            continue
        chances = judged(model, examples)
        found = figures(chances, examples.labels)
        lines += [f"{said}: {len(examples.labels)} {json.dumps(found)}"]
        lines += _table(confusion(chances.argmax(axis=1), examples.labels, len(MOVEMENTS)))
        lines += _wrong(chances, examples) if kind in ("rendered", "real") else []
        split = f"{said} ({len(examples.labels)})"
        metrics += [
            Metric(f"{kind}_{name}", number, split)
            for name, number in found.items()
            if name == "accuracy" or kind in ("made", "real")
        ]
    return tuple(metrics), "\n".join(lines)


def _table(counts: IntArray) -> Iterator[str]:
    """Write a table of what was taken for what."""
    yield " " * 12 + " ".join(f"{name[:7]:>7}" for name in MOVEMENTS)
    for name, row in zip(MOVEMENTS, counts, strict=True):
        if row.any():
            yield f"{name:12}" + " ".join(f"{number:7}" for number in row)


def _wrong(chances: FloatArray, examples: Examples) -> Iterator[str]:
    """Name what was mistaken."""
    guessed: AnyArray = chances.argmax(axis=1)
    for number in np.flatnonzero(guessed != examples.labels):
        yield (
            f"  {examples.names[number]}: {MOVEMENTS[examples.labels[number]]}, taken for "
            f"{MOVEMENTS[guessed[number]]} ({chances[number].max():.2f})"
        )


def main() -> None:
    """Measure what has been shipped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder of the examples")
    parser.add_argument("--models", type=Path, default=Path("onnx_models"), help="where it is")
    wanted = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    log.info(measure(Registry(wanted.models).model(MODEL_NAME), wanted.work)[1])


if __name__ == "__main__":
    main()
