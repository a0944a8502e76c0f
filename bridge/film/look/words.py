"""Words that a shot can be found by, each with a stated rule."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from bridge.schema.arrays import FloatArray
    from bridge.schema.shots import Mood, ShotScale

SCALE_WORDS: Final[dict[ShotScale, tuple[str, ...]]] = {
    "ECU": ("extreme close-up", "close-up"),
    "CU": ("close-up",),
    "MCU": ("medium close-up",),
    "MS": ("medium shot",),
    "FS": ("full shot",),
    "LS": ("long shot", "wide"),
    "none": (),
}
"""What each scale is called."""

_COUNTS: Final = ("nobody", "one person", "two people", "three people")
_CLASS_LEAST: Final = 0.35
"""Mean probability over a shot from which one class is a word."""
_GROUP_LEAST: Final = 0.45
"""The same for all classes of one kind together."""
_FELT_LEAST: Final = 0.22
"""Arousal or valence from which a mood is a word."""


@cache
def class_words() -> tuple[tuple[str, ...], ...]:
    """Give the names of the 1000 classes of ImageNet, each with the kinds it belongs to.

    The names are those of WordNet 3.0, (c) 2006 Princeton University, as torchvision (BSD-3)
    lists them; the kinds are ours.
    """
    text = Path(__file__).with_name("imagenet_words.txt").read_text(encoding="utf-8")
    return tuple(tuple(line.split("\t")) for line in text.splitlines())


def seen_words(mean_classes: dict[int, float]) -> tuple[str, ...]:
    """Name what is seen.

    Args:
        mean_classes: mean probability over a shot of some classes, by number.

    Returns:
        Names of classes, and kinds, that are likely enough; the likeliest first.
    """
    scores: dict[str, float] = {}
    for number, probability in mean_classes.items():
        name, *kinds = class_words()[number]
        for kind in kinds:
            scores[kind] = scores.get(kind, 0.0) + probability * _CLASS_LEAST / _GROUP_LEAST
        scores[name] = max(scores.get(name, 0.0), probability)
    likely = [word for word, score in scores.items() if score >= _CLASS_LEAST]
    return tuple(sorted(likely, key=lambda word: -scores[word]))


def people_word(count: int) -> str:
    """Say how many people there are."""
    return _COUNTS[count] if count < len(_COUNTS) else ("group" if count < 8 else "crowd")


def mood_words(mood: Mood) -> tuple[str, ...]:
    """Say what the mood is, where it is no middling one."""
    words = []
    if mood.arousal.value <= -_FELT_LEAST:
        words.append("calm")
    if mood.arousal.value >= _FELT_LEAST:
        words.append("tense" if mood.valence.value < 0 else "lively")
    if mood.valence.value >= _FELT_LEAST:
        words.append("cheerful")
    if mood.valence.value <= -_FELT_LEAST:
        words.append("gloomy")
    return tuple(words)


def light_words(brightness: float, dark: float, sky: float) -> tuple[str, ...]:
    """Say whether it looks like day or night.

    `night`: mean luma below 0.2 and more than half of the picture below 0.12; `day`: a bright,
    smooth sky takes a third of the upper third, or the mean luma is above 0.45.

    Args:
        brightness: mean luma, 0..1.
        dark: share of the picture whose luma is below 0.12.
        sky: share of the upper third that is bright, smooth and not warm.
    """
    if brightness < 0.2 and dark > 0.5:
        return ("night", "dark")
    words = ["day"] if sky > 1 / 3 or brightness > 0.45 else []
    if brightness > 0.62:
        words.append("bright")
    return (*words, "dark") if brightness < 0.25 else tuple(words)


def colour_words(colours: FloatArray, saturation: float) -> tuple[str, ...]:
    """Name the colours that take a fifth of the picture.

    Args:
        colours: float32 [colour, lab and share=4], in OKLab.
        saturation: mean, 0..1; below 0.03 it is a picture in black and white.
    """
    from math import atan2, degrees, hypot

    if saturation < _BLACK_AND_WHITE:
        return ("black and white",)
    shares: dict[str, float] = {}
    for lightness, green_red, blue_yellow, share in colours.tolist():
        if hypot(green_red, blue_yellow) >= _COLOURFUL:
            name = _hue_name(degrees(atan2(blue_yellow, green_red)) % 360, lightness)
            shares[name] = shares.get(name, 0.0) + share
    large = (name for name in shares if shares[name] >= _LARGE)
    return tuple(sorted(large, key=lambda name: -shares[name]))


_BLACK_AND_WHITE: Final = 0.03
_LARGE: Final = 0.2
_COLOURFUL: Final = 0.035
"""OKLab chroma below which a colour counts as grey."""
_HUES: Final = (
    (20.0, "pink"),
    (45.0, "red"),
    (80.0, "orange"),
    (115.0, "yellow"),
    (165.0, "green"),
    (210.0, "cyan"),
    (285.0, "blue"),
    (330.0, "purple"),
    (360.0, "pink"),
)
"""Where each hue ends, in degrees of OKLab."""
_BROWN_BELOW: Final = 0.55
"""Lightness below which orange and yellow are brown."""


def _hue_name(hue_degrees: float, lightness: float) -> str:
    """Name a hue."""
    name = next(name for end, name in _HUES if hue_degrees < end or end == _HUES[-1][0])
    return "brown" if name in ("orange", "yellow") and lightness < _BROWN_BELOW else name
