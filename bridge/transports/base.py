"""The contract of a wire: what goes through it, and what each one promises.

Times on a wire are *song time*: whole nanoseconds since the music began, negative before it does.
Each wire owns the mapping from song time to its own clock (JACK frames, the system's timer), so a
wire that was lost and opened again goes on in time.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from bridge.errors import RangeError, RequestError, check_range
from bridge.schema.notes import ControlEvent, ControlKind

if TYPE_CHECKING:
    from bridge.transports.agenda import Agenda

NANOSECONDS_PER_SECOND: Final = 1_000_000_000
SILENCE_SECONDS: Final = 0.5
"""A wire that has not written the last note-offs by then is dead."""
PORT_NAME: Final = "Segue"
"""What our port is called unless somebody wants it otherwise."""
APIS: Final = ("jack", "alsa", "coremidi", "winmm", "rtmidi-jack")
"""Every MIDI system that we can speak to, as `--api` names it."""


@dataclass(frozen=True, slots=True)
class TimedNote:
    """One note on its way out: an on and the off that it is owed."""

    note_id: int
    """Unique within a performance; reports name the note by it."""
    channel: int
    """0..15, as on the wire."""
    pitch: int
    """MIDI note number, 0..127."""
    velocity: int
    """1..127."""
    on_ns: int
    """When it begins, in song time."""
    off_ns: int
    """When it ends, in song time; later than `on_ns`."""
    release_velocity: int = 64
    """0..127."""

    def __post_init__(self) -> None:
        check_range("channel", self.channel, 0, 15)
        check_range("pitch", self.pitch, 0, 127)
        check_range("velocity", self.velocity, 1, 127)
        check_range("release_velocity", self.release_velocity, 0, 127)
        if self.off_ns <= self.on_ns:
            raise RangeError(f"off_ns must be later than on_ns, not {self.off_ns} - {self.on_ns}")

    @property
    def on_bytes(self) -> bytes:
        """The note-on message."""
        return bytes((0x90 | self.channel, self.pitch, self.velocity))

    @property
    def off_bytes(self) -> bytes:
        """The note-off message."""
        return bytes((0x80 | self.channel, self.pitch, self.release_velocity))


@dataclass(frozen=True, slots=True)
class TimedMessage:
    """One channel message beside the notes on its way out: a pedal, a program."""

    at_ns: int
    """When it is due, in song time."""
    payload: bytes
    """Status byte 0xA0..0xEF and its data bytes."""

    def __post_init__(self) -> None:
        if not self.payload or not 0xA0 <= self.payload[0] <= 0xEF:
            raise RangeError(f"payload must be a channel message, not {self.payload.hex()!r}")


@dataclass(frozen=True, slots=True)
class NoteReport:
    """What became of a note: it was begun or ended on the wire."""

    note_id: int
    """The note's `TimedNote.note_id`."""
    is_on: bool
    """True: its note-on went out; False: its note-off did."""
    at_ns: int
    """In song time; an off that was forced (stop, panic) is earlier than planned."""


@dataclass(frozen=True, slots=True)
class PortWish:
    """Which MIDI port somebody wants."""

    name: str = PORT_NAME
    """Name of our virtual port; on Windows, part of the name of the port to open."""
    api: str | None = None
    """One of APIS; None: the best that works here."""
    connect: str | None = None
    """Part of the name of an input to play to, in any case; None: whoever connects to us."""

    def __post_init__(self) -> None:
        if not self.name.strip() or ":" in self.name:
            raise RequestError(f"a port needs a name without a colon, not {self.name!r}")
        if self.api is not None and self.api not in APIS:
            raise RequestError(f"no MIDI system {self.api!r}; one of: {', '.join(APIS)}")


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


def control_bytes(control: ControlEvent, *, channel: int) -> bytes:
    """Give a control event as a MIDI message.

    Args:
        control: what.
        channel: 0..15.
    """
    match control.kind:
        case ControlKind.CONTROL_CHANGE:
            return bytes((0xB0 | channel, control.number, control.value))
        case ControlKind.PROGRAM_CHANGE:
            return bytes((0xC0 | channel, control.value))
        case ControlKind.CHANNEL_PRESSURE:
            return bytes((0xD0 | channel, control.value))
        case ControlKind.KEY_PRESSURE:
            return bytes((0xA0 | channel, control.number, control.value))
        case ControlKind.PITCH_BEND:
            bend = control.value + 8192
            return bytes((0xE0 | channel, bend & 0x7F, bend >> 7))
