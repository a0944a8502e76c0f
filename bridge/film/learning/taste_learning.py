"""How a taste in cuts is learned, and with it how somebody cuts: one state for both.

Both follow from the same log of preferences: what is learned from a whole cut carries also what it
says of habits. So undoing, forgetting and people hold for habits as they do for taste.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from bridge.film.learning.habits import HabitsSoFar, habits_of, with_project
from bridge.film.learning.sketching import seen_in_shot
from bridge.film.learning.taste_features import FEATURES, NAMES, features
from bridge.preference.beliefs import RealArray
from bridge.preference.taste import Taste, chosen, new_taste, rated, utilities
from bridge.schema.codec import from_plain
from bridge.schema.cutting import Habits
from bridge.schema.film_lessons import HABIT_COUNT, CutSketch, HabitsSeen, SketchPiece
from bridge.schema.shots import Shot

_FORM: Final = 1
"""To be raised whenever a feature or a habit is measured otherwise under the same name."""
_COUNT: Final = len(NAMES)
_LEAST_ANSWERS: Final = 3
"""After fewer answers a taste says nothing of shots."""
_USUAL_SECONDS: Final = 2.8


@dataclass(frozen=True, slots=True)
class FilmTaste:
    """What is known of what an editor likes, and of how they cut."""

    taste: Taste = field(default_factory=lambda: new_taste(NAMES))
    """What they like in cuts and pieces."""
    habits_so_far: HabitsSoFar = field(default_factory=HabitsSoFar)
    """What their projects say of how they cut."""

    @property
    def habits(self) -> Habits:
        """How they cut, as far as that is known."""
        return habits_of(self.habits_so_far)

    def utility(self, pieces: Sequence[SketchPiece]) -> float:
        """Say how much they will like a cut, or a piece of one: log odds, 0 where nobody knows."""
        if not self.taste.count:
            return 0.0
        return float(utilities(self.taste, features(pieces)[None])[0])


ShotTaste = Callable[[Sequence[Shot]], RealArray]
"""Says how much shots will be liked, -1..1 [shot]."""


def shot_taste(known: FilmTaste) -> ShotTaste | None:
    """Give what says how much shots will be liked beside one another; None: nobody knows yet.

    A shot is judged as a piece of usual length: how long pieces are and how they meet is a matter
    of habits, so that nothing counts twice.
    """
    if known.taste.count < _LEAST_ANSWERS:
        return None

    def liked(shots: Sequence[Shot]) -> RealArray:
        rows = [
            features([SketchPiece("", 0.0, _USUAL_SECONDS, seen=seen_in_shot(shot))])
            for shot in shots
        ]
        said = utilities(known.taste, np.array(rows))
        return np.tanh(said - np.median(said))

    return liked


def features_version() -> str:
    """Name the version of what is measured: another where a name or a norm is another."""
    said = json.dumps([_FORM, [(one.name, one.norm) for one in FEATURES], HABIT_COUNT])
    return f"film-{_FORM}-{hashlib.sha256(said.encode('ascii')).hexdigest()[:12]}"


def measure(noun_json: str) -> list[float] | None:
    """Measure a cut or a piece of one.

    Args:
        noun_json: a `CutSketch` in JSON.

    Returns:
        Features as `NAMES` has them; of a cut that says something of habits also their values
        [habit], and how sure they are [habit].

    Raises:
        RequestError: it is no cut.
    """
    sketch = from_plain(CutSketch, json.loads(noun_json))
    measured = [float(value) for value in features(sketch.pieces)]
    if sketch.habits_seen is not None:
        measured += [*sketch.habits_seen.values, *sketch.habits_seen.sure]
    return measured


def with_rating(known: FilmTaste, values: list[float], score: float) -> FilmTaste:
    """Learn that a cut or a piece is liked so much, -1..1."""
    return FilmTaste(rated(known.taste, values[:_COUNT], score), _with_habits(known, values))


def with_choice(known: FilmTaste, better: list[float], worse: list[float]) -> FilmTaste:
    """Learn that one is liked better than another."""
    taste = chosen(known.taste, better[:_COUNT], worse[:_COUNT])
    return FilmTaste(taste, _with_habits(known, better))


def _with_habits(known: FilmTaste, values: list[float]) -> HabitsSoFar:
    said = values[_COUNT:]
    if not said:
        return known.habits_so_far
    seen = HabitsSeen(tuple(said[:HABIT_COUNT]), tuple(said[HABIT_COUNT:]))
    return with_project(known.habits_so_far, seen)
