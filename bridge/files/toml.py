"""TOML that a person wrote, and the lines on which it says what."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from bridge.errors import FileFormatError
from bridge.files.disk import read_bytes

_MOST_BYTES: Final = 2**20


def read_text(path: Path) -> str:
    """Read a file as text; a mark that some editors put before it is left out.

    Raises:
        NotFoundError: there is no such file.
        FileFormatError: it is not UTF-8, or too large.
    """
    try:
        return read_bytes(path, kind="TOML", max_bytes=_MOST_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileFormatError(f"{path} is not UTF-8; save it as such") from error


def parse_toml(text: str, path: Path) -> dict[str, Any]:
    """Give what a text says.

    Args:
        text: what the file holds.
        path: the file, for the message.

    Raises:
        FileFormatError: it is no TOML; the message names the line.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FileFormatError(f"{path}{_where_and_what(str(error))}") from error


def line_of_key(text: str, key: str) -> int:
    """Give the line on which a key or table first stands, from 1."""
    pattern = re.compile(rf"\s*(\[*\s*)?[\"']?{re.escape(key)}[\"']?\s*[\]=.]")
    for number, line in enumerate(text.splitlines(), start=1):
        if pattern.match(line):
            return number
    return 1


def unknown_key(key: str, known: Iterable[str]) -> str:
    """Say that a key is none of those there are, and which are near."""
    names = list(known)
    near = difflib.get_close_matches(key, names, n=1)
    return f"no key {key!r}; " + (f"near: {near[0]}" if near else f"one of: {', '.join(names)}")


def _where_and_what(message: str) -> str:
    """Put the line before what is wrong, as in every other message."""
    found = re.fullmatch(r"(.*) \(at (?:line (\d+), column \d+|end of document)\)", message)
    if found is None:
        return f": {message}"
    return f":{found[2]}: {found[1]}" if found[2] else f": at the end: {found[1]}"
