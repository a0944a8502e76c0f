"""The form of a piece of music: where its bars begin, and where something new does.

Sections are found after Foote, Automatic audio segmentation using a measure of audio novelty, ICME
2000: a checkerboard slides along the diagonal of how alike all bars are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from bridge.schema.arrays import AnyArray

_METRES: Final = (4, 3)
"""Beats in a bar that are thought of, the usual one first."""
_CLEARLY: Final = 1.5
"""Another metre than the usual one must stand out by so much more."""
_SIDE_BARS: Final = 4
_NEAREST_BARS: Final = 4
_LEAST_NOVELTY: Final = 0.12


def first_of_bars(accents: AnyArray) -> AnyArray:
    """Say which beats begin a bar, by how strongly each is accented.

    Args:
        accents: float [beat].

    Returns:
        int [bar], places of beats; the first may come after some beats of an upbeat.
    """
    if len(accents) < 2 * _METRES[0]:
        return np.arange(0, len(accents), _METRES[0])
    spread = float(accents.std()) or 1.0
    best = {}
    for metre in _METRES:
        means = np.array([accents[phase::metre].mean() for phase in range(metre)])
        phase = int(means.argmax())
        best[metre] = ((means[phase] - np.delete(means, phase).max()) / spread, phase)
    usual, other = _METRES
    metre = other if best[other][0] > _CLEARLY * max(best[usual][0], 0.2) else usual
    return np.arange(best[metre][1], len(accents), metre)


def new_sections(features: AnyArray) -> AnyArray:
    """Say with which bars something new begins.

    Args:
        features: float [bar, feature], of about equal spread.

    Returns:
        int [section], places of bars in order; the first is 0.
    """
    count = len(features)
    if count < 2 * _NEAREST_BARS:
        return np.zeros(min(count, 1), int)
    centred = features - features.mean(0)
    length = np.linalg.norm(centred, axis=1, keepdims=True)
    unit = centred / np.maximum(length, 1e-9)
    alike = unit @ unit.T
    novelty = np.array([_checked(alike, place) for place in range(count)])
    found = [0]
    for place in np.argsort(-novelty, kind="stable"):
        far = all(abs(int(place) - other) >= _NEAREST_BARS for other in (*found, count))
        if novelty[place] >= _LEAST_NOVELTY and far:
            found.append(int(place))
    return np.array(sorted(found))


def _checked(alike: AnyArray, place: int) -> float:
    """Give how unlike the bars on both sides of a place are, and how like those on each: 0..1."""
    side = min(_SIDE_BARS, place, len(alike) - place)
    if side < 2:
        return 0.0
    before, after = slice(place - side, place), slice(place, place + side)
    within = (alike[before, before].mean() + alike[after, after].mean()) / 2
    return float(within - alike[before, after].mean()) / 2
