"""Which films lie in a folder."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from bridge.errors import NotFoundError

_ENDINGS: Final = (
    ".3g2 .3gp .asf .avi .dv .flv .gxf .m2ts .m2v .m4v .mkv .mov .mp4 .mpeg .mpg .mts .mxf .ogv .qt"
    " .ts .vob .webm .wmv .y4m"
)
ENDINGS: Final = frozenset(_ENDINGS.split())
"""Of files that are taken for films where a folder is named; a film that is named itself may end as
it likes."""


def named_films(named: Sequence[Path]) -> tuple[Path, ...]:
    """Give the same as `find_films`, one film at least.

    Raises:
        NotFoundError: one of them is not there, or there is no film in them.
    """
    films = tuple(find_films(named))
    if not films:
        shown = ", ".join(str(path) for path in named)
        raise NotFoundError(f"no films in {shown}; name a film, or another folder")
    return films


def find_films(named: Iterable[Path]) -> Iterator[Path]:
    """Give films, and those in folders and the folders below, each once, as absolute paths.

    Hidden files and folders are left out, and so are folders behind symbolic links.

    Args:
        named: films and folders.

    Raises:
        NotFoundError: one of them is not there.
    """
    given: set[str] = set()
    for path in named:
        if not path.exists():
            raise NotFoundError(f"no film at {path}; check the path")
        for film in _films_in(path) if path.is_dir() else (path,):
            absolute = Path(os.path.abspath(film))  # noqa: PTH100 - keeps the name of a link
            if str(absolute) not in given:
                given.add(str(absolute))
                yield absolute


def _films_in(folder: Path) -> Iterator[Path]:
    """Walk a folder in the order of names."""
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            is_film = Path(name).suffix.lower() in ENDINGS and not name.startswith(".")
            if is_film:
                yield Path(place, name)
