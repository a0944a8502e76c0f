"""JSON that somebody may have made up to do harm."""

from __future__ import annotations

import json
import math
from typing import Any, Final, Literal

from bridge.errors import FileFormatError

_DEEPEST: Final = 32
_MOST_SHOWN: Final = 60


def read_object(line: bytes, *, most_bytes: int) -> dict[str, Any]:
    """Read a JSON object.

    Args:
        line: from a file.
        most_bytes: more is refused.

    Raises:
        FileFormatError: it is too large or too deep, no JSON, no object, holds a number that is
            none or that is too large, or a key twice.
    """
    if len(line) > most_bytes:
        raise FileFormatError(f"it has over {most_bytes} bytes")
    try:
        plain = json.loads(
            line,
            parse_constant=_refuse,
            parse_float=_finite,
            object_pairs_hook=_without_twins,
        )
    except ValueError as error:
        raise FileFormatError(f"it is no JSON: {str(error)[:_MOST_SHOWN]}") from error
    except RecursionError as error:
        raise _too_deep() from error
    if not isinstance(plain, dict):
        raise FileFormatError("it must be a JSON object")
    _check_depth(plain)
    return plain


def _check_depth(plain: dict[str, Any]) -> None:
    """Refuse what would take whoever looks into it too deep."""
    level: list[Any] = [plain]
    for _ in range(_DEEPEST):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return
    raise _too_deep()


def _too_deep() -> FileFormatError:
    return FileFormatError(f"it is nested deeper than {_DEEPEST} levels")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:_MOST_SHOWN]} is too large a number")
    return number


def _refuse(word: str) -> Literal[0]:
    raise ValueError(f"{word} is no number")


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object of pairs; a key that comes twice would hide something."""
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a key comes twice")
    return made
