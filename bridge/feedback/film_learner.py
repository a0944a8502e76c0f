"""How a taste in cuts, how somebody cuts, and what that follows from are kept in the store."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bridge.errors import FileFormatError, RequestError
from bridge.feedback.learner import PreferenceLearner
from bridge.feedback.store import FeedbackStore
from bridge.film.learning.habits import HabitsSoFar
from bridge.film.learning.lesson import PROPOSAL_DIGITS
from bridge.film.learning.taste_features import NAMES
from bridge.film.learning.taste_learning import (
    FilmTaste,
    features_version,
    measure,
    with_choice,
    with_rating,
)
from bridge.schema.codec import from_plain, to_plain
from bridge.schema.rating import FILM, Feedback

_TASTES: Final = PreferenceLearner(features_version(), NAMES, measure)


@dataclass(frozen=True, slots=True)
class FilmLearner:
    """The learner of the domain `film`; see `bridge.feedback.tastes.Learner`."""

    version: str = features_version()
    """Of what is measured."""

    def fresh(self) -> FilmTaste:
        """Give what is known of somebody who said nothing yet."""
        return FilmTaste()

    def measure(self, noun_json: str) -> list[float] | None:
        """Measure a cut, or a piece of one."""
        return measure(noun_json)

    def rated(self, taste: FilmTaste, values: list[float], score: float) -> FilmTaste:
        """Learn that something that was measured is liked so much, -1..1."""
        return with_rating(taste, values, score)

    def chosen(self, taste: FilmTaste, better: list[float], worse: list[float]) -> FilmTaste:
        """Learn that one is liked better than another."""
        return with_choice(taste, better, worse)

    def write(self, taste: FilmTaste) -> str:
        """Give what is known as JSON."""
        plain = {
            "taste": json.loads(_TASTES.write(taste.taste)),
            "habits": to_plain(taste.habits_so_far),
        }
        return json.dumps(plain, separators=(",", ":"))

    def read(self, text: str) -> FilmTaste:
        """Give what `write` wrote.

        Raises:
            FileFormatError: it is none, or of other features.
        """
        try:
            plain = json.loads(text)
            habits = from_plain(HabitsSoFar, plain["habits"])
            return FilmTaste(_TASTES.read(json.dumps(plain["taste"])), habits)
        except (ValueError, KeyError, TypeError, RecursionError, RequestError) as error:
            raise FileFormatError(f"it is no taste in cuts: {error}") from error


def keep_lesson(store: FeedbackStore, said: Sequence[Feedback]) -> bool:
    """Keep what an edit says, in place of what an older edit of the same proposal said.

    Args:
        store: where all feedback is kept.
        said: as `bridge.film.learning.lesson.answers` gives it; one or more.

    Returns:
        Whether it is new; what was kept before, and is not forgotten, counts once.
    """
    who, first = said[0].who, said[0].id
    kept = store.tastes.taste(who, FILM)
    before = store.find(first)
    if before is not None and (before.number or 0) > (0 if kept is None else kept.since):
        return False
    store.take_back(who, FILM, first[:PROPOSAL_DIGITS])
    store.add_all(said)
    return True
