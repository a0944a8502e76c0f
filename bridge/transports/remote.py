"""The player's end of the clock process: hands it notes, and starts it again when it dies."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, Protocol

from bridge.errors import PortError
from bridge.transports.base import NoteReport, PortWish, TimedMessage, TimedNote
from bridge.transports.child import Child
from bridge.transports.clock import run_clock
from bridge.transports.talk import (
    LEAD_NS,
    Command,
    Listening,
    Lost,
    News,
    Panic,
    Play,
    Progress,
    Start,
    Stop,
    Stopped,
)

_SILENT_NS: Final = 3_000_000_000
"""A clock that says nothing for so long stands still: it is killed and started again."""
_DEATHS: Final = 3
"""So many deaths in a row, with no progress between them, and we give up."""
_PROGRAM_CHANGE: Final = 0xC0


class ClockProcess(Protocol):
    """What `RemoteClock` needs of a process; `Child` is one."""

    @property
    def link(self) -> object:
        """Something that `multiprocessing.connection.wait` can wait for."""

    def send(self, message: object) -> bool:
        """Send a message; False: the process is gone."""

    def receive(self) -> list[News]:
        """Take every message that has arrived; EOFError: the process is gone."""

    def wait(self, timeout_seconds: float) -> bool:
        """Wait for its end; say whether it ended."""

    def kill(self) -> None:
        """End it at once."""


Starter = Callable[[PortWish, tuple[str, ...]], ClockProcess]
"""Starts a clock process for a wish, to be connected again to those who listened before."""


def start_clock(wish: PortWish, listeners: tuple[str, ...]) -> ClockProcess:
    """Start a real clock process."""
    return Child(run_clock, wish, listeners, name="the clock process")


class RemoteClock:
    """A clock in another process, as the player sees it."""

    is_real_time = True

    def __init__(
        self,
        wish: PortWish,
        *,
        starter: Starter = start_clock,
        now_ns: Callable[[], int] = time.perf_counter_ns,
    ) -> None:
        """Start the process; it opens its port at once.

        Args:
            wish: which port is wanted.
            starter: starts the process.
            now_ns: a clock that never goes back, in nanoseconds.
        """
        self._wish = wish
        self._starter = starter
        self._now_ns = now_ns
        self._process = starter(wish, ())
        self._heard_ns = now_ns()
        self._anchor: tuple[int, int] | None = None
        self._planned: dict[int, TimedNote] = {}
        self._begun: set[int] = set()
        self._messages: list[TimedMessage] = []
        self._listeners: tuple[str, ...] = ()
        self._deaths = 0
        self._stopping = False

    @property
    def link(self) -> object:
        """What to wait for until there is news."""
        return self._process.link

    def song_ns(self) -> int:
        """Song time of this moment; before `start`, that of its beginning."""
        if self._anchor is None:
            return -LEAD_NS
        song_ns, at_ns = self._anchor
        return song_ns + self._now_ns() - at_ns

    def start(self) -> None:
        """Let song time begin to run."""
        self._anchor = (-LEAD_NS, self._now_ns())
        self._process.send(Start(*self._anchor))

    def play(self, notes: tuple[TimedNote, ...], messages: tuple[TimedMessage, ...]) -> None:
        """Have notes and messages sent in time."""
        self._planned.update((note.note_id, note) for note in notes)
        self._messages = [*self._worth_keeping(self.song_ns()), *messages]
        self._process.send(Play(notes, messages))

    def panic(self) -> None:
        """End every note that sounds; go on with those to come."""
        self._process.send(Panic())

    def stop(self) -> None:
        """Begin to end; `Stopped` is the last news."""
        self._stopping = True
        self._process.send(Stop())

    def receive(self) -> list[News]:
        """Take the news, and start the clock again if it died or stands still.

        Raises:
            PortError: it dies again and again.
        """
        try:
            news = self._process.receive()
        except EOFError:
            return [Stopped()] if self._stopping else self._revive("died")
        if news:
            self._heard_ns = self._now_ns()
            for item in news:
                self._note(item)
        elif self._now_ns() - self._heard_ns > _SILENT_NS:
            return self._revive("stands still")
        return news

    def close(self, *, timeout_seconds: float) -> None:
        """Wait for the process, and kill it if it does not end by itself."""
        self._process.wait(timeout_seconds)
        self._process.kill()

    def _note(self, item: News) -> None:
        match item:
            case Progress():
                self._deaths = 0
                if self._anchor is not None and item.song_ns >= -LEAD_NS:
                    self._anchor = (item.song_ns, item.at_ns)
                for report in item.reports:
                    self._note_report(report)
            case Listening(names):
                self._listeners = names
            case _:
                pass

    def _note_report(self, report: NoteReport) -> None:
        if report.is_on:
            self._begun.add(report.note_id)
        else:
            self._begun.discard(report.note_id)
            self._planned.pop(report.note_id, None)

    def _revive(self, what: str) -> list[News]:
        """Start another clock: it ends what this one may have left, and goes on in time."""
        self._deaths += 1
        self._process.kill()
        if self._deaths > _DEATHS:
            raise PortError(f"the clock process {what} {self._deaths} times in a row")
        song_ns = self.song_ns()
        reports, debts = self._settle(song_ns)
        self._process = self._starter(self._wish, self._listeners)
        self._heard_ns = self._now_ns()
        if self._anchor is not None:
            self._resume(debts)
        return [
            Lost(f"the clock process {what}: it is started again"),
            Progress(song_ns, self._now_ns(), reports=reports, dropped=0, overruns=0),
        ]

    def _settle(self, song_ns: int) -> tuple[tuple[NoteReport, ...], tuple[tuple[int, int], ...]]:
        """Take the notes that may have begun off the plan: as reports of their ends, and debts."""
        due = [n for n in self._planned.values() if n.on_ns < song_ns or n.note_id in self._begun]
        reports: list[NoteReport] = []
        for note in due:
            if note.note_id not in self._begun:
                reports.append(NoteReport(note.note_id, True, note.on_ns))
            reports.append(NoteReport(note.note_id, False, min(note.off_ns, song_ns)))
            del self._planned[note.note_id]
        self._begun.clear()
        return tuple(reports), tuple(sorted({(note.channel, note.pitch) for note in due}))

    def _resume(self, debts: tuple[tuple[int, int], ...]) -> None:
        song_ns = self.song_ns()
        self._messages = self._worth_keeping(song_ns)
        commands: tuple[Command, ...] = (
            Start(song_ns, self._now_ns(), debts),
            Play(tuple(self._planned.values()), tuple(self._messages)),
        )
        for command in commands:
            self._process.send(command)

    def _worth_keeping(self, song_ns: int) -> list[TimedMessage]:
        """The messages that a new clock needs: those to come, and each channel's last program."""
        programs = {
            message.payload[0]: message
            for message in self._messages
            if message.at_ns < song_ns and message.payload[0] & 0xF0 == _PROGRAM_CHANGE
        }
        to_come = [message for message in self._messages if message.at_ns >= song_ns]
        return [*programs.values(), *to_come]
