"""What a shot may feel like: how pleasant, and how exciting.

Each sign gives a value and a spread, and the guess is their mean, weighted by certainty:

| sign | pleasant (valence) | exciting (arousal) | source |
|---|---|---|---|
| colour | .69 brightness + .22 saturation | -.31 brightness + .60 saturation | 1 |
| faces | by expression | by expression | 2 |
| motion | | more, more exciting | 3, 4 |
| shot length | | shorter, more exciting: 2 exp(-seconds / 6) - 1 | 3 |
| sound | | louder, more exciting | 3, 4 |

1. Valdez and Mehrabian, Effects of Color on Emotions, 1994: what people felt before plain colours,
   in standard deviations.
2. Russell and Mehrabian, Evidence for a Three-Factor Theory of Emotions, 1977: pleasure and arousal
   of the words that name the expressions. Which one a face shows is learned (`film/expression`).
3. Hanjalic and Xu, Affective Video Content Representation and Modeling, 2005: motion, an
   exponential of shot length, and the energy of the sound.
4. Wang and Cheong, Affective Understanding in Film, 2006.

Only the expression is learned. The weights and spreads are ours, and say how far to trust a sign:
nobody has measured the mood of your film. A sign that is missing leaves the spread wide, and signs
that contradict each other widen it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, isfinite, sqrt
from typing import Final

from bridge.schema.shots import Guess, Mood, Picture

EXPRESSIONS: Final = ("angry", "disgusted", "fearful", "happy", "sad", "surprised", "neutral")
"""As `film/people` orders them."""

_FELT: Final = (
    (-0.51, 0.59),
    (-0.60, 0.35),
    (-0.64, 0.60),
    (0.81, 0.51),
    (-0.63, -0.27),
    (0.40, 0.67),
    (0.0, 0.0),
)
"""Pleasure and arousal of each expression (Russell and Mehrabian, 1977, table 2); neutral is the
middle."""
_USUAL_BRIGHTNESS: Final = (0.44, 0.14)
_USUAL_SATURATION: Final = (0.31, 0.18)
"""Mean and deviation over the 163 shots and photographs of the project's footage."""
_COLOUR_REACH: Final = 0.35
"""How far one standard deviation of feeling goes on the scale of -1 to 1."""
_UNKNOWN_SPREAD: Final = 0.6
"""Of a shot of which nothing is known: it may feel like anything."""
_COLOUR_SPREAD: Final = 0.5
_FACE_SPREAD: Final = 0.3
_LEAST_FACE_SHARE: Final = 0.01
_MOTION_SPREAD: Final = 0.4
_LENGTH_SPREAD: Final = 0.6
_SOUND_SPREAD: Final = 0.5
_QUIET_LUFS: Final = -40.0
_LOUD_LUFS: Final = -12.0
"""Loudness that calms and that excites as far as sound can."""


@dataclass(frozen=True, slots=True)
class MoodSigns:
    """What is known of a shot beside its picture; None: it is not."""

    expressions: tuple[float, ...] | None = None
    """How often each of EXPRESSIONS is seen, 0..1, in sum at most 1."""
    face_share: float = 0.0
    """0..1: how much of the time there is a face that is clear enough."""
    motion: float | None = None
    """0 nothing moves .. 1 everything does."""
    seconds: float | None = None
    """How long the shot is, > 0."""
    loudness_lufs: float | None = None
    """Of its sound."""


@dataclass(frozen=True, slots=True)
class _Sign:
    """One opinion."""

    value: float
    spread: float


def mood(picture: Picture, signs: MoodSigns = MoodSigns()) -> Mood:
    """Guess what a shot feels like.

    Args:
        picture: how it looks.
        signs: what else is known of it.

    Returns:
        Two guesses, each in -1..1, with spreads that grow with what is missing or contradicts.
    """
    bright = _usual(picture.brightness, _USUAL_BRIGHTNESS)
    colourful = _usual(picture.saturation, _USUAL_SATURATION)
    pleasant = [_Sign(_COLOUR_REACH * (0.69 * bright + 0.22 * colourful), _COLOUR_SPREAD)]
    exciting = [_Sign(_COLOUR_REACH * (-0.31 * bright + 0.60 * colourful), _COLOUR_SPREAD)]
    if signs.expressions is not None and signs.face_share >= _LEAST_FACE_SHARE:
        spread = _FACE_SPREAD / sqrt(signs.face_share)
        pleasant.append(_Sign(_felt(signs.expressions, 0), spread))
        exciting.append(_Sign(_felt(signs.expressions, 1), spread))
    exciting += _pace(signs)
    return Mood(_joined(pleasant), _joined(exciting))


def _usual(value: float, usual: tuple[float, float]) -> float:
    """Give a value in standard deviations from what is usual, at most 2.5 of them."""
    return max(-2.5, min(2.5, (value - usual[0]) / usual[1]))


def _felt(expressions: Sequence[float], axis: int) -> float:
    """Average what the expressions feel like."""
    return sum(share * felt[axis] for share, felt in zip(expressions, _FELT, strict=True))


def _pace(signs: MoodSigns) -> list[_Sign]:
    """Give what motion, shot length and sound say of excitement."""
    found = []
    if signs.motion is not None:
        found.append(_Sign(2 * min(1.0, max(0.0, signs.motion)) - 1, _MOTION_SPREAD))
    if signs.seconds is not None:
        found.append(_Sign(2 * exp(-max(0.0, signs.seconds) / 6) - 1, _LENGTH_SPREAD))
    if signs.loudness_lufs is not None and isfinite(signs.loudness_lufs):
        share = (signs.loudness_lufs - _QUIET_LUFS) / (_LOUD_LUFS - _QUIET_LUFS)
        found.append(_Sign(2 * min(1.0, max(0.0, share)) - 1, _SOUND_SPREAD))
    return found


def _joined(signs: Sequence[_Sign]) -> Guess:
    """Join opinions: their mean weighted by certainty, beside not knowing at all."""
    all_signs = [_Sign(0.0, _UNKNOWN_SPREAD), *signs]
    weights = [1 / sign.spread**2 for sign in all_signs]
    total = sum(weights)
    mean = sum(weight * sign.value for weight, sign in zip(weights, all_signs, strict=True)) / total
    spoken = sum(weights[1:])
    between = sum(
        weight * (sign.value - mean) ** 2
        for weight, sign in zip(weights[1:], all_signs[1:], strict=True)
    )
    conflict = between / spoken if len(signs) > 1 else 0.0
    return Guess(max(-1.0, min(1.0, mean)), sqrt(1 / total + conflict))
