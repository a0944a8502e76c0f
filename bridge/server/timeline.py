"""Where the bars of a performance lie, in ticks and in song time."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Final

from bridge.transports.base import NANOSECONDS_PER_SECOND
from bridge.units import seconds_to_ticks, ticks_to_seconds


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of one bar."""

    number: int
    """Counted from 1, rests included."""
    start_ticks: int
    """From the beginning of the performance."""
    start_ns: int
    """In song time."""
    duration_ticks: int
    """>= 1."""
    tempo_bpm: float
    """Of this bar."""

    @property
    def end_ticks(self) -> int:
        """The first tick after it."""
        return self.start_ticks + self.duration_ticks

    @property
    def end_ns(self) -> int:
        """Song time of the next bar line."""
        return self.ns_at(self.duration_ticks)

    def ns_at(self, offset_ticks: int) -> int:
        """Song time of a tick counted from its start, which may lie after its end."""
        seconds = ticks_to_seconds(offset_ticks, tempo_bpm=self.tempo_bpm)
        return self.start_ns + round(seconds * NANOSECONDS_PER_SECOND)

    def ticks_at(self, song_ns: int) -> int:
        """Ticks from its start to a song time, at its tempo."""
        seconds = (song_ns - self.start_ns) / NANOSECONDS_PER_SECOND
        return seconds_to_ticks(seconds, tempo_bpm=self.tempo_bpm)


FIRST_LINE: Final = 0
"""The performance begins at tick 0 and song time 0."""


class Timeline:
    """The slots so far, one after the other without a gap."""

    def __init__(self) -> None:
        self._slots: list[Slot] = []

    def __len__(self) -> int:
        return len(self._slots)

    def __getitem__(self, index: int) -> Slot:
        return self._slots[index]

    @property
    def end_ticks(self) -> int:
        """Where the next bar begins."""
        return self._slots[-1].end_ticks if self._slots else FIRST_LINE

    @property
    def end_ns(self) -> int:
        """Song time at which the next bar begins."""
        return self._slots[-1].end_ns if self._slots else FIRST_LINE

    def append(self, *, duration_ticks: int, tempo_bpm: float) -> Slot:
        """Make room for one more bar at the end."""
        slot = Slot(len(self) + 1, self.end_ticks, self.end_ns, duration_ticks, tempo_bpm)
        self._slots.append(slot)
        return slot

    def slot_at(self, song_ns: int) -> Slot | None:
        """The slot that a song time lies in; the last one after the end, None before the start."""
        index = bisect_right(self._slots, song_ns, key=lambda slot: slot.start_ns)
        return self._slots[index - 1] if index else None

    def ticks_at(self, song_ns: int) -> int:
        """The tick nearest to a song time, from the beginning of the performance."""
        slot = self.slot_at(song_ns)
        return slot.start_ticks + slot.ticks_at(song_ns) if slot else FIRST_LINE
