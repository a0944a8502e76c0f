"""The transport of a JACK server: whether it rolls, its frame, and bars and beats where told.

A JACK beat is the unit of the metre, an eighth in 6/8; ours is a quarter note, always. Most masters
tell whole ticks, cut off; frames in between make the position exact again. Where no master tells
bars and beats, frames are counted at the tempo that we are told.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from bridge.schema.live import SyncSource
from bridge.schema.notes import TimeSignature
from bridge.transports.sync.base import Reading, SyncWish
from bridge.transports.sync.jumps import JumpWatch
from bridge.units import PPQ

_ROLLING: Final = (1, 2)
"""States of a transport that runs; 0 is stopped."""
_WAITING: Final = (3, 4)
"""States of one that starts as soon as every client is ready. Each locate goes through them, for a
cycle at least, in which bars and beats are not to be trusted."""
_PATIENCE_NS: Final = 100_000_000
"""A song that waits for clients no longer than this has not stopped."""
_HAS_BARS, _HAS_OFFSET, _HAS_FRACTION = 0x10, 0x40, 0x200
"""Bits of `valid`."""
_NEAR_JACK_TICKS: Final = 16.0
"""Ticks of the master that frames may differ from before the master is right."""
_LEAST_BARS_SHARE: Final = 0.1
_LONGEST_BAR: Final = 255
_NS_PER_MINUTE: Final = 60_000_000_000

Query = Callable[[], tuple[int, Any]]
"""Gives the transport's state and position: `jack.Client.transport_query_struct`."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the transport is."""

    frame: int
    position_ticks: float
    tempo_bpm: float
    metre: TimeSignature | None = None


@dataclass(slots=True)
class _Trail:
    """How the master has counted since the last jump."""

    first_frame: int
    first_jack_ticks: float
    frame: int
    jack_ticks: float


class JackTransportFollower:
    """Follows the transport of a JACK server; exact to the frame when asked in each cycle."""

    def __init__(self, query: Query, wish: SyncWish) -> None:
        """Begin.

        Args:
            query: is called for each reading, in the process callback.
            wish: its tempo holds where no master tells one.
        """
        self._query = query
        self._own_bpm = wish.tempo_bpm
        self._anchor = (0, 0.0)
        self._trail: _Trail | None = None
        self._counts_quarters = False
        self._last: _Place | None = None
        self._watch = JumpWatch()
        self._known = Reading(0, False, wish.tempo_bpm, 0.0, has_tempo=False)
        self._metre: TimeSignature | None = None

    @property
    def source(self) -> SyncSource:
        """It follows `jack`."""
        return SyncSource.JACK

    def heed(self, wish: SyncWish, at_ns: int) -> None:
        """Take the tempo that holds where no master tells one; the song stays where it is."""
        if wish.tempo_bpm != self._own_bpm and self._last is not None:
            self._anchor = (self._last.frame, self._last.position_ticks)
        self._own_bpm = wish.tempo_bpm

    def close(self) -> None:
        """It holds nothing: the client is somebody else's."""

    def reading(self, at_ns: int) -> Reading:
        """Say where the transport is.

        Args:
            at_ns: the moment of the cycle's first frame.
        """
        state, position = self._query()
        if state in _WAITING:
            return self._wait(at_ns)
        has_tempo = _has_bars(position)
        place = self._by_bars(position) if has_tempo else self._by_frames(position)
        is_rolling = state in _ROLLING
        if is_rolling:
            self._watch.see(at_ns, place.position_ticks, place.tempo_bpm)
            self._last = place
        elif self._last is not None:
            self._watch.rest()
            self._last, self._anchor = None, (0, 0.0)
        self._known = Reading(
            at_ns,
            is_rolling,
            place.tempo_bpm,
            place.position_ticks,
            place.metre,
            has_tempo=has_tempo,
            jumps=self._watch.count,
            is_exact=True,
        )
        return self._known

    def _wait(self, at_ns: int) -> Reading:
        """Roll on for a while as before, else stand still."""
        known = self._known
        if known.is_rolling and at_ns - known.at_ns <= _PATIENCE_NS:
            moved_ticks = (at_ns - known.at_ns) * known.tempo_bpm * PPQ / _NS_PER_MINUTE
            goes_on_ticks = known.position_ticks + moved_ticks
            return replace(known, at_ns=at_ns, position_ticks=goes_on_ticks, is_exact=False)
        self._watch.rest()
        self._known = replace(known, at_ns=at_ns, is_rolling=False)
        return self._known

    # --- no master

    def _by_frames(self, position: Any) -> _Place:
        """Count frames at our own tempo, from the song's beginning or its last change on."""
        self._trail = None
        frame = position.frame
        anchor_frame, anchor_ticks = self._anchor
        ticks_per_frame = self._own_bpm * PPQ / (60 * position.frame_rate)
        return _Place(frame, anchor_ticks + (frame - anchor_frame) * ticks_per_frame, self._own_bpm)

    # --- a master that tells bars and beats

    def _by_bars(self, position: Any) -> _Place:
        per_beat, frame = position.ticks_per_beat, position.frame
        unit = 4 / position.beat_type if position.beat_type > 0 else 1.0
        jack_bpm = position.beats_per_minute
        if self._counts_quarters:
            jack_bpm /= unit
        per_frame = jack_bpm * per_beat / (60 * position.frame_rate)
        start, has_fraction = _bar_start(position), bool(position.valid & _HAS_FRACTION)
        told = start + (position.beat - 1) * per_beat + _tick(position)
        if position.valid & _HAS_OFFSET:
            told += position.bbt_offset * per_frame
        jack_ticks = self._exact(told, frame, per_frame, has_fraction=has_fraction)
        if unit != 1.0:
            self._learn_unit(position, unit)
        scale = unit * PPQ / per_beat
        metre = self._metre_from(position, round(start * scale))
        return _Place(frame, jack_ticks * scale, jack_bpm * unit, metre)

    def _exact(self, told: float, frame: int, per_frame: float, *, has_fraction: bool) -> float:
        """Give the master's count with its fraction, which lies between the tick and the next."""
        trail = self._trail
        if trail is not None:
            counted = trail.jack_ticks + (frame - trail.frame) * per_frame
            if abs(counted - told) < _NEAR_JACK_TICKS:
                highest = told if has_fraction else told + 1
                trail.frame, trail.jack_ticks = frame, min(max(counted, told), highest)
                return trail.jack_ticks
        self._trail = _Trail(frame, told, frame, told)
        return told

    def _learn_unit(self, position: Any, unit: float) -> None:
        """See which beats the master means by its tempo: its own, or quarter notes."""
        trail = self._trail
        if trail is None or trail.frame - trail.first_frame < position.frame_rate // 4:
            return
        beats = (trail.jack_ticks - trail.first_jack_ticks) / position.ticks_per_beat
        seen_bpm = beats * 60 * position.frame_rate / (trail.frame - trail.first_frame)
        told_bpm = position.beats_per_minute
        self._counts_quarters = abs(seen_bpm * unit - told_bpm) < abs(seen_bpm - told_bpm)

    def _metre_from(self, position: Any, bar_ticks: int) -> TimeSignature | None:
        """The metre, made anew once a bar."""
        beats, unit = int(position.beats_per_bar), int(position.beat_type)
        known = self._metre
        if known and (known.onset_ticks, known.numerator, known.denominator) == (
            bar_ticks,
            beats,
            unit,
        ):
            return known
        is_metre = beats == position.beats_per_bar and 1 <= beats <= _LONGEST_BAR
        is_metre = is_metre and unit in (1, 2, 4, 8, 16, 32, 64, 128) and bar_ticks >= 0
        self._metre = TimeSignature(bar_ticks, beats, unit) if is_metre else None
        return self._metre


def _has_bars(position: Any) -> bool:
    """Whether a master tells bars and beats, and a tempo to go by."""
    is_told = bool(position.valid & _HAS_BARS)
    return is_told and position.ticks_per_beat > 0 and position.beats_per_minute > 0


def _bar_start(position: Any) -> float:
    """Ticks of the master before this bar; some masters leave the field empty."""
    bars = (position.bar - 1) * position.beats_per_bar * position.ticks_per_beat
    told = float(position.bar_start_tick)
    return told if told >= _LEAST_BARS_SHARE * bars else float(bars)


def _tick(position: Any) -> float:
    """The tick in its beat, with a fraction where the master tells one.

    The field `tick_double` is younger than JACK-Client's struct: it lies where the padding was.
    """
    if not position.valid & _HAS_FRACTION:
        return float(position.tick)
    (tick,) = struct.unpack("=d", struct.pack("=ii", position.padding[0], position.padding[1]))
    return float(tick)
