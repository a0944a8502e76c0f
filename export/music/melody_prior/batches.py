"""Batches of melodies, with goals left out at random and melodies moved a little."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from bridge.music.melody_conditions import COLUMNS, GOALS, REGISTER_UNIT
from bridge.music.melody_events import FIRST_PITCH, LOUDNESSES
from bridge.music.melody_prior import UNKNOWN_LOUDNESS
from bridge.schema.arrays import AnyArray
from export.music.melody_prior.data import Stretches

_LOWEST, _HIGHEST = FIRST_PITCH + 24, FIRST_PITCH + 108
"""Melodies are not moved beyond C1 and C8."""
_TONAL = ("chords", "key", "mode", "scale")
_HEIGHTS = ("register", "lowest", "highest")
_MOST_SLACK = 5
"""Semitones, less one, by which the asked range may be wider than the melody's."""


@dataclass(frozen=True)
class Augmentation:
    """How melodies are changed and goals left out."""

    goal_dropped: float = 0.5
    """Share of melodies for which a goal is left out, each goal for itself."""
    all_dropped: float = 0.2
    """Share of melodies for which all goals are left out."""
    end_dropped: float = 0.2
    """Share of melodies that are not told where they end."""
    octave_moved: float = 0.2
    """Share of melodies that are moved by an octave."""
    key_moved: float = 0.03
    """Share of melodies in any key, without what depends on it."""
    loudness_unknown: float = 0.5
    """Share of printed melodies whose loudness is said to be unknown; the others get invented
    ones to read, which are never to be said."""


@dataclass(frozen=True)
class Batch:
    """Melodies that are read together, those shorter than the longest filled with rests."""

    pitches: Tensor
    """int64 [batch, event]."""
    lengths: Tensor
    """int64 [batch, event]; 1 where filled."""
    loudness: Tensor
    """int64 [batch, event], as it is read; UNKNOWN_LOUDNESS where nobody knows."""
    conditions: Tensor
    """float32 [batch, event, CONDITION]."""
    slots: Tensor
    """int64 [batch, event]."""
    real: Tensor
    """bool [batch, event]: what is not filled."""
    loud: Tensor
    """bool [batch, event]: notes whose loudness is to be learned."""


def batch_of(stretches: Stretches, rows: npt.NDArray[np.int64]) -> dict[str, AnyArray]:
    """Lay stretches side by side: the fields of `Batch` as arrays, nothing changed or left out."""
    sizes = stretches.sizes[rows]
    real = np.arange(sizes.max()) < sizes[:, None]
    places = np.where(real, stretches.first[rows][:, None] + np.arange(sizes.max()), 0)
    pitches = np.where(real, stretches.pitches[places], 0)
    conditions = stretches.conditions[places].astype(np.float32)
    conditions[~real] = 0.0
    return {
        "pitches": pitches,
        "lengths": np.where(real, stretches.lengths[places], 1),
        "loudness": np.where(real, stretches.loudness[places], 0),
        "conditions": conditions,
        "slots": np.where(real, stretches.slots[places], 0),
        "real": real,
        "loud": (pitches >= FIRST_PITCH) & stretches.played[rows][:, None],
    }


def tensors(arrays: dict[str, AnyArray]) -> Batch:
    """Give arrays to torch."""
    return Batch(**{name: torch.from_numpy(array) for name, array in arrays.items()})


def measured_batch(
    stretches: Stretches, rows: npt.NDArray[np.int64], *, asked: bool = True
) -> Batch:
    """Lay stretches side by side as they are measured: printed loudness unknown, nothing moved.

    Args:
        stretches: of one split.
        rows: int64 [batch], which ones.
        asked: whether goals are asked for, rather than none.
    """
    arrays = batch_of(stretches, rows)
    notes = arrays["pitches"] >= FIRST_PITCH
    arrays["loudness"] = np.where(notes & ~arrays["loud"], UNKNOWN_LOUDNESS, arrays["loudness"])
    if not asked:
        for goal in GOALS:
            arrays["conditions"][:, :, COLUMNS[goal]] = 0.0
    return tensors(arrays)


def draw_rows(
    stretches: Stretches, weights: npt.NDArray[np.float64], events: int, rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    """Draw stretches of about one size.

    Args:
        stretches: to draw from.
        weights: float64 [stretch], how often each is drawn.
        events: about how many events all of them have.
        rng: source of chance.

    Returns:
        int64 [batch].
    """
    order = np.argsort(stretches.sizes, kind="stable")
    sizes = stretches.sizes[order]
    chances = np.cumsum(weights[order] * sizes)
    pivot = int(np.searchsorted(chances, rng.random() * chances[-1]))
    batch = max(1, events // int(sizes[pivot]))
    low, high = max(0, pivot - 4 * batch), min(len(order), pivot + 4 * batch + 1)
    near = weights[order[low:high]]
    drawn = rng.choice(order[low:high], min(batch, high - low), replace=False, p=near / near.sum())
    return np.asarray(drawn, dtype=np.int64)


def draw_batch(
    stretches: Stretches,
    rows: npt.NDArray[np.int64],
    augmentation: Augmentation,
    rng: np.random.Generator,
) -> Batch:
    """Lay stretches side by side and change them as training does."""
    arrays = batch_of(stretches, rows)
    conditions = arrays["conditions"]
    other_key = rng.random(len(rows)) < augmentation.key_moved
    _move(arrays, other_key, augmentation, rng)
    for name in GOALS:
        share = augmentation.end_dropped if name == "end" else augmentation.goal_dropped
        dropped = rng.random(len(rows)) < (0.1 if name == "key" else share)
        if name in _TONAL:
            dropped |= other_key
        conditions[dropped, :, COLUMNS[name]] = 0.0
    alone = rng.random(len(rows)) < augmentation.all_dropped
    conditions[alone, :, COLUMNS["end"].stop :] = 0.0
    _perform(arrays, stretches.played[rows], augmentation, rng)
    return tensors(arrays)


def _move(
    arrays: dict[str, AnyArray],
    other_key: npt.NDArray[np.bool_],
    augmentation: Augmentation,
    rng: np.random.Generator,
) -> None:
    """Move some melodies by octaves or into another key, and widen the asked ranges."""
    pitches, conditions = arrays["pitches"], arrays["conditions"]
    batch = len(pitches)
    moved = augmentation.octave_moved / 2
    octaves = rng.choice([-12, 0, 12], batch, p=[moved, 1 - 2 * moved, moved])
    semitones = octaves + np.where(other_key, rng.integers(-6, 7, batch), 0)
    sounding = pitches >= FIRST_PITCH
    after = pitches + semitones[:, None]
    fits = (~sounding | ((after >= _LOWEST) & (after <= _HIGHEST))).all(axis=1)
    semitones = np.where(fits, semitones, 0)
    arrays["pitches"] = np.where(sounding, pitches + semitones[:, None], pitches)
    slack = {"register": 0, "lowest": -1, "highest": 1}
    for name in _HEIGHTS:
        wider = slack[name] * rng.integers(0, _MOST_SLACK, batch)
        value, asked = COLUMNS[name].start, COLUMNS[name].start + 1
        change = ((semitones + wider) / REGISTER_UNIT)[:, None]
        conditions[:, :, value] += change * (conditions[:, :, asked] > 0)


def _perform(
    arrays: dict[str, AnyArray],
    played: npt.NDArray[np.bool_],
    augmentation: Augmentation,
    rng: np.random.Generator,
) -> None:
    """Give printed melodies a loudness to read, or none."""
    loudness, slots = arrays["loudness"], arrays["slots"]
    batch, events = loudness.shape
    notes = arrays["pitches"] >= FIRST_PITCH
    accent = rng.integers(0, 2, (batch, 1)) * (slots % 12 == 0)
    noise = np.round(rng.normal(0.0, 1.0, (batch, events)) * rng.uniform(0.0, 0.8, (batch, 1)))
    invented = np.clip(rng.integers(2, 7, (batch, 1)) + accent + noise, 0, LOUDNESSES - 1)
    unknown = rng.random((batch, 1)) < augmentation.loudness_unknown
    read = np.where(unknown, UNKNOWN_LOUDNESS, invented.astype(np.int64))
    arrays["loudness"] = np.where(notes, np.where(played[:, None], loudness, read), 0)
