"""A film file: what is known of it, its frames by their exact times, and its sound.

Everything streams: a film of three hours takes no more memory than one of three seconds, but for
eight bytes a frame where frames last differently.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

import av.error

from bridge.errors import FileFormatError, RangeError, check_range
from bridge.files.film.container import Damage
from bridge.files.film.facts import Inspection, content_hash, inspect_film
from bridge.files.film.pictures import Painter
from bridge.files.film.progress import Progress
from bridge.files.film.reel import Reel
from bridge.files.film.soundtrack import HIGHEST_RATE_HZ, LOWEST_RATE_HZ, SoundRequest, sound_blocks
from bridge.schema.frames import Frame, Tap

if TYPE_CHECKING:
    from av.video.frame import VideoFrame
    from opentimelineio.opentime import RationalTime

    from bridge.schema.arrays import FloatArray
    from bridge.schema.media import MediaFacts

__all__ = ["Film", "Progress", "content_hash", "film_frame", "open_film"]

_TOLD_EVERY: Final = 24


def open_film(path: Path, *, sha256: str | None = None, threads: int = 1) -> Film:
    """Open a film, and look through it once: its packets all, its pictures a few.

    Args:
        path: the file.
        sha256: of its bytes, in hex, where it is known already; see `content_hash`.
        threads: how many may decode its pictures.

    Raises:
        NotFoundError: there is no such file, or it may not be read.
        FileFormatError: it is empty, sound alone, a still picture, a list of other files or no film
            at all, or nothing of it can be read, or its pictures are too large.
        StorageError: the disk failed while reading.
    """
    return Film(path, inspect_film(path, sha256=sha256), threads=threads)


def film_frame(film: Film | Path, at: RationalTime, tap: Tap) -> Frame:
    """Give the one frame that is seen at a time, without reading all that comes before.

    Args:
        film: an open film, or a file; of one film many frames come faster from an open one.
        at: from the first frame.
        tap: which picture of it.

    Raises:
        RangeError: the film has not begun then, or is over.
        FileFormatError: nothing of the file can be decoded from there.
    """
    if isinstance(film, Film):
        return film.frame(at, tap)
    with open_film(film) as opened_film:
        return opened_film.frame(at, tap)


class Film:
    """A film file that can be watched and heard, as often as one likes and both at once."""

    def __init__(self, path: Path, inspection: Inspection, *, threads: int = 1) -> None:
        self.path: Final = path
        self.facts: Final[MediaFacts] = inspection.facts
        self.damage_found: tuple[str, ...] = inspection.facts.damage
        """As in `facts`, and what else came to light while the film was watched or heard."""
        self._inspection = inspection
        self._clock = inspection.clock
        self._threads = threads
        self._reel = self._new_reel()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file; `frame` opens it again."""
        self._reel.close()

    def frames(
        self,
        taps: Sequence[Tap],
        *,
        progress: Progress | None = None,
        start: RationalTime | None = None,
    ) -> Iterator[Frame]:
        """Watch the film, frame by frame in the order of presentation.

        Args:
            taps: which pictures of each frame.
            progress: is told how many frames of how many are seen.
            start: the first frame is the one seen then; None: the first of the film.

        Yields:
            Each frame that can be decoded, with one picture for each tap that is due.

        Raises:
            RangeError: `start` is outside the film.
            FileFormatError: the file has become unreadable.
        """
        first = self._clock.shown(start) if start is not None else 0
        damage = Damage()
        shown = 0
        with contextlib.closing(self._new_reel()) as reel:
            for frame in self._painted(reel.pictures(first, damage), taps, damage):
                if progress is not None and frame.index % _TOLD_EVERY == 0:
                    progress(frame.index, self.facts.frame_count, "frames")
                shown += 1
                yield frame
        damage.lost = self.facts.frame_count - first - shown
        self._note(damage)
        if progress is not None:
            progress(self.facts.frame_count, self.facts.frame_count, "frames")

    def frame(self, at: RationalTime, tap: Tap) -> Frame:
        """Give the one frame that is seen at a time; see `film_frame`."""
        damage = Damage()
        found = self._reel.pictures(self._clock.shown(at), damage)
        for frame in self._painted(found, [tap], damage):
            return frame
        raise FileFormatError(
            f"{self.path} shows nothing that can be decoded at {at.to_seconds():.3f} s; it is"
            " damaged: copy it again from where it came"
        )

    def sound(
        self, sample_rate_hz: int, channels: int | None = None, *, from_seconds: float = 0.0
    ) -> Iterator[FloatArray]:
        """Hear the film, from its first frame to the end of its last one.

        Args:
            sample_rate_hz: samples a second, 1000..1,000,000.
            channels: 1 or 2 mixes it so; None: as many as it has.
            from_seconds: what comes before is left out, >= 0.

        Yields:
            float32 [channel, sample], about -1..1, one second each but the last one; silence where
            there is none, and nothing at all from a silent film.

        Raises:
            RangeError: `sample_rate_hz` or `channels` is outside its range.
            FileFormatError: the file has become unreadable.
        """
        check_range("sample_rate_hz", sample_rate_hz, LOWEST_RATE_HZ, HIGHEST_RATE_HZ)
        if channels not in {None, 1, 2}:
            raise RangeError(f"channels must be 1 or 2, not {channels}")
        if self.facts.sound is None:
            return
        wish = SoundRequest(
            starts_at=self._inspection.starts_at,
            seconds=self.facts.duration.to_seconds(),
            sample_rate_hz=sample_rate_hz,
            channels=channels,
            has_stamps=not self._clock.is_counted,
            from_seconds=from_seconds,
        )
        damage = Damage()
        yield from sound_blocks(self.path, wish, damage)
        self._note(damage)

    def _new_reel(self) -> Reel:
        return Reel(self.path, self._clock, threads=self._threads)

    def _painted(
        self, numbered: Iterable[tuple[int, VideoFrame]], taps: Sequence[Tap], damage: Damage
    ) -> Iterator[Frame]:
        """Paint what is due of each frame."""
        painters = [(tap, Painter(tap, self._inspection.shape)) for tap in taps]
        beats: dict[Tap, int] = {}
        for index, picture in numbered:
            at = self._clock.at(index)
            due = [pair for pair in painters if _is_due(pair[0], at.to_seconds(), beats)]
            try:
                pictures = {tap: painter.paint(picture) for tap, painter in due}
            except (av.error.FFmpegError, ValueError):
                damage.undecodable += 1
                continue
            yield Frame(index, at, pictures)

    def _note(self, damage: Damage) -> None:
        """Add what was found broken to what is known."""
        fresh = [told for told in damage.told() if told not in self.damage_found]
        self.damage_found = (*self.damage_found, *fresh)


def _is_due(tap: Tap, seconds: float, beats: dict[Tap, int]) -> bool:
    """Tell whether a tap wants a picture of a frame, and remember it."""
    if tap.per_second is None:
        return True
    beat = math.floor(seconds * tap.per_second + 1e-6)
    is_due = beats.get(tap) != beat
    beats[tap] = beat
    return is_due
