"""How a taste is learned from what was measured, and kept in the store to the last bit.

What people take along is `bridge.preference`'s own form, which names every answer and is learned
from anew; here the beliefs themselves are kept, so that a process that begins need not.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

import numpy as np

from bridge.errors import FileFormatError, RequestError
from bridge.preference.taste import Taste, chosen, new_taste, rated
from bridge.schema.codec import field_types, from_plain


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
        return json.dumps(_written(taste), separators=(",", ":"))

    def read(self, text: str) -> Taste:
        """Give the taste that `write` wrote.

        Raises:
            FileFormatError: it is none, or of other features.
        """
        try:
            taste: Taste = _read(json.loads(text), Taste, self.fresh())
        except (ValueError, KeyError, TypeError, RecursionError, RequestError) as error:
            raise FileFormatError(f"it is no taste: {error}") from error
        if taste.names != self.names:
            raise FileFormatError("it is about other features")
        return taste


def _written(value: Any) -> Any:
    """Give a value as JSON has it; an array as the text of its bytes, float64, the lowest first."""
    if isinstance(value, np.ndarray):
        return base64.b64encode(np.ascontiguousarray(value, "<f8").tobytes()).decode("ascii")
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _written(getattr(value, field.name)) for field in fields(value)}
    return [_written(entry) for entry in value] if isinstance(value, tuple) else value


def _read(written: Any, expected: Any, like: Any) -> Any:
    """Give what `_written` wrote.

    Args:
        written: as JSON has it.
        expected: its type, as an annotation says it.
        like: such a value, whose arrays have the same shapes.
    """
    if isinstance(like, np.ndarray):
        return _array(written, like.shape)
    if not is_dataclass(like):
        return from_plain(expected, written)
    types = field_types(type(like))
    read = {name: _read(written[name], types[name], getattr(like, name)) for name in types}
    return replace(like, **read)  # type: ignore[type-var]


def _array(written: Any, shape: tuple[int, ...]) -> Any:
    """Give the array whose bytes a text holds."""
    content = base64.b64decode(written, validate=True)
    array = np.frombuffer(content, "<f8").reshape(shape).astype(np.float64)
    if not np.isfinite(array).all():
        raise ValueError("a number is not finite")
    return array
