"""Where the song is, in ticks: beats, bar lines, and the moments at which things may begin.

*Song ticks* are song time at PPQ 480: they never go back. The host's *position* may jump against
them; beats and bar lines are the host's.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from bridge.schema.live import HostState, Launch, SyncSource
from bridge.schema.notes import TimeSignature
from bridge.transports.sync.base import BEAT_NS, Lead, Line
from bridge.units import PPQ

_NEVER: Final = Lead(
    source=SyncSource.INTERNAL,
    is_rolling=False,
    tempo_bpm=120.0,
    line=Line(at_ns=0, song_ns=0, rate=0.0),
    position_ticks=0.0,
    metre=None,
    jumps=0,
)
"""Before the clock has told anything, song time stands still."""
_BARS: Final = {Launch.BAR: 1, Launch.FOUR_BARS: 4}


def to_song_ns(ticks: float) -> int:
    """Give song ticks as song time."""
    return round(ticks * BEAT_NS / PPQ)


def to_ticks(song_ns: int) -> float:
    """Give song time as song ticks."""
    return song_ns * PPQ / BEAT_NS


class Song:
    """The song, by the last that the clock told of it.

    Args:
        metre: of the bar, where the host does not tell.
        now_ns: a clock that never goes back, in nanoseconds.
    """

    def __init__(
        self, metre: TimeSignature, *, now_ns: Callable[[], int] = time.perf_counter_ns
    ) -> None:
        self.metre_wanted = metre
        self._now_ns = now_ns
        self._lead = _NEVER

    def follow(self, lead: Lead) -> None:
        """Take note of what the clock told."""
        self._lead = lead

    @property
    def is_rolling(self) -> bool:
        """Whether the song runs."""
        return self._lead.is_rolling

    @property
    def source(self) -> SyncSource:
        """Who leads."""
        return self._lead.source

    @property
    def is_standing_still(self) -> bool:
        """Whether song time stands still: nothing that is planned would ever begin."""
        return self._lead.line.rate == 0.0

    @property
    def tempo_bpm(self) -> float:
        """Beats per minute."""
        return self._lead.tempo_bpm

    @property
    def metre(self) -> TimeSignature:
        """Of the bar; its onset is a bar line of the host's song."""
        return self._lead.metre or self.metre_wanted

    @property
    def bar_ticks(self) -> int:
        """Length of a bar."""
        return self.metre.bar_ticks()

    @property
    def now_ticks(self) -> float:
        """Song ticks of this moment."""
        return to_ticks(self._lead.line.song_ns_at(self._now_ns()))

    def position_of(self, ticks: float) -> float:
        """Where the host is at a moment of song time, in ticks from the beginning of its song."""
        return ticks - self._offset_ticks

    def ticks_of(self, position_ticks: float) -> int:
        """The moment at which the host is, or was, at a position, in song ticks."""
        return round(position_ticks + self._offset_ticks)

    @property
    def is_counting_in(self) -> bool:
        """Whether the song runs, and its beginning lies ahead."""
        return self.is_rolling and self.position_of(self.now_ticks) < 0

    def seconds_until(self, ticks: float) -> float:
        """How long it is until a moment of song time, at this tempo; infinite while it stands."""
        if self.is_standing_still:
            return math.inf
        song_ns = to_song_ns(ticks - self.now_ticks)
        return song_ns / self._lead.line.rate / 1e9

    def bar_before(self, ticks: float) -> int:
        """The last bar line at or before a moment, in song ticks."""
        bars = math.floor((ticks - self._line_ticks) / self.bar_ticks + 1e-9)
        return self._line_ticks + bars * self.bar_ticks

    def beat_before(self, ticks: float) -> int:
        """The last beat at or before a moment, in song ticks; every bar line is one."""
        bar = self.bar_before(ticks)
        return bar + math.floor((ticks - bar) / PPQ + 1e-9) * PPQ

    def beat_from(self, ticks: float) -> int:
        """The first beat at or after a moment, in song ticks."""
        beat = self.beat_before(ticks)
        if beat >= ticks - 1e-6:
            return beat
        return min(beat + PPQ, self.bar_before(ticks) + self.bar_ticks)

    def bar_from(self, ticks: float, *, of_bars: int = 1) -> int:
        """The first bar line at or after a moment whose number is 1, 1 + `of_bars` .."""
        bars = math.ceil((ticks - self._line_ticks) / self.bar_ticks - 1e-9)
        index = round(self.metre.onset_ticks / self.bar_ticks)  # of the line that we count from
        bars += -(index + bars) % of_bars
        return self._line_ticks + bars * self.bar_ticks

    def launch_from(self, ticks: float, launch: Launch) -> int:
        """The first moment from which something may begin."""
        if launch is Launch.NOW:
            return math.ceil(ticks)
        if launch is Launch.BEAT:
            return self.beat_from(ticks)
        return self.bar_from(ticks, of_bars=_BARS[launch])

    def state(self) -> HostState:
        """Say where the song is, as everybody may know."""
        now_ticks = self.now_ticks
        return HostState(
            source=self._lead.source,
            is_rolling=self.is_rolling,
            tempo_bpm=self.tempo_bpm,
            metre=replace(self.metre, onset_ticks=max(0, self.metre.onset_ticks)),
            position_ticks=round(self.position_of(now_ticks), 3),
            song_ticks=round(now_ticks, 3),
        )

    @property
    def _offset_ticks(self) -> float:
        """Song ticks minus the host's position."""
        return to_ticks(self._lead.line.song_ns) - self._lead.position_ticks

    @property
    def _line_ticks(self) -> int:
        """A bar line, in song ticks."""
        return round(self._offset_ticks) + self.metre.onset_ticks
