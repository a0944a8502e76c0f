"""Films that are only told, shot by shot, by a teller who knows how much each shot matters.

The teller first decides what matters: tension rises and falls over the film, a few shots carry it,
and others only fill in. Then each shot is shown as people who make films say they do, each film in
a way of its own: what matters is shown larger (Hitchcock and Truffaut, 1966), with faces, speech
and motion (the attention model of Ma and others, 2002), held longer, louder, and with more care;
what fills in comes again and again. How strongly a film follows each habit is drawn at random, down
to not at all or a little against it, as are films without speech or without people.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from opentimelineio.opentime import RationalTime, TimeRange

from bridge.film.look.gathering import ShotLook
from bridge.film.look.mood import EXPRESSIONS
from bridge.film.look.scale import SCALES
from bridge.schema.arrays import FloatArray
from bridge.schema.shots import Guess, Mood, People, Picture, ShotSound

_PLACES: Final = 6
"""Settings of a film that shots come back to."""
_DIRECTIONS: Final = ("left", "right", "toward", "away")


@dataclass(frozen=True, slots=True)
class ToldShot:
    """One shot, as an analysis would find it."""

    span: TimeRange
    """Where it is."""
    look: ShotLook
    """What is seen."""
    sound: ShotSound | None
    """What is heard."""


@dataclass(frozen=True, slots=True, eq=False)
class ToldFilm:
    """A film and its truth."""

    shots: tuple[ToldShot, ...]
    """In order."""
    truth: FloatArray
    """float32 [shot], 0..1: how much each matters to the teller."""


@dataclass(frozen=True, slots=True, eq=False)
class _Style:
    """How one film is made."""

    habits: FloatArray
    """float32 [habit=9]: how strongly each is followed."""
    people: float
    """Share of shots with somebody in them."""
    speech: float
    """How much is spoken; 0: a film without speech."""
    seconds: float
    """A usual shot."""
    silent: bool
    """It has no sound at all."""
    places: FloatArray
    """float32 [place=6, embedding=128]: what its settings look like."""


def tell(rng: np.random.Generator) -> ToldFilm:
    """Tell a film of 8 to 60 shots."""
    count = int(rng.integers(8, 61))
    truth = _truth(rng, count)
    style = _Style(
        habits=rng.normal(0.8, 0.55, 9).astype(np.float32),
        people=float(rng.choice([0.1, 0.5, 0.8, 0.95], p=[0.1, 0.2, 0.4, 0.3])),
        speech=float(rng.choice([0.0, 0.4, 0.9], p=[0.25, 0.4, 0.35])),
        seconds=float(np.exp(rng.normal(1.2, 0.5))),
        silent=bool(rng.random() < 0.1),
        places=_directions(rng, _PLACES),
    )
    shots = []
    start = 0.0
    for matters in truth.tolist():
        shot = _shot(rng, style, matters, start)
        start += shot.span.duration.to_seconds()
        shots.append(shot)
    return ToldFilm(tuple(shots), truth)


def _truth(rng: np.random.Generator, count: int) -> FloatArray:
    """Let tension rise toward some peaks, and shots differ around it."""
    place = np.linspace(0, 1, count)
    peaks = rng.uniform(0.1, 1.0, rng.integers(1, 5))
    tension = np.exp(-(((place[:, None] - peaks) / 0.08) ** 2)).max(1)
    matters = 0.45 * tension + 0.35 * rng.random(count) + 0.2 * place * rng.random()
    low, high = matters.min(), matters.max()
    return ((matters - low) / max(1e-6, high - low)).astype(np.float32)


def _shot(rng: np.random.Generator, style: _Style, matters: float, start: float) -> ToldShot:
    """Show a shot in the film's style."""
    lean = style.habits * (matters - 0.5) * 2  # float32 [habit]: what it adds, in deviations
    peopled = bool(rng.random() < np.clip(style.people + 0.35 * lean[0], 0, 1))
    seconds = max(0.3, style.seconds * float(np.exp(rng.normal(0.25 * lean[1], 0.45))))
    loud = float(rng.normal(0.5 * lean[2], 1.0))
    spoken = peopled and rng.random() < style.speech * _share(lean[3])
    sound = ShotSound(
        loudness_lufs=-26.0 + 5 * loud,
        silence=0.0,
        speech=float(rng.beta(4, 2)) if spoken else 0.0,
        music=float(rng.random()),
        peaks=int(rng.random() < 0.25 * _share(lean[2])),
    )
    look = _look(rng, style, lean, peopled=peopled)
    span = TimeRange(RationalTime(start * 1000, 1000), RationalTime(seconds * 1000, 1000))
    return ToldShot(span, look, None if style.silent else sound)


def _look(rng: np.random.Generator, style: _Style, lean: FloatArray, *, peopled: bool) -> ShotLook:
    """Say what is seen, and err as often as an analysis does."""
    near = float(np.clip(2.6 - 1.3 * lean[4] + rng.normal(0, 1.3), 0, 5))
    faced = peopled and near < 3.6 and rng.random() < _share(lean[5] + 0.6)
    found = peopled and rng.random() < 0.92
    expressed = faced and rng.random() < _share(lean[6])
    own = rng.random() < 0.25 * _share(lean[7])
    place = _directions(rng, 1)[0] if own else style.places[rng.integers(_PLACES)]
    embedding = place + 0.06 * rng.standard_normal(128)
    moves = found and rng.random() < 0.35 * _share(lean[8])
    return ShotLook(
        scale=SCALES[round(near)] if found else "none",
        scale_confidence=0.8,
        people=People(
            count=int(found) * int(rng.integers(1, 4)),
            faces=int(faced),
            expression=str(rng.choice(EXPRESSIONS[:6])) if expressed else "",
            subject=None,
            direction=str(rng.choice(_DIRECTIONS)) if moves else "still",  # type: ignore[arg-type]
        ),
        picture=_picture(rng, float(lean[7])),
        mood=Mood(Guess(0.0, 0.5), Guess(float(np.tanh(rng.normal(0.08 * lean[8], 0.2))), 0.4)),
        embedding=tuple((embedding / np.linalg.norm(embedding)).tolist()),
        tags=(),
        key_frame=RationalTime(0, 1000),
        outline=0,
        frontal=float(rng.beta(4, 2)) if faced else 0.0,
    )


def _picture(rng: np.random.Generator, care: float) -> Picture:
    """Say how well it is shot."""
    return Picture(
        brightness=float(rng.uniform(0.2, 0.7)),
        contrast=0.2,
        saturation=float(rng.uniform(0, 0.8)),
        warmth=0.0,
        sharpness=float(np.clip(0.75 + 0.02 * care + rng.normal(0, 0.2), 0, 1)),
        exposure=float(np.clip(0.95 + 0.02 * care - rng.exponential(0.2), 0, 1)),
        palette=("#808080",),
    )


def _share(lean: float) -> float:
    """Give the logistic function."""
    return float(1 / (1 + np.exp(-1.6 * lean)))


def _directions(rng: np.random.Generator, count: int) -> FloatArray:
    """Draw directions of length 1: float32 [direction, 128]."""
    drawn = rng.standard_normal((count, 128))
    return (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)
