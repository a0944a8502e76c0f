"""The outline of a story, as a person writes one: a step on each line, with its share if they like.

# the harbour
20% the harbour at dawn, calm
people at work, close-ups
- 30 % the storm
the harbour again
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from bridge.errors import FileFormatError, RequestError
from bridge.files.disk import read_bytes
from bridge.schema.cutting import OutlineStep

MOST_STEPS: Final = 64
"""A longer outline is refused."""
MOST_LETTERS: Final = 500
"""So long may a step be."""
_MOST_BYTES: Final = 2**20
_BULLET: Final = re.compile(r"(?:[-*•]|\d{1,3}[.)])\s+")
_SHARE: Final = re.compile(r"(\d+(?:[.,]\d+)?)\s*%[:\s-]*")
_WHOLE: Final = 100.0
_ALMOST: Final = 1e-6


def read_outline(path: Path) -> str:
    """Read an outline; it is understood later.

    Raises:
        NotFoundError: there is no such file.
        FileFormatError: it is no text.
    """
    content = read_bytes(path, kind="outline", max_bytes=_MOST_BYTES)
    try:
        return content.decode("utf-8-sig")
    except UnicodeError as error:
        raise FileFormatError(f"{path} is no text in UTF-8; save it as plain text") from error


def parse_outline(text: str) -> tuple[OutlineStep, ...]:
    """Understand an outline.

    Empty lines and those that begin with `#` say nothing; steps without a share get equal parts of
    what the others leave.

    Args:
        text: a step on each line.

    Raises:
        RequestError: there is none, or too many, or the shares don't fit; the message names the
            line.
    """
    steps: list[tuple[str, float | None]] = []
    shared = 0.0
    for number, line in enumerate(text.splitlines(), 1):
        words, share = _step(line, number)
        if not words:
            continue
        shared += share or 0.0
        if shared > _WHOLE + _ALMOST:
            raise RequestError(
                f"outline, line {number}: the shares come to {shared:g} % here; make them 100 %"
            )
        steps.append((words, share))
        if len(steps) > MOST_STEPS:
            raise RequestError(f"outline, line {number}: more than {MOST_STEPS} steps; join some")
    if not steps:
        raise RequestError("the outline has no step; write one on each line: 30% the harbour, calm")
    return _with_shares(steps, shared)


def _step(line: str, number: int) -> tuple[str, float | None]:
    """Read a line: its words, empty where it says nothing, and its share in percent."""
    text = line.strip()
    if text.startswith("#"):
        return "", None
    if bullet := _BULLET.match(text):
        text = text[bullet.end() :]
    share = None
    if match := _SHARE.match(text):
        share = float(match[1].replace(",", "."))
        text = text[match.end() :].strip()
        if not 0 < share <= _WHOLE:
            raise RequestError(
                f"outline, line {number}: a share is more than 0 % and at most 100 %, not {share:g}"
            )
        if not text:
            raise RequestError(f"outline, line {number}: say what is seen after {match[1]} %")
    if len(text) > MOST_LETTERS:
        raise RequestError(f"outline, line {number}: longer than {MOST_LETTERS} letters; split it")
    return text, share


def _with_shares(steps: list[tuple[str, float | None]], shared: float) -> tuple[OutlineStep, ...]:
    """Give what is left to the steps that don't say."""
    open_steps = sum(share is None for _, share in steps)
    left = _WHOLE - shared
    if open_steps and shared and left < _ALMOST:
        raise RequestError(
            f"the outline's shares come to 100 %, and {open_steps} of its steps have none;"
            " leave something for them"
        )
    equal = left / max(1, open_steps)
    return tuple(OutlineStep(words, (share or equal) / _WHOLE) for words, share in steps)
