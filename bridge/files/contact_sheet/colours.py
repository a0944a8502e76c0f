"""Colours of a page, reckoned in OKLCh, where equal steps look equal."""

from __future__ import annotations

from math import atan2, cos, hypot, pi, radians, sin
from typing import Final

from bridge.schema.shots import Mood

_PLEASANT_HUE: Final = 75.0
_ABOVE_DEGREES: Final = 145.0
_BELOW_DEGREES: Final = 215.0
"""From pleasant to unpleasant, over exciting, and over calm; together the whole wheel."""
_GAIN: Final = 1.9
"""Few films are at the ends of the scale: half way is as strong as a colour gets."""


def mood_colour(mood: Mood, *, lift: float = 0.0) -> str:
    """Give the colour of a mood; the stronger it is, the less grey.

    Pleasant is amber, exciting coral, unpleasant violet, calm teal; what lies between them is
    between: angry is magenta, sad blue, content green.

    Args:
        mood: of a shot.
        lift: how much lighter, 0..0.3: for what is small.
    """
    pleasant, excited = _clipped(mood.valence.value), _clipped(mood.arousal.value)
    turn = atan2(excited, pleasant) / pi
    hue = _PLEASANT_HUE - turn * (_ABOVE_DEGREES if turn > 0 else _BELOW_DEGREES)
    strength = min(1.0, _GAIN * hypot(pleasant, excited))
    return oklch(0.56 + 0.1 * pleasant + 0.05 * excited + lift, 0.015 + 0.125 * strength, hue)


def oklch(lightness: float, chroma: float, hue_degrees: float) -> str:
    """Give a colour of OKLCh as `#rrggbb`, the nearest that a screen shows.

    Args:
        lightness: 0..1.
        chroma: 0 grey .. about 0.3.
        hue_degrees: 0..360; 30 is red, 90 yellow, 145 green, 265 blue.
    """
    across, along = (
        chroma * cos(radians(hue_degrees)),
        chroma * sin(radians(hue_degrees)),
    )
    long = (lightness + 0.3963377774 * across + 0.2158037573 * along) ** 3
    middle = (lightness - 0.1055613458 * across - 0.0638541728 * along) ** 3
    short = (lightness - 0.0894841775 * across - 1.2914855480 * along) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
    return "#" + "".join(f"{_encoded(part):02x}" for part in linear)


def _encoded(linear: float) -> int:
    """Give a linear share of light as sRGB has it, 0..255."""
    share = min(1.0, max(0.0, linear))
    encoded = 12.92 * share if share <= 0.0031308 else 1.055 * share ** (1 / 2.4) - 0.055
    return round(encoded * 255)


def _clipped(value: float) -> float:
    return min(1.0, max(-1.0, value))
