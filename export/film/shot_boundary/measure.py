"""Tune the thresholds of a shot boundary model, and measure it, on films in files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product, starmap
from pathlib import Path
from typing import Final

import av
import numpy as np

from bridge.film.shots.decoding import HARD_KINDS, KINDS, Thresholds, find_transitions
from bridge.film.shots.looking import TAP, FrameJudge
from bridge.runtime.card import Metric
from bridge.runtime.session import Model
from bridge.schema.arrays import AnyArray
from export.film.shot_boundary.scoring import TOLERANCE, Score
from export.film.shot_boundary.truth import TrueFilm, read_truth

_STEPS: Final = (0.3, 0.4, 0.5, 0.6, 0.7)
_GRADUAL_STEPS: Final = (0.1, 0.2, 0.3, 0.5, 0.7)
_DURING_STEPS: Final = (0.4, 0.5, 0.6, 0.7)
_FOOLED_WEIGHT: Final = 0.25
_RIDGE: Final = 0.3
"""Holds the calibration where there are few findings."""
_PROTOCOL: Final = (
    "60 films of 256 frames, composed of footage that nobody trained on, as compressed files; a "
    f"finding is right inside the transition or {TOLERANCE} frame beside it"
)


@dataclass(frozen=True, slots=True)
class Tuning:
    """What is set by validation films."""

    thresholds: tuple[float, float, float, float] = (0.5, 0.5, 0.5, 0.5)
    """Of a cut, of a jump cut, of a gradual transition, and of a frame in one."""
    calibration: tuple[float, float, float, float] = (1.0, 0.0, 1.0, 0.0)
    """Slope and shift of the logit, from the model's score to the share that is right: of cuts, and
    of gradual transitions."""


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """A film and what the model says of it."""

    film: TrueFilm
    """With the truth."""
    boundary: AnyArray
    """float32 [frame]."""
    during: AnyArray
    """float32 [frame, kind=7]."""


def judge_films(model: Model, folder: Path) -> tuple[Judged, ...]:
    """Let the model look at every film of a set."""
    return tuple(Judged(film, *_judge(model, film.path)) for film in read_truth(folder))


def _judge(model: Model, path: Path) -> tuple[AnyArray, AnyArray]:
    judge = FrameJudge(model)
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            small = frame.reformat(TAP.width, TAP.height, "rgb24", interpolation="AREA")
            judge.see(small.to_ndarray())
    return judge.finish()


def score(judged: Iterable[Judged], thresholds: Thresholds) -> Score:
    """Count what is found at some thresholds."""
    counted = Score()
    for one in judged:
        found = find_transitions(one.boundary, one.during, thresholds)
        middles = [transition.middle for transition in found]
        counted.add(middles, one.film.events, one.film.distractors)
    return counted


def tune(model: Model, folder: Path) -> Tuning:
    """Choose the best thresholds on validation films, and calibrate scores there."""
    judged = judge_films(model, folder)
    best = max(
        starmap(Thresholds, product(_STEPS, _STEPS, _GRADUAL_STEPS, _DURING_STEPS)),
        key=lambda thresholds: _worth(score(judged, thresholds)),
    )
    calibration = (*_calibrated(judged, best, hard=True), *_calibrated(judged, best, hard=False))
    return Tuning((best.cut, best.jump_cut, best.gradual, best.during), calibration)


def _worth(counted: Score) -> float:
    """Weigh what is found against being fooled, which a viewer minds more than other errors."""
    return counted.f1 - _FOOLED_WEIGHT * counted.fooled_share


def _calibrated(
    judged: Iterable[Judged], thresholds: Thresholds, *, hard: bool
) -> tuple[float, float]:
    """Calibrate the scores of cuts, or of gradual transitions."""
    scores, right = [], []
    for one in judged:
        for found in find_transitions(one.boundary, one.during, thresholds):
            if (found.kind in HARD_KINDS) == hard:
                alone = Score()
                alone.add([found.middle], one.film.events)
                scores.append(found.score)
                right.append(alone.right)
    return calibrate(np.asarray(scores), np.asarray(right))


def calibrate(scores: AnyArray, right: AnyArray) -> tuple[float, float]:
    """Fit the share of right findings to their scores, by Newton's method (Platt 1999).

    Args:
        scores: [finding], 0..1.
        right: [finding], 0 or 1.

    Returns:
        Slope of the logit, never below 0, and shift.
    """
    likely = scores.clip(1e-4, 1 - 1e-4)
    told = np.stack([np.log(likely / (1 - likely)), np.ones(len(scores))], 1)
    weights = np.zeros(2)
    for _ in range(50):
        shares = 1 / (1 + np.exp(-told @ weights))
        slope = told.T @ (right - shares) - _RIDGE * weights
        bend = (told * (shares * (1 - shares))[:, None]).T @ told + _RIDGE * np.eye(2)
        weights += np.linalg.solve(bend, slope).clip(-0.5, 0.5)  # from far off, Newton overshoots
        weights[0] = max(weights[0], 0.0)
    return float(weights[0]), float(weights[1])


def measure(model: Model, folder: Path) -> tuple[Metric, ...]:
    """Measure a model, with the thresholds on its card, on the hard set."""
    counted = score(judge_films(model, folder), Thresholds(*model.card.numbers("thresholds")))
    metrics = [
        _metric("F1", counted.f1),
        _metric("precision", counted.precision),
        _metric("recall", counted.recall),
        _metric("distractors that fool it", counted.fooled_share),
    ]
    metrics += [_metric(f"recall of {kind}", counted.recall_of(kind)) for kind in KINDS]
    return tuple(metrics)


def _metric(name: str, share: float) -> Metric:
    return Metric(name, round(share, 4), _PROTOCOL, "hard set")
