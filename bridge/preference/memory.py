"""A taste as plain data, for JSON: version, names, centre, spread, count, answers.

What is written is what the person said, not what was made of it: `[score, [feature, ..]]` of a
rating and `[1, [feature, ..], [feature, ..]]` of a choice, the better first. Reading learns it
anew, so that a file can hold no belief that does not follow from answers, and a better learner may
read what an older one wrote. `centre` and `spread` [feature] are the frame of the taste, `count` is
how many answers there ever were; of more than 600 the last are kept.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np

from bridge.errors import RequestError
from bridge.preference.beliefs import Frame, first_beliefs
from bridge.preference.taste import MOST_ANSWERS, Answer, Taste, learned, new_taste

VERSION: Final = 1
"""Of the form that is written."""
_FARTHEST: Final = 1e6
"""No standardised feature is farther from its mean."""
_LEAST_SPREAD: Final = 0.01
_FIELDS: Final = {"version", "names", "centre", "spread", "count", "answers"}
_LONGEST_NAME: Final = 100
_MOST_COUNTED: Final = 10**9


def taste_to_dict(taste: Taste) -> dict[str, Any]:
    """Give a taste as plain data; `taste_from_dict` reads it."""
    return {
        "version": VERSION,
        "names": list(taste.names),
        "centre": taste.beliefs.frame.centre.tolist(),
        "spread": taste.beliefs.frame.spread.tolist(),
        "count": taste.count,
        "answers": [_plain(answer) for answer in taste.answers],
    }


def taste_from_dict(plain: Mapping[str, Any]) -> Taste:
    """Read a taste, and learn what it says.

    Args:
        plain: as `taste_to_dict` gives it, or from a file that nobody vouches for.

    Raises:
        RequestError: it is of another version, or something in it is not what it must be.
    """
    if not isinstance(plain, Mapping):
        raise RequestError(f"a taste is an object with fields, not {_said(plain)}")
    if unknown := set(plain) ^ _FIELDS:
        raise RequestError(
            f"a taste has the fields {', '.join(sorted(_FIELDS))}, no more and no less; "
            f"at fault: {', '.join(sorted(_said(name) for name in unknown))[:200]}"
        )
    if plain["version"] is True or plain["version"] != VERSION:
        raise RequestError(
            f"a taste of version {VERSION} can be read, not {_said(plain['version'])}"
        )
    taste = new_taste(_names(plain["names"]))
    taste = replace(taste, beliefs=first_beliefs(_frame(plain, len(taste.names))))
    answers, count = plain["answers"], plain["count"]
    if not isinstance(answers, list) or len(answers) > MOST_ANSWERS:
        raise RequestError(f"answers must be a list of at most {MOST_ANSWERS}")
    if type(count) is not int or not len(answers) <= count <= _MOST_COUNTED:
        raise RequestError(f"count must be a whole number >= {len(answers)}, the answers it holds")
    checked = [_answer(entry, len(taste.names), index) for index, entry in enumerate(answers)]
    for answer in checked:
        taste = learned(taste, answer)
    return replace(taste, count=count)


def _plain(answer: Answer) -> list[Any]:
    """Give an answer as a list."""
    plain: list[Any] = [answer.score, list(answer.features)]
    return plain if answer.worse is None else [*plain, list(answer.worse)]


def _names(names: Any) -> list[str]:
    """Check the names of features; `new_taste` looks whether they are too many, or twice."""
    if not isinstance(names, list) or not all(
        isinstance(name, str) and 1 <= len(name) <= _LONGEST_NAME for name in names
    ):
        raise RequestError(f"names must be a list of words of 1..{_LONGEST_NAME} letters")
    return names


def _frame(plain: Mapping[str, Any], count: int) -> Frame:
    """Check what is typical."""
    centre = _features(plain["centre"], count, "centre")
    spread = _features(plain["spread"], count, "spread")
    if min(spread) < _LEAST_SPREAD:
        raise RequestError(f"each spread must be >= {_LEAST_SPREAD}, not {min(spread)}")
    return Frame(np.array(centre), np.array(spread))


def _answer(entry: Any, count: int, index: int) -> Answer:
    """Check an answer."""
    where = f"answer {index + 1}"
    if not isinstance(entry, list) or len(entry) not in (2, 3):
        raise RequestError(f"{where} must be [score, features] or [1, better, worse]")
    score = entry[0]
    if not _is_number(score, 1.0) or score == 0:
        raise RequestError(f"the score of {where} must be -1..1 and not 0, not {_said(score)}")
    rows = [_features(row, count, where) for row in entry[1:]]
    if len(rows) == 2 and score != 1:
        raise RequestError(f"{where} is a choice, so its score must be 1, not {_said(score)}")
    return Answer(rows[0], float(score), worse=rows[1] if len(rows) == 2 else None)


def _features(row: Any, count: int, where: str) -> tuple[float, ...]:
    """Check the features of a result."""
    if not isinstance(row, list) or len(row) != count:
        raise RequestError(f"{where} must have {count} features, one for each name")
    for number in row:
        if not _is_number(number, _FARTHEST):
            raise RequestError(f"a feature of {where} must be a finite number, not {_said(number)}")
    return tuple(float(number) for number in row)


def _is_number(value: Any, farthest: float) -> bool:
    """Say whether a value is a finite number, and how far from 0 at most."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return -farthest <= value <= farthest and math.isfinite(value)


def _said(value: Any) -> str:
    """Give a value as a message may show it."""
    if isinstance(value, str | int | float) and len(text := repr(value)[:60]) < 60:
        return text
    return f"a {type(value).__name__}"
