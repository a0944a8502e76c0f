"""Two-bar grooves from the Groove MIDI Dataset, and the variations that are trained on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bridge.music.drum_grid import DRUM_COUNT, STEPS, STEPS_PER_BAR, to_drum_grid
from bridge.units import SIXTEENTH_TICKS
from export.corpora.groove import Groove, read_grooves

_BAR_TICKS = STEPS_PER_BAR * SIXTEENTH_TICKS
_LEAST_HITS = 6
"""A phrase with fewer hits is left out."""


@dataclass(frozen=True, slots=True)
class Grooves:
    """Phrases of one split."""

    features: npt.NDArray[np.float32]
    """float32 [phrase, step=32, 27]: hits, velocities, offsets of nine drums."""
    previous: npt.NDArray[np.int64]
    """int64 [phrase]: index of the phrase that ends where this begins, -1 none."""


def load_grooves(data: Path) -> dict[str, Grooves]:
    """Cut every performance at every bar, by the data set's own split.

    Args:
        data: folder with groove/.

    Returns:
        Phrases by split: "train", "validation", and "test" where it is there.
    """
    rows: dict[str, list[npt.NDArray[np.float32]]] = {}
    previous: dict[str, list[int]] = {}
    for groove in read_grooves(data / "groove"):
        kept = _phrases(groove)
        first = len(rows.setdefault(groove.split, []))
        place = {bar: first + index for index, (bar, _) in enumerate(kept)}
        rows[groove.split].extend(features for _, features in kept)
        previous.setdefault(groove.split, []).extend(place.get(bar - 2, -1) for bar, _ in kept)
    return {split: Grooves(np.stack(rows[split]), np.array(previous[split])) for split in rows}


def _phrases(groove: Groove) -> list[tuple[int, npt.NDArray[np.float32]]]:
    """Give (first bar, features) of every two bars that are played."""
    if not groove.notes:
        return []
    bars = -(-(groove.notes[-1].onset_ticks + 1) // _BAR_TICKS)
    features = to_drum_grid(groove.notes, steps=(bars + 2) * STEPS_PER_BAR).features()
    cut = [(b, features[b * STEPS_PER_BAR : b * STEPS_PER_BAR + STEPS]) for b in range(bars - 1)]
    return [(bar, f) for bar, f in cut if f[:, :DRUM_COUNT].sum() >= _LEAST_HITS]


def varied(features: npt.NDArray[np.float32], rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Vary a batch so that more grooves are heard than nine drummers played.

    Some phrases take some drums from another phrase, some are rotated by beats, some lose a drum,
    some swap their toms or cymbals; loudness and lateness move as a whole.

    Args:
        features: float32 [phrase, step, 27].
        rng: source of chance.

    Returns:
        float32 of the same shape.
    """
    phrases = len(features)
    parts = features.reshape(phrases, STEPS, 3, DRUM_COUNT).copy()
    other = parts[rng.permutation(phrases)]
    take = (rng.random((phrases, 1, 1, DRUM_COUNT)) < 0.4) & (rng.random((phrases, 1, 1, 1)) < 0.35)
    parts = np.where(take, other, parts)
    drop = (rng.random((phrases, 1, 1, DRUM_COUNT)) < 0.2) & (rng.random((phrases, 1, 1, 1)) < 0.2)
    parts = np.where(drop, 0.0, parts)
    for row in np.flatnonzero(rng.random(phrases) < 0.2):
        parts[row] = np.roll(parts[row], 4 * rng.integers(1, 8), axis=0)
    for row in np.flatnonzero(rng.random(phrases) < 0.15):
        order = np.concatenate([[0, 1], rng.permutation(7) + 2])
        parts[row] = parts[row][:, :, order]
    hits = parts[:, :, 0] > 0
    louder = rng.uniform(0.75, 1.2, (phrases, 1, 1))
    later = rng.normal(0.0, 0.06, (phrases, 1, 1))
    parts[:, :, 1] = np.where(hits, np.clip(parts[:, :, 1] * louder, 1 / 127, 1.0), 0.0)
    parts[:, :, 2] = np.where(hits, np.clip(parts[:, :, 2] + later, -0.5, 0.5), 0.0)
    return parts.reshape(phrases, STEPS, 3 * DRUM_COUNT).astype(np.float32)
