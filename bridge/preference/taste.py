"""A person's taste: learned from thumbs, stars and choices, used to choose among candidates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from bridge.errors import RequestError, check_range
from bridge.preference.beliefs import (
    LAPSE,
    Beliefs,
    Frame,
    RealArray,
    Terms,
    answered,
    deviation,
    drawn_surface,
    expected_surface,
    first_beliefs,
    terms_of,
)

MOST_FEATURES: Final = 64
"""A taste tells no more features apart."""
MOST_ANSWERS: Final = 600
"""So many answers are kept, the last ones; see `Taste.answers`."""
_VOICES: Final = 64
"""Thompson's draw is the mean of so many; one alone explores more than thirty answers can pay."""
_REFRAMED: Final = (3, 6, 12)
"""After so many answers it looks anew at what results there are, and learns all answers again."""
_STRANGENESS: Final = 3.0
"""As many results count as if they were spread as all music is: mean 0, standard deviation 1."""
_DECIMALS: Final = 4
"""Features are rounded to so many, so that a taste that was written reads the same."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person said about one result, or about two."""

    features: tuple[float, ...]
    """[feature], standardised, rounded; of the result that was rated, or that was chosen."""
    score: float
    """-1..1 and not 0: thumb down and up, or between; 1 for a choice."""
    worse: tuple[float, ...] | None = None
    """[feature] of what it was chosen over; None: it was rated alone."""


@dataclass(frozen=True, slots=True)
class Taste:
    """What is known of what a person likes. Never changed, only replaced."""

    names: tuple[str, ...]
    """Of the features, in their order; 1..64, each once."""
    beliefs: Beliefs = field(repr=False, compare=False)
    """What follows from the answers; its frame is what was typical of what was rated first."""
    answers: tuple[Answer, ...] = ()
    """The last 600, oldest first; they are what is written, and learned from anew when read."""
    count: int = 0
    """Answers that it ever learned from."""


def new_taste(names: Sequence[str]) -> Taste:
    """Give the taste of a person of whom nothing is known.

    Args:
        names: of the features, 1..64, each once.

    Raises:
        RequestError: there are none, too many, or a name twice or empty.
    """
    if not 1 <= len(names) <= MOST_FEATURES:
        raise RequestError(f"a taste has 1..{MOST_FEATURES} features, not {len(names)}")
    if len(set(names)) < len(names) or not all(names):
        raise RequestError("each feature of a taste needs a name of its own")
    frame = Frame(np.zeros(len(names)), np.ones(len(names)))
    return Taste(tuple(names), first_beliefs(frame))


def rated(taste: Taste, features: ArrayLike, score: float) -> Taste:
    """Learn from a thumb or stars.

    Args:
        taste: before.
        features: [feature], standardised: 0 is the mean of all music, 1 a standard deviation more.
        score: -1 thumb down .. 1 thumb up; four of five stars are 0.5; 0 says nothing.

    Raises:
        RequestError: the features are not those of the taste, or not finite.
        RangeError: the score is not -1..1.
    """
    check_range("score", score, -1.0, 1.0)
    row = _row(taste, features)
    return taste if score == 0 else _answered(taste, Answer(tuple(row.tolist()), float(score)))


def chosen(taste: Taste, better: ArrayLike, worse: ArrayLike) -> Taste:
    """Learn from a choice between two results (Bradley and Terry 1952).

    Args:
        taste: before.
        better: [feature], of the result that was chosen, kept or made by the person.
        worse: [feature], of the other.

    Raises:
        RequestError: the features are not those of the taste, or not finite.
    """
    pair = tuple(_row(taste, better).tolist()), tuple(_row(taste, worse).tolist())
    return _answered(taste, Answer(pair[0], 1.0, worse=pair[1]))


def _answered(taste: Taste, answer: Answer) -> Taste:
    """Learn from an answer, and at first see better with each what results there are."""
    if taste.count + 1 not in _REFRAMED:
        return learned(taste, answer)
    answers = (*taste.answers, answer)
    fresh = Taste(taste.names, first_beliefs(_frame_of(answers)))
    return reduce(learned, answers, fresh)


def _frame_of(answers: Sequence[Answer]) -> Frame:
    """Say what is typical of the results of answers, one or more."""
    rows = [answer.features for answer in answers]
    rows += [answer.worse for answer in answers if answer.worse is not None]
    seen = np.array(rows)
    count = len(seen) + _STRANGENESS
    centre = seen.sum(axis=0) / count
    square = (((seen - centre) ** 2).sum(axis=0) + _STRANGENESS * (1.0 + centre**2)) / count
    return Frame(np.round(centre, _DECIMALS), np.round(np.sqrt(square), _DECIMALS))


def learned(taste: Taste, answer: Answer) -> Taste:
    """Learn from an answer whose numbers are known to be sound, and leave the frame as it is."""
    terms = terms_of(taste.beliefs, np.array(answer.features))
    if answer.worse is not None:
        other = terms_of(taste.beliefs, np.array(answer.worse))
        terms = Terms(terms.small - other.small, terms.whole - other.whole)
    if answer.score < 0:
        terms = Terms(-terms.small, -terms.whole)
    doubt = LAPSE + (1.0 - 2.0 * LAPSE) * (1.0 - abs(answer.score)) / 2.0
    return Taste(
        taste.names,
        answered(taste.beliefs, terms, doubt=doubt),
        (*taste.answers, answer)[-MOST_ANSWERS:],
        taste.count + 1,
    )


def utilities(taste: Taste, features: ArrayLike) -> RealArray:
    """Say how much each candidate will be liked: expected log odds of a thumb up, [candidate].

    Args:
        taste: of the person.
        features: [candidate, feature], standardised.

    Raises:
        RequestError: the features are not those of the taste, or not finite.
    """
    return expected_surface(taste.beliefs).at(_rows(taste, features))


def uncertainty(taste: Taste, features: ArrayLike) -> RealArray:
    """Say how unsure `utilities` are: standard deviations [candidate]; arguments are the same."""
    return deviation(taste.beliefs, _rows(taste, features))


def thompson(taste: Taste, features: ArrayLike, rng: np.random.Generator) -> int:
    """Choose a candidate that is liked or that may be, as often as it may (Thompson 1933).

    Args:
        taste: of the person.
        features: [candidate, feature], standardised; one candidate or more.
        rng: source of chance.

    Returns:
        The index of the candidate.

    Raises:
        RequestError: there is none, or the features are not those of the taste, or not finite.
    """
    rows = _rows(taste, features)
    if not len(rows):
        raise RequestError("there must be one candidate or more to choose from")
    return int(drawn_surface(taste.beliefs, rng, voices=_VOICES).at(rows).argmax())


def _row(taste: Taste, features: ArrayLike) -> RealArray:
    """Check and round the features [feature] of one result."""
    row = _checked(taste, features, axes=1)
    return np.round(row, _DECIMALS)


def _rows(taste: Taste, features: ArrayLike) -> RealArray:
    """Check features [candidate, feature]."""
    return _checked(taste, features, axes=2)


def _checked(taste: Taste, features: ArrayLike, *, axes: int) -> RealArray:
    """Refuse features that are not finite numbers, as many as the taste has."""
    array = np.asarray(features, dtype=np.float64)
    if array.ndim != axes or array.shape[-1] != len(taste.names):
        wanted = f"[{'candidate, ' * (axes - 1)}{len(taste.names)} features]"
        raise RequestError(f"this taste takes {wanted}, not an array of shape {array.shape}")
    if not np.isfinite(array).all():
        raise RequestError("every feature must be a finite number")
    return array
