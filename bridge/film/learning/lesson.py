"""What one edit teaches: what was changed, what that says of habits, and of taste."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import Final

from bridge.film.learning.changes import Comparison, compared
from bridge.film.learning.clips import seen_in
from bridge.film.learning.habits import seen_habits
from bridge.film.learning.pairs import Pair, piece_pairs
from bridge.film.learning.sketching import Films, shape_of, shot_spans, sketches
from bridge.schema.codec import to_plain
from bridge.schema.cutting import Habits
from bridge.schema.film_lessons import CutSketch
from bridge.schema.layout import Layout
from bridge.schema.rating import FILM, Feedback, Origin, Preference, Rating, Result, Scale, Who

PROPOSED: Final = "film.cut"
"""The subject of what Segue proposed."""
EDITED: Final = "edit"
"""The subject of what an editor made of it."""
PROPOSAL_DIGITS: Final = 16
"""All that is said of one proposal has ids that begin with the same so many digits."""
LESSON_DIGITS: Final = 26
"""All that one edit of it says, with the same so many."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What one edit teaches."""

    comparison: Comparison
    """Of the two timelines."""
    was: CutSketch
    """What was proposed."""
    now: CutSketch
    """What was made of it, with what that says of habits."""
    pairs: tuple[Pair, ...]
    """Pieces that are liked better than others."""


def lesson_of(proposed: Layout, final: Layout, films: Films, followed: Habits) -> Lesson:
    """Learn from what an editor made of a cut.

    Args:
        proposed: the cut.
        final: what was made of it.
        films: what was seen in the films of the proposed one, by their URLs there.
        followed: habits that the cut followed already.

    Raises:
        RequestError: one of them is empty or too long, or they have nothing in common.
    """
    comparison = compared(seen_in(proposed), seen_in(final), shot_spans(films))
    was, now = sketches(comparison, films)
    seen = seen_habits(comparison, was, now, followed)
    pairs = piece_pairs(comparison, was, now)
    return Lesson(comparison, was, replace(now, habits_seen=seen), pairs)


def answers(lesson: Lesson, who: Who, door: str) -> tuple[Feedback, ...]:
    """Give what a lesson says, each with an id that is the same whenever it is said again.

    Args:
        lesson: what was learned.
        who: whose edit it was.
        door: where it came in; may be empty.
    """
    shapes = shape_of(lesson.was.pieces), shape_of(lesson.now.pieces)
    prefix = _digest(who, shapes[0])[:PROPOSAL_DIGITS]
    prefix += _digest(who, shapes[1])[: LESSON_DIGITS - PROPOSAL_DIGITS]
    made, first = _result(lesson.now, EDITED), f"{prefix}{0:06x}"
    if shapes[0] == shapes[1]:
        return (Rating(made, 1, Scale.IMPLICIT, who, door, id=first),)
    was = _result(lesson.was, PROPOSED)
    whole = Preference(made, was, Origin.EDIT, who, door, id=first)
    return (whole, *_piece_answers(lesson, prefix, who, door))


def _piece_answers(lesson: Lesson, prefix: str, who: Who, door: str) -> tuple[Feedback, ...]:
    return tuple(
        Preference(
            _result(better, EDITED),
            _result(worse, PROPOSED),
            Origin.EDIT,
            who,
            door,
            id=f"{prefix}{number:06x}",
        )
        for number, (better, worse) in enumerate(lesson.pairs, 1)
    )


def _digest(who: Who, shape: str) -> str:
    said = json.dumps([who.person, who.project, shape])
    return hashlib.sha256(said.encode("ascii")).hexdigest()


def _result(sketch: CutSketch, subject: str) -> Result:
    return Result(subject, json.dumps(to_plain(sketch)), made_at="", domain=FILM)
