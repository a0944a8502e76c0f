"""A wire for MIDI systems that know no time: one thread that sends on absolute deadlines."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, Protocol

from bridge.errors import PortError
from bridge.transports.agenda import Agenda, Outgoing, keys_named_in
from bridge.transports.base import (
    CLOCK_OUTPUT,
    NANOSECONDS_PER_SECOND,
    HeardMessage,
    Link,
)
from bridge.transports.frames import NEVER_NS
from bridge.transports.hearing import Hearing, channel_message, is_clock_message
from bridge.transports.sync.base import BEAT_NS, Line
from bridge.transports.sync.midi_clock import PULSES_PER_BEAT
from bridge.transports.wire import SILENCE_SECONDS, Leader, Port, Wire

_LOOK_NS: Final = 20_000_000
"""While anything is planned, the line of song time is asked for at least this often."""
_DOZE_NS: Final = 100_000_000
"""The same while nothing is; mail wakes at once."""
_SLEEP_NS: Final = 1_000_000_000
"""How long the thread waits for mail where there is no leader and nothing to send."""
_EXACT_NS: Final = 20_000_000 if sys.platform == "win32" else 2_000_000
"""How long before a deadline the thread stops listening for mail, because only `sleep` is exact."""
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


class Inputs(Protocol):
    """MIDI inputs that call somebody, from a thread of their own, for each message."""

    @property
    def names(self) -> tuple[str, ...]:
        """Those that are open, as others see them."""

    @property
    def main(self) -> str:
        """Short name of the one at which a host's clock is heard."""

    def listen(self, hear: Callable[[str, bytes, int], None]) -> None:
        """Begin.

        Args:
            hear: is called with the input's short name, the message, and when it came by
                `time.perf_counter_ns`.
        """

    def tend(self) -> tuple[Link, ...]:
        """Look for sources that came or went; tell those that we hear by name."""

    def close(self) -> None:
        """Give them back."""


class ScheduledWire(Wire):
    """Sends an agenda through ports that know no time."""

    def __init__(
        self,
        port: Port,
        *,
        others: Mapping[str, Port] | None = None,
        inputs: Inputs | None = None,
        hearing: Hearing | None = None,
        now_ns: Callable[[], int] = time.perf_counter_ns,
    ) -> None:
        """Take ports over.

        Args:
            port: the main output; is closed with the wire, like all others.
            others: outputs by short name; what is meant for one that is not there goes to `port`.
            inputs: not yet listening.
            hearing: takes what is played to us.
            now_ns: a clock that never goes back, in nanoseconds.
        """
        self._port = port
        self._others = others or {}
        self._inputs = inputs
        self._clock_input = inputs.main if inputs else None
        self._hearing = hearing or Hearing()
        self._now_ns = now_ns
        self._leader: Leader | None = None
        self._line = Line(now_ns(), 0, 1.0)
        self._agenda = Agenda()
        self._trouble: str | None = None
        self._closing = False
        self._mail = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def api(self) -> str:
        """Which of APIS it speaks, or `none`."""
        return self._port.api

    @property
    def name(self) -> str:
        """The main output, as others see it."""
        return self._port.name

    @property
    def ports(self) -> tuple[str, ...]:
        """Every output and input, as others see them."""
        outputs = (self._port.name, *(port.name for port in self._others.values()))
        return (*outputs, *(self._inputs.names if self._inputs else ()))

    def start(self, agenda: Agenda, *, song_ns: int) -> None:
        """Begin to send, taking this moment as `song_ns`."""
        self.prepare(agenda, song_ns=song_ns)
        agenda.on_mail = self._mail.set
        self._thread = threading.Thread(target=self._run, name="segue-scheduler", daemon=True)
        self._thread.start()

    def prepare(self, agenda: Agenda, *, song_ns: int) -> None:
        """Do what `start` does, but leave it to the caller to call `step`."""
        self._agenda = agenda
        self.locate(song_ns=song_ns)
        if self._port.api != SilentPort.api:  # nobody hears a silent port: the debts remain
            self._send_all(agenda.repayment())
        if self._inputs is not None:
            self._inputs.listen(self.hear)

    def locate(self, *, song_ns: int) -> None:
        """Take this moment as `song_ns` from now on."""
        self._line = Line(self._now_ns(), song_ns, 1.0)

    def follow(self, leader: Leader) -> None:
        """Ask a leader for the line at each step."""
        self._leader = leader
        self._mail.set()

    def song_ns(self) -> int:
        """Song time of this moment."""
        return self._line.song_ns_at(self._now_ns())

    def trouble(self) -> str | None:
        """Say in one line why the wire is lost; None while it works."""
        return self._trouble

    def tend(self) -> tuple[Link, ...]:
        """Look whether the ports still exist, and for sources."""
        if self._thread is not None and not self._thread.is_alive():
            self._lose(self._trouble or "the thread that sends has died")
        try:
            for port in (self._port, *self._others.values()):
                port.check()
            return self._inputs.tend() if self._inputs else ()
        except PortError as error:
            self._lose(str(error))
        return ()

    def silence(self) -> None:
        """End every note, forget what is to come, and wait until that is written."""
        self._agenda.silence(forget=True).wait(SILENCE_SECONDS)

    def close(self) -> None:
        """Stop the thread and close the ports."""
        self._closing = True
        self._mail.set()
        if self._thread is not None:
            self._thread.join()
        if self._inputs is not None:
            self._inputs.close()
        for port in (*self._others.values(), self._port):
            port.close()

    def hear(self, name: str, payload: bytes, at_ns: int) -> None:
        """Take what came in; the inputs' threads call it.

        Args:
            name: short name of the input.
            payload: anything.
            at_ns: when it came, by `time.perf_counter_ns`.
        """
        message = channel_message(payload)
        if message is not None:
            song_ns = self._line.song_ns_at(at_ns)
            self._hearing.tell((HeardMessage(name, at_ns, song_ns, message),))
        elif self._leader and name == self._clock_input and is_clock_message(payload):
            self._leader.hear(payload, at_ns)
            self._mail.set()

    def step(self) -> int:
        """Send what is due.

        Returns:
            Nanoseconds until the next message, or until the next look for mail.
        """
        now_ns = self._now_ns()
        line = self._drawn(now_ns)
        song_ns = line.song_ns_at(now_ns)
        outgoing = self._agenda.take_due(
            song_ns + 1 if line.rate else NEVER_NS,
            now_ns=song_ns,
            latest_ns=round(LATEST_NS * line.rate),
        )
        self._send_all(_messages(outgoing))
        if self._trouble is None:
            self._agenda.confirm()
        return self._pause_ns(line)

    def _drawn(self, now_ns: int) -> Line:
        """The line that what is sent goes by."""
        if self._leader is None:
            return self._line
        self._line = self._leader.line(now_ns)
        line = self._line.shifted(self._leader.offset_ns)
        if self._leader.is_master and CLOCK_OUTPUT in self._others:
            song_ns = line.song_ns_at(now_ns)
            pulses = self._leader.pulses(song_ns, song_ns + 1)
            self._send_all([(CLOCK_OUTPUT, payload) for _, payload in pulses])
        return line

    def _pause_ns(self, line: Line) -> int:
        """How long nothing is to be done, as far as one can tell."""
        if self._leader is None:
            return self._missing_ns(line, self._agenda.next_ns(), _SLEEP_NS)
        next_ns = self._agenda.next_ns()
        pulse_ns = None
        if self._leader.is_master and CLOCK_OUTPUT in self._others:
            pulse_ns = _next_pulse_ns(line.song_ns_at(self._now_ns()))
        longest_ns = _DOZE_NS if next_ns is None else _LOOK_NS
        return min(self._missing_ns(line, at_ns, longest_ns) for at_ns in (next_ns, pulse_ns))

    def _missing_ns(self, line: Line, song_ns: int | None, longest_ns: int) -> int:
        """Real time until a song time, at most so much."""
        if song_ns is None or line.rate == 0.0:
            return longest_ns
        missing_ns = round((song_ns - line.song_ns_at(self._now_ns())) / line.rate)
        return min(max(0, missing_ns), longest_ns)

    def _send_all(self, messages: Sequence[tuple[str, bytes]]) -> None:
        """Send in order; what a lost port did not take becomes a debt."""
        for sent, (name, payload) in enumerate(messages):
            try:
                self._others.get(name, self._port).send(payload)
            except PortError as error:
                self._agenda.owe(keys_named_in(messages[sent:]))
                self._lose(str(error))
                return

    def _lose(self, reason: str) -> None:
        self._trouble = reason
        self._hearing.wake()

    def _run(self) -> None:
        raise_priority()
        while not self._closing and self._trouble is None:
            self._mail.clear()
            self._pause(self.step())

    def _pause(self, wait_ns: int) -> None:
        """Sleep, exactly where it is short; where it is long, mail ends it."""
        if wait_ns > _EXACT_NS:
            self._mail.wait((wait_ns - _EXACT_NS) / NANOSECONDS_PER_SECOND)
        else:
            time.sleep(wait_ns / NANOSECONDS_PER_SECOND)


def raise_priority() -> None:
    """Ask that this thread be woken before programs that compute; refused without harm."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(_PRIORITY))


def silent_wire() -> Wire:
    """Make the wire of a machine without MIDI."""
    return ScheduledWire(SilentPort())


def _next_pulse_ns(song_ns: int) -> int:
    """Song time of the next tick of a MIDI clock."""
    return (song_ns * PULSES_PER_BEAT // BEAT_NS + 1) * BEAT_NS // PULSES_PER_BEAT


def _messages(outgoing: Iterable[Outgoing]) -> list[tuple[str, bytes]]:
    return [(port, payload) for _, port, payload in outgoing]
