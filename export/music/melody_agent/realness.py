"""How much melodies are like real ones: a logistic judge of whole profiles.

Retrained while the agent learns, on its last melodies and on real phrases of the same styles, as
the discriminator of Ho and Ermon 2016, Generative adversarial imitation learning, arXiv:1606.03476.
It sees the rows of `bridge.music.rewards.profile` and their squares, so the agent is drawn towards
the mean and the spread of each; but not those that a goal speaks of, for whoever asks for a key
wants it kept more strictly than real music keeps to its own. What is as likely real as not gets
full marks: nothing is gained by being more real than real.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from bridge.music.rewards.profile import ROWS

_Array = npt.NDArray[np.float64]

GOVERNED: Final = (
    "not_in_key", "in_scale_share", "chord_tone_share", "strong_chord_tone_share",
)  # fmt: skip
"""Rows that goals speak of."""
_FARTHEST: Final = 3.0
"""Standard deviations beyond which a row counts no more."""
_LEAST_SPREAD: Final = 1e-3
_RIDGE: Final = 20.0
_NEWTON_STEPS: Final = 6


@dataclass(frozen=True, slots=True)
class Realness:
    """A judge of profiles [melody, row]."""

    centre: _Array
    """float64 [row]: mean of real phrases."""
    spread: _Array
    """float64 [row]: their standard deviation, > 0; infinite for rows that do not count."""
    weights: _Array
    """float64 [feature]: the last one is the constant."""

    def log_odds(self, profiles: _Array) -> _Array:
        """Give the log odds that melodies are real: float64 [melody]."""
        odds: _Array = _features(profiles, self.centre, self.spread) @ self.weights
        return odds

    def score(self, profiles: _Array) -> _Array:
        """Give 0..1 for each melody; 1 from even odds on."""
        odds = np.clip(self.log_odds(profiles), -30.0, 30.0)
        scores: _Array = np.minimum(1.0, 2.0 / (1.0 + np.exp(-odds)))
        return scores


def _features(profiles: _Array, centre: _Array, spread: _Array) -> _Array:
    """Give rows in standard deviations, squares, which are missing, and 1: [melody, feature]."""
    missing = ~np.isfinite(profiles)
    off = np.where(missing, 0.0, (profiles - centre) / spread)
    off = np.clip(off, -_FARTHEST, _FARTHEST)
    one = np.ones((len(profiles), 1))
    return np.concatenate([off, off**2, missing.astype(np.float64), one], axis=1)


def fit_realness(real: _Array, written: _Array, rows: Sequence[str] = ROWS) -> Realness:
    """Learn to tell real phrases from written ones.

    Logistic regression with a ridge, by Newton's method; both sides count the same.

    Args:
        real: float64 [phrase, row].
        written: float64 [melody, row].
        rows: what they are called; those that are GOVERNED do not count.
    """
    known = np.isfinite(real)
    count = np.maximum(1, known.sum(axis=0))
    centre = np.where(known, real, 0.0).sum(axis=0) / count
    variance = (np.where(known, real - centre, 0.0) ** 2).sum(axis=0) / count
    spread = np.maximum(np.sqrt(variance), _LEAST_SPREAD)
    spread[np.isin(rows, GOVERNED)] = np.inf
    features = np.concatenate([_features(part, centre, spread) for part in (real, written)])
    truth = np.concatenate([np.ones(len(real)), np.zeros(len(written))])
    counts = np.where(truth > 0, 0.5 / len(real), 0.5 / len(written)) * len(truth)
    ridge = _RIDGE * np.eye(features.shape[1])
    ridge[-1, -1] = 1e-6
    weights = np.zeros(features.shape[1])
    for _ in range(_NEWTON_STEPS):
        chance = 1.0 / (1.0 + np.exp(-np.clip(features @ weights, -30.0, 30.0)))
        slope = features.T @ (counts * (truth - chance)) - ridge @ weights
        curve = (features * (counts * chance * (1.0 - chance))[:, None]).T @ features + ridge
        weights = weights + np.linalg.solve(curve, slope)
    return Realness(centre, spread, weights)
