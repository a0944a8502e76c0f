"""Text as the numbers of word pieces, as BERT's uncased vocabulary has them.

The vocabulary is that of bert-base-uncased (Devlin and others, 2018; Apache-2.0), which
all-MiniLM-L6-v2 shares.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

_UNKNOWN: Final = "[UNK]"
_BEGIN: Final = "[CLS]"
_END: Final = "[SEP]"
_MOST_LETTERS: Final = 100
_WORD: Final = re.compile(r"\w+|[^\w\s]")


@cache
def _vocabulary() -> dict[str, int]:
    text = Path(__file__).with_name("vocabulary.txt").read_text("utf-8")
    return {piece: number for number, piece in enumerate(text.split("\n")[:-1])}


def word_pieces(text: str, *, most: int = 64) -> list[int]:
    """Give a text as numbers of word pieces, between those that mark its beginning and end.

    Args:
        text: in any case; accents are left out, as the vocabulary has none.
        most: so many numbers at most, the two marks included; what is beyond is left out.
    """
    known = _vocabulary()
    plain = unicodedata.normalize("NFD", text.lower())
    plain = "".join(letter for letter in plain if unicodedata.category(letter) != "Mn")
    pieces = [number for word in _WORD.findall(plain) for number in _pieces(word, known)]
    return [known[_BEGIN], *pieces[: most - 2], known[_END]]


def _pieces(word: str, known: dict[str, int]) -> Iterator[int]:
    """Split a word into the longest pieces that are known, from its beginning."""
    found: list[int] = []
    begin = 0
    while begin < len(word) <= _MOST_LETTERS:
        mark = "##" if begin else ""
        ends = range(len(word), begin, -1)
        end = next((end for end in ends if mark + word[begin:end] in known), None)
        if end is None:
            break
        found.append(known[mark + word[begin:end]])
        begin = end
    yield from found if begin == len(word) else [known[_UNKNOWN]]
