"""Offer melodies to simulated musicians, learn from their thumbs, and count what they accept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.music.taste_features import NAMES
from bridge.preference.beliefs import RealArray
from bridge.preference.taste import new_taste, rated, thompson
from export.adaptation.musicians import KINDS, Kind, Musician, musician

CANDIDATES: Final = 24
"""So many melodies are at hand for each offer; one of them is offered."""
CHANGE: Final = 60
"""After so many ratings those change their mind who do."""
RATINGS: Final = 120
"""So many offers each musician rates."""
LEARNED: Final = slice(30, 40)
"""Acceptance after 30 ratings is measured on these offers."""
SETTLED: Final = slice(CHANGE - 10, CHANGE)
"""Acceptance before a change of mind is measured on these offers."""
RECOVERED: Final = slice(CHANGE + 30, CHANGE + 40)
"""Acceptance within 40 ratings of a change of mind is measured on these offers."""


@dataclass(frozen=True, slots=True)
class Course:
    """How it went with the musicians of one kind; each array is [seed, offer]."""

    kind: Kind
    """Of which they are."""
    accepted: NDArray[np.bool_]
    """Whether they liked what was offered, whatever they said."""
    unlearned: RealArray
    """Share of the candidates they liked: the acceptance of a choice by chance."""
    regret: RealArray
    """How much better the best candidate was: in standard deviations of their utility, >= 0."""

    def acceptance(self, offers: slice) -> tuple[float, float]:
        """Give the mean of some offers over the seeds, 0..1, and its standard error."""
        return _mean(self.accepted[:, offers])

    def base(self) -> float:
        """Give the acceptance of a choice by chance, over all offers."""
        return float(self.unlearned.mean())

    def mean_regret(self, offers: slice) -> tuple[float, float]:
        """Give the mean regret of some offers over the seeds, and its standard error."""
        return _mean(self.regret[:, offers])


def _mean(values: NDArray[np.bool_] | RealArray) -> tuple[float, float]:
    """Give mean and standard error of values [seed, offer], where a seed is one observation."""
    each = values.mean(axis=1)
    return float(each.mean()), float(each.std(ddof=1) / np.sqrt(len(each)))


def learned_enough(acceptance: float, base: float) -> bool:
    """Say whether learning doubled what is accepted, or brought it to 80 %."""
    return acceptance >= min(2.0 * base, 0.8)


def course(kind: Kind, pool: RealArray, *, seeds: int) -> Course:
    """Let Segue meet some musicians of a kind.

    Args:
        kind: of the musicians.
        pool: [melody, feature], what candidates are drawn from.
        seeds: how many musicians, >= 2.
    """
    number = KINDS.index(kind)
    runs = [_meeting(kind, pool, np.random.default_rng([number, seed])) for seed in range(seeds)]
    accepted, unlearned, regret = (np.stack(rows) for rows in zip(*runs, strict=True))
    return Course(kind, accepted, unlearned, regret)


def _meeting(
    kind: Kind, pool: RealArray, rng: np.random.Generator
) -> tuple[NDArray[np.bool_], RealArray, RealArray]:
    """Let Segue meet one musician: accepted, unlearned and regret, each [offer]."""
    first = musician(kind, pool, rng)
    second = musician(kind, pool, rng, later=True) if kind.later else first
    taste = new_taste(NAMES)
    accepted = np.zeros(RATINGS, dtype=np.bool_)
    unlearned, regret = np.zeros(RATINGS), np.zeros(RATINGS)
    for offer in range(RATINGS):
        person: Musician = first if offer < CHANGE else second
        candidates = rng.choice(len(pool), CANDIDATES, replace=False)
        offered = candidates[thompson(taste, pool[candidates], rng)]
        accepted[offer] = person.accepts[offered]
        unlearned[offer] = person.accepts[candidates].mean()
        regret[offer] = person.utilities[candidates].max() - person.utilities[offered]
        says_yes = accepted[offer] != (rng.random() < kind.noise)
        taste = rated(taste, pool[offered], 1.0 if says_yes else -1.0)
    return accepted, unlearned, regret
