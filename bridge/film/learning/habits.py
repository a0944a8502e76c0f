"""How an editor cuts: what each project says of it, and what many say together.

Habits are counted from neutral, not from what was proposed last: a cut that followed a habit and
was left as it was confirms that habit. Each project says a value and how much there was to see of
it; older ones are forgotten slowly, and faster where a new one says something else, so that an
editor who changes is followed. With little seen all is drawn towards neutral (a conjugate normal
prior, Gelman et al. 2013, chapter 2.5).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp, log
from typing import Final

import numpy as np

from bridge.errors import RangeError, check_range
from bridge.film.learning.changes import Comparison
from bridge.preference.beliefs import RealArray
from bridge.schema.cutting import JOINTS, SHOT_SCALES, Habits
from bridge.schema.film_lessons import (
    FARTHEST_LOG,
    HABIT_COUNT,
    CutSketch,
    HabitsSeen,
    SketchPiece,
)

FORGET: Final = 0.7
"""So much of what was seen is left of it after the next project: half is gone after two."""
_USUAL: Final = 0.7
"""By so much may what a project says differ from what others said, as natural logarithms."""
_DOUBT: Final = 0.3
"""Neutral counts as much as so much of a project in which there was very much to see."""
_ENOUGH: Final = 5.0
"""Of so many pieces, cuts or shots there is half as much to see as of very many."""
_SMOOTH: Final = 0.5
"""Added to counts, so that what was never seen is not impossible (Krichevsky and Trofimov 1981)."""
_MOST_WEIGHT: Final = 1.0 / (1.0 - FORGET)
_MOST_SUM: Final = 1000.0
_FASTEST: Final = log(4.0)
_NEUTRAL_HANDLE: Final = 1.0
_LONGEST_HANDLE: Final = 10.0
_LONGEST_LEAD: Final = 5.0
_SPEAKS: Final = 0.3
_LISTENS: Final = 0.1
_PACE: Final = 0
_JOINTS: Final = slice(1, 1 + len(JOINTS))
_SCALES: Final = slice(_JOINTS.stop, _JOINTS.stop + len(SHOT_SCALES))
_HANDLE, _LEAD, _REACTION = range(_SCALES.stop, HABIT_COUNT)


@dataclass(frozen=True, slots=True)
class HabitsSoFar:
    """What all projects say together."""

    projects: int = 0
    """How many there were."""
    sums: tuple[float, ...] = (0.0,) * HABIT_COUNT
    """[habit], what they say, weighted."""
    weights: tuple[float, ...] = (0.0,) * HABIT_COUNT
    """[habit], how much there was to see, less what is forgotten."""

    def __post_init__(self) -> None:
        check_range("projects", self.projects, 0, 1 << 31)
        if len(self.sums) != HABIT_COUNT or len(self.weights) != HABIT_COUNT:
            raise RangeError(f"there are {HABIT_COUNT} habits, each with a sum and a weight")
        for total, weight in zip(self.sums, self.weights, strict=True):
            check_range("the weight of a habit", weight, 0.0, _MOST_WEIGHT)
            check_range("the sum of a habit", total, -_MOST_SUM, _MOST_SUM)


def habits_of(so_far: HabitsSoFar) -> Habits:
    """Give what is known of how somebody cuts, drawn towards neutral where little was seen."""
    weights = np.array(so_far.weights)
    values = (np.array(so_far.sums) + _DOUBT * _neutral()) / (weights + _DOUBT)
    return _spoken(values, so_far.projects)


def with_project(so_far: HabitsSoFar, seen: HabitsSeen) -> HabitsSoFar:
    """Learn what one more project says."""
    sure, values = np.array(seen.sure), np.array(seen.values)
    left = FORGET ** (1.0 + _surprise(so_far, values, sure) ** 2)
    sums = left * np.array(so_far.sums) + sure * values
    weights = left * np.array(so_far.weights) + sure
    return HabitsSoFar(so_far.projects + 1, tuple(sums.tolist()), tuple(weights.tolist()))


def _surprise(so_far: HabitsSoFar, values: RealArray, sure: RealArray) -> RealArray:
    """Say how little a project fits those before it, [habit]; 1 is as much as chance may bring."""
    weights = np.array(so_far.weights)
    expected = np.array(so_far.sums) / np.maximum(weights, 1e-9)
    return np.where(weights > 0, sure * np.abs(values - expected) / _USUAL, 0.0)


def seen_habits(
    comparison: Comparison, proposed: CutSketch, final: CutSketch, followed: Habits
) -> HabitsSeen:
    """Say what a project tells of somebody's habits.

    Args:
        comparison: of the two timelines.
        proposed: the proposed cut, piece by piece.
        final: what was made of it.
        followed: the habits that the proposed cut followed already.
    """
    said, sure = np.zeros(HABIT_COUNT), np.zeros(HABIT_COUNT)
    found = (
        (_PACE, _pace(comparison)),
        (_JOINTS, _joints(proposed.pieces, final.pieces)),
        (_SCALES, _scales(proposed.pieces, final.pieces)),
        (_HANDLE, _handle(comparison, followed)),
        (_LEAD, _lead(proposed.pieces, final.pieces)),
        (_REACTION, _reaction(proposed.pieces, final.pieces)),
    )
    for place, (value, count) in found:
        said[place] = value
        sure[place] = count / (count + _ENOUGH)
    values = _bounded(said + _vector(followed))
    return HabitsSeen(tuple(np.round(values, 4).tolist()), tuple(np.round(sure, 4).tolist()))


def _neutral() -> RealArray:
    return _vector(Habits())


def _vector(habits: Habits) -> RealArray:
    """Give habits as numbers [habit], each of them added up from project to project."""
    values = np.zeros(HABIT_COUNT)
    values[_PACE] = log(min(max(habits.pace, exp(-FARTHEST_LOG)), exp(FARTHEST_LOG)))
    values[_JOINTS], values[_SCALES] = habits.joints, habits.scales
    values[_HANDLE], values[_LEAD] = habits.handle_seconds, habits.lead_seconds
    values[_REACTION] = habits.reaction
    return values


def _bounded(values: RealArray) -> RealArray:
    """Keep habits within what they may be."""
    bounded: RealArray = np.clip(values, -FARTHEST_LOG, FARTHEST_LOG)
    bounded[_PACE] = np.clip(values[_PACE], -_FASTEST, _FASTEST)
    bounded[_HANDLE] = np.clip(values[_HANDLE], _NEUTRAL_HANDLE, _LONGEST_HANDLE)
    bounded[_LEAD] = np.clip(values[_LEAD], -_LONGEST_LEAD, _LONGEST_LEAD)
    return bounded


def _spoken(values: RealArray, projects: int) -> Habits:
    """Give numbers [habit] as habits."""
    numbers = [round(float(value), 4) for value in _bounded(values)]
    return Habits(
        projects=projects,
        pace=round(exp(numbers[_PACE]), 4),
        joints=tuple(numbers[_JOINTS]),
        scales=tuple(numbers[_SCALES]),
        handle_seconds=numbers[_HANDLE],
        lead_seconds=numbers[_LEAD],
        reaction=numbers[_REACTION],
    )


def _pace(comparison: Comparison) -> tuple[float, int]:
    """Say how long pieces are beside those proposed: the median logarithm, and of how many."""
    clips, pieces = comparison.final.clips, comparison.proposed.clips
    ratios = [
        log(clips[clip].seconds / pieces[piece].seconds)
        for piece, parts in comparison.match.now.items()
        for clip in parts
    ]
    stand_ins = comparison.match.replaced.items()
    ratios += [log(clips[clip].seconds / pieces[piece].seconds) for piece, clip in stand_ins]
    return (float(np.median(ratios)), len(ratios)) if ratios else (0.0, 0)


def _joints(was: Sequence[SketchPiece], now: Sequence[SketchPiece]) -> tuple[RealArray, RealArray]:
    """Say which joints are used rather than proposed, as log odds; the first joins nothing."""
    counts: list[RealArray] = [
        np.array([float(sum(one.joint == joint for one in pieces[1:])) for joint in JOINTS])
        for pieces in (was, now)
    ]
    return _odds(*counts), _told(*counts)


def _scales(was: Sequence[SketchPiece], now: Sequence[SketchPiece]) -> tuple[RealArray, RealArray]:
    """Say which scales are kept rather than proposed, as log odds."""
    scales = [[piece.seen.scale for piece in pieces if piece.seen] for pieces in (was, now)]
    if not all(scales):
        return np.zeros(len(SHOT_SCALES)), np.zeros(len(SHOT_SCALES))
    counts: list[RealArray] = [
        np.array([float(found.count(scale)) for scale in SHOT_SCALES]) for found in scales
    ]
    return _odds(*counts), _told(*counts)


def _odds(was: RealArray, now: RealArray) -> RealArray:
    """Give how much the log odds of each of some kinds grew, from counts [kind]."""
    odds = [np.log((counts + _SMOOTH) / (counts.sum() - counts + _SMOOTH)) for counts in (was, now)]
    grown: RealArray = odds[1] - odds[0]
    return grown


def _told(was: RealArray, now: RealArray) -> RealArray:
    """Say how many pieces tell something of each kind: few of one that is rare, or in all."""
    share = (was + now) / max(1.0, float(was.sum() + now.sum()))
    told: RealArray = 4.0 * share * (1.0 - share) * min(was.sum(), now.sum())
    return told


def _handle(comparison: Comparison, followed: Habits) -> tuple[float, int]:
    """Say how much farther beyond what is shown a shot is asked for than was kept at hand."""
    rate = float(comparison.proposed.rate)
    added = [
        max(change.head_frames, change.tail_frames) / rate
        for change in comparison.changes
        if change.kind in ("trimmed", "slipped") and max(change.head_frames, change.tail_frames) > 0
    ]
    if not added:
        return 0.0, 0
    wanted = max(_NEUTRAL_HANDLE, float(np.quantile(added, 0.9)))
    return wanted - followed.handle_seconds, len(added)


def _lead(was: Sequence[SketchPiece], now: Sequence[SketchPiece]) -> tuple[float, int]:
    """Say how much more sound leads than was proposed, in seconds, on average."""
    leads = [[piece.lead_seconds for piece in pieces[1:]] for pieces in (was, now)]
    if not all(leads):
        return 0.0, 0
    return float(np.mean(leads[1]) - np.mean(leads[0])), len(leads[1])


def _reaction(was: Sequence[SketchPiece], now: Sequence[SketchPiece]) -> tuple[float, int]:
    """Say how much rather who listens follows who speaks, as log odds."""
    counts = [np.array(_meetings(pieces), np.float64) for pieces in (was, now)]
    if not counts[0].sum() and not counts[1].sum():
        return 0.0, 0
    return float(_odds(*counts)[0]), int(counts[1].sum())


def _meetings(pieces: Sequence[SketchPiece]) -> tuple[int, int]:
    """Count how often who speaks is followed by who listens, and how often by anything else."""
    watched = [piece.seen for piece in pieces if piece.seen is not None]
    after = [other for one, other in pairwise(watched) if one.speech > _SPEAKS]
    listens = sum(one.people > 0 and one.speech < _LISTENS for one in after)
    return listens, len(after) - listens
