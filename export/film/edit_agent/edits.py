"""What an editor's changes say, lesson by lesson, and whether that is more than luck.

A lesson is all that one edit of one proposal says: its comparisons are not independent of each
other, so lessons are counted, and lessons are kept apart.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import comb
from typing import Final

from bridge.errors import FileFormatError
from bridge.feedback.film_learner import FilmLearner
from bridge.feedback.store import FeedbackStore
from bridge.film.learning.lesson import LESSON_DIGITS
from bridge.film.learning.taste_learning import FilmTaste
from bridge.preference.taste import utilities
from bridge.schema.rating import FILM, Feedback, Preference, Wanted, Who

_LEARNER: Final = FilmLearner()
_EVERY: Final = 4
"""Of so many lessons one is kept apart."""
_BATCH: Final = 500
_FEATURES: Final = len(_LEARNER.fresh().taste.names)


@dataclass(frozen=True, slots=True)
class Lessons:
    """What one editor said."""

    said: tuple[tuple[Feedback, ...], ...]
    """Lesson by lesson, in the order in which they were learned."""
    base: FilmTaste = field(default_factory=FilmTaste)
    """What was known before the first of them."""

    @property
    def answers(self) -> int:
        """Count what was said."""
        return sum(map(len, self.said))

    def taste(self, *, without: int | None = None) -> FilmTaste:
        """Learn what follows from all lessons, or from all but one."""
        known = self.base
        for number, lesson in enumerate(self.said):
            if number == without:
                continue
            for one in lesson:
                known = _learned(known, one)
        return known

    def split(self) -> tuple[Lessons, Lessons]:
        """Give what is learned from, and what is judged by: every fourth lesson."""
        kept = tuple(one for n, one in enumerate(self.said) if n % _EVERY != _EVERY - 1)
        apart = tuple(one for n, one in enumerate(self.said) if n % _EVERY == _EVERY - 1)
        return Lessons(kept, self.base), Lessons(apart, self.base)


def lessons_of(store: FeedbackStore, who: Who) -> Lessons:
    """Read what an editor's changes said, as far as it still counts."""
    kept, base = store.tastes.taste(who, FILM), FilmTaste()
    if kept is not None and kept.base_json is not None:
        with contextlib.suppress(FileFormatError):  # of another version: it no longer counts
            base = _LEARNER.read(kept.base_json)
    lessons: dict[str, list[Feedback]] = {}
    for one in _all(store, who, after=0 if kept is None else kept.since):
        lessons.setdefault(one.id[:LESSON_DIGITS], []).append(one)
    return Lessons(tuple(map(tuple, lessons.values())), base)


def foretold(lessons: Lessons) -> tuple[float, float]:
    """Say how well lessons foretell one another, and how likely luck would do as well.

    Returns:
        Share of comparisons that a taste learned from all other lessons foretells; how likely it is
        that as many lessons or more are foretold for the most part if each was a toss.
    """
    shares = []
    for number, lesson in enumerate(lessons.said):
        pairs = [one for one in lesson if isinstance(one, Preference) and _differs(one)]
        if pairs:
            known = lessons.taste(without=number)
            shares.append(sum(_agrees(known, one) for one in pairs) / len(pairs))
    if not shares:
        return 0.5, 1.0
    won = sum(share > 0.5 for share in shares)
    luck = sum(comb(len(shares), count) for count in range(won, len(shares) + 1))
    return sum(shares) / len(shares), float(luck / 2 ** len(shares))


def _all(store: FeedbackStore, who: Who, *, after: int) -> Iterable[Feedback]:
    wanted = Wanted(who.person, who.project, FILM)
    while found := store.feedback(wanted, after=after, most=_BATCH):
        yield from found
        after = found[-1].number or 0


def _learned(known: FilmTaste, said: Feedback) -> FilmTaste:
    if isinstance(said, Preference):
        values = _measured([said.better.noun_json, said.worse.noun_json])
        return _LEARNER.chosen(known, values[0], values[1])
    return _LEARNER.rated(known, _measured([said.result.noun_json])[0], said.liking)


def _differs(said: Preference) -> bool:
    """Say whether features tell what is better from what is worse at all."""
    rows = _measured([said.better.noun_json, said.worse.noun_json])
    return rows[0][:_FEATURES] != rows[1][:_FEATURES]


def _agrees(known: FilmTaste, said: Preference) -> bool:
    rows = _measured([said.better.noun_json, said.worse.noun_json])
    better, worse = utilities(known.taste, [row[:_FEATURES] for row in rows])
    return bool(better > worse)


def _measured(nouns: Sequence[str]) -> list[list[float]]:
    return [_LEARNER.measure(noun) or [0.0] * _FEATURES for noun in nouns]
