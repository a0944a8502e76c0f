"""What an editor may like or dislike in a cut: features with words for both of their ends.

Each is a number, less what is typical and divided by how much it varies (`_NORMS`, rounded from the
shots of the test footage and from edited films, Cutting, Brunick and Candan 2012): 0 is what cuts
typically are, and none is outside -3..3. What nobody has watched says nothing, and is 0 too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log2
from typing import Final

import numpy as np

from bridge.preference.beliefs import RealArray
from bridge.schema.film_lessons import SeenShot, SketchPiece

_FARTHEST: Final = 3.0
_NEARNESS: Final = {"ECU": 5.0, "CU": 4.0, "MCU": 3.0, "MS": 2.0, "FS": 1.0, "LS": 0.0}
_PANS: Final = ("pan_left", "pan_right", "tilt_up", "tilt_down")
_ZOOMS: Final = ("push_in", "pull_out")
_SPEAKS: Final = 0.3
_LISTENS: Final = 0.1
Pieces = Sequence[SketchPiece]


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature of a cut, or of a piece of one."""

    name: str
    """A word for programs."""
    more: str
    """What there is more of above 0, as it follows `likes`."""
    less: str
    """What there is more of below 0."""
    norm: tuple[float, float]
    """What is typical, and by how much that varies."""
    measure: Callable[[Pieces], float | None]
    """Its value before it is standardised; None where the cut does not say."""


def _mean(measure: Callable[[SeenShot], float]) -> Callable[[Pieces], float | None]:
    """Give the mean of something over the seconds of a cut that were watched."""

    def value(pieces: Pieces) -> float | None:
        watched = [(measure(one.seen), one.seconds) for one in pieces if one.seen is not None]
        if not watched:
            return None
        return float(np.average([w[0] for w in watched], weights=[w[1] for w in watched]))

    return value


def _scale(*scales: str) -> Callable[[Pieces], float | None]:
    return _mean(lambda seen: float(seen.scale in scales))


def _moves(*movements: str) -> Callable[[Pieces], float | None]:
    return _mean(lambda seen: float(seen.movement in movements))


def _joint(joint: str) -> Callable[[Pieces], float | None]:
    return lambda pieces: float(np.mean([piece.joint == joint for piece in pieces]))


def _length(pieces: Pieces) -> float:
    return float(np.mean([log2(piece.seconds) for piece in pieces]))


def _length_variety(pieces: Pieces) -> float | None:
    if len(pieces) < 2:
        return None
    return float(np.std([log2(piece.seconds) for piece in pieces]))


def _lead(pieces: Pieces) -> float:
    return float(np.mean([piece.lead_seconds for piece in pieces]))


def _joint_length(pieces: Pieces) -> float | None:
    lasts = [piece.joint_seconds for piece in pieces if piece.joint_seconds > 0]
    return float(np.mean(lasts)) if lasts else None


def _films(pieces: Pieces) -> float | None:
    """Give the share of joints at which the film changes."""
    changes = [one.film != other.film for one, other in pairwise(pieces)]
    return float(np.mean(changes)) if changes else None


def _jumps(pieces: Pieces) -> float | None:
    """Give by how many scales a piece differs from the one before it, on average."""
    near = [_nearness(piece) for piece in pieces]
    steps = [abs(a - b) for a, b in pairwise(near) if a is not None and b is not None]
    return float(np.mean(steps)) if steps else None


def _nearness(piece: SketchPiece) -> float | None:
    return None if piece.seen is None else _NEARNESS.get(piece.seen.scale)


def _opens_near(pieces: Pieces) -> float | None:
    return _nearness(pieces[0]) if len(pieces) > 1 else None


def _ends_near(pieces: Pieces) -> float | None:
    return _nearness(pieces[-1]) if len(pieces) > 1 else None


def _reactions(pieces: Pieces) -> float | None:
    """Give the share of who speaks that is followed by who listens."""
    watched = [piece.seen for piece in pieces if piece.seen is not None]
    after = [other for one, other in pairwise(watched) if one.speech > _SPEAKS]
    listens = [one.people > 0 and one.speech < _LISTENS for one in after]
    return float(np.mean(listens)) if listens else None


def _quickening(pieces: Pieces) -> float | None:
    """Give how much shorter the last third is than the first, in doublings."""
    third = len(pieces) // 3
    return _length(pieces[:third]) - _length(pieces[-third:]) if third else None


def _people(seen: SeenShot) -> float:
    return log2(1.0 + seen.people)


FEATURES: Final = (
    Feature("length", "long shots in time", "short shots in time", (1.5, 1.0), _length),
    Feature("length_variety", "lengths that vary", "even lengths", (0.7, 0.35), _length_variety),
    Feature("quickening", "a pace that rises", "a pace that falls", (0.0, 0.6), _quickening),
    Feature("extreme_close", "extreme close-ups", "no extreme close-ups", (0.05, 0.2),
            _scale("ECU")),
    Feature("close", "close-ups", "no close-ups", (0.2, 0.35), _scale("CU", "MCU")),
    Feature("medium", "medium shots", "no medium shots", (0.25, 0.35), _scale("MS")),
    Feature("wide", "wide shots", "no wide shots", (0.25, 0.35), _scale("FS", "LS")),
    Feature("nobody", "shots without people", "shots of people", (0.3, 0.4), _scale("none")),
    Feature("static", "a camera that stands", "a camera that moves", (0.5, 0.4), _moves("static")),
    Feature("pans", "pans and tilts", "no pans", (0.15, 0.3), _moves(*_PANS)),
    Feature("zooms", "pushes and pulls", "no pushes", (0.1, 0.25), _moves(*_ZOOMS)),
    Feature("handheld", "handheld shots", "steady shots", (0.2, 0.35), _moves("handheld")),
    Feature("people", "many people", "few people", (0.8, 0.7), _mean(_people)),
    Feature("faces", "faces", "no faces", (0.4, 0.4), _mean(lambda s: float(s.faces > 0))),
    Feature("brightness", "bright pictures", "dark pictures", (0.4, 0.15),
            _mean(lambda s: s.brightness)),
    Feature("contrast", "contrast", "soft pictures", (0.2, 0.07), _mean(lambda s: s.contrast)),
    Feature("saturation", "strong colours", "pale colours", (0.3, 0.18),
            _mean(lambda s: s.saturation)),
    Feature("warmth", "warm colours", "cold colours", (0.05, 0.2), _mean(lambda s: s.warmth)),
    Feature("sharpness", "sharp pictures", "soft focus", (0.5, 0.25), _mean(lambda s: s.sharpness)),
    Feature("exposure", "good exposure", "bold exposure", (0.8, 0.2), _mean(lambda s: s.exposure)),
    Feature("happy", "happy shots", "sad shots", (0.1, 0.3), _mean(lambda s: s.valence)),
    Feature("excited", "excited shots", "calm shots", (0.0, 0.3), _mean(lambda s: s.arousal)),
    Feature("speech", "speech", "no speech", (0.3, 0.35), _mean(lambda s: s.speech)),
    Feature("music", "music", "no music", (0.2, 0.35), _mean(lambda s: s.music)),
    Feature("silence", "silence", "sound", (0.3, 0.35), _mean(lambda s: s.silence)),
    Feature("importance", "what matters most", "asides", (0.5, 0.25),
            _mean(lambda s: s.importance)),
    Feature("dissolves", "dissolves", "no dissolves", (0.1, 0.2), _joint("dissolve")),
    Feature("dips", "dips to black", "no dips", (0.03, 0.15), _joint("dip")),
    Feature("j_cuts", "sound that leads", "no sound that leads", (0.1, 0.2), _joint("j_cut")),
    Feature("l_cuts", "sound that lasts", "no sound that lasts", (0.1, 0.2), _joint("l_cut")),
    Feature("lead", "sound before pictures", "pictures before sound", (0.0, 0.2), _lead),
    Feature("joint_length", "long dissolves", "short dissolves", (0.8, 0.5), _joint_length),
    Feature("films", "another film at each cut", "films that stay", (0.5, 0.3), _films),
    Feature("jumps", "big steps in scale", "small steps in scale", (1.5, 0.7), _jumps),
    Feature("opens_near", "near beginnings", "wide beginnings", (2.0, 1.5), _opens_near),
    Feature("ends_near", "near endings", "wide endings", (2.0, 1.5), _ends_near),
    Feature("reactions", "listeners after speakers", "speakers without listeners", (0.3, 0.3),
            _reactions),
)  # fmt: skip
"""Every feature, in the order of the array that `features` gives."""

NAMES: Final = tuple(feature.name for feature in FEATURES)


def features(pieces: Pieces) -> RealArray:
    """Measure a cut, or a piece of one: float64 [feature], each -3..3, in the order of FEATURES."""
    found = np.zeros(len(FEATURES))
    for index, feature in enumerate(FEATURES):
        value = feature.measure(pieces)
        if value is not None:
            found[index] = (value - feature.norm[0]) / feature.norm[1]
    return np.clip(found, -_FARTHEST, _FARTHEST)
