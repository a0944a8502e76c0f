"""A wire for MIDI systems that know no time: one thread that sends on absolute deadlines."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import Final

from bridge.errors import PortError
from bridge.transports.agenda import Agenda, notes_named_in
from bridge.transports.base import NANOSECONDS_PER_SECOND
from bridge.transports.wire import SILENCE_SECONDS, Port, Wire

_DOZE_NS: Final = 20_000_000
"""The thread looks for mail at least this often."""
LATEST_NS: Final = 20_000_000
"""A note-on that would be later than this is not sent: it would be heard as out of time."""
_PRIORITY: Final = 40
"""SCHED_FIFO priority, where the system grants it: below JACK, above everything that computes."""


class SilentPort:
    """The port of a machine without MIDI: what is sent is only reported, for the take."""

    api = "none"
    name = "no MIDI port"

    def send(self, payload: bytes) -> None:
        """Drop the message."""

    def check(self) -> None:
        """Find nothing wrong."""

    def close(self) -> None:
        """Do nothing."""


class ScheduledWire(Wire):
    """Sends an agenda through a `Port`."""

    def __init__(self, port: Port, *, now_ns: Callable[[], int] = time.perf_counter_ns) -> None:
        """Take a port over.

        Args:
            port: is closed with the wire.
            now_ns: a clock that never goes back, in nanoseconds.
        """
        self._port = port
        self._now_ns = now_ns
        self._origin_ns = 0
        self._agenda = Agenda()
        self._trouble: str | None = None
        self._closing = False
        self._thread: threading.Thread | None = None

    @property
    def api(self) -> str:
        """Which of APIS it speaks, or `none`."""
        return self._port.api

    @property
    def name(self) -> str:
        """As others see it."""
        return self._port.name

    def start(self, agenda: Agenda, *, song_ns: int) -> None:
        """Begin to send, taking this moment as `song_ns`."""
        self.prepare(agenda, song_ns=song_ns)
        self._thread = threading.Thread(target=self._run, name="segue-scheduler", daemon=True)
        self._thread.start()

    def prepare(self, agenda: Agenda, *, song_ns: int) -> None:
        """Do what `start` does, but leave it to the caller to call `step`."""
        self._agenda = agenda
        self._origin_ns = self._now_ns() - song_ns
        if self._port.api != SilentPort.api:  # nobody hears a silent port: the debts remain
            self._send_all(agenda.repayment())

    def locate(self, *, song_ns: int) -> None:
        """Take this moment as `song_ns` from now on."""
        self._origin_ns = self._now_ns() - song_ns

    def song_ns(self) -> int:
        """Song time of this moment."""
        return self._now_ns() - self._origin_ns

    def trouble(self) -> str | None:
        """Say in one line why the wire is lost; None while it works."""
        return self._trouble

    def tend(self) -> tuple[str, ...]:
        """Look whether the port still exists."""
        try:
            self._port.check()
        except PortError as error:
            self._trouble = str(error)
        return ()

    def silence(self) -> None:
        """End every note, forget what is to come, and wait until that is written."""
        self._agenda.silence(forget=True).wait(SILENCE_SECONDS)

    def close(self) -> None:
        """Stop the thread and close the port."""
        self._closing = True
        if self._thread is not None:
            self._thread.join()
        self._port.close()

    def step(self) -> int:
        """Send what is due.

        Returns:
            Nanoseconds until the next message, or until the next look for mail.
        """
        song_ns = self.song_ns()
        outgoing = self._agenda.take_due(song_ns + 1, now_ns=song_ns, latest_ns=LATEST_NS)
        self._send_all([payload for _, payload in outgoing])
        if self._trouble is None:
            self._agenda.confirm()
        next_ns = self._agenda.next_ns()
        return _DOZE_NS if next_ns is None else max(0, next_ns - self.song_ns())

    def _send_all(self, payloads: Sequence[bytes]) -> None:
        """Send in order; what a lost port did not take becomes a debt."""
        for sent, payload in enumerate(payloads):
            try:
                self._port.send(payload)
            except PortError as error:
                self._trouble = str(error)
                self._agenda.owe(notes_named_in(payloads[sent:]))
                return

    def _run(self) -> None:
        raise_priority()
        while not self._closing and self._trouble is None:
            wait_ns = self.step()
            time.sleep(min(wait_ns, _DOZE_NS) / NANOSECONDS_PER_SECOND)


def raise_priority() -> None:
    """Ask that this thread be woken before programs that compute; refused without harm."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(_PRIORITY))


def silent_wire() -> Wire:
    """Make the wire of a machine without MIDI."""
    return ScheduledWire(SilentPort())
