"""What a taste says in words: likes syncopation, dislikes leaps, unsure about density."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bridge.preference.beliefs import Effects, effects_of
from bridge.preference.taste import Taste

SURE: Final = 0.75
"""An opinion is stated when it is at least so likely to be true."""
_INSIDE: Final = 1.5
"""An ideal so many standard deviations from the mean, or nearer, is one in the middle."""


class Verdict(StrEnum):
    """Name what a person thinks of a feature."""

    LIKES = "likes"
    """The more, the better."""
    DISLIKES = "dislikes"
    """The less, the better."""
    MIDDLE = "likes some, not too much"
    """Best at a place between, see `Opinion.ideal`."""
    UNSURE = "unsure about"
    """Not known yet, or of no weight."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What is known of a person's mind about one feature."""

    name: str
    """Of the feature."""
    verdict: Verdict
    """What they think of it."""
    words: str
    """For people: `likes syncopation`."""
    strength: float
    """0..1; if half of the typical results are liked, so much more are one standard deviation up
    than down, or, for an ideal in the middle, at the ideal than `sqrt(2)` away from it."""
    likelihood: float
    """0.5..1: how likely it is that its direction is right."""
    ideal: float | None = None
    """Where it is best, as features are given; None: not in the middle."""


def opinions(taste: Taste, words: Mapping[str, str] | None = None) -> tuple[Opinion, ...]:
    """Say what a person likes, dislikes, and what is not known.

    Args:
        taste: of the person.
        words: for the name of a feature, what there is more of as it grows: `leaps`,
            `many notes`; names that are missing are said as they are.

    Returns:
        An opinion for each feature: the stated ones first, the strongest first; then the unsure.
    """
    effects = effects_of(taste.beliefs)
    said = words or {}
    found = [
        _opinion(taste, said.get(name, name.replace("_", " ")), effects, index)
        for index, name in enumerate(taste.names)
    ]
    return tuple(
        sorted(found, key=lambda one: (one.verdict is Verdict.UNSURE, -one.strength, one.name))
    )


def _opinion(taste: Taste, words: str, effects: Effects, index: int) -> Opinion:
    """Say what is known about one feature."""
    name, frame = taste.names[index], taste.beliefs.frame
    slope, square = float(effects.slope[index]), float(effects.square[index])
    rising, sagging = float(effects.rising[index]), float(effects.sagging[index])
    ideal = -slope / (2.0 * square) if square < 0.0 else math.inf
    if sagging >= SURE and abs(ideal) <= _INSIDE:
        strength = math.tanh(-square)
        middle = f"likes some {words}, not too much"
        place = float(frame.centre[index] + frame.spread[index] * ideal)
        return Opinion(name, Verdict.MIDDLE, middle, strength, sagging, place)
    strength, likelihood = abs(math.tanh(slope / 2.0)), max(rising, 1.0 - rising)
    if likelihood < SURE:
        verdict = Verdict.UNSURE
    else:
        verdict = Verdict.LIKES if slope > 0.0 else Verdict.DISLIKES
    return Opinion(name, verdict, f"{verdict.value} {words}", strength, likelihood)
