"""The pictures of a timeline, frame by frame, as an editor would show them.

Each clip is decoded from its first frame on and let go when it is over, so that a long timeline
takes no more memory than a short one. Pictures of another shape lie in the middle, on black.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING, Final

import av
import numpy as np
from opentimelineio.opentime import RationalTime

from bridge.files.film.edit_media import EditMedia, first_frame
from bridge.files.film.pictures import Painter, Shape
from bridge.schema.frames import Tap
from bridge.schema.glimpses import Glimpse, glimpses
from bridge.schema.layout import exact_rate

if TYPE_CHECKING:
    from bridge.files.film.video import Film
    from bridge.schema.arrays import AnyArray
    from bridge.schema.frames import Frame
    from bridge.schema.layout import Layout, Piece

_MISSING: Final = (112, 16, 16)
"""Colour of what is not here."""
_HELD_BACKWARDS: Final = 24
"""So many frames are decoded at once where a clip plays backwards."""
_READ_ON_SECONDS: Final = 2
"""A frame further on than this is leapt to."""


def edit_pictures(layout: Layout, media: EditMedia, size: tuple[int, int]) -> Iterator[AnyArray]:
    """Show a timeline.

    Args:
        layout: the timeline.
        media: opens what its clips show.
        size: width and height in pixels.

    Yields:
        For each of its frames uint8 [row, column, rgb=3].
    """
    with contextlib.closing(_Screen(media, size)) as screen:
        for seen in glimpses(layout):
            yield screen.shown(seen)


class _Screen:
    """Lays pictures over one another, and keeps open what it shows."""

    def __init__(self, media: EditMedia, size: tuple[int, int]) -> None:
        self._media, self._size = media, size
        self._players: dict[int, _Player] = {}

    def close(self) -> None:
        """Let go of all clips."""
        for player in self._players.values():
            player.close()
        self._players.clear()

    def shown(self, seen: Sequence[Glimpse]) -> AnyArray:
        """Give the picture of some glimpses, the lowest first."""
        self._let_go({id(glimpse.piece) for glimpse in seen})
        picture: AnyArray = np.zeros((self._size[1], self._size[0], 3), np.uint8)
        for glimpse in seen:
            picture = _mixed(picture, self._picture(glimpse), glimpse.share)
        return picture

    def _let_go(self, seen: set[int]) -> None:
        for key in [key for key in self._players if key not in seen]:
            self._players.pop(key).close()

    def _picture(self, glimpse: Glimpse) -> AnyArray:
        piece = glimpse.piece
        if piece is None or piece.medium.kind == "generator":
            return np.zeros((self._size[1], self._size[0], 3), np.uint8)
        if id(piece) not in self._players:
            self._players[id(piece)] = _player(piece, self._media, self._size)
        return self._players[id(piece)].picture(glimpse.frame)


class _Player:
    """Shows one picture all the time."""

    def __init__(self, picture: AnyArray) -> None:
        self._picture = picture

    def close(self) -> None:
        """Let go of the file."""

    def picture(self, frame: int) -> AnyArray:
        """Give the picture of a frame of the media, by its timecode."""
        del frame
        return self._picture


class _FilmPlayer(_Player):
    """Shows frames of a film, from one to the next."""

    def __init__(self, film: Film, piece: Piece, size: tuple[int, int]) -> None:
        super().__init__(np.zeros((size[1], size[0], 3), np.uint8))
        self._film, self._size = film, size
        self._rate = exact_rate(film.facts.time_rate)
        self._first = first_frame(piece, film)
        self._units_per_frame = self._rate / piece.rate
        self._last_unit = int(film.facts.duration.value) - 1
        self._tap = Tap(*_fitted((film.facts.width, film.facts.height), size))
        self._is_backwards = piece.speed < 0
        self._now = self._next = -1
        self._coming: Frame | None = None
        self._reel: Iterator[Frame] = iter(())
        self._held: list[tuple[int, AnyArray]] = []

    def close(self) -> None:
        """Let go of the film."""
        self._reel = iter(())
        self._held.clear()

    def picture(self, frame: int) -> AnyArray:
        """Give the picture of a frame; outside the film, its first or last one."""
        unit = floor((frame - self._first) * self._units_per_frame)
        unit = min(max(unit, 0), self._last_unit)
        if self._is_backwards:
            return self._from_held(unit)
        if not self._now <= unit < self._now + _READ_ON_SECONDS * self._rate or self._now < 0:
            self._leap(unit)
        while self._coming is not None and self._next <= unit:
            self._turn()
        return self._picture

    def _leap(self, unit: int) -> None:
        start = RationalTime(unit, self._film.facts.time_rate)
        self._reel = self._film.frames([self._tap], start=start)
        self._coming = next(self._reel, None)
        self._next = unit
        self._turn()
        self._now = unit

    def _turn(self) -> None:
        """Show what comes next."""
        if self._coming is None:
            return
        self._picture = _laid_in(self._coming.pictures[self._tap], self._size)
        self._now = self._next
        self._coming = next(self._reel, None)
        if self._coming is not None:
            self._next = int(self._coming.at.value)

    def _from_held(self, unit: int) -> AnyArray:
        """Give a frame of those held, or hold those that lead to it."""
        if not self._held or unit < self._held[0][0]:
            span = floor(_HELD_BACKWARDS * self._rate / exact_rate(self._film.facts.frame_rate))
            self._hold(max(0, unit - span + 1), unit)
        shown = [picture for at, picture in self._held if at <= unit]
        return shown[-1] if shown else self._picture

    def _hold(self, first: int, last: int) -> None:
        self._held = []
        start = RationalTime(first, self._film.facts.time_rate)
        for frame in self._film.frames([self._tap], start=start):
            if frame.at.value > last:
                break
            picture = _laid_in(frame.pictures[self._tap], self._size)
            self._held.append((int(frame.at.value), picture))


def _player(piece: Piece, media: EditMedia, size: tuple[int, int]) -> _Player:
    """Open what a clip shows."""
    film = media.film(piece.medium)
    if film is not None:
        return _FilmPlayer(film, piece, size)
    still = media.still(piece.medium)
    if still is None:
        return _Player(np.full((size[1], size[0], 3), _MISSING, np.uint8))
    height, width = still.shape[:2]
    tap = Tap(*_fitted((width, height), size))
    painter = Painter(tap, Shape(width, height, Fraction(1), 0, is_mirrored=False))
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(still), format="rgb24")
    return _Player(_laid_in(painter.paint(frame), size))


def _fitted(size: tuple[int, int], within: tuple[int, int]) -> tuple[int, int]:
    """Give the largest size of the same shape that fits: width and height in pixels."""
    scale = min(within[0] / size[0], within[1] / size[1])
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _laid_in(picture: AnyArray, size: tuple[int, int]) -> AnyArray:
    """Lay a picture in the middle of a black one, unless it fills it."""
    height, width = picture.shape[:2]
    if (width, height) == size:
        return picture
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    laid: AnyArray = np.zeros((size[1], size[0], 3), np.uint8)
    laid[top : top + height, left : left + width] = picture
    return laid


def _mixed(below: AnyArray, above: AnyArray, share: float) -> AnyArray:
    """Lay a picture over another, as much of it as is said: uint8 [row, column, rgb=3]."""
    if share >= 1.0:
        return above
    weight = round(256 * share)
    mixed: AnyArray = (
        below.astype(np.uint16) * (256 - weight) + above.astype(np.uint16) * weight + 128
    ) >> 8
    return mixed.astype(np.uint8)
