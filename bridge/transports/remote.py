"""The parent's end of the clock process: hands it notes, and starts it again when it dies."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Final, Protocol

from bridge.errors import PortError
from bridge.schema.live import SyncSource
from bridge.transports.base import Key, Link, PortWish, TimedMessage, TimedNote
from bridge.transports.child import Child
from bridge.transports.clock import run_clock
from bridge.transports.plan import Plan
from bridge.transports.sync.base import BEAT_NS, Lead, SyncWish
from bridge.transports.talk import (
    LEAD_NS,
    Command,
    Conduct,
    Forget,
    Led,
    Listening,
    Lost,
    News,
    Panic,
    Play,
    Progress,
    Send,
    Start,
    Stop,
    Stopped,
    Transport,
)
from bridge.units import PPQ

_SILENT_NS: Final = 3_000_000_000
"""A clock that says nothing for so long stands still: it is killed and started again."""
_DEATHS: Final = 3
"""So many deaths in a row, with no progress between them, and we give up."""


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


Starter = Callable[[PortWish, tuple[Link, ...]], ClockProcess]
"""Starts a clock process for a wish, to be connected again as one before it was."""


def start_clock(wish: PortWish, links: tuple[Link, ...]) -> ClockProcess:
    """Start a real clock process."""
    return Child(run_clock, wish, links, name="the clock process")


class RemoteClock:
    """A clock in another process, as a player or a stage sees it.

    `start` lets song time be real time; `conduct` lets a leader draw it. One or the other.
    """

    is_real_time = True

    def __init__(
        self,
        wish: PortWish,
        *,
        starter: Starter = start_clock,
        now_ns: Callable[[], int] = time.perf_counter_ns,
    ) -> None:
        """Start the process; it opens its ports at once.

        Args:
            wish: which ports are wanted.
            starter: starts the process.
            now_ns: a clock that never goes back, in nanoseconds.
        """
        self._wish = wish
        self._starter = starter
        self._now_ns = now_ns
        self._process = starter(wish, ())
        self._heard_ns = now_ns()
        self._anchor: tuple[int, int] | None = None
        self._sync: SyncWish | None = None
        self._led: Led | None = None
        self._breaks = 0
        self._plan = Plan()
        self._links: tuple[Link, ...] = ()
        self._deaths = 0
        self._stopping = False

    @property
    def link(self) -> object:
        """What to wait for until there is news; another one after a restart."""
        return self._process.link

    def song_ns(self) -> int:
        """Song time of this moment; before `start`, that of its beginning."""
        if self._led is not None:
            return self._led.lead.line.song_ns_at(self._now_ns())
        if self._anchor is None:
            return 0 if self._sync else -LEAD_NS
        song_ns, at_ns = self._anchor
        return song_ns + self._now_ns() - at_ns

    def start(self) -> None:
        """Let song time begin to run."""
        self._anchor = (-LEAD_NS, self._now_ns())
        self._process.send(Start(*self._anchor))

    def conduct(self, wish: SyncWish) -> None:
        """Play live: follow a leader from now on; may be called again at any time."""
        self._sync = wish
        self._process.send(Conduct(wish))

    def transport(self, is_rolling: bool, position_ticks: float | None = None) -> None:
        """Run or stop the song, where nobody else leads it.

        Args:
            is_rolling: whether it is to run.
            position_ticks: where it is to be, PPQ 480; None: where it is.
        """
        self._process.send(Transport(is_rolling, position_ticks))

    def play(self, notes: tuple[TimedNote, ...], messages: tuple[TimedMessage, ...]) -> None:
        """Have notes and messages sent in time.

        Live, they are forgotten if the line of song time was broken since the last `Led` that
        `receive` gave: they were planned by a line that holds no more.
        """
        self._plan.add(notes, messages, song_ns=self.song_ns())
        self._process.send(Play(notes, messages, self._breaks if self._sync else None))

    def forget(self, note_ids: frozenset[int] | None) -> None:
        """Take notes back: those to come are not played, those that sound end; None: all."""
        self._plan.take_back(note_ids, song_ns=self.song_ns())
        self._process.send(Forget(note_ids))

    def send(self, port: str, payloads: Iterable[bytes]) -> None:
        """Send whole messages at once, to an output by its short name."""
        self._process.send(Send(port, tuple(payloads)))

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
                    self._plan.note_report(report)
                for note_id in item.forgotten:
                    self._plan.strike(note_id)
            case Led():
                self._led, self._breaks = item, item.breaks
            case Listening(_, links):
                self._links = links
            case _:
                pass

    def _revive(self, what: str) -> list[News]:
        """Start another clock: it ends what this one may have left, and goes on in time."""
        self._deaths += 1
        self._process.kill()
        if self._deaths > _DEATHS:
            raise PortError(f"the clock process {what} {self._deaths} times in a row")
        song_ns = self.song_ns()
        settlement = self._plan.settle(song_ns)
        self._process = self._starter(self._wish, self._links)
        self._heard_ns, self._breaks = self._now_ns(), 0
        for command in self._first_words(settlement.debts):
            self._process.send(command)
        progress = Progress(
            song_ns,
            self._now_ns(),
            reports=settlement.reports,
            dropped=0,
            overruns=0,
            forgotten=settlement.forgotten,
        )
        return [Lost(f"the clock process {what}: it is started again"), progress]

    def _first_words(self, debts: tuple[Key, ...]) -> Iterator[Command]:
        """What a new clock is told, for the music to go on."""
        song_ns, at_ns = self.song_ns(), self._now_ns()
        if self._anchor is not None or self._led is not None:
            rate = self._led.lead.line.rate if self._led else 1.0
            yield Start(song_ns, at_ns, debts, rate)
        if self._sync is not None:
            yield Conduct(self._sync)
        if self._led is not None and _is_our_song(self._led.lead):
            yield Transport(True, _position_ticks(self._led.lead, at_ns), at_ns)
        if self._anchor is not None or self._sync is not None:
            yield Play(self._plan.notes(), tuple(self._plan.messages(song_ns)))


def _is_our_song(lead: Lead) -> bool:
    """Whether the song runs because we said so, and stands still unless we say it again."""
    return lead.is_rolling and lead.source is SyncSource.INTERNAL


def _position_ticks(lead: Lead, at_ns: int) -> float:
    """Where the song is at a moment, by the line that held last."""
    passed_ns = lead.line.song_ns_at(at_ns) - lead.line.song_ns
    return lead.position_ticks + passed_ns * PPQ / BEAT_NS
