"""The key of a melody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from bridge.schema.notes import Mode, Note
from bridge.schema.performance import SCALES

NAMES: Final = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
"""Pitch classes as musicians write them."""

_MAJOR: Final = np.array([5.0, 2.0, 3.5, 2.0, 4.5, 4.0, 2.0, 4.5, 2.0, 3.5, 1.5, 4.0])
_MINOR: Final = np.array([5.0, 2.0, 3.5, 4.5, 2.0, 4.0, 2.0, 4.5, 3.5, 2.0, 1.5, 4.0])
"""Key profiles of Temperley, The Cognition of Basic Musical Structures (MIT Press 2001), p. 180."""


@dataclass(frozen=True, slots=True)
class Key:
    """A tonic and its mode."""

    tonic_pitch_class: int
    """0..11, 0 is C."""
    mode: Mode
    """Major or minor."""

    def __str__(self) -> str:
        return f"{NAMES[self.tonic_pitch_class]} {self.mode.value}"

    @property
    def shift_to_c(self) -> int:
        """Semitones, -6..5, that bring the tonic to C by the shorter way."""
        return (-self.tonic_pitch_class + 6) % 12 - 6

    @property
    def scale(self) -> str:
        """The name of its scale in SCALES."""
        return self.mode.value


def find_key(notes: Iterable[Note]) -> Key:
    """Find the key that a melody is most likely in.

    The durations of the twelve pitch classes, each note counted for a beat at most, are correlated
    with the profiles of all 24 keys; the last note weighs double, since melodies end at home.

    Args:
        notes: at PPQ 480; none, or twelve pitch classes alike, gives C major.
    """
    weights = np.zeros(12)
    ordered = sorted(notes, key=lambda note: (note.onset_ticks, note.pitch))
    for note in ordered:
        weights[note.pitch % 12] += 60 + min(480, note.duration_ticks)
    if not ordered:
        return Key(0, Mode.MAJOR)
    weights[ordered[-1].pitch % 12] += 240
    scores = {
        Key(tonic, mode): _likeness(np.roll(profile, tonic), weights)
        for mode, profile in ((Mode.MAJOR, _MAJOR), (Mode.MINOR, _MINOR))
        for tonic in range(12)
    }
    return max(scores, key=lambda key: scores[key])


def _likeness(profile: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]) -> float:
    """Give the covariance of a profile and weights over the profile's deviation: 0 if all alike."""
    return float(((profile - profile.mean()) @ (weights - weights.mean())) / profile.std())


def scale_pitch_classes(tonic_pitch_class: int, scale: str) -> frozenset[int]:
    """Give the pitch classes of a scale, 0..11."""
    return frozenset((tonic_pitch_class + step) % 12 for step in SCALES[scale])
