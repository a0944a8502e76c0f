"""How different melodies are from each other: collapse shows here first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

from bridge.schema.notes import Note

Melody = Sequence[tuple[int, int]]
"""Steps from note to note: semitones, and ticks from onset to onset."""

_Gram = tuple[tuple[int, int], ...]
_Most = dict[_Gram, tuple[int, int, int]]
"""For each run: how often it occurs in the melody that has it most, which one, and in the next."""

_GRAM = 4


def note_steps(notes: Sequence[Note]) -> list[tuple[int, int]]:
    """Give semitones and ticks from onset to onset of each two notes that follow each other."""
    return [(b.pitch - a.pitch, b.onset_ticks - a.onset_ticks) for a, b in pairwise(notes)]


def grams(melody: Melody, size: int = _GRAM) -> list[_Gram]:
    """Give every run of some steps of a melody."""
    return [tuple(melody[at : at + size]) for at in range(len(melody) - size + 1)]


def distinct_share(melodies: Sequence[Melody], size: int = _GRAM) -> float:
    """Give the share of different ones among all runs of four steps; NaN without any.

    Li et al. 2016, A diversity-promoting objective function, arXiv:1510.03055 (distinct-n). It
    falls with the number of melodies: compare only equal numbers.
    """
    found = [gram for melody in melodies for gram in grams(melody, size)]
    return len(set(found)) / len(found) if found else float("nan")


def self_bleu(melodies: Sequence[Melody], rng: np.random.Generator, *, judged: int = 200) -> float:
    """Give how much each melody is made of what is in the others, 0..1; lower is more varied.

    Zhu et al. 2018, Texygen, arXiv:1802.01886: BLEU-4 of each against all others, here the
    geometric mean of clipped precisions of runs of 1 to 4 steps, without a brevity penalty, for
    every melody has thousands of references.

    Args:
        melodies: which are compared.
        rng: draws those that are judged.
        judged: how many.
    """
    counts = [[Counter(grams(melody, size)) for melody in melodies] for size in range(1, 5)]
    most = [_two_largest(of_size) for of_size in counts]
    rows = rng.permutation(len(melodies))[:judged]
    scores = [_bleu([of_size[row] for of_size in counts], most, int(row)) for row in rows]
    return float(np.mean([score for score in scores if score is not None]))


def _two_largest(counts: Sequence[Counter[_Gram]]) -> _Most:
    most: _Most = {}
    for row, counter in enumerate(counts):
        for gram, count in counter.items():
            first, whose, second = most.get(gram, (0, -1, 0))
            if count > first:
                most[gram] = (count, row, first)
            elif count > second:
                most[gram] = (first, whose, count)
    return most


def _bleu(own: Sequence[Counter[_Gram]], most: Sequence[_Most], row: int) -> float | None:
    """Give the geometric mean of the shares that others have too; None for too short a melody."""
    logs = []
    for counter, of_size in zip(own, most, strict=True):
        total = sum(counter.values())
        if total == 0:
            return None
        shared = 0
        for gram, count in counter.items():
            first, whose, second = of_size[gram]
            shared += min(count, second if whose == row else first)
        logs.append(np.log(max(shared, 1e-9) / total))
    return float(np.exp(np.mean(logs)))


def runs_of(melodies: Iterable[Melody], size: int) -> set[int]:
    """Give every run of so many steps that some melodies have, as a hash."""
    return {hash(run) for melody in melodies for run in grams(melody, size)}


def longest_copy(melody: Melody, known: set[int], size: int) -> int:
    """Give the steps of the longest stretch whose every run of steps is known; 0 if none is.

    Args:
        melody: which may be copied.
        known: runs of other melodies, as `runs_of` gives them.
        size: steps of a run.
    """
    longest = run = 0
    for gram in grams(melody, size):
        run = run + 1 if hash(gram) in known else 0
        longest = max(longest, run)
    return longest + size - 1 if longest else 0
