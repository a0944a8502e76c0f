"""The key of a melody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from bridge.schema.arrays import FloatArray
from bridge.schema.notes import Mode, Note
from bridge.schema.performance import SCALES
from bridge.units import PPQ

NAMES: Final = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
"""Pitch classes as musicians write them."""

_PROFILES: Final = {
    Mode.MAJOR: (238, 6, 137, 5, 162, 77, 7, 170, 6, 106, 9, 78),
    Mode.MINOR: (226, 6, 109, 141, 7, 136, 6, 181, 28, 17, 128, 16),
}
"""How often, in a thousand, each semitone above the tonic sounds in melodies of known key: the
training songs of POP909, O'Neill's Music of Ireland and Ryan's Mammoth Collection, by duration."""

_LAST_NOTES: Final = {
    Mode.MAJOR: (783, 16, 52, 2, 18, 23, 2, 42, 1, 41, 2, 17),
    Mode.MINOR: (764, 14, 31, 86, 11, 25, 3, 20, 1, 4, 34, 7),
}
"""How often, in a thousand, those melodies end on each semitone above the tonic."""

_SHARPNESS: Final = 1.5
_MOST_NOTES: Final = 24.0
"""A long melody counts like one of so many beats: its notes are not independent of each other."""
_LAST_NOTE_WEIGHT: Final = 0.5
"""A fragment may end anywhere, so its last note says less than a whole song's."""


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


def find_key(notes: Iterable[Note], among: Sequence[Key] = ()) -> Key:
    """Find the key that a melody is most likely in.

    The pitch classes, weighed by duration up to a beat, and the last note are compared with those
    of melodies of known key, as a naive Bayes classifier does (Temperley, Music and Probability,
    MIT Press 2007, chapter 6, with our profiles).

    Args:
        notes: at PPQ 480; none gives C major.
        among: the keys to choose from; none given means all 24.
    """
    ordered = sorted(notes, key=lambda note: (note.onset_ticks, note.pitch))
    if not ordered:
        return Key(0, Mode.MAJOR)
    weights = np.zeros(12)
    for note in ordered:
        weights[note.pitch % 12] += 60 + min(PPQ, note.duration_ticks)
    beats = weights / (60 + PPQ)
    beats *= min(1.0, _MOST_NOTES / beats.sum())
    last = ordered[-1].pitch % 12
    candidates = among or [Key(tonic, mode) for mode in Mode for tonic in range(12)]
    return max(candidates, key=lambda key: _log_likelihood(key, beats, last))


def _log_likelihood(key: Key, beats: npt.NDArray[np.float64], last_pitch_class: int) -> float:
    """Say how well a key explains beats of each pitch class, [pitch class], and the last note."""
    tonic = key.tonic_pitch_class
    profile = np.roll(np.log(np.array(_PROFILES[key.mode]) / 1000), tonic)
    ending = np.log(_LAST_NOTES[key.mode][(last_pitch_class - tonic) % 12] / 1000)
    return float(beats @ profile + _LAST_NOTE_WEIGHT * ending)


def leaning(mode: Mode) -> FloatArray:
    """Say how much more often than by chance each pitch class sounds, with the tonic at C.

    Returns:
        float32 [pitch class], natural logarithms times 1.5: so sharpened, samples of the melody VAE
        are in key as often as the songs it learned from.
    """
    profile = np.array(_PROFILES[mode], dtype=np.float32)
    weights: FloatArray = np.float32(_SHARPNESS) * np.log(12 * profile / profile.sum())
    return weights


def scale_pitch_classes(tonic_pitch_class: int, scale: str) -> frozenset[int]:
    """Give the pitch classes of a scale, 0..11."""
    return frozenset((tonic_pitch_class + step) % 12 for step in SCALES[scale])
