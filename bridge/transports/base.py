"""What goes through a wire: timed notes and messages, and the port that somebody wishes for.

Times on a wire are *song time*: whole nanoseconds since the music began, negative before it does.
Each wire owns the mapping from song time to its own clock (JACK frames, the system's timer), so a
wire that was lost and opened again goes on in time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bridge.errors import RangeError, RequestError, check_range
from bridge.schema.notes import ControlEvent, ControlKind

NANOSECONDS_PER_SECOND: Final = 1_000_000_000
PORT_NAME: Final = "Segue"
"""What our port is called unless somebody wants it otherwise."""
MAIN_OUTPUT: Final = "midi_out"
"""Short name of the output that everything goes to unless it is told otherwise."""
CLOCK_OUTPUT: Final = "clock_out"
"""Short name of the output of a MIDI clock."""
APIS: Final = ("jack", "alsa", "coremidi", "winmm", "rtmidi-jack")
"""Every MIDI system that we can speak to, as `--api` names it."""

Key = tuple[str, int, int]
"""Short name of an output, channel and pitch: what can sound once at a time."""


NO_MIDI: Final = "none"
"""In place of one of them: no port is opened, and nobody hears."""


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
    port: str = MAIN_OUTPUT
    """Short name of the output; where there is none of that name, the first output."""

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
    port: str = MAIN_OUTPUT
    """Short name of the output; where there is none of that name, the first output."""

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
class HeardMessage:
    """One channel message that was played to us."""

    port: str
    """Short name of the input."""
    at_ns: int
    """When, by `time.perf_counter_ns`; through JACK the moment at which an output of the same cycle
    would sound, which may be some milliseconds ahead."""
    song_ns: int
    """When, in song time."""
    payload: bytes
    """Status byte 0x80..0xEF and its data bytes; a note-on without velocity comes as a note-off."""


@dataclass(frozen=True, slots=True)
class Link:
    """A connection between one of our ports and somebody else's."""

    ours: str
    """Short name of our port."""
    theirs: str
    """Full name of the other."""


@dataclass(frozen=True, slots=True)
class PortWish:
    """Which MIDI ports somebody wants."""

    name: str = PORT_NAME
    """What our ports are called; on Windows, part of the name of the ports to open."""
    api: str | None = None
    """One of APIS, or NO_MIDI; None: the best that works here."""
    connect: str | None = None
    """Part of the name of an input to play to, in any case; None: whoever connects to us."""
    outputs: tuple[str, ...] = (MAIN_OUTPUT,)
    """Short names, the main one first; JACK shows `Segue:midi_out`, others use `full_name`."""
    inputs: tuple[str, ...] = ()
    """Short names; a host's clock is heard at the first one."""
    listen: tuple[str, ...] = ()
    """Parts of the names of MIDI sources to hear, in any case; `control_in=nano` connects to that
    input, one without a `=` to the first input."""
    speak: tuple[str, ...] = ()
    """`control_out=nano`: parts of the names of MIDI inputs that an output plays to as well."""

    def __post_init__(self) -> None:
        if not self.outputs or len({*self.outputs, *self.inputs}) < len(self.outputs + self.inputs):
            raise RequestError(f"ports need names of their own: {self.outputs}, {self.inputs}")
        if not self.name.strip() or ":" in self.name:
            raise RequestError(f"a port needs a name without a colon, not {self.name!r}")
        if self.api is not None and self.api not in (*APIS, NO_MIDI):
            raise RequestError(f"no MIDI system {self.api!r}; one of: {', '.join(APIS)}")

    @property
    def sources(self) -> tuple[tuple[str, str], ...]:
        """What `listen` asks for: short names of inputs, and what to look for, in lower case."""
        return _pairs(self.listen, self.inputs)

    @property
    def targets(self) -> tuple[tuple[str, str], ...]:
        """What `speak` asks for: short names of outputs, and what to look for, in lower case."""
        return _pairs(self.speak, self.outputs)

    def full_name(self, short: str) -> str:
        """Give what a port is called where each has a name of its own: `Segue`, `Segue In`.

        Args:
            short: `midi_out` is `Segue`, `midi_in` `Segue In`, `control_in` `Segue Control`.
        """
        words = {"midi_out": "", "midi_in": "In"}.get(short)
        if words is None:
            words = short.removesuffix("_in").removesuffix("_out").replace("_", " ").title()
        return f"{self.name} {words}".strip()


def _pairs(patterns: tuple[str, ...], ports: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Split `port=words`; words alone are for the first port."""
    found = []
    for pattern in patterns if ports else ():
        ours, equals, rest = pattern.partition("=")
        named = bool(equals) and ours in ports
        found.append((ours, rest) if named else (ports[0], pattern))
    return tuple((ours, words.casefold()) for ours, words in found)


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
