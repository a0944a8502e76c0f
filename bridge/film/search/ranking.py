"""Rank shots by how well they fit words, or a picture."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING, Final, Protocol

from bridge.film.search.synonyms import STOP_WORDS, SYNONYMS

if TYPE_CHECKING:
    from bridge.schema.arrays import FloatArray

Likeness = Callable[[Sequence[str], Sequence[str]], "FloatArray"]
"""Gives how near the meaning of each word is to that of each tag: float32 [word, tag], -1..1."""

_SYNONYM: Final = 0.9
_LATER_SYNONYM: Final = 0.7
"""How well the first synonym fits, and those after it."""
_FAR: Final = 0.55
"""Likeness of words that have nothing to do with each other, or are opposites: `night`, `day`."""
_NEAR: Final = 0.85
"""Likeness from which words mean the same."""
_LEAST: Final = 0.2
"""A word that fits no better fits not at all."""
_LEAST_OF_BEST: Final = 1 / 3
"""Of the best shot's score, what a shot needs to be worth a look."""
_MOST_WORDS: Final = 24
_LONGEST_PHRASE: Final = 4
"""Words of a phrase that is a tag."""
_ALIKE_LEAST: Final = 0.3
"""Likeness of pictures below which a shot is none of those looked for."""


class Comparable(Protocol):
    """What must be known of a shot to rank it."""

    @property
    def tags(self) -> tuple[str, ...]:
        """Words for what is seen and heard in it."""

    @property
    def embedding(self) -> Sequence[float] | FloatArray:
        """What it looks like: numbers of length 1."""

    @property
    def importance(self) -> float:
        """0..1."""


@dataclass(frozen=True, slots=True)
class Rank:
    """How well one shot fits."""

    place: int
    """Of the shot in the row that was given."""
    score: float
    """0..1."""
    why: str
    """What fits, for a person."""


def rank_by_words(
    query: str, shots: Sequence[Comparable], likeness: Likeness | None = None
) -> tuple[Rank, ...]:
    """Rank shots by what they are tagged with.

    Each word of the query, or phrase that is a tag or a synonym of one, fits a shot as well as the
    best of the shot's tags; one that fits few shots counts for up to twice as much.

    Args:
        query: `close-up night calm`; commas may part phrases.
        shots: to look in.
        likeness: compares words by meaning; None: by synonyms alone.

    Returns:
        Those that fit a third as well as the best, the best first; of equals the more important.
    """
    tags = sorted({tag for shot in shots for tag in shot.tags})
    words = tuple(_words(query, {*tags, *SYNONYMS}))[:_MOST_WORDS]
    if not words or not tags:
        return ()
    table = _fits(words, tags, likeness)
    fits = [[_best(row, shot.tags) for row in table] for shot in shots]
    weights = _weights(fits, len(words))
    scores = [_score(row, weights) for row in fits]
    least = _LEAST_OF_BEST * max(scores, default=0.0)
    ranks = [
        Rank(place, scores[place], _why(words, row))
        for place, row in enumerate(fits)
        if scores[place] > 0 and scores[place] >= least
    ]
    return tuple(sorted(ranks, key=lambda rank: (-rank.score, -shots[rank.place].importance)))


def rank_by_picture(embedding: Sequence[float], shots: Sequence[Comparable]) -> tuple[Rank, ...]:
    """Rank shots by how much they look like a picture.

    Args:
        embedding: of the picture, of length 1.
        shots: to look in.

    Returns:
        Those that look like it at all, the likest first.
    """
    import numpy as np

    if not shots:
        return ()
    directions = np.array([shot.embedding for shot in shots], np.float32)  # [shot, direction]
    alike = np.clip(directions @ np.array(embedding, np.float32), 0.0, 1.0)
    return tuple(
        Rank(place, float(alike[place]), f"looks {alike[place]:.0%} alike")
        for place in np.argsort(-alike, kind="stable").tolist()
        if alike[place] >= _ALIKE_LEAST
    )


def rank_by_importance(shots: Sequence[Comparable]) -> tuple[Rank, ...]:
    """Rank shots by how much a viewer would miss them, the most important first."""
    order = sorted(range(len(shots)), key=lambda place: -shots[place].importance)
    return tuple(
        Rank(place, shots[place].importance, f"importance {shots[place].importance:.0%}")
        for place in order
    )


def _words(query: str, known: set[str]) -> Iterator[str]:
    """Part a query into known phrases, the longest first, and single words that say something."""
    for part in query.lower().split(","):
        words = re.findall(r"[^\s;.!?]+", part)
        while words:
            sizes = range(min(_LONGEST_PHRASE, len(words)), 1, -1)
            size = next((size for size in sizes if " ".join(words[:size]) in known), 1)
            phrase = " ".join(words[:size])
            if phrase not in STOP_WORDS:
                yield phrase
            words = words[size:]


def _fits(
    words: Sequence[str], tags: Sequence[str], likeness: Likeness | None
) -> list[dict[str, float]]:
    """Say of each word which tags it fits, and how well, 0..1."""
    table = [_known_fits(word, tags) for word in words]
    if likeness is not None:
        near = (likeness(words, tags) - _FAR) / (_NEAR - _FAR)
        for fits, row in zip(table, near.clip(0.0, 0.95).tolist(), strict=True):
            for tag, fit in zip(tags, row, strict=True):
                if fit >= _LEAST:
                    fits[tag] = max(fit, fits.get(tag, 0.0))
    return table


def _known_fits(word: str, tags: Sequence[str]) -> dict[str, float]:
    """Say which tags are the word itself, a synonym of it, or contain it."""
    fits = {tag: _LATER_SYNONYM for tag in tags if word in tag.split()}
    for place, synonym in enumerate(SYNONYMS.get(word, ())):
        fits[synonym] = _LATER_SYNONYM if place else _SYNONYM
    return fits | {word: 1.0}


def _best(fits: dict[str, float], tags: Sequence[str]) -> tuple[float, str]:
    """Give how well the best of a shot's tags fits a word, and which one it is."""
    return max(((fits.get(tag, 0.0), tag) for tag in tags), default=(0.0, ""))


def _weights(fits: Sequence[Sequence[tuple[float, str]]], word_count: int) -> list[float]:
    """Let a word that fits few shots count for more, 1..2."""
    found = Counter(place for row in fits for place, (fit, _) in enumerate(row) if fit > 0)
    whole = log(len(fits) + 1)
    return [1 + log((len(fits) + 1) / (found[place] + 1)) / whole for place in range(word_count)]


def _score(row: Sequence[tuple[float, str]], weights: Sequence[float]) -> float:
    total = sum(fit * weight for (fit, _), weight in zip(row, weights, strict=True))
    return total / sum(weights)


def _why(words: Sequence[str], row: Sequence[tuple[float, str]]) -> str:
    """Say which words fit, and what for."""
    told = [
        word if word == tag else f"{tag} for {word}"
        for word, (fit, tag) in zip(words, row, strict=True)
        if fit > 0
    ]
    return ", ".join(told)
