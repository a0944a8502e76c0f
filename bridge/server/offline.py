"""A clock for a machine without MIDI, where nobody waits: everything is played at once."""

from __future__ import annotations

import time
from typing import Final

from bridge.server.timeline import Timeline
from bridge.transports.agenda import Agenda
from bridge.transports.base import TimedMessage, TimedNote
from bridge.transports.talk import News, Progress, Stopped

_FOREVER_NS: Final = 1 << 62


class OfflineClock:
    """Plays bars into the take as soon as they are on the timeline, in the order of real time."""

    link = None
    is_real_time = False

    def __init__(self, timeline: Timeline) -> None:
        """Follow a timeline: its end is always now."""
        self._timeline = timeline
        self._agenda = Agenda()
        self._news: list[News] = []

    def song_ns(self) -> int:
        """Song time of this moment: the end of what is known."""
        return self._timeline.end_ns

    def start(self) -> None:
        """Have nothing to wait for."""

    def play(self, notes: tuple[TimedNote, ...], messages: tuple[TimedMessage, ...]) -> None:
        """Play up to the end of the timeline."""
        self._agenda.add(notes, messages)
        self._play_until(self.song_ns())

    def panic(self) -> None:
        """Have nothing that sounds."""

    def stop(self) -> None:
        """Let the last notes ring to their end, and be done."""
        self._play_until(_FOREVER_NS)
        self._news.append(Stopped())

    def receive(self) -> list[News]:
        """Take the news."""
        news, self._news = self._news, []
        return news

    def close(self, *, timeout_seconds: float) -> None:
        """Have nothing to end."""

    def _play_until(self, song_ns: int) -> None:
        self._agenda.take_due(song_ns, now_ns=0, latest_ns=0)
        self._news.append(
            Progress(
                song_ns=self.song_ns(),
                at_ns=time.perf_counter_ns(),
                reports=self._agenda.reports(),
                dropped=0,
                overruns=0,
            )
        )
