"""The media of a timeline, opened once each, and which frame of theirs a clip means."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import unquote, urlsplit

from bridge.errors import SegueError
from bridge.files.film.recording import Recording, open_recording
from bridge.files.film.still import read_picture
from bridge.files.film.video import Film, open_film
from bridge.schema.layout import exact_rate

if TYPE_CHECKING:
    from bridge.schema.arrays import AnyArray
    from bridge.schema.layout import Medium, Piece

_Opened = TypeVar("_Opened")
Find = Callable[[str], Path | None]
"""Gives the file that a path or a URL leads to; None: it isn't here."""


def local_file(url: str) -> Path | None:
    """Give the file that an absolute path or URL of this machine leads to, if it is there."""
    path = Path(unquote(urlsplit(url).path) if url.startswith("file:") else url)
    try:
        return path if path.is_absolute() and path.is_file() else None
    except (OSError, ValueError):
        return None


class EditMedia:
    """Opens what the clips of a timeline take their pictures and sounds from.

    Args:
        find: says where a file lies.
    """

    def __init__(self, find: Find) -> None:
        self._find = find
        self._films: dict[Path, Film | None] = {}
        self._stills: dict[Path, AnyArray | None] = {}
        self._recordings: dict[Path, Recording | None] = {}
        self._told: dict[str, None] = {}

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be shown, each a sentence for a person."""
        return tuple(self._told)

    def close(self) -> None:
        """Let go of all files."""
        for film in self._films.values():
            if film is not None:
                film.close()

    def film(self, medium: Medium) -> Film | None:
        """Give the film of a clip; None: it is none, or not here."""
        path = self._path(medium)
        if path is None:
            return None
        if path not in self._films:
            self._films[path] = _tried(lambda: open_film(path, sha256="0" * 64))
        return self._films[path]

    def still(self, medium: Medium) -> AnyArray | None:
        """Give the still picture of a clip: uint8 [row, column, rgb=3]; None: it is none."""
        path = self._path(medium)
        if path is None:
            return None
        if path not in self._stills:
            self._stills[path] = _tried(lambda: read_picture(path))
            if self._stills[path] is None:
                self._told[f"{path.name} is no film and no picture; it is shown in red"] = None
        return self._stills[path]

    def heard(self, medium: Medium) -> Film | Recording | None:
        """Give what is heard of a clip; None: nothing."""
        film = self.film(medium)
        path = self._path(medium)
        if film is not None or path is None:
            return film if film is not None and film.facts.sound is not None else None
        if path not in self._recordings:
            self._recordings[path] = _tried(lambda: open_recording(path))
        return self._recordings[path]

    def _path(self, medium: Medium) -> Path | None:
        if medium.kind == "generator":
            return None
        path = self._find(medium.url) if medium.url else None
        if path is None:
            name = medium.name or medium.url or "a clip without a name"
            self._told[f"{name} isn't here; it is shown in red, and not heard"] = None
        return path


def first_frame(piece: Piece, film: Film | None) -> Fraction:
    """Give the first frame of a clip's media, by the timecode that the clip counts in.

    Args:
        piece: the clip; where it says how far its media reaches, it is believed.
        film: its media.
    """
    if piece.medium.count is not None or film is None:
        return piece.medium.start
    stamp = film.facts.start_timecode
    if stamp is None or exact_rate(film.facts.frame_rate) != piece.rate:
        return piece.medium.start
    start = Fraction(stamp.value)
    return start if piece.source_start >= start else piece.medium.start


def _tried(opening: Callable[[], _Opened]) -> _Opened | None:
    try:
        return opening()
    except SegueError:
        return None
