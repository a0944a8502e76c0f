"""The contract of a wire: what every way out of Segue, and in, promises."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Final, Protocol

from bridge.transports.agenda import Agenda
from bridge.transports.base import Link
from bridge.transports.sync.base import Line

SILENCE_SECONDS: Final = 0.5
"""A wire that has not written the last note-offs by then is dead."""


class Port(Protocol):
    """A MIDI output that sends at once and knows no time."""

    @property
    def api(self) -> str:
        """Which of APIS it speaks, or `none`."""

    @property
    def name(self) -> str:
        """As others see it."""

    def send(self, payload: bytes) -> None:
        """Send one message now.

        Raises:
            PortError: the port is lost.
        """

    def check(self) -> None:
        """Look whether the port still exists; may take milliseconds.

        Raises:
            PortError: the port is lost.
        """

    def close(self) -> None:
        """Give the port back; twice does no harm."""


class Leader(Protocol):
    """Draws the line of song time while we play live; all but `hear` is called by the sender."""

    @property
    def offset_ns(self) -> int:
        """By how much what is sent is later than what is heard."""

    @property
    def is_master(self) -> bool:
        """Whether `pulses` may give anything."""

    def hear(self, payload: bytes, at_ns: int) -> None:
        """Take a message of a host's clock in; any thread.

        Args:
            payload: whole.
            at_ns: when it came, by `time.perf_counter_ns`.
        """

    def line(self, at_ns: int) -> Line:
        """Give the line that holds at a moment.

        Where it is broken, what was planned is off the agenda.

        Args:
            at_ns: by `time.perf_counter_ns`.
        """

    def pulses(self, from_ns: int, until_ns: int) -> Sequence[tuple[int, bytes]]:
        """Give the MIDI clock that we send as a master, if we are one; after `line`.

        Args:
            from_ns: song time of this moment, as sent.
            until_ns: what falls on it belongs to the next call.

        Returns:
            Song times and messages, in order.
        """


class Wire(ABC):
    """MIDI outputs that send an agenda in time, from a thread of their own, and MIDI inputs.

    Contract, the same for every wire (`tests/transports/` holds them to it): a message goes out
    once, at its song time; at one moment, offs go before ons; what came too late is not sent; every
    note-on that went out is followed by its note-off. While song time stands still, nothing is sent
    but what ends notes and what is to be sent at once.
    """

    @property
    @abstractmethod
    def api(self) -> str:
        """Which of APIS it speaks, or `none`."""

    @property
    @abstractmethod
    def name(self) -> str:
        """The main output, as others see it."""

    @property
    def ports(self) -> tuple[str, ...]:
        """Every output and input, as others see them, the main output first."""
        return (self.name,)

    @abstractmethod
    def start(self, agenda: Agenda, *, song_ns: int) -> None:
        """Begin to send, taking this moment as `song_ns`.

        Args:
            agenda: what to send; from now on only this wire takes from it.
            song_ns: song time of this moment; a leader knows better.

        Raises:
            PortError: the port was lost before it began.
        """

    @abstractmethod
    def locate(self, *, song_ns: int) -> None:
        """Take this moment as `song_ns` from now on; call while nothing waits to be sent."""

    @abstractmethod
    def follow(self, leader: Leader) -> None:
        """Have song time drawn by a leader from now on; also before `start`."""

    @property
    def host(self) -> object | None:
        """What a follower of the MIDI system's own transport asks; None: it has none."""
        return None

    @abstractmethod
    def song_ns(self) -> int:
        """Song time of this moment, by the wire's own clock; call after `start`."""

    @abstractmethod
    def trouble(self) -> str | None:
        """Say in one line why the wire is lost; None while it works."""

    @property
    def is_rewired(self) -> bool:
        """Whether somebody has connected something since the last `tend`, as far as one is told."""
        return False

    @abstractmethod
    def tend(self) -> tuple[Link, ...]:
        """Do what is to be done about once a second: look for listeners and sources.

        Returns:
            Who is connected to us now, where the MIDI system tells.
        """

    @abstractmethod
    def silence(self) -> None:
        """End every note, forget what is to come, and wait until that is written."""

    @abstractmethod
    def close(self) -> None:
        """Stop sending and give the ports back, after what was sent has arrived."""

    def overruns(self) -> int:
        """How often the MIDI system reported that somebody was too slow."""
        return 0
