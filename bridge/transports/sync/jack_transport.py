"""The transport of a JACK server: whether it rolls, and where it is.

Where a timebase master tells bars and beats, `bars` reads them; where nobody does, frames are
counted at the tempo that we are told.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from bridge.schema.live import SyncSource
from bridge.transports.sync.bars import BarReader, Place, has_bars
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
_NS_PER_MINUTE: Final = 60_000_000_000

Query = Callable[[], tuple[int, Any]]
"""Gives the transport's state and position: `jack.Client.transport_query_struct`."""


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
        self._bars = BarReader()
        self._last: Place | None = None
        self._watch = JumpWatch()
        self._known = Reading(0, False, wish.tempo_bpm, 0.0, has_tempo=False)

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
        has_tempo = has_bars(position)
        place = self._bars.read(position) if has_tempo else self._by_frames(position)
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

    def _by_frames(self, position: Any) -> Place:
        """Count frames at our own tempo, from the song's beginning or its last change on."""
        self._bars.forget()
        frame = position.frame
        anchor_frame, anchor_ticks = self._anchor
        ticks_per_frame = self._own_bpm * PPQ / (60 * position.frame_rate)
        return Place(frame, anchor_ticks + (frame - anchor_frame) * ticks_per_frame, self._own_bpm)
