"""Rewards for what is new: against the melodies that were learned from, and the last ones played.

A figure is six notes: five steps, each of an interval and the time from onset to onset. The figures
of the training songs are kept as a Bloom filter (Bloom 1970, Space/time trade-offs in hash coding
with allowable errors, CACM 13): a few bits of each are set, so it says without the songs whether a
figure is in them, and is wrong only by taking a new one for known, see `KNOWN_ERROR`. Counting
what stands in the training data by n-grams follows Papadopoulos, Roy and Pachet 2014, Avoiding
plagiarism in Markov sequence generation, AAAI.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

import numpy as np
import numpy.typing as npt

from bridge.music.rewards.measured import BANDS
from bridge.music.rewards.phrase import Phrase
from bridge.units import PPQ

_Codes = npt.NDArray[np.uint64]

FIGURE_STEPS: Final = 5
"""Steps of a figure: one less than its notes."""
_SHORT_STEPS: Final = 3
"""Steps of the figures by which two melodies are compared."""
_TWELFTH: Final = PPQ // 12
_LONGEST: Final = 127
"""Twelfths of a beat; longer waits are one."""
_WIDEST: Final = 31
"""Semitones; wider intervals are one."""
_HASHES: Final = 4
_MULTIPLIERS: Final = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93],
    dtype=np.uint64,
)
"""Odd numbers with bits well spread; one for each hash."""
FILE: Final = "known_figures.npy"
"""Lies beside this module."""


@dataclass(frozen=True, slots=True)
class KnownFigures:
    """A set of figures that may say yes to a few that are not in it."""

    bits: npt.NDArray[np.uint8]
    """uint8 [byte]; a power of two."""

    def has(self, figures: _Codes) -> npt.NDArray[np.bool_]:
        """Say of each figure whether it is known: bool [figure]."""
        places = _places(figures, len(self.bits))
        set_bits = self.bits[places >> np.uint64(3)] >> (places & np.uint64(7)).astype(np.uint8)
        known: npt.NDArray[np.bool_] = (set_bits & 1).astype(np.bool_).all(axis=1)
        return known


def known_figures(figures: Iterable[_Codes], *, size_bytes: int) -> KnownFigures:
    """Remember figures.

    Args:
        figures: as `figures_of` gives them, a melody each.
        size_bytes: a power of two; ten bits a figure keep errors near 1 %.
    """
    bits = np.zeros(size_bytes, dtype=np.uint8)
    for some in figures:
        places = _places(some, size_bytes).ravel()
        np.bitwise_or.at(
            bits, places >> np.uint64(3), np.uint8(1) << (places & np.uint64(7)).astype(np.uint8)
        )
    return KnownFigures(bits)


@cache
def training_figures() -> KnownFigures:
    """Give the training songs' figures, which `python -m export.music.reward_bands` wrote."""
    with resources.files("bridge.music.rewards").joinpath(FILE).open("rb") as stream:
        return KnownFigures(np.load(stream))


def _places(figures: _Codes, size_bytes: int) -> _Codes:
    """Give the bits that stand for figures: uint64 [figure, hash]."""
    shift = np.uint64(64 - (8 * size_bytes).bit_length() + 1)
    mixed = figures ^ (figures >> np.uint64(31))
    places: _Codes = (mixed[:, None] * _MULTIPLIERS[:_HASHES]) >> shift
    return places


def figures_of(phrase: Phrase, *, steps: int = FIGURE_STEPS) -> _Codes:
    """Give every figure of a melody as a number; transposed, it is the same.

    Args:
        phrase: the melody.
        steps: of each figure, 1..5.

    Returns:
        uint64 [figure]; none for a melody of fewer notes.
    """
    if phrase.count <= steps:
        return np.zeros(0, dtype=np.uint64)
    moves = np.clip(np.diff(phrase.pitches), -_WIDEST, _WIDEST) + _WIDEST  # 6 bits
    waits = np.minimum(_LONGEST, (2 * np.diff(phrase.onsets) + _TWELFTH) // (2 * _TWELFTH))
    codes = (moves * (_LONGEST + 1) + waits).astype(np.uint64)  # 13 bits
    windows = np.lib.stride_tricks.sliding_window_view(codes, steps)
    weights = np.uint64(1) << (np.uint64(13) * np.arange(steps, dtype=np.uint64))
    figures: _Codes = (windows * weights).sum(axis=1, dtype=np.uint64)
    return figures


def novelty(phrase: Phrase, known: KnownFigures | None = None) -> float | None:
    """Give the share of figures that are in no training song, 0..1; None without figures.

    Args:
        phrase: the melody.
        known: other figures than those of the training songs.
    """
    figures = figures_of(phrase)
    if not len(figures):
        return None
    return 1.0 - float((known or training_figures()).has(figures).mean())


def novelty_met(phrase: Phrase, known: KnownFigures | None = None) -> float | None:
    """Judge the novelty: near what was asked for, else as new as songs nobody trained on."""
    share = novelty(phrase, known)
    if share is None:
        return None
    if phrase.goals.novelty is None:
        return BANDS["novelty"].score(share)
    return max(0.0, 1.0 - 2.0 * abs(share - phrase.goals.novelty))


def distance(phrase: Phrase, other: Phrase) -> float | None:
    """Give the share of four-note figures of a melody that another one does not have, 0..1."""
    figures = figures_of(phrase, steps=_SHORT_STEPS)
    if not len(figures):
        return None
    return 1.0 - float(np.isin(figures, figures_of(other, steps=_SHORT_STEPS)).mean())


def freshness(phrase: Phrase, recent: Sequence[Phrase]) -> float | None:
    """Judge the distance to the nearest of the last melodies; None where none were played.

    Two songs of one kind share figures, so as far apart as real songs are is far enough.
    """
    distances = [distance(phrase, other) for other in recent]
    nearest = min((found for found in distances if found is not None), default=None)
    return None if nearest is None else BANDS["distance_between_songs"].at_least(nearest)
