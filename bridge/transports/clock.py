"""The clock: a process that does nothing but send notes in time.

The parent (a player) hands it notes ahead of time over a pipe; the clock opens the port, sends, and
reports what it sent. It owes its listeners every note-off, so it ends the notes when it is told
to stop, when the parent dies (the pipe ends) and on SIGTERM. Ctrl-C reaches the whole process
group, so the clock ignores it: the parent decides. When the port is lost, song time goes on in
silence and the port is tried again once a second.

The parent's end is `bridge.transports.remote`.
"""

from __future__ import annotations

import contextlib
import gc
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Final

from bridge.transports.agenda import Agenda
from bridge.transports.base import PortWish
from bridge.transports.child import leave_signals_to_the_parent
from bridge.transports.opening import Attempt, open_wire
from bridge.transports.scheduler import raise_priority, silent_wire
from bridge.transports.talk import (
    WAITING_NS,
    Command,
    Listening,
    Lost,
    News,
    NotOpened,
    Opened,
    Panic,
    Play,
    Progress,
    Start,
    Stop,
    Stopped,
)
from bridge.transports.wire import Wire

_LOOK_SECONDS: Final = 0.05
"""The clock reports, and looks after its wire, at least this often."""
_TEND_NS: Final = 1_000_000_000
"""A lost port is tried again, and a found one looked at, this often."""
_SWITCH_SECONDS: Final = 0.0002
"""The longest that Python code here may keep the process callback from running."""


Opener = Callable[[PortWish, tuple[str, ...]], Attempt]
"""Opens a wire for a wish, to be connected again to those who listened before."""


def run_clock(link: Connection, wish: PortWish, listeners: tuple[str, ...]) -> None:
    """Be the clock process until the parent says stop, or is gone.

    Args:
        link: the pipe to the parent.
        wish: which port is wanted.
        listeners: full names of the inputs that a clock before this one played to.
    """
    stop_asked = leave_signals_to_the_parent()
    sys.setswitchinterval(_SWITCH_SECONDS)
    keeper = ClockKeeper(wish, say=link.send, opener=_open)
    keeper.open(listeners)
    raise_priority()
    gc.collect()
    gc.freeze()
    gc.disable()
    with contextlib.suppress(EOFError, OSError):  # the parent is gone
        while not stop_asked():
            if link.poll(_LOOK_SECONDS) and not keeper.obey(link.recv()):
                break
            keeper.look()
    with contextlib.suppress(OSError):
        keeper.stop()


class ClockKeeper:
    """What the clock process does, one step at a time."""

    def __init__(
        self,
        wish: PortWish,
        *,
        say: Callable[[News], None],
        opener: Opener,
        now_ns: Callable[[], int] = time.perf_counter_ns,
        silent_wire: Callable[[], Wire] = silent_wire,
    ) -> None:
        """Prepare; nothing is opened yet.

        Args:
            wish: which port is wanted.
            say: tells the parent.
            opener: opens a wire.
            now_ns: a clock that never goes back, in nanoseconds.
            silent_wire: makes the wire that plays to nobody.
        """
        self._wish = wish
        self._say = say
        self._opener = opener
        self._now_ns = now_ns
        self._agenda = Agenda()
        self._silent_wire = silent_wire
        self._wire = silent_wire()
        self._anchor = (WAITING_NS, now_ns())
        self._is_open = False
        self._tended_ns = now_ns()
        self._listeners: tuple[str, ...] = ()

    def open(self, listeners: tuple[str, ...] = ()) -> None:
        """Open the port for the first time, and say what came of it."""
        attempt = self._opener(self._wish, listeners)
        if attempt.wire is None:
            self._wire.start(self._agenda, song_ns=self._song_ns())
            self._say(NotOpened(attempt.reasons))
        else:
            self._take_up(attempt.wire)

    def obey(self, command: Command) -> bool:
        """Do what the parent says.

        Returns:
            Whether the clock goes on.
        """
        match command:
            case Start():
                self._anchor = (command.song_ns, command.at_ns)
                self._wire.locate(song_ns=self._song_ns())
                if command.debts:
                    self._agenda.silence(forget=False, debts=command.debts)
            case Play():
                self._agenda.add(command.notes, command.messages)
            case Panic():
                self._agenda.silence(forget=False)
            case Stop():
                return False
        return True

    def look(self) -> None:
        """Report progress; see whether the wire is still there, or there again."""
        if self._wire.trouble() is None:
            self._anchor = (self._wire.song_ns(), self._now_ns())
        else:
            self._fall_back(self._wire.trouble() or "")
        if self._now_ns() - self._tended_ns >= _TEND_NS:
            self._tended_ns = self._now_ns()
            self._tend()
        self._report()

    def stop(self) -> None:
        """End every note, close the port, and say so."""
        self._wire.silence()
        self._wire.close()
        self._report()
        self._say(Stopped())

    def _tend(self) -> None:
        if not self._is_open:
            self._reopen()
            return
        names = self._wire.tend()
        if names != self._listeners and self._wire.trouble() is None:
            self._listeners = names
            self._say(Listening(names))

    def _fall_back(self, reason: str) -> None:
        """Go on in silence; remember what may still sound out there."""
        self._is_open = False
        self._wire.close()
        self._agenda.owe(self._agenda.sounding())
        self._wish_for_the_same()
        self._wire = self._silent_wire()
        self._wire.start(self._agenda, song_ns=self._song_ns())
        self._say(Lost(reason))

    def _reopen(self) -> None:
        """Try to open the port again; the music comes in where it is by now."""
        gc.collect()  # nobody waits for us now
        attempt = self._opener(self._wish, self._listeners)
        if attempt.wire is None:
            return
        self._wire.close()
        self._take_up(attempt.wire)

    def _take_up(self, wire: Wire) -> None:
        """Send through an open wire from now on."""
        self._wire, self._is_open = wire, True
        wire.start(self._agenda, song_ns=self._song_ns())
        self._say(Opened(wire.api, wire.name))

    def _wish_for_the_same(self) -> None:
        """Whoever listened will come back to the MIDI system that was lost, to no other."""
        self._wish = PortWish(self._wish.name, self._wire.api, self._wish.connect)

    def _song_ns(self) -> int:
        """Song time of this moment by the system's clock, whatever became of the wire."""
        song_ns, at_ns = self._anchor
        return song_ns + self._now_ns() - at_ns

    def _report(self) -> None:
        self._say(
            Progress(
                song_ns=self._anchor[0],
                at_ns=self._anchor[1],
                reports=self._agenda.reports(),
                dropped=self._agenda.dropped,
                overruns=self._wire.overruns(),
            )
        )


def _open(wish: PortWish, listeners: tuple[str, ...]) -> Attempt:
    return open_wire(wish, listeners=listeners)
