"""The clock: a process that does nothing but send notes in time, and hear.

The parent (a player, or a stage) hands it notes ahead of time over a pipe; the clock opens the
ports, sends, and reports what it sent and what it heard. It owes its listeners every note-off, so
it ends the notes when it is told to stop, when the parent dies (the pipe ends) and on SIGTERM.
Ctrl-C reaches the whole process group, so the clock ignores it: the parent decides. When a port is
lost, song time goes on in silence and the ports are tried again once a second.

Live, after `Conduct`, a conductor draws song time; before that it is real time since `Start`.

The parent's end is `bridge.transports.remote`; what both say is in `bridge.transports.talk`.
"""

from __future__ import annotations

import contextlib
import gc
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from typing import Final

from bridge.transports.agenda import Agenda
from bridge.transports.band import Band
from bridge.transports.base import NANOSECONDS_PER_SECOND, Link, PortWish
from bridge.transports.baton import Baton
from bridge.transports.child import leave_signals_to_the_parent
from bridge.transports.hearing import Hearing, Waker
from bridge.transports.opening import Attempt, open_wire
from bridge.transports.scheduler import raise_priority, silent_wire
from bridge.transports.sync.base import Line, SyncWish
from bridge.transports.talk import (
    WAITING_NS,
    Command,
    Conduct,
    Forget,
    Heard,
    Led,
    Listening,
    Lost,
    News,
    NotOpened,
    Opened,
    Panic,
    Play,
    Progress,
    Send,
    Start,
    Stop,
    Stopped,
    Transport,
)
from bridge.transports.wire import Wire

_LOOK_SECONDS: Final = 0.05
"""While music plays, the clock reports at least this often."""
_HEARTBEAT_NS: Final = 1_000_000_000
"""It says at least so often that it lives, tries a lost port again, and looks after a found one."""
_REWIRING_NS: Final = 50_000_000
"""When somebody connects something, it looks again no more often than this."""
_SWITCH_SECONDS: Final = 0.0002
"""The longest that Python code here may keep the process callback from running."""

Opener = Callable[[PortWish, tuple[Link, ...], Hearing], Attempt]
"""Opens a wire for a wish, to be connected again as one before it was."""


def _open(wish: PortWish, links: tuple[Link, ...], hearing: Hearing) -> Attempt:
    return open_wire(wish, links=links, hearing=hearing)


@dataclass(frozen=True, slots=True)
class Machine:
    """What a clock does its work with; a test has its own."""

    opener: Opener = _open
    """Opens a wire."""
    waker: Waker | None = None
    """Is woken when there is something to look at; None: somebody looks all the time."""
    now_ns: Callable[[], int] = time.perf_counter_ns
    """A clock that never goes back, in nanoseconds."""
    silent_wire: Callable[[], Wire] = silent_wire
    """Makes the wire that plays to nobody."""
    band: Callable[[SyncWish, Line | None], Band] = Band
    """Gathers a conductor and those that it may follow."""


def run_clock(link: Connection, wish: PortWish, links: tuple[Link, ...]) -> None:
    """Be the clock process until the parent says stop, or is gone.

    Args:
        link: the pipe to the parent.
        wish: which ports are wanted.
        links: the connections that a clock before this one had.
    """
    stop_asked = leave_signals_to_the_parent()
    waker = Waker()
    signal.set_wakeup_fd(waker.signal_descriptor, warn_on_full_buffer=False)
    sys.setswitchinterval(_SWITCH_SECONDS)
    keeper = ClockKeeper(wish, Machine(waker=waker), say=link.send)
    keeper.open(links)
    raise_priority()
    gc.collect()
    gc.freeze()
    gc.disable()
    with contextlib.suppress(EOFError, OSError):  # the parent is gone
        while not stop_asked():
            wait((link, waker.link), keeper.patience_seconds())
            waker.doze_off()
            keeper.pass_on()
            if not _obeys(keeper, link):
                break
            keeper.look()
    with contextlib.suppress(OSError):
        keeper.stop()


class ClockKeeper:
    """What the clock process does, one step at a time."""

    def __init__(
        self, wish: PortWish, machine: Machine | None = None, *, say: Callable[[News], None]
    ) -> None:
        """Prepare; nothing is opened yet.

        Args:
            wish: which ports are wanted.
            machine: what to do it with; None: this one.
            say: tells the parent.
        """
        self._wish = wish
        self._say = say
        self._machine = machine or Machine()
        self._now_ns = self._machine.now_ns
        self._hearing = Hearing(self._machine.waker)
        self._agenda = Agenda(wish.outputs)
        self._band: Band | None = None
        self._baton: Baton | None = None
        self._wire = self._machine.silent_wire()
        now_ns = self._now_ns
        self._anchor = Line(now_ns(), WAITING_NS, 1.0)
        self._is_started = False
        self._is_open = False
        self._links: tuple[Link, ...] = ()
        self._told_links: tuple[Link, ...] = ()
        self._tended_ns = now_ns()
        self._reported_ns = now_ns()

    def open(self, links: tuple[Link, ...] = ()) -> None:
        """Open the ports and say how that went; without one, play in silence."""
        self._links = links
        attempt = self._machine.opener(self._wish, links, self._hearing)
        if attempt.wire is None:
            self._say(NotOpened(attempt.reasons))
            self._wire.start(self._agenda, song_ns=self._song_ns())
        else:
            self._take_up(attempt.wire)

    def patience_seconds(self) -> float:
        """How long nobody needs to look, unless something wakes us."""
        plays = self._agenda.is_busy or (self._is_started and self._baton is None)
        if plays or self._wire.is_rewired:
            return _LOOK_SECONDS
        left_ns = self._tended_ns + _HEARTBEAT_NS - self._now_ns()
        return max(left_ns / NANOSECONDS_PER_SECOND, 0.001)

    def pass_on(self) -> None:
        """Tell at once what was heard and who leads."""
        messages = self._hearing.messages()
        if messages:
            self._say(Heard(messages))
        for lead, breaks in self._baton.leads() if self._baton else ():
            self._say(Led(lead, breaks))

    def obey(self, command: Command) -> bool:
        """Do what the parent says; False: it says stop."""
        match command:
            case Start():
                self._start(command)
            case Play():
                self._agenda.add(command.notes, command.messages, breaks=command.breaks)
            case Panic():
                self._agenda.silence(forget=False)
            case Forget():
                self._agenda.forget(command.note_ids)
            case Send():
                self._agenda.send(command.port, command.payloads)
            case Conduct() | Transport():
                self._lead(command)
            case Stop():
                return False
        return True

    def look(self) -> None:
        """Report progress; see whether the wire is still there, or there again."""
        trouble = self._wire.trouble()
        if trouble is None:
            self._anchor = Line(self._now_ns(), self._wire.song_ns(), 1.0)
        else:
            self._fall_back(trouble)
        pause_ns = _REWIRING_NS if self._wire.is_rewired else _HEARTBEAT_NS
        if self._now_ns() - self._tended_ns >= pause_ns:
            self._tended_ns = self._now_ns()
            self._tend()
        self.pass_on()
        self._report()

    def stop(self) -> None:
        """End every note, close the ports, and say so."""
        self._wire.silence()
        self._wire.close()
        if self._band is not None:
            self._band.close()
        self._reported_ns -= _HEARTBEAT_NS
        self._report()
        self._say(Stopped())

    # --- playing live

    def _start(self, start: Start) -> None:
        self._is_started = True
        self._anchor = Line(start.at_ns, start.song_ns, start.rate)
        self._wire.locate(song_ns=self._song_ns())
        if start.debts:
            self._agenda.silence(forget=False, debts=start.debts)

    def _lead(self, command: Conduct | Transport) -> None:
        if isinstance(command, Conduct):
            if self._band is None or self._baton is None:
                self._gather(command.wish)
            else:
                self._band.conduct(command.wish, self._now_ns())
                self._baton.wish = command.wish
        elif self._band is not None:
            self._band.transport(command.is_rolling, command.position_ticks, command.at_ns)

    def _gather(self, wish: SyncWish) -> None:
        """Play live from now on."""
        self._band = self._machine.band(wish, self._anchor if self._is_started else None)
        self._band.follow(self._wire.host)
        self._baton = Baton(self._band.conductor, wish, self._agenda, waker=self._machine.waker)
        self._wire.follow(self._baton)

    # --- the wire

    def _tend(self) -> None:
        if not self._is_open:
            self._reopen()
            return
        links = self._wire.tend()
        if links != self._told_links and self._wire.trouble() is None:
            if any(link.ours in self._wish.outputs for link in set(links) - set(self._told_links)):
                self._agenda.repeat_debts()
            self._links = self._told_links = links
            listeners = (link.theirs for link in links if link.ours in self._wish.outputs)
            self._say(Listening(tuple(dict.fromkeys(listeners)), links))

    def _fall_back(self, reason: str) -> None:
        """Go on in silence; remember what may still sound out there."""
        self._is_open = False
        self._wire.close()
        self._agenda.owe(self._agenda.sounding())
        self._wish_for_the_same()
        self._begin_with(self._machine.silent_wire())
        self._say(Lost(reason))

    def _reopen(self) -> None:
        """Try to open the ports again; the music comes in where it is by now."""
        gc.collect()  # nobody waits for us now
        attempt = self._machine.opener(self._wish, self._links, self._hearing)
        if attempt.wire is None:
            return
        self._wire.close()
        self._take_up(attempt.wire)

    def _take_up(self, wire: Wire) -> None:
        """Send through an open wire from now on."""
        self._is_open = True
        self._told_links = ()
        self._begin_with(wire)
        self._say(Opened(wire.api, wire.name, wire.ports))

    def _begin_with(self, wire: Wire) -> None:
        self._wire = wire
        if self._band is not None and self._baton is not None:
            self._band.follow(wire.host)
            wire.follow(self._baton)
        wire.start(self._agenda, song_ns=self._song_ns())

    def _wish_for_the_same(self) -> None:
        """Whoever listened will come back to the MIDI system that was lost, to no other."""
        self._wish = replace(self._wish, api=self._wire.api)

    def _song_ns(self) -> int:
        """Song time of this moment by the system's clock, whatever became of the wire."""
        return self._anchor.song_ns_at(self._now_ns())

    def _report(self) -> None:
        reports, forgotten = self._agenda.reports(), self._agenda.forgotten()
        is_due = self._now_ns() - self._reported_ns >= _HEARTBEAT_NS
        if not (reports or forgotten or is_due or (self._is_started and self._baton is None)):
            return
        self._reported_ns = self._now_ns()
        self._say(
            Progress(
                song_ns=self._song_ns(),
                at_ns=self._now_ns(),
                reports=reports,
                dropped=self._agenda.dropped,
                overruns=self._wire.overruns(),
                forgotten=forgotten,
            )
        )


def _obeys(keeper: ClockKeeper, link: Connection) -> bool:
    """Do everything that the parent has said; False: it said stop."""
    while link.poll():
        if not keeper.obey(link.recv()):
            return False
    return True
