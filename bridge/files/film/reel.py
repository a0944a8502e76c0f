"""The pictures of a film file in the order they are shown, each with its number."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

import av.error

from bridge.files.film.clock import Clock
from bridge.files.film.container import Damage, frames, has_index, only, opened, picture_stream
from bridge.files.film.deinterlace import Deinterlacer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

_BACK_SECONDS: Final = (0.0, 2.0, 10.0, 60.0)
"""How much earlier to begin, one after the other, if a frame is not reached from its key frame."""
_BELIEVED_FROM: Final = 2
"""After a leap into a file without an index, stamps are right from this key frame on."""


class Reel:
    """Decodes one film file, from its beginning or from any frame on.

    Args:
        path: the film.
        clock: its clock.
        threads: how many may decode.
    """

    def __init__(self, path: Path, clock: Clock, *, threads: int) -> None:
        self._path = path
        self._clock = clock
        self._threads = threads
        self._open = contextlib.ExitStack()
        self._container: InputContainer | None = None

    def close(self) -> None:
        """Let go of the file; it is opened again when it is needed."""
        self._container = None
        self._open.close()

    def pictures(self, first: int, damage: Damage) -> Iterator[tuple[int, VideoFrame]]:
        """Give the frames from a number on.

        Args:
            first: the number of the first one wanted; the next one is given if that is lost.
            damage: is told what is broken.

        Raises:
            FileFormatError: the file has become unreadable.
        """
        if first and not self._clock.is_counted:
            for back_seconds in _BACK_SECONDS:
                found = self._after_leap(first, back_seconds)
                head = next((pair for pair in found if pair[0] >= first), None)
                if head is not None and (head[0] == first or back_seconds == _BACK_SECONDS[-1]):
                    yield from chain([head], found)
                    return
        self.close()
        container, stream = self._stream()
        whole = Deinterlacer(stream).whole(frames(container, stream, damage))
        yield from (pair for pair in self._numbered(whole, damage) if pair[0] >= first)

    def _after_leap(self, first: int, back_seconds: float) -> Iterator[tuple[int, VideoFrame]]:
        """Leap to a key frame some time before a frame, and give what comes from there."""
        container, stream = self._stream()
        back_ticks = round(back_seconds / self._clock.tick_seconds)
        tick = self._clock.tick(max(0, first - 1)) - back_ticks
        if tick <= self._clock.first_tick and back_seconds:
            return
        try:
            container.seek(tick, stream=stream)
        except (av.error.FFmpegError, OverflowError):
            return
        decoded: Iterable[VideoFrame] = frames(container, stream, Damage())
        if not has_index(container):
            decoded = _believable(decoded)
        yield from self._numbered(Deinterlacer(stream).whole(decoded), Damage())

    def _stream(self) -> tuple[InputContainer, VideoStream]:
        """Give the pictures of the file, ready to decode."""
        if self._container is None:
            self._container = self._open.enter_context(opened(self._path))
            stream = picture_stream(self._container, self._path)
            only(self._container, stream)
            stream.codec_context.thread_count = self._threads
            stream.thread_type = "AUTO" if self._threads > 1 else "NONE"
        return self._container, picture_stream(self._container, self._path)

    def _numbered(
        self, pictures: Iterable[VideoFrame], damage: Damage
    ) -> Iterator[tuple[int, VideoFrame]]:
        """Give each frame its number, rising; those that belong nowhere are left out."""
        last = -1
        for count, picture in enumerate(pictures):
            number = self._number(picture, count, last, damage)
            if number is None or not last < number < self._clock.frame_count:
                damage.misplaced += 1
                continue
            last = number
            yield number, picture

    def _number(self, picture: VideoFrame, count: int, last: int, damage: Damage) -> int | None:
        if self._clock.is_counted:
            return count + damage.undecodable
        return last + 1 if picture.pts is None else self._clock.index(picture.pts)


def _believable(pictures: Iterable[VideoFrame]) -> Iterator[VideoFrame]:
    """Give the frames from the first key frame on whose stamp was not guessed."""
    key_frames = 0
    for picture in pictures:
        key_frames += picture.key_frame
        if key_frames >= _BELIEVED_FROM:
            yield picture
