"""What melodies are like, as histograms, and how far two sets of melodies are apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from bridge.music.key import scale_pitch_classes
from bridge.schema.notes import Note
from bridge.units import PPQ

Histogram = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class MelodyStatistics:
    """Histograms over a set of phrases, each summing to 1."""

    density: Histogram
    """Onsets per beat of a phrase: 24 bins of 1/4."""
    in_scale: Histogram
    """Share of a phrase's notes in the tonic's major or minor scale, the better: 11 bins."""
    pitch_range: Histogram
    """Semitones between a phrase's lowest and highest note: 0..36."""
    interval: Histogram
    """Semitones from one note to the next: -24..24."""
    duration: Histogram
    """Lengths of notes in twelfths of a beat: 1..48."""

    def divergences(self, other: MelodyStatistics) -> dict[str, float]:
        """Give the Jensen-Shannon divergence of each histogram from another set's, in bits."""
        names = self.__slots__
        return {name: jensen_shannon(getattr(self, name), getattr(other, name)) for name in names}


def melody_statistics(
    phrases: Sequence[Sequence[Note]], *, beats: Sequence[int]
) -> MelodyStatistics:
    """Measure a set of phrases.

    Args:
        phrases: notes in order of onset, PPQ 480, the tonic at C.
        beats: length of each phrase.
    """
    density, in_scale, ranges = [], [], []
    intervals: list[int] = []
    durations: list[int] = []
    for notes, length in zip(phrases, beats, strict=True):
        pitches = [note.pitch for note in notes]
        density.append(len(notes) / length)
        intervals.extend(b - a for a, b in pairwise(pitches))
        durations.extend(round(12 * note.duration_ticks / PPQ) for note in notes)
        if pitches:
            in_scale.append(in_scale_share(pitches, tonic_pitch_class=0))
            ranges.append(max(pitches) - min(pitches))
    return MelodyStatistics(
        density=_histogram([round(4 * d) for d in density], 0, 23),
        in_scale=_histogram([round(10 * share) for share in in_scale], 0, 10),
        pitch_range=_histogram(ranges, 0, 36),
        interval=_histogram(intervals, -24, 24),
        duration=_histogram(durations, 1, 48),
    )


def in_scale_share(pitches: Sequence[int], *, tonic_pitch_class: int) -> float:
    """Give the share of pitches in the tonic's major or minor scale, whichever holds more."""
    scales = [scale_pitch_classes(tonic_pitch_class, name) for name in ("major", "minor")]
    return max(sum(pitch % 12 in scale for pitch in pitches) for scale in scales) / len(pitches)


def jensen_shannon(first: Histogram, second: Histogram) -> float:
    """Give the Jensen-Shannon divergence of two distributions, 0..1 bit (Lin 1991)."""
    middle = 0.5 * (first + second)
    return 0.5 * (_relative_entropy(first, middle) + _relative_entropy(second, middle))


def _relative_entropy(first: Histogram, second: Histogram) -> float:
    kept = first > 0
    return float((first[kept] * np.log2(first[kept] / second[kept])).sum())


def _histogram(numbers: Sequence[int], lowest: int, highest: int) -> Histogram:
    """Count whole numbers into bins lowest..highest; what lies outside goes to the last bins."""
    clipped = np.clip(np.array(numbers, dtype=np.int64), lowest, highest) - lowest
    counts: Histogram = np.bincount(clipped, minlength=highest - lowest + 1).astype(np.float64)
    return counts / np.float64(max(1.0, counts.sum()))
