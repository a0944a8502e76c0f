"""Nouns of playing live: what a musician sets, what may be asked for, and how things stand."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from bridge.errors import RequestError, check_range
from bridge.schema.notes import KeySignature, NoteSequence, TimeSignature
from bridge.schema.performance import Knobs, check_style


class LiveMode(StrEnum):
    """Say how Segue plays along."""

    OFF = "off"
    """It listens and keeps silent."""
    CALL = "call"
    """It waits for the end of a phrase and answers on the next beat."""
    DUET = "duet"
    """It plays along, bar by bar, one bar behind at most."""
    LOOP = "loop"
    """It repeats what is played into it, layer over layer."""
    BAND = "band"
    """It plays melody, bass and drums without end."""


class AnswerKind(StrEnum):
    """Say what an answer makes of a call."""

    CONTINUE = "continue"
    """It goes on where the call ended."""
    VARY = "vary"
    """It says the same in other words."""
    HARMONY = "harmony"
    """It is a second voice to the call."""
    DRUMS = "drums"
    """It is a beat with the call's rhythm."""


class PhraseEnd(StrEnum):
    """Say what ends a call."""

    REST = "rest"
    """A beat in which nothing sounds."""
    BAR = "bar"
    """The bar line after the last key went up."""
    PEDAL = "pedal"
    """A foot pedal or another control, see `LiveVerb.ANSWER`."""


class Launch(StrEnum):
    """Say where things begin that somebody starts."""

    NOW = "now"
    """At once."""
    BEAT = "beat"
    """On the next beat."""
    BAR = "bar"
    """On the next bar line."""
    FOUR_BARS = "four-bars"
    """On the next bar line whose bar number is 1, 5, 9 .."""


class LiveVerb(StrEnum):
    """Name what a key, a pedal or a program may have done at once."""

    START = "start"
    """Run the song, after the count-in; where a host leads, play with it."""
    STOP = "stop"
    """End what plays, and the song where nobody else leads it."""
    ANSWER = "answer"
    """Take the call as ended and answer it."""
    AGAIN = "again"
    """More like the last answer."""
    VARY = "vary"
    """Vary the loop."""
    UNDO = "undo"
    """Take the last layer, variation or change of a loop back."""
    CLEAR = "clear"
    """Empty the loop, and forget the call."""
    THUMB_UP = "thumb-up"
    """Say that the last answer was good."""
    THUMB_DOWN = "thumb-down"
    """Say that it was not; it ends."""
    PANIC = "panic"
    """End every note at once, and drop what is to come."""


CALL_PART = "Call"
"""The part of a take that the musician played."""
PARTS = ("answer", "duet", "loop", "melody", "bass", "drums", "click")
"""Everything that Segue plays live, each with a route of its own."""


@dataclass(frozen=True, slots=True)
class PartRoute:
    """Where a part goes."""

    part: str
    """One of PARTS."""
    port: str = "midi_out"
    """Short name of the output; the main one is `midi_out`, the others bear the part's name."""
    channel: int = 0
    """0..15, as on the wire."""
    is_muted: bool = False
    """Whether it keeps silent."""

    def __post_init__(self) -> None:
        check_range("channel", self.channel, 0, 15)
        if self.part not in PARTS:
            raise RequestError(f"no part {self.part!r}; one of: {', '.join(PARTS)}")
        if self.port not in ("midi_out", *PARTS):
            raise RequestError(f"no output {self.port!r}; one of: midi_out, {', '.join(PARTS)}")


DEFAULT_ROUTES = (
    PartRoute("answer", channel=0),
    PartRoute("duet", channel=0),
    PartRoute("loop", channel=0),
    PartRoute("melody", channel=0),
    PartRoute("bass", channel=1),
    PartRoute("drums", channel=9),
    PartRoute("click", channel=9),
)


@dataclass(frozen=True, slots=True)
class LiveSettings:
    """Everything that a musician sets while playing; it survives a restart."""

    mode: LiveMode = LiveMode.CALL
    """How Segue plays along."""
    answer: AnswerKind = AnswerKind.CONTINUE
    """What an answer makes of a call."""
    phrase_end: PhraseEnd = PhraseEnd.REST
    """What ends a call."""
    launch: Launch = Launch.BEAT
    """Where things begin that somebody starts; an answer begins on a beat at the earliest."""
    answer_bars: int | None = None
    """Length of an answer, 1..16; None: as long as the call."""
    loop_bars: int = 4
    """Length of the loop, 1..16."""
    count_in_bars: int = 0
    """Bars of clicks before the song runs, 0..4, where Segue leads."""
    amount: float = 0.4
    """How far a variation goes, 0..1."""
    tempo_bpm: float = 120.0
    """Beats per minute while nobody else leads, 20..400."""
    metre: TimeSignature = field(default_factory=lambda: TimeSignature(0, 4, 4))
    """Of every bar, where the host does not tell."""
    style: str | None = None
    """`folk`, `standards`, `pop` or `art-song`; None follows what is heard."""
    knobs: Knobs = field(default_factory=Knobs)
    """What is turned; key None follows what is heard."""
    routes: tuple[PartRoute, ...] = DEFAULT_ROUTES
    """Where each part goes; a part that is not named goes where DEFAULT_ROUTES says."""

    def __post_init__(self) -> None:
        if self.answer_bars is not None:
            check_range("answer_bars", self.answer_bars, 1, 16)
        check_range("loop_bars", self.loop_bars, 1, 16)
        check_range("count_in_bars", self.count_in_bars, 0, 4)
        check_range("amount", self.amount, 0.0, 1.0)
        check_range("tempo_bpm", self.tempo_bpm, 20.0, 400.0)
        check_style(self.style)

    def route(self, part: str) -> PartRoute:
        """Give where a part goes."""
        routes = {route.part: route for route in (*DEFAULT_ROUTES, *self.routes)}
        return routes[part]


class SyncSource(StrEnum):
    """Name who leads."""

    INTERNAL = "internal"
    """Segue's own clock."""
    MIDI_CLOCK = "midi-clock"
    """MIDI clock, start, stop, continue and song position at our input."""
    JACK = "jack"
    """The transport of the JACK server."""
    LINK = "link"
    """An Ableton Link session."""


@dataclass(frozen=True, slots=True)
class HostState:
    """Where the song is, and who leads it."""

    source: SyncSource = SyncSource.INTERNAL
    """Who leads."""
    is_rolling: bool = False
    """Whether the song runs."""
    tempo_bpm: float = 120.0
    """Beats per minute."""
    metre: TimeSignature = field(default_factory=lambda: TimeSignature(0, 4, 4))
    """Of the bar; `onset_ticks` is a bar line of the song."""
    position_ticks: float = 0.0
    """Where the song is, at PPQ 480 from its beginning."""
    song_ticks: float = 0.0
    """The same moment on the line that never goes back, where notes are heard and played."""


@dataclass(frozen=True, slots=True)
class LiveStatus:
    """How things stand."""

    settings: LiveSettings
    """What is set."""
    host: HostState
    """Where the song is."""
    ports: tuple[str, ...]
    """Full names of our MIDI ports; none: no MIDI system let us open one."""
    listeners: tuple[str, ...]
    """Full names of the inputs that our outputs are connected to."""
    heard_key: KeySignature | None
    """The key of what was played to us last."""
    calls: int
    """Calls that were answered since the start."""
    doing: str
    """What Segue does now: `listening`, `hearing a call`, `answering` .."""
    trouble: str
    """What is wrong, in one line; empty where all is well."""


@dataclass(frozen=True, slots=True)
class Take:
    """A call and its answer, a bar of duet, a loop: something that was played."""

    number: int
    """Counted from 1; survives a restart."""
    made_at: str
    """ISO 8601, UTC."""
    mode: LiveMode
    """How Segue played along."""
    music: NoteSequence
    """Part `Call` is what was heard, the others what Segue played."""
    rating: int = 0
    """1 thumb up, -1 thumb down, 0 nothing was said."""
