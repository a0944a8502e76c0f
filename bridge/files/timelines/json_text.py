"""JSON whose numbers keep the digits they were written with, so that a rewrite changes no byte."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from bridge.errors import FileFormatError

_INF: Final = re.compile(r'"(?:[^"\\]|\\.)*"|\bInf\b')


class Digits(float):
    """A number with the digits it was written with."""

    text: str

    def __new__(cls, text: str) -> Digits:
        """Keep the digits of a number."""
        number = super().__new__(cls, text)
        number.text = text
        return number


def read_json(text: str, *, name: str) -> Any:
    """Read JSON, its order and its digits kept.

    Raises:
        FileFormatError: it is damaged, cut off, or nested absurdly deep.
    """
    try:
        spelt = _INF.sub(_spelt, text) if "Inf" in text else text
        return json.loads(spelt, parse_float=Digits, parse_constant=Digits)
    except (ValueError, RecursionError) as error:
        raise FileFormatError(
            f"{name} is damaged or cut off ({error}); export it again, or copy it again"
        ) from error


def _spelt(found: re.Match[str]) -> str:
    """Spell out what OpenTimelineIO writes for a number without end, but not within a text."""
    return "Infinity" if found[0] == "Inf" else found[0]


def canonical(told: Any) -> str:
    """Give a text that is the same for the same value, in whatever order and digits."""
    return json.dumps(told, sort_keys=True, ensure_ascii=False)


def format_json(told: Any, *, indent: int = 4) -> str:
    """Write JSON, numbers with the digits that they were read with."""
    return "".join(_parts(told, "\n", " " * indent))


def _parts(told: Any, line: str, step: str) -> Iterator[str]:
    if isinstance(told, dict):
        entries = (
            (f"{json.dumps(str(key), ensure_ascii=False)}: ", value) for key, value in told.items()
        )
        yield from _block("{}", entries, line, step)
    elif isinstance(told, list):
        yield from _block("[]", (("", value) for value in told), line, step)
    elif isinstance(told, Digits):
        yield told.text
    else:
        yield json.dumps(told, ensure_ascii=False)


def _block(
    brackets: str, entries: Iterator[tuple[str, Any]], line: str, step: str
) -> Iterator[str]:
    first = True
    yield brackets[0]
    for key, value in entries:
        yield f"{'' if first else ','}{line}{step}{key}"
        yield from _parts(value, line + step, step)
        first = False
    yield brackets[1] if first else f"{line}{brackets[1]}"
