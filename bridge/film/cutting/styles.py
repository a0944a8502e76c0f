"""What each style of cut means, in numbers.

Shot lengths are log-normal (Salt, Film Style and Technology, 1983; DeLong, Brunick and Cutting,
Finding patterns and limits, 2013), with a spread of about 0.5 in natural logarithms within a
sequence; medians are between the 2 s of trailers and the 10 s of slow documentaries that Salt and
cinemetrics.lv count. Films quicken towards their climax and slow down after it (Cutting, Brunick
and DeLong, How act structure sculpts shot lengths, 2011). The numbers themselves are ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bridge.schema.cutting import CutStyle


@dataclass(frozen=True, slots=True)
class Style:
    """What a style wants."""

    lengths: tuple[float, float, float, float]
    """Median seconds of a piece in the setup, the rise, the climax and the release."""
    tension: tuple[float, float, float, float]
    """How exciting each part is, 0..1."""
    joints: tuple[float, float, float, float, float]
    """Share of pieces that begin with each of `JOINTS`, 1 in all."""
    scales: tuple[float, float, float, float, float, float, float]
    """How welcome each of `SHOT_SCALES` is, 0..1."""
    jump_cuts: bool
    """A shot may follow itself."""
    speech: float
    """How welcome speech is, 0..1; 0.5 neither."""
    weights: dict[str, float]
    """How much each part of the reward counts, >= 0."""
    returns: bool = False
    """A shot may be come back to, as to somebody who is interviewed."""


PARTS: Final = (
    "continuity",
    "pacing",
    "arc",
    "joints",
    "quality",
    "sound",
    "audience",
    "coverage",
    "taste",
)
"""The parts of a reward; see `adding`."""
STARTS: Final = (0.0, 0.22, 0.62, 0.86)
"""Where each part of the story begins, as a share of the cut: a climax late, a short release."""
SPREAD: Final = 0.45
"""Of the logarithms of lengths around their median."""
_USUAL: Final = {
    "continuity": 1.0,
    "pacing": 1.0,
    "arc": 1.0,
    "joints": 0.35,
    "quality": 0.8,
    "sound": 0.8,
    "audience": 0.6,
    "coverage": 0.9,
    "taste": 0.0,
}

STYLES: Final[dict[CutStyle, Style]] = {
    "calm": Style(
        lengths=(6.0, 5.0, 4.0, 6.5),
        tension=(0.15, 0.35, 0.55, 0.15),
        joints=(0.55, 0.35, 0.04, 0.03, 0.03),
        scales=(0.5, 0.6, 0.6, 0.6, 0.7, 0.9, 0.8),
        jump_cuts=False,
        speech=0.4,
        weights={**_USUAL, "quality": 1.1, "joints": 0.5},
    ),
    "documentary": Style(
        lengths=(5.0, 4.2, 3.2, 5.0),
        tension=(0.3, 0.5, 0.8, 0.3),
        joints=(0.66, 0.08, 0.04, 0.12, 0.10),
        scales=(0.5, 0.7, 0.8, 0.8, 0.7, 0.7, 0.6),
        jump_cuts=False,
        speech=0.8,
        weights={**_USUAL, "coverage": 1.2, "sound": 1.0},
    ),
    "trailer": Style(
        lengths=(2.6, 1.6, 0.9, 2.2),
        tension=(0.35, 0.65, 1.0, 0.4),
        joints=(0.78, 0.05, 0.13, 0.02, 0.02),
        scales=(0.8, 0.9, 0.8, 0.7, 0.7, 0.8, 0.5),
        jump_cuts=False,
        speech=0.5,
        weights={**_USUAL, "pacing": 1.3, "arc": 1.3, "audience": 0.9},
    ),
    "vlog": Style(
        lengths=(2.8, 2.4, 2.0, 3.0),
        tension=(0.5, 0.6, 0.8, 0.4),
        joints=(0.86, 0.03, 0.01, 0.06, 0.04),
        scales=(0.5, 0.8, 0.9, 0.8, 0.6, 0.5, 0.4),
        jump_cuts=True,
        speech=0.8,
        weights={**_USUAL, "continuity": 0.6},
        returns=True,
    ),
    "interview": Style(
        lengths=(7.0, 6.0, 5.0, 6.5),
        tension=(0.3, 0.45, 0.65, 0.3),
        joints=(0.58, 0.02, 0.01, 0.20, 0.19),
        scales=(0.6, 0.9, 1.0, 0.8, 0.5, 0.4, 0.3),
        jump_cuts=False,
        speech=1.0,
        weights={**_USUAL, "sound": 1.3, "coverage": 1.1},
        returns=True,
    ),
}
"""All styles."""
