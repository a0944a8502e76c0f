"""Simulated musicians, each with a hidden taste; every seed of a kind is another person.

The taste sees melodies through the features that Segue measures, but most kinds are not of the
shape that Segue's models have: thresholds, an ideal in the middle, one thing only together with
another, nearness to one record, a small random network. Segue is told "up" and "down", no more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bridge.music.taste_features import NAMES
from bridge.preference.beliefs import RealArray

Utility: TypeAlias = Callable[[RealArray, np.random.Generator], RealArray]
"""From features [melody, feature] and a source of chance (who it is) to utilities [melody]."""

ACCEPTED: Final = (0.20, 0.35)
"""Between so much of all melodies a musician would accept."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of musician."""

    name: str
    """As the table and the plot have it."""
    utility: Utility
    """What this kind likes."""
    noise: float = 0.0
    """How often they say the opposite of what they think, 0..1."""
    later: Utility | None = None
    """What they like after they changed their mind; None: they never do."""


@dataclass(frozen=True, slots=True)
class Musician:
    """One person: what they think of each melody of the pool."""

    kind: Kind
    """Of which they are."""
    utilities: RealArray
    """[melody], of mean 0 and standard deviation 1."""
    accepts: NDArray[np.bool_]
    """[melody]: whether they would give a thumb up, if they say what they think."""


def musician(
    kind: Kind, pool: RealArray, rng: np.random.Generator, *, later: bool = False
) -> Musician:
    """Draw a person of a kind.

    Args:
        kind: of which they are.
        pool: [melody, feature].
        rng: says who it is.
        later: after they changed their mind.
    """
    utility = kind.later if later and kind.later else kind.utility
    while True:
        utilities = _standard(utility(pool, rng))
        accepts = utilities > np.quantile(utilities, 1.0 - rng.uniform(*ACCEPTED))
        if ACCEPTED[0] <= accepts.mean() <= ACCEPTED[1]:  # else too many melodies are alike
            return Musician(kind, utilities, accepts)


def _standard(values: RealArray) -> RealArray:
    """Bring values [melody] to mean 0 and standard deviation 1."""
    standard: RealArray = (values - values.mean()) / max(float(values.std()), 1e-9)
    return standard


def _likes(**weights: float) -> Utility:
    """Like features in proportion, each person a little differently."""

    def utility(pool: RealArray, rng: np.random.Generator) -> RealArray:
        total = np.zeros(len(pool))
        for name, weight in weights.items():
            total += weight * rng.uniform(0.5, 1.5) * _column(pool, name)
        return total

    return utility


def _column(pool: RealArray, name: str) -> RealArray:
    """Give a feature [melody] as it varies over the pool, standardised."""
    return _standard(pool[:, NAMES.index(name)])


def _varying(pool: RealArray) -> NDArray[np.int64]:
    """Give the features [index] that take many values in the pool."""
    counts = np.array([len(np.unique(column)) for column in pool.T])
    return np.flatnonzero(counts > len(pool) // 10)


def _near(*names: str) -> Utility:
    """Like features near a place of one's own, the more the nearer."""

    def utility(pool: RealArray, rng: np.random.Generator) -> RealArray:
        total = np.zeros(len(pool))
        for name in names:
            column = _column(pool, name)
            total -= np.abs(column - np.quantile(column, rng.uniform(0.2, 0.8)))
        return total

    return utility


def _few_of_all(pool: RealArray, rng: np.random.Generator) -> RealArray:
    """Like or dislike three features, whichever."""
    chosen = rng.choice(_varying(pool), 3, replace=False)
    return sum(
        (rng.choice([-1.0, 1.0]) * _standard(pool[:, index]) for index in chosen),
        np.zeros(len(pool)),
    )


def _a_little_of_all(pool: RealArray, rng: np.random.Generator) -> RealArray:
    """Like or dislike every feature, more or less."""
    return pool @ rng.standard_normal(pool.shape[1])


def _rules(pool: RealArray, rng: np.random.Generator) -> RealArray:
    """Count how many of three rules hold: this feature above, or below, that value."""
    total = 0.01 * rng.standard_normal(len(pool))
    for index in rng.choice(_varying(pool), 3, replace=False):
        column = pool[:, index] * rng.choice([-1.0, 1.0])
        total += column > np.quantile(column, rng.uniform(0.3, 0.6))
    return total


def _both_or_nothing(pool: RealArray, rng: np.random.Generator) -> RealArray:
    """Like what is high enough in both of two features."""
    columns = [
        rng.choice([-1.0, 1.0]) * _standard(pool[:, index])
        for index in rng.choice(_varying(pool), 2, replace=False)
    ]
    return np.minimum(*columns)


def _fast_minor_slow_major(pool: RealArray, rng: np.random.Generator) -> RealArray:
    """Like fast tempos in minor and slow ones in major, and one feature more."""
    more = rng.choice([-1.0, 1.0]) * _standard(pool[:, rng.choice(_varying(pool))])
    return _column(pool, "tempo") * _column(pool, "minor") + 0.5 * more


def _one_record(pool: RealArray, rng: np.random.Generator) -> RealArray:
    """Like what resembles one melody."""
    spread = np.maximum(pool.std(axis=0), 1e-9)
    return -np.linalg.norm((pool - pool[rng.integers(len(pool))]) / spread, axis=1)


def _network(pool: RealArray, rng: np.random.Generator) -> RealArray:
    """Like whatever a small random network likes."""
    centred = (pool - pool.mean(axis=0)) / np.maximum(pool.std(axis=0), 1e-9)
    hidden = np.tanh(centred @ rng.standard_normal((pool.shape[1], 6)) / 3.0)
    return hidden @ rng.standard_normal(6)


_THEORY: Final = _likes(
    steps=1.0, leaps=-1.0, chromaticism=-1.0, tension=-1.0, ends_home=1.0, motif_return=1.0
)
_AGAINST_THEORY: Final = _likes(
    steps=-1.0, leaps=1.0, chromaticism=1.0, tension=1.0, ends_home=-1.0, motif_return=-1.0
)
_GROOVE: Final = _likes(syncopation=1.0, off_beat=0.7, rests=0.5)

KINDS: Final = (
    Kind("groove", _GROOVE),
    Kind("calm", _likes(density=-1.0, long_notes=1.0, tempo=-1.0, legato=0.5)),
    Kind("as taught", _THEORY),
    Kind("contrary to theory", _AGAINST_THEORY),
    Kind("density in the middle", _near("density")),
    Kind("range and register just so", _near("range", "register")),
    Kind("any three things", _few_of_all),
    Kind("a little of everything", _a_little_of_all),
    Kind("three rules", _rules),
    Kind("both or nothing", _both_or_nothing),
    Kind("fast minor, slow major", _fast_minor_slow_major),
    Kind("like one record", _one_record),
    Kind("a random network", _network),
    Kind("groove, 20 % noise", _GROOVE, noise=0.2),
    Kind("any three, 20 % noise", _few_of_all, noise=0.2),
    Kind("turns against theory", _THEORY, later=_AGAINST_THEORY),
    Kind("any three, then others", _few_of_all, later=_few_of_all),
)
"""All kinds; the first that are consistent, then those that are not."""
