"""The contract of a wire: what every way out of Segue promises."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Final, Protocol

from bridge.transports.agenda import Agenda

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


class Wire(ABC):
    """A MIDI output that sends an agenda in time, from a thread of its own.

    Contract, the same for every wire (`tests/transports/` holds them to it): a message goes out
    once, at its song time; at one moment, offs go before ons; what came too late is not sent; every
    note-on that went out is followed by its note-off.
    """

    @property
    @abstractmethod
    def api(self) -> str:
        """Which of APIS it speaks, or `none`."""

    @property
    @abstractmethod
    def name(self) -> str:
        """As others see it."""

    @abstractmethod
    def start(self, agenda: Agenda, *, song_ns: int) -> None:
        """Begin to send, taking this moment as `song_ns`.

        Args:
            agenda: what to send; from now on only this wire takes from it.
            song_ns: song time of this moment.

        Raises:
            PortError: the port was lost before it began.
        """

    @abstractmethod
    def locate(self, *, song_ns: int) -> None:
        """Take this moment as `song_ns` from now on; call while nothing waits to be sent."""

    @abstractmethod
    def song_ns(self) -> int:
        """Song time of this moment, by the wire's own clock; call after `start`."""

    @abstractmethod
    def trouble(self) -> str | None:
        """Say in one line why the wire is lost; None while it works."""

    @abstractmethod
    def tend(self) -> tuple[str, ...]:
        """Do what is to be done about once a second: look for listeners.

        Returns:
            Names of the inputs that listen now, where the MIDI system tells.
        """

    @abstractmethod
    def silence(self) -> None:
        """End every note, forget what is to come, and wait until that is written."""

    @abstractmethod
    def close(self) -> None:
        """Stop sending and give the port back, after what was sent has arrived."""

    def overruns(self) -> int:
        """How often the MIDI system reported that somebody was too slow."""
        return 0
