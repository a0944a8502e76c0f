"""The key frames of films as small JPEG pictures, for pages."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from bridge.errors import SegueError
from bridge.schema.footage import WatchedFilm
from bridge.schema.frames import Tap
from bridge.schema.shots import Shot

if TYPE_CHECKING:
    from opentimelineio.opentime import RationalTime

    from bridge.files.film.still import JpegPacker
    from bridge.files.film.video import Film

_WIDTH: Final = 480
_ASPECT: Final = 4 / 3
"""A picture is at most so much higher than it may be wide."""


class KeyPictures:
    """Reads key frames from films; the last film stays open, as shots of one come in a row.

    Args:
        width: of the pictures in pixels, at most.
    """

    def __init__(self, width: int = _WIDTH) -> None:
        self._width = width
        self._path: object = None
        self._film: Film | None = None
        self._packer: JpegPacker | None = None
        self._tap = Tap(width)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()

    def __call__(self, watched: WatchedFilm, shot: Shot) -> bytes | None:
        """Give a shot's key frame as JPEG; None: it cannot be read any more."""
        return self.at(watched, shot.key_frame)

    def at(self, watched: WatchedFilm, time: RationalTime) -> bytes | None:
        """Give the frame that a film shows at a time as JPEG; None: it cannot be read any more."""
        try:
            film = self._opened(watched)
            frame = film.frame(time, self._tap)
        except SegueError:
            return None
        return None if self._packer is None else self._packer.pack(frame.pictures[self._tap])

    def _opened(self, watched: WatchedFilm) -> Film:
        if self._film is None or self._path != watched.path:
            from bridge.files.film.still import JpegPacker
            from bridge.files.film.video import open_film

            self._close()
            media = watched.analysis.media
            self._film = open_film(watched.path, sha256=media.sha256)
            self._path = watched.path
            width, height = _size(media.width, media.height, self._width)
            self._tap = Tap(width, height)
            self._packer = JpegPacker(width, height)
        return self._film

    def _close(self) -> None:
        if self._film is not None:
            self._film.close()
        self._film = None


def _size(width: int, height: int, widest: int) -> tuple[int, int]:
    """Give an even size near the picture's own aspect."""
    scale = min(widest / width, widest * _ASPECT / height)
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)
