"""What a player tells those who watch it: a screen, a log, a program that reads JSON lines."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bridge.schema.performance import Bar


@dataclass(frozen=True, slots=True)
class PortOpened:
    """The music goes to a MIDI port from now on."""

    api: str
    """One of `bridge.transports.base.APIS`."""
    name: str
    """As others see it."""


@dataclass(frozen=True, slots=True)
class PortMissing:
    """No MIDI port can be opened: the music goes into the file only."""

    reasons: tuple[str, ...]
    """Why, one for each MIDI system that was tried."""
    advice: str
    """How to get one, in one line."""

    @property
    def words(self) -> str:
        """All of it in one line."""
        return f"no MIDI port can be opened ({'; '.join(self.reasons)}). To get one: {self.advice}"


@dataclass(frozen=True, slots=True)
class PortLost:
    """The port is gone; it is tried again every second, and the file goes on."""

    reason: str
    """In one line."""


@dataclass(frozen=True, slots=True)
class ListenersChanged:
    """Those who listen have changed."""

    names: tuple[str, ...]
    """Full names of the inputs that are connected."""


@dataclass(frozen=True, slots=True)
class BarQueued:
    """A bar is on its way to the clock; it begins to sound about two bars later."""

    number: int
    """Counted from 1, rests included."""
    bar: Bar
    """What will be played."""


@dataclass(frozen=True, slots=True)
class BarStarted:
    """A bar begins to sound."""

    number: int
    """Counted from 1, rests included."""
    bar: Bar | None
    """None: no bar came in time, this one is a rest."""
    tempo_bpm: float
    """Beats per minute."""
    duration_ticks: int
    """Its length at PPQ 480."""


@dataclass(frozen=True, slots=True)
class Moved:
    """The music went on; comes about 20 times a second."""

    bar_number: int
    """Of the bar that sounds, from 1; 0 before the first."""
    position_ticks: int
    """From the start of that bar."""


@dataclass(frozen=True, slots=True)
class WorkerRestarted:
    """The model process was started again."""

    reason: str
    """In one line."""


@dataclass(frozen=True, slots=True)
class NotesDropped:
    """Notes came too late to be sent: this machine is too busy."""

    count: int
    """So far."""


@dataclass(frozen=True, slots=True)
class TakeSaved:
    """The take is on the disk."""

    path: Path
    """Where."""
    bars: int
    """Bars in it."""


@dataclass(frozen=True, slots=True)
class TakeNotSaved:
    """The take could not be written; it is tried again later."""

    reason: str
    """In one line."""


PlayEvent = (
    PortOpened
    | PortMissing
    | PortLost
    | ListenersChanged
    | BarQueued
    | BarStarted
    | Moved
    | WorkerRestarted
    | NotesDropped
    | TakeSaved
    | TakeNotSaved
)
