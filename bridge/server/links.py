"""What a player needs of the two processes that it plays with."""

from __future__ import annotations

from typing import Any, Protocol

from bridge.server.worker import SourceNews
from bridge.transports.base import TimedMessage, TimedNote
from bridge.transports.talk import News


class ClockLink(Protocol):
    """What the player needs of a clock; `RemoteClock` and `OfflineClock` are two."""

    @property
    def link(self) -> Any:
        """What to wait for until there is news; None: nothing."""

    @property
    def is_real_time(self) -> bool:
        """Whether it goes on when no bar comes."""

    def song_ns(self) -> int:
        """Song time of this moment."""

    def start(self) -> None:
        """Let song time begin to run."""

    def play(self, notes: tuple[TimedNote, ...], messages: tuple[TimedMessage, ...]) -> None:
        """Have notes and messages sent in time."""

    def panic(self) -> None:
        """End every note that sounds; go on with those to come."""

    def stop(self) -> None:
        """Begin to end; `Stopped` is the last news."""

    def receive(self) -> list[News]:
        """Take the news."""

    def close(self, *, timeout_seconds: float) -> None:
        """Make sure that it has ended."""


class BarLink(Protocol):
    """What the player needs of a source of bars; `BarSource` is one."""

    @property
    def link(self) -> Any:
        """What to wait for until there is news; None: nothing."""

    @property
    def is_asked(self) -> bool:
        """Whether a bar was asked for that has not come."""

    def ask(self) -> None:
        """Ask for the next bar."""

    def receive(self) -> list[SourceNews]:
        """Take what came."""

    def close(self) -> None:
        """End it."""
