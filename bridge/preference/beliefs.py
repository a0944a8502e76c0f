"""What may be true of a taste, and how likely: logistic models of few and of all features.

Thirty answers say too little to fit one model of thirty features and their squares. So each small
model is kept beside the others, one for each feature, one for each two features (with squares and
their product: "density near 2", "leaps only when slow") and one of all features with squares. Each
has a normal distribution of its weights, and is as likely as it foretold the answers (Bayesian
model averaging: Hoeting, Madigan, Raftery and Volinsky 1999). An answer moves each model by
matching the moments of its posterior (assumed density filtering: Opper 1998), by quadrature.

All of it twice: the `OLD` mind remembers all, the `YOUNG` one began a few answers ago. A person who
changed their mind is foretold better by the young one, which then takes the place of the old.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

RealArray: TypeAlias = NDArray[np.float64]
"""What a taste is computed with."""

CLIP: Final = 3.0
"""Features count up to so many standard deviations from their mean, so that no outlier rules."""
LAPSE: Final = 0.05
"""How often a thumb is not meant, whatever the result."""

# The scales were chosen on simulated tastes, and judged on kinds of taste they were not chosen on.
_SMALL_SCALES: Final = (1.25, 2.0, 2.0, 1.5, 1.5, 1.5)
"""Standard deviations before the first answer: constant, two slopes, two squares, product."""
_WHOLE_SCALES: Final = (1.0, 0.5, 0.25)
"""The same of the model of all features: constant, each slope, each square."""
_CONSTANT: Final = -0.8
"""Log odds with which a result is liked before anything is known: 0.31."""
_SHARES: Final = (0.3, 0.3, 0.4)
"""How likely before the first answer: the model of all, those of one feature, those of two."""
_SWITCHED_OFF: Final = 1e-5
"""Scale of a weight that its model does not have."""

_OLD: Final = 0
_YOUNG: Final = 1
_YOUTH: Final = 12
"""A young mind that does not foretell better begins anew after so many answers."""
_PRIOR_ODDS: Final = -2.5
"""Log odds that a person has changed their mind since the young mind began."""
_LEAST_ODDS: Final = -6.0
"""The log odds never fall lower, so that a change late in a young mind's youth is seen too."""
_CONVINCED: Final = 1.5
"""At these log odds the young mind becomes the old one."""

_NODES, _MASSES = np.polynomial.hermite_e.hermegauss(15)
_MASSES = _MASSES / _MASSES.sum()


@dataclass(frozen=True, slots=True)
class Layout:
    """Which features each small model looks at, and what all models believe at first."""

    first: NDArray[np.int64]
    """int64 [small], the index of a feature."""
    second: NDArray[np.int64]
    """int64 [small], that of another; of a model of one feature, the same."""
    small_mean: RealArray
    """[small, term]: constant, slopes of both, squares of both, product."""
    small_cov: RealArray
    """[small, term, term]."""
    whole_mean: RealArray
    """[whole]: constant, slopes, squares."""
    whole_cov: RealArray
    """[whole, whole]."""
    log_weights: RealArray
    """[1 + small]: of the model of all, then of the small ones."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What results there are: what is typical of all music may be rare among what is offered."""

    centre: RealArray
    """[feature], what is typical."""
    spread: RealArray
    """[feature], the standard deviation around it, > 0."""

    def framed(self, features: RealArray) -> RealArray:
        """Give features [.., feature] as they differ from what is typical."""
        framed: RealArray = np.clip((features - self.centre) / self.spread, -CLIP, CLIP)
        return framed


@dataclass(frozen=True, slots=True)
class Beliefs:
    """Both minds; axis `mind` is old, young. Never changed, only replaced."""

    frame: Frame
    """In which they see features; all else is about framed ones."""
    small_mean: RealArray
    """[mind, small, term]."""
    small_cov: RealArray
    """[mind, small, term, term]."""
    whole_mean: RealArray
    """[mind, whole]."""
    whole_cov: RealArray
    """[mind, whole, whole]."""
    log_weights: RealArray
    """[mind, 1 + small], each mind's sum to 1 as probabilities."""
    log_odds: float
    """That the young mind is right and the old one is not."""
    age: int
    """Answers since the young mind began."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What the models see of a result, or of the difference of two."""

    small: RealArray
    """[.., small, term]."""
    whole: RealArray
    """[.., whole]."""


@dataclass(frozen=True, slots=True)
class Surface:
    """A utility as a function of features: constant + slope x + x bend x, where x are framed."""

    frame: Frame
    """Of the beliefs."""
    constant: float
    """Log odds of a thumb up for what is typical."""
    slope: RealArray
    """[feature]."""
    bend: RealArray
    """[feature, feature]."""

    def at(self, features: RealArray) -> RealArray:
        """Give the utility [candidate] of features [candidate, feature]."""
        framed = self.frame.framed(features)
        curved = ((framed @ self.bend) * framed).sum(axis=1)
        height: RealArray = self.constant + framed @ self.slope + curved
        return height


@lru_cache(maxsize=8)
def layout(count: int) -> Layout:
    """Lay out the models of `count` features, >= 1."""
    one = np.arange(count)
    first, second = np.triu_indices(count, 1)
    small = len(first) + count
    scales = np.tile(_SMALL_SCALES, (small, 1))
    scales[:count, [2, 4, 5]] = _SWITCHED_OFF
    whole_scales = np.repeat(_WHOLE_SCALES, (1, count, count))
    small_mean, whole_mean = np.zeros((small, 6)), np.zeros(1 + 2 * count)
    small_mean[:, 0] = whole_mean[0] = _CONSTANT
    shares = np.repeat(
        [_SHARES[0], _SHARES[1] / count, _SHARES[2] / max(1, len(first))], (1, count, len(first))
    )
    return Layout(
        first=np.concatenate([one, first]),
        second=np.concatenate([one, second]),
        small_mean=small_mean,
        small_cov=scales[:, :, None] ** 2 * np.eye(6),
        whole_mean=whole_mean,
        whole_cov=np.diag(whole_scales**2),
        log_weights=np.log(shares / shares.sum()),
    )


def first_beliefs(frame: Frame) -> Beliefs:
    """Give what is believed of a person of whom nothing is known."""
    start = layout(len(frame.centre))
    return Beliefs(
        frame=frame,
        small_mean=np.stack([start.small_mean] * 2),
        small_cov=np.stack([start.small_cov] * 2),
        whole_mean=np.stack([start.whole_mean] * 2),
        whole_cov=np.stack([start.whole_cov] * 2),
        log_weights=np.stack([start.log_weights] * 2),
        log_odds=_PRIOR_ODDS,
        age=0,
    )


def terms_of(beliefs: Beliefs, features: RealArray) -> Terms:
    """Give what the models see of features [.., feature]."""
    x = beliefs.frame.framed(features)
    start = layout(x.shape[-1])
    square = (x * x - 1.0) / np.sqrt(2.0)
    constant = np.ones((*x.shape[:-1], 1))
    a, b = x[..., start.first], x[..., start.second]
    squares = (square[..., start.first], square[..., start.second])
    return Terms(
        small=np.stack([np.ones_like(a), a, b, *squares, a * b], axis=-1),
        whole=np.concatenate([constant, x, square], axis=-1),
    )


def answered(beliefs: Beliefs, terms: Terms, *, doubt: float) -> Beliefs:
    """Learn from an answer.

    Args:
        beliefs: before it.
        terms: of the result that was liked, of minus one that was not, or of better - worse.
        doubt: chance that the answer says nothing but the opposite, 0..0.5; at 0.5 it is no news.
    """
    small_spread = np.einsum("msij,sj->msi", beliefs.small_cov, terms.small, optimize=False)
    whole_spread = beliefs.whole_cov @ terms.whole
    variance = np.concatenate(
        [(whole_spread @ terms.whole)[:, None], (small_spread * terms.small).sum(-1)], axis=1
    )
    mean = np.concatenate(
        [(beliefs.whole_mean @ terms.whole)[:, None], (beliefs.small_mean * terms.small).sum(-1)],
        axis=1,
    )
    step, shrink, foretold = _matched(mean, np.maximum(variance, 1e-12), doubt)
    small_step, small_shrink = step[:, 1:, None], shrink[:, 1:, None]
    moved = replace(
        beliefs,
        small_mean=beliefs.small_mean + small_spread * small_step,
        small_cov=beliefs.small_cov
        - (small_spread * small_shrink)[..., :, None] * small_spread[..., None, :],
        whole_mean=beliefs.whole_mean + whole_spread * step[:, :1],
        whole_cov=beliefs.whole_cov
        - (whole_spread * shrink[:, :1])[..., :, None] * whole_spread[..., None, :],
    )
    joint = beliefs.log_weights + np.log(foretold)  # [mind, model]
    peak = joint.max(axis=1, keepdims=True)
    evidence = peak + np.log(np.exp(joint - peak).sum(axis=1, keepdims=True))  # [mind, 1]
    log_odds = beliefs.log_odds + float(evidence[_YOUNG, 0] - evidence[_OLD, 0])
    return _changed_mind(
        replace(
            moved,
            log_weights=joint - evidence,
            log_odds=max(log_odds, _LEAST_ODDS),
            age=beliefs.age + 1,
        )
    )


def _matched(
    mean: RealArray, variance: RealArray, doubt: float
) -> tuple[RealArray, RealArray, RealArray]:
    """Match the moments of each model's utility after a "yes".

    Args:
        mean: [mind, model], of the utility before.
        variance: likewise.
        doubt: as in `answered`.

    Returns:
        Each [mind, model]: what moves the mean and shrinks the covariance along the spread, and the
        probability with which the answer was foretold.
    """
    deviation = np.sqrt(variance)
    utility = mean[..., None] + deviation[..., None] * _NODES
    likelihood = doubt + (1.0 - 2.0 * doubt) / (1.0 + np.exp(-utility))
    mass = likelihood * _MASSES
    foretold = mass.sum(axis=-1)
    first = (mass @ _NODES) / foretold
    second = (mass @ _NODES**2) / foretold - first**2
    return first / deviation, (1.0 - second) / variance, foretold


def _changed_mind(beliefs: Beliefs) -> Beliefs:
    """Let the young mind take over, or begin anew, when it is time."""
    if beliefs.log_odds > _CONVINCED:
        return _young_again(beliefs, keep=_YOUNG)
    if beliefs.age >= _YOUTH and beliefs.log_odds <= 0.0:
        return _young_again(beliefs, keep=_OLD)
    return beliefs


def _young_again(beliefs: Beliefs, *, keep: int) -> Beliefs:
    """Make one mind the old one, and begin another."""
    start = layout(len(beliefs.frame.centre))
    return Beliefs(
        frame=beliefs.frame,
        small_mean=np.stack([beliefs.small_mean[keep], start.small_mean]),
        small_cov=np.stack([beliefs.small_cov[keep], start.small_cov]),
        whole_mean=np.stack([beliefs.whole_mean[keep], start.whole_mean]),
        whole_cov=np.stack([beliefs.whole_cov[keep], start.whole_cov]),
        log_weights=np.stack([beliefs.log_weights[keep], start.log_weights]),
        log_odds=_PRIOR_ODDS,
        age=0,
    )


def weights_of(beliefs: Beliefs) -> RealArray:
    """Say how likely each model of each mind is: [mind, 1 + small], 1 in all."""
    young = 1.0 / (1.0 + np.exp(-beliefs.log_odds))
    weights = np.exp(beliefs.log_weights) * np.array([[1.0 - young], [young]])
    shares: RealArray = weights / weights.sum()
    return shares


def expected_surface(beliefs: Beliefs) -> Surface:
    """Give the utility that is expected, over all models."""
    weights = weights_of(beliefs)
    small = np.einsum("ms,mst->st", weights[:, 1:], beliefs.small_mean)
    return _surface(beliefs.frame, small, weights[:, 0] @ beliefs.whole_mean)


def drawn_surface(beliefs: Beliefs, rng: np.random.Generator, *, voices: int) -> Surface:
    """Draw a utility that may be true: the mean of `voices` draws of a model and its weights."""
    weights = weights_of(beliefs)
    small = np.zeros(beliefs.small_mean.shape[1:])
    whole = np.zeros(beliefs.whole_mean.shape[1])
    votes = rng.multinomial(voices, weights.ravel()).reshape(weights.shape)
    for mind, model in np.argwhere(votes):
        count = int(votes[mind, model])
        if model:
            mean, cov = beliefs.small_mean[mind, model - 1], beliefs.small_cov[mind, model - 1]
            small[model - 1] += _drawn(mean, cov, rng, count=count) / voices
        else:
            mean, cov = beliefs.whole_mean[mind], beliefs.whole_cov[mind]
            whole += _drawn(mean, cov, rng, count=count) / voices
    return _surface(beliefs.frame, small, whole)


def _drawn(mean: RealArray, cov: RealArray, rng: np.random.Generator, *, count: int) -> RealArray:
    """Draw the sum of `count` draws of weights [term]; rounding of the covariance is made good."""
    values, vectors = np.linalg.eigh(cov)
    noise = rng.standard_normal(len(mean)) * np.sqrt(np.maximum(values, 0.0))
    total: RealArray = count * mean + np.sqrt(count) * (vectors @ noise)
    return total


def _surface(frame: Frame, small: RealArray, whole: RealArray) -> Surface:
    """Add up models: [small, term] and [whole], each already multiplied with its weight."""
    count = len(frame.centre)
    start = layout(count)
    slope, square = whole[1 : 1 + count].copy(), whole[1 + count :].copy()
    for features, column in ((start.first, 0), (start.second, 1)):
        slope += np.bincount(features, small[:, 1 + column], count)
        square += np.bincount(features, small[:, 3 + column], count)
    bend = np.zeros((count, count))
    np.add.at(bend, (start.first, start.second), small[:, 5])
    bend[np.diag_indices(count)] += square / np.sqrt(2.0)
    constant = whole[0] + small[:, 0].sum() - square.sum() / np.sqrt(2.0)
    return Surface(frame, float(constant), slope, bend)


@dataclass(frozen=True, slots=True)
class Effects:
    """What each feature does by itself, over all models; each array is [feature]."""

    slope: RealArray
    """Expected change of the utility with one standard deviation more, for what is typical."""
    square: RealArray
    """Expected factor of the squared feature; below 0 where the middle is best."""
    rising: RealArray
    """Probability that the slope is above 0; models that do not have it count as half."""
    sagging: RealArray
    """Probability that the square is below 0, likewise."""


def effects_of(beliefs: Beliefs) -> Effects:
    """Say what each feature does by itself, and how likely that is."""
    surface = expected_surface(beliefs)
    count = len(surface.slope)
    start, weights = layout(count), weights_of(beliefs)
    seen = np.zeros((2, count))
    for features, column in ((start.first, 0), (start.second, 1)):
        for kind, term in enumerate((1 + column, 3 + column)):
            on = start.small_cov[:, term, term] > 2.0 * _SWITCHED_OFF**2
            mean, cov = beliefs.small_mean[..., term], beliefs.small_cov[..., term, term]
            leaning = _tail(mean, cov) * weights[:, 1:] * on  # [mind, small]
            seen[kind] += np.bincount(features, leaning.sum(axis=0), count)
    variance = np.diagonal(beliefs.whole_cov, axis1=1, axis2=2)
    whole = (_tail(beliefs.whole_mean, variance) * weights[:, :1]).sum(axis=0)
    rising = seen[0] + whole[1 : 1 + count]
    falling = seen[1] + whole[1 + count :]
    return Effects(
        slope=surface.slope,
        square=np.diagonal(surface.bend).copy(),
        rising=0.5 + rising,
        sagging=0.5 - falling,
    )


def _tail(mean: RealArray, variance: RealArray) -> RealArray:
    """Give the probability that a normal number is above 0, less a half."""
    reach = mean / np.sqrt(np.maximum(variance, 1e-12))
    tail: RealArray = np.vectorize(math.erf)(reach / math.sqrt(2.0)) / 2.0
    return tail


def deviation(beliefs: Beliefs, features: RealArray) -> RealArray:
    """Say how unsure the utility of features [candidate, feature] is: its sd [candidate]."""
    terms, weights = terms_of(beliefs, features), weights_of(beliefs)
    small = np.einsum("cst,mst->cms", terms.small, beliefs.small_mean)
    whole = np.einsum("ct,mt->cm", terms.whole, beliefs.whole_mean)
    means = np.concatenate([whole[:, :, None], small], axis=2)  # [candidate, mind, model]
    small_var = np.einsum("cst,mstu,csu->cms", terms.small, beliefs.small_cov, terms.small)
    whole_var = np.einsum("ct,mtu,cu->cm", terms.whole, beliefs.whole_cov, terms.whole)
    within = np.concatenate([whole_var[:, :, None], small_var], axis=2)
    middle = (means * weights).sum(axis=(1, 2))
    square = ((within + means**2) * weights).sum(axis=(1, 2)) - middle**2
    spread: RealArray = np.sqrt(np.maximum(square, 0.0))
    return spread
