"""What the clock process and its parent say to each other over their pipe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bridge.transports.base import (
    NANOSECONDS_PER_SECOND,
    HeardMessage,
    Key,
    Link,
    NoteReport,
    TimedMessage,
    TimedNote,
)
from bridge.transports.sync.base import Lead, SyncWish

LEAD_NS: Final = 150_000_000
"""Between `Start` and song time 0: time to bring the first notes to the wire."""
WAITING_NS: Final = -24 * 3600 * NANOSECONDS_PER_SECOND
"""Song time while nobody has said `Start`."""

# --- what the parent says


@dataclass(frozen=True, slots=True)
class Start:
    """Begin, or go on."""

    song_ns: int
    """Song time at `at_ns`; negative before the music."""
    at_ns: int
    """A moment, by `time.perf_counter_ns`, which all processes of a machine share."""
    debts: tuple[Key, ...] = ()
    """Keys that a clock before this one may have left down."""
    rate: float = 1.0
    """Song time in real time; other than 1.0 where a clock that is to play live goes on."""


@dataclass(frozen=True, slots=True)
class Play:
    """Send these in time."""

    notes: tuple[TimedNote, ...]
    """In any order."""
    messages: tuple[TimedMessage, ...] = ()
    """In any order."""
    breaks: int | None = None
    """`Led.breaks` when this was planned: if the line was broken since, it is out of time and
    forgotten; None: it is to be played whatever was."""


@dataclass(frozen=True, slots=True)
class Panic:
    """End every note that sounds; go on with those to come."""


@dataclass(frozen=True, slots=True)
class Stop:
    """End every note that sounds, close the port and exit."""


@dataclass(frozen=True, slots=True)
class Conduct:
    """Play live: song time counts beats and follows a leader from now on."""

    wish: SyncWish
    """Whom to follow; may come again at any time."""


@dataclass(frozen=True, slots=True)
class Transport:
    """Run or stop the song, where Segue leads; other leaders are not told."""

    is_rolling: bool
    """Whether it is to run."""
    position_ticks: float | None
    """Where it is to be, PPQ 480 from its beginning, negative in a count-in; None: where it is."""
    at_ns: int | None = None
    """When, by `time.perf_counter_ns`, may be to come or have passed; None: at once."""


@dataclass(frozen=True, slots=True)
class Forget:
    """Take notes back: those to come are not played, those that sound end now."""

    note_ids: frozenset[int] | None
    """Which; None: all of them, and the messages beside them."""


@dataclass(frozen=True, slots=True)
class Send:
    """Send at once: lamps and motors of a controller."""

    port: str
    """Short name of the output; what is meant for an output that is not there is dropped."""
    payloads: tuple[bytes, ...]
    """Whole MIDI messages, no system exclusive ones."""


Command = Start | Play | Panic | Stop | Conduct | Transport | Forget | Send


# --- what the clock says


@dataclass(frozen=True, slots=True)
class Opened:
    """A port is open."""

    api: str
    """One of `bridge.transports.base.APIS`."""
    name: str
    """Of the main output, as others see it."""
    ports: tuple[str, ...] = ()
    """All that are open, inputs too, as others see them."""


@dataclass(frozen=True, slots=True)
class NotOpened:
    """No MIDI system let us open a port; the music goes on in silence."""

    reasons: tuple[str, ...]
    """One for each that was tried."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The port is gone; the music goes on in silence until it comes back."""

    reason: str
    """In one line."""


@dataclass(frozen=True, slots=True)
class Listening:
    """Those who listen have changed."""

    names: tuple[str, ...]
    """Full names of the inputs that our outputs are connected to, where the MIDI system tells."""
    links: tuple[Link, ...] = ()
    """Every connection of ours, those of our inputs too."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the music is, and what was sent since the last time."""

    song_ns: int
    """Song time at `at_ns`."""
    at_ns: int
    """A moment, by `time.perf_counter_ns`."""
    reports: tuple[NoteReport, ...]
    """In the order in which they were sent."""
    dropped: int
    """Note-ons that came too late to be sent, so far."""
    overruns: int
    """How often the MIDI system said that somebody was too slow, so far."""
    forgotten: tuple[int, ...] = ()
    """Note ids that were planned and will never begin: they came too late or were taken back."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """Everything is silent and the port closed; the last thing a clock says."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Something was played to us, about a millisecond ago."""

    messages: tuple[HeardMessage, ...]
    """In the order in which they came."""


@dataclass(frozen=True, slots=True)
class Led:
    """Who leads, or how, has changed; while the song runs, also once a second."""

    lead: Lead
    """How things stand."""
    breaks: int
    """How often the line of song time was broken by then, and what was planned forgotten."""


News = Opened | NotOpened | Lost | Listening | Progress | Stopped | Heard | Led
