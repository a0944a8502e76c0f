"""The sound of a film: evenly sampled, from its first frame to the end of its last one."""

from __future__ import annotations

import contextlib
import itertools
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final

import av.error
import numpy as np
from av.audio.resampler import AudioResampler

from bridge.files.film.container import (
    SOUND_FORMATS,
    Damage,
    has_index,
    only,
    opened,
    packets,
    sound_stream,
)

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import InputContainer

    from bridge.schema.arrays import FloatArray

LOWEST_RATE_HZ: Final = 1_000
HIGHEST_RATE_HZ: Final = 1_000_000
MOST_CHANNELS: Final = 64
_RUN_UP_SECONDS: Final = Fraction(1)
"""What is decoded before what is wanted: sound that is packed leans on what came before."""
_TOLERATED_SECONDS: Final = 0.02
"""Stamps that are off by less are rounded ones, not a gap."""


@dataclass(frozen=True, slots=True)
class SoundRequest:
    """How the sound of a film is wanted."""

    starts_at: Fraction
    """The film's first frame, in seconds of the file's own clock."""
    seconds: float
    """How long the film lasts."""
    sample_rate_hz: int
    """Samples a second."""
    channels: int | None
    """1 or 2 mixes it so; None: as many as it has."""
    has_stamps: bool
    """The file's stamps can be trusted; else the sound is laid end to end."""
    from_seconds: float = 0.0
    """What comes before is left out, >= 0."""


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """A stretch of sound."""

    begins: int | None
    """At which sample, from the first frame; None: where the last piece ended."""
    samples: FloatArray
    """float32 [channel, sample]."""


def sound_blocks(path: Path, wish: SoundRequest, damage: Damage) -> Iterator[FloatArray]:
    """Give the sound of a film second by second; nothing if it is silent.

    Args:
        path: the film, or a file of sound alone.
        wish: what of it.
        damage: is told what could not be decoded.

    Yields:
        float32 [channel, sample], about -1..1, one second each but the last one.

    Raises:
        FileFormatError: the file has become unreadable.
    """
    with opened(path, formats=SOUND_FORMATS) as container:
        stream = sound_stream(container)
        if stream is None:
            return
        only(container, stream)
        channels = wish.channels or stream.codec_context.layout.nb_channels or 1
        first, count = (
            round(edge * wish.sample_rate_hz) for edge in (wish.from_seconds, wish.seconds)
        )
        if first >= count:
            return
        _leap_near(container, stream, wish)
        pieces = _pieces(container, stream, _Line(wish, channels), damage)
        laid_out = _laid_out(pieces, channels, range(first, count))
        yield from _in_seconds(laid_out, wish.sample_rate_hz)


def _leap_near(container: InputContainer, stream: AudioStream, wish: SoundRequest) -> None:
    """Leap to a little before what is wanted, where stamps are right after a leap."""
    seconds = Fraction(wish.from_seconds) - _RUN_UP_SECONDS
    if seconds <= 0 or not (wish.has_stamps and has_index(container)) or stream.time_base is None:
        return
    with contextlib.suppress(av.error.FFmpegError, OverflowError):
        container.seek(int((wish.starts_at + seconds) / stream.time_base), stream=stream)


def _pieces(
    container: InputContainer, stream: AudioStream, line: _Line, damage: Damage
) -> Iterator[_Piece]:
    """Decode the sound into stretches that say where they begin."""
    for packet in itertools.chain(packets(container, stream, damage), (None,)):
        try:
            for frame in stream.decode(packet):
                yield from line.fed(frame)
        except (av.error.FFmpegError, ValueError, OverflowError):
            damage.undecodable += 1
    with contextlib.suppress(av.error.FFmpegError):
        yield from line.drained()


class _Line:
    """Resamples what comes in a row, and begins anew where the stamps leave a gap."""

    def __init__(self, wish: SoundRequest, channels: int) -> None:
        self._wish = wish
        self._channels = channels
        self._resampler: AudioResampler | None = None
        self._form: tuple[str, str, int] | None = None
        self._expected_seconds: float | None = None
        self._begins: int | None = None

    def fed(self, frame: AudioFrame) -> Iterator[_Piece]:
        """Take in a frame of sound, and give what is ready."""
        form = (frame.format.name, frame.layout.name, frame.sample_rate)
        if not LOWEST_RATE_HZ <= frame.sample_rate <= HIGHEST_RATE_HZ:
            raise ValueError(f"{frame.sample_rate} samples a second")
        begins_seconds = self._leap(frame)
        if form != self._form or begins_seconds is not None:
            yield from self.drained()
            self._resampler, self._form = self._new_resampler(frame), form
        if begins_seconds is not None:
            self._expected_seconds = begins_seconds
            self._begins = round(begins_seconds * self._wish.sample_rate_hz)
        self._expected_seconds = (self._expected_seconds or 0.0) + frame.samples / frame.sample_rate
        frame.pts = None
        yield from self._resampled(frame)

    def drained(self) -> Iterator[_Piece]:
        """Give the last samples that the resampler holds."""
        if self._resampler is not None:
            yield from self._resampled(None)
            self._resampler = None

    def _leap(self, frame: AudioFrame) -> float | None:
        """Give where a frame begins, in seconds from the first picture, if not where expected."""
        if frame.pts is None or frame.time_base is None:
            return 0.0 if self._expected_seconds is None else None
        at = float(frame.pts * frame.time_base - self._wish.starts_at)
        if self._expected_seconds is None:
            return at
        is_off = abs(at - self._expected_seconds) > _TOLERATED_SECONDS
        return at if is_off and self._wish.has_stamps else None

    def _new_resampler(self, frame: AudioFrame) -> AudioResampler:
        is_surround = frame.layout.nb_channels > 2 and "channels" not in frame.layout.name
        return AudioResampler(
            format="fltp",
            layout="stereo" if is_surround and self._wish.channels else frame.layout.name,
            rate=self._wish.sample_rate_hz,
            options={"rematrix_maxval": "1.0"},
        )

    def _resampled(self, frame: AudioFrame | None) -> Iterator[_Piece]:
        if self._resampler is None:
            return
        for ready in self._resampler.resample(frame):
            samples = _mixed(ready.to_ndarray().astype(np.float32, copy=False), self._channels)
            begins, self._begins = self._begins, None
            yield _Piece(begins, samples)


def _mixed(samples: FloatArray, channels: int) -> FloatArray:
    """Give sound as many channels as are wanted: the mean of all, or copies of the only one.

    Args:
        samples: float32 [channel, sample].
        channels: how many.
    """
    count = len(samples)
    if count == channels:
        mixed = samples
    elif channels == 1:
        mixed = samples.mean(axis=0, keepdims=True, dtype=np.float32)
    elif count == 1:
        mixed = np.repeat(samples, channels, axis=0)
    else:
        mixed = np.zeros((channels, samples.shape[1]), np.float32)
        mixed[: min(count, channels)] = samples[:channels]
    return np.nan_to_num(mixed, copy=False, posinf=0.0, neginf=0.0)


def _laid_out(pieces: Iterable[_Piece], channels: int, wanted: range) -> Iterator[FloatArray]:
    """Put pieces where they belong: silence into gaps, and nothing twice.

    Args:
        pieces: in the order of the file.
        channels: of each.
        wanted: which samples to give.
    """
    given, count, ended = wanted.start, wanted.stop, 0
    for piece in pieces:
        begins = ended if piece.begins is None else piece.begins
        ended = begins + piece.samples.shape[1]
        if begins > given:
            yield from _silence(channels, min(begins, count) - given)
            given = min(begins, count)
        fresh = piece.samples[:, max(0, given - begins) :][:, : count - given]
        given += fresh.shape[1]
        yield fresh
        if given >= count:
            return
    yield from _silence(channels, count - given)


def _silence(channels: int, count: int) -> Iterator[FloatArray]:
    """Give so many samples of silence, in small pieces."""
    for _ in range(math.ceil(count / 4096)):
        size = min(4096, count)
        count -= size
        yield np.zeros((channels, size), np.float32)


def _in_seconds(pieces: Iterable[FloatArray], sample_rate_hz: int) -> Iterator[FloatArray]:
    """Gather small pieces into blocks of one second."""
    held: list[FloatArray] = []
    count = 0
    for piece in pieces:
        held.append(piece)
        count += piece.shape[1]
        while count >= sample_rate_hz:
            whole = np.concatenate(held, axis=1)
            yield np.ascontiguousarray(whole[:, :sample_rate_hz])
            held, count = [whole[:, sample_rate_hz:]], count - sample_rate_hz
    if count:
        yield np.concatenate(held, axis=1)
