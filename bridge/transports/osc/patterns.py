"""Address patterns, as OSC 1.0 has them: one message to several addresses."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Final

from bridge.errors import PacketError

MOST_CHOICES: Final = 64
"""So many words may the braces of one pattern stand for."""

_MARKS: Final = frozenset("*?[]{}")
_BRACES: Final = re.compile(r"\{([^{}]*)\}")


def is_pattern(address: str) -> bool:
    """Say whether an address is a pattern: `/segue/live/{start,stop}`."""
    return not _MARKS.isdisjoint(address)


def matching(pattern: str, addresses: Iterable[str]) -> tuple[str, ...]:
    """Give the addresses that a pattern stands for, in their order.

    `?` is any sign, `*` any signs, `[a-c]` one of them, `[!a-c]` none of them, `{one,two}` either
    word; none of them reaches over a slash.

    Args:
        pattern: as it was sent.
        addresses: those there are.

    Raises:
        PacketError: its braces do not match, or stand for too many words.
    """
    parts = [_choices(part) for part in pattern.split("/")]
    return tuple(address for address in addresses if _matches(parts, address.split("/")))


def _choices(part: str) -> tuple[str, ...]:
    """Give what a part of a pattern stands for, without braces, as `fnmatch` reads it."""
    pieces = _BRACES.split(part)  # words, and at odd places what stood in braces
    if any(mark in word for word in pieces[::2] for mark in "{}"):
        raise PacketError(f"the braces of {part!r} do not match")
    options = [piece.split(",") if place % 2 else [piece] for place, piece in enumerate(pieces)]
    if math.prod(map(len, options)) > MOST_CHOICES:
        raise PacketError(f"{part!r} stands for over {MOST_CHOICES} words; send several messages")
    return tuple("".join(words) for words in itertools.product(*options))


def _matches(parts: list[tuple[str, ...]], words: list[str]) -> bool:
    """Say whether each part of an address is one of the pattern's choices."""
    return len(parts) == len(words) and all(
        any(fnmatchcase(word, choice) for choice in choices)
        for word, choices in zip(words, parts, strict=True)
    )
