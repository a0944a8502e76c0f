"""The sound of a timeline: all its tracks mixed, each clip from its own place in its media.

A clip that plays at another speed sounds higher or lower, as on tape; one that stands still is
silent. What lies on two tracks alike, as the two channels of one film do, is heard once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import numpy as np

from bridge.files.film.edit_media import EditMedia, first_frame
from bridge.files.film.soundtrack import HIGHEST_RATE_HZ, LOWEST_RATE_HZ
from bridge.files.film.video import Film
from bridge.schema.glimpses import joined

if TYPE_CHECKING:
    from bridge.files.film.recording import Recording
    from bridge.schema.arrays import FloatArray
    from bridge.schema.layout import Lane, Layout, Piece

SAMPLE_RATE_HZ: Final = 48_000
"""Of all sound that is mixed."""
CHANNELS: Final = 2
"""Left and right."""


@dataclass(frozen=True, slots=True)
class _Voice:
    """A clip as it is heard, in samples of the timeline."""

    piece: Piece
    """The clip."""
    span: range
    """When it is heard, with what it fades in and out over."""
    rises: range
    """When it fades in; empty: at once."""
    falls: range
    """When it fades out; empty: at once."""
    from_seconds: Fraction
    """Of the timeline, where the clip lies, without what it fades over."""
    lasts_seconds: Fraction
    """How long it lies there."""


def edit_sound(layout: Layout, media: EditMedia) -> Iterator[FloatArray]:
    """Hear a timeline.

    Args:
        layout: the timeline.
        media: opens what is heard of its clips.

    Yields:
        float32 [left and right=2, sample], one second each but the last one; it may be louder
        than 1 where much is heard at once. Nothing at all where no clip is heard.
    """
    voices = _voices(layout)
    total = _sample(layout.frame_count, layout.rate)
    open_voices: dict[int, _Tape] = {}
    for begin in range(0, total if voices else 0, SAMPLE_RATE_HZ):
        span = range(begin, min(begin + SAMPLE_RATE_HZ, total))
        mix: FloatArray = np.zeros((CHANNELS, len(span)), np.float32)
        for key, voice in enumerate(voices):
            common = range(max(span.start, voice.span.start), min(span.stop, voice.span.stop))
            if len(common):
                tape = open_voices.setdefault(key, _Tape(voice, media))
                heard = tape.read(common) * _level(voice, common)
                mix[:, common.start - begin : common.stop - begin] += heard
            elif key in open_voices:
                open_voices.pop(key).close()
        yield mix


def _voices(layout: Layout) -> list[_Voice]:
    """Give all clips that are heard, each once."""
    found: dict[tuple[object, ...], _Voice] = {}
    for lane in layout.of_kind("Audio"):
        for piece in lane.pieces if lane.enabled else ():
            if piece.enabled and piece.speed:
                key = (piece.medium.url, piece.source_start, piece.record, piece.speed)
                found.setdefault(key, _voice(lane, piece, layout.rate))
    return list(found.values())


def _voice(lane: Lane, piece: Piece, rate: Fraction) -> _Voice:
    start, stop = piece.record.start, piece.record.stop
    rises, falls = range(start, start), range(stop, stop)
    for change in lane.changes:
        leaves, leads = joined(lane, change)
        window = range(change.cut - change.before, change.cut + change.after)
        if piece is leads:
            rises = window
        if piece is leaves:
            falls = window
    span = range(min(start, rises.start), max(stop, falls.stop))
    return _Voice(
        piece,
        _samples(span, rate),
        _samples(rises, rate),
        _samples(falls, rate),
        Fraction(start) / rate,
        len(piece.record) / rate,
    )


def _sample(frame: int, rate: Fraction) -> int:
    return round(frame * SAMPLE_RATE_HZ / rate)


def _samples(frames: range, rate: Fraction) -> range:
    return range(max(0, _sample(frames.start, rate)), _sample(frames.stop, rate))


def _level(voice: _Voice, span: range) -> FloatArray:
    """Give how loud a clip is: float32 [sample], 0..1, of equal power where two cross."""
    at = np.arange(span.start, span.stop, dtype=np.float32) + 0.5
    level: FloatArray = np.ones(len(span), np.float32)
    for window, is_rising in ((voice.rises, True), (voice.falls, False)):
        if len(window):
            passed = np.clip((at - window.start) / len(window), 0.0, 1.0) * (np.pi / 2)
            level *= np.sin(passed) if is_rising else np.cos(passed)
    return level


class _Tape:
    """Plays one clip, from any sample on and then in order."""

    def __init__(self, voice: _Voice, media: EditMedia) -> None:
        self._voice = voice
        self._heard = media.heard(voice.piece.medium)
        self._rate_hz = round(SAMPLE_RATE_HZ / abs(voice.piece.speed))
        self._place: int | None = None
        self._blocks: Iterator[FloatArray] = iter(())
        self._rest: FloatArray = np.zeros((CHANNELS, 0), np.float32)

    def close(self) -> None:
        """Let go of the file."""
        self._blocks = iter(())

    def read(self, span: range) -> FloatArray:
        """Give float32 [left and right=2, sample] for samples of the timeline."""
        piece, heard = self._voice.piece, self._heard
        if heard is None or not LOWEST_RATE_HZ <= self._rate_hz <= HIGHEST_RATE_HZ:
            return np.zeros((CHANNELS, len(span)), np.float32)
        seconds = Fraction(span.start, SAMPLE_RATE_HZ) - self._voice.from_seconds
        source = self._source_seconds(heard)
        if piece.speed > 0:
            first = round((source + seconds * piece.speed) * self._rate_hz)
            return self._from(heard, first, len(span))
        ends = source + (self._voice.lasts_seconds - seconds) * -piece.speed
        first = round(ends * self._rate_hz) - len(span)
        return self._from(heard, first, len(span))[:, ::-1]

    def _source_seconds(self, heard: Film | Recording) -> Fraction:
        piece = self._voice.piece
        first = first_frame(piece, heard if isinstance(heard, Film) else None)
        return (piece.source_start - first) / piece.rate

    def _from(self, heard: Film | Recording, first: int, count: int) -> FloatArray:
        """Give samples of the media, from one on; silence before and after it."""
        ahead = min(count, max(0, -first))
        silence: FloatArray = np.zeros((CHANNELS, ahead), np.float32)
        parts = [silence]
        wanted = count - ahead
        if wanted and self._place != first + ahead:
            self._leap(heard, first + ahead)
        while wanted > 0:
            if not self._rest.shape[1]:
                self._rest = next(self._blocks, np.zeros((CHANNELS, wanted), np.float32))
            parts.append(self._rest[:, :wanted])
            wanted -= parts[-1].shape[1]
            self._rest = self._rest[:, parts[-1].shape[1] :]
        self._place = first + count
        return np.concatenate(parts, axis=1)

    def _leap(self, heard: Film | Recording, first: int) -> None:
        seconds = first / self._rate_hz
        self._blocks = heard.sound(self._rate_hz, CHANNELS, from_seconds=seconds)
        self._rest = np.zeros((CHANNELS, 0), np.float32)
