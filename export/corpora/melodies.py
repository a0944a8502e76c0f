"""Every melody that is trained on here, and what style each corpus stands for."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from export.corpora.abc import read_tune_book
from export.corpora.musicxml import read_lieder, read_openewld
from export.corpora.pop909 import read_pop909
from export.corpora.song import Song

STYLE_OF_CORPUS: Final = {
    "oneills1850": "folk",
    "ryansMammoth": "folk",
    "openewld": "standards",
    "pop909": "pop",
    "openscore_lieder": "art-song",
}
"""What a musician may ask for, by where a song comes from."""


def read_songs(data: Path) -> list[Song]:
    """Read every song of the five corpora.

    Args:
        data: folder with openewld/, pop909/, tune_books_abc/ and openscore_lieder/.
    """
    songs: list[Song] = []
    for book in ("oneills1850", "ryansMammoth"):
        for path in sorted((data / "tune_books_abc" / book).glob("*.abc")):
            songs.extend(read_tune_book(path, corpus=book))
    songs.extend(read_openewld(data / "openewld"))
    songs.extend(read_pop909(data / "pop909"))
    songs.extend(read_lieder(data / "openscore_lieder"))
    return songs
