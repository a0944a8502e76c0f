"""How a taste is learned from what was measured, and kept in the store to the last bit.

What people take along is `bridge.preference`'s own form, which names every answer and is learned
from anew; here the beliefs themselves are kept, so that a process that begins need not.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from bridge.errors import FileFormatError, RequestError
from bridge.preference.beliefs import Beliefs, first_beliefs
from bridge.preference.taste import Answer, Taste, chosen, new_taste, rated
from bridge.schema.codec import from_plain, to_plain


@dataclass(frozen=True, slots=True)
class PreferenceLearner:
    """The learner of one domain; see `bridge.feedback.tastes.Learner`."""

    version: str
    """Of the features; what was learned with another is learned again."""
    names: tuple[str, ...]
    """Of the features, in their order."""
    measuring: Callable[[str], list[float] | None]
    """Gives the features of a noun in JSON; None: it has none."""

    def fresh(self) -> Taste:
        """Give the taste of somebody who said nothing yet."""
        return new_taste(self.names)

    def measure(self, noun_json: str) -> list[float] | None:
        """Measure a result; None: there is nothing to measure."""
        return self.measuring(noun_json)

    def rated(self, taste: Taste, values: list[float], score: float) -> Taste:
        """Learn that something that was measured is liked so much, -1..1."""
        return rated(taste, values, score)

    def chosen(self, taste: Taste, better: list[float], worse: list[float]) -> Taste:
        """Learn that one is liked better than another."""
        return chosen(taste, better, worse)

    def write(self, taste: Taste) -> str:
        """Give a taste as JSON."""
        beliefs = {
            field.name: _written(getattr(taste.beliefs, field.name))
            for field in fields(taste.beliefs)
        }
        plain = {
            "names": to_plain(taste.names),
            "count": taste.count,
            "answers": to_plain(taste.answers),
            "beliefs": beliefs,
        }
        return json.dumps(plain, separators=(",", ":"))

    def read(self, text: str) -> Taste:
        """Give the taste that `write` wrote.

        Raises:
            FileFormatError: it is none, or of other features.
        """
        try:
            plain = json.loads(text)
            names, answers = plain["names"], from_plain(tuple[Answer, ...], plain["answers"])
            beliefs = plain["beliefs"]
            first = first_beliefs(len(self.names))
            read = {
                field.name: _read(beliefs[field.name], getattr(first, field.name))
                for field in fields(first)
            }
            count = int(plain["count"])
        except (ValueError, KeyError, TypeError, RecursionError, RequestError) as error:
            raise FileFormatError(f"it is no taste: {error}") from error
        if tuple(names) != self.names:
            raise FileFormatError("it is about other features")
        return Taste(self.names, Beliefs(**read), answers, count)


def _written(value: Any) -> float | str:
    """Give a number as it is, and an array as the text of its bytes, float64, the lowest first."""
    if not isinstance(value, np.ndarray):
        return float(value)
    return base64.b64encode(np.ascontiguousarray(value, "<f8").tobytes()).decode("ascii")


def _read(written: Any, first: Any) -> Any:
    """Give what `_written` wrote, of the type and shape of `first`."""
    if not isinstance(first, np.ndarray):
        return type(first)(written)
    try:
        content = base64.b64decode(written, validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from error
    array = np.frombuffer(content, "<f8").reshape(first.shape).astype(np.float64)
    if not np.isfinite(array).all():
        raise ValueError("a number is not finite")
    return array
