"""What one may ask of what is played live."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

from bridge.errors import RequestError, check_range
from bridge.operations.feedback import find_take, rate_take
from bridge.operations.studio import Studio
from bridge.operations.table import operation
from bridge.schema.live import (
    AnswerKind,
    Launch,
    LiveMode,
    LiveSettings,
    LiveStatus,
    LiveVerb,
    PartRoute,
    PhraseEnd,
    Take,
)
from bridge.schema.notes import Mode, NoteSequence, TimeSignature
from bridge.schema.performance import Knobs

NounT = TypeVar("NounT")


@dataclass(frozen=True, slots=True)
class StatusRequest:
    """Ask how things stand."""


@dataclass(frozen=True, slots=True)
class KnobChanges:
    """Which knobs to turn; None leaves one where it is."""

    temperature: float | None = None
    """How far from the likeliest, 0.1..2."""
    density: float | None = None
    """Note onsets per beat, 0.25..4."""
    tonic_pitch_class: int | None = None
    """0..11, 0 is C."""
    mode: Mode | None = None
    """Major or minor."""
    scale: str | None = None
    """The scale that every note keeps to, by name."""
    swing: float | None = None
    """How far off-beat eighths move towards triplets, 0..1."""
    humanise: float | None = None
    """How far notes leave the grid, 0..1."""
    register: float | None = None
    """Mean MIDI pitch, 36..96."""


@dataclass(frozen=True, slots=True)
class SetRequest:
    """Ask that something be set; None leaves it as it is."""

    mode: LiveMode | None = None
    """How Segue plays along."""
    answer: AnswerKind | None = None
    """What an answer makes of a call."""
    phrase_end: PhraseEnd | None = None
    """What ends a call."""
    launch: Launch | None = None
    """Where things begin that somebody starts."""
    answer_bars: int | None = None
    """Length of an answer, 1..16."""
    loop_bars: int | None = None
    """Length of the loop, 1..16."""
    count_in_bars: int | None = None
    """Bars of clicks before the song runs, 0..4, where Segue leads."""
    amount: float | None = None
    """How far a variation goes, 0..1."""
    tempo_bpm: float | None = None
    """Beats per minute while nobody else leads, 20..400."""
    metre: TimeSignature | None = None
    """Of every bar, where the host does not tell."""
    style: str | None = None
    """`folk`, `standards`, `pop` or `art-song`."""
    knobs: KnobChanges = KnobChanges()
    """What is turned."""
    routes: tuple[PartRoute, ...] = ()
    """Where these parts go; the others stay."""
    reset: tuple[str, ...] = ()
    """What goes back to where it began, first of all: `style`, `answer_bars`, `knobs.density` .."""


@dataclass(frozen=True, slots=True)
class PerformRequest:
    """Ask that something be done at once."""

    verb: LiveVerb
    """What."""


@dataclass(frozen=True, slots=True)
class TakesRequest:
    """Ask for the last takes."""

    count: int = 8
    """So many at most, 1..64."""

    def __post_init__(self) -> None:
        check_range("count", self.count, 1, 64)


@dataclass(frozen=True, slots=True)
class TakeRequest:
    """Ask for the music of a take."""

    number: int | None = None
    """As `live.takes` numbers them; None: the latest."""


@dataclass(frozen=True, slots=True)
class RateRequest:
    """Say what you think of a take."""

    rating: int
    """1 thumb up, -1 thumb down, 0 takes either back."""
    number: int | None = None
    """As `live.takes` numbers them; None: the latest."""

    def __post_init__(self) -> None:
        check_range("rating", self.rating, -1, 1)


@operation("live.status")
def status(request: StatusRequest, studio: Studio) -> LiveStatus:
    """Say how things stand: the song, the ports, what is set and what is being done."""
    return studio.stage.status()


@operation("live.set")
def set_live(request: SetRequest, studio: Studio) -> LiveSettings:
    """Set how Segue plays along, from now on."""
    stage = studio.stage
    stage.change(_changed(_after_reset(stage.settings(), request.reset), request))
    return stage.settings()


@operation("live.perform")
def perform(request: PerformRequest, studio: Studio) -> LiveStatus:
    """Do something at once: start, stop, answer, again, vary, undo, thumbs, panic."""
    studio.stage.perform(request.verb)
    return studio.stage.status()


@operation("live.takes")
def takes(request: TakesRequest, studio: Studio) -> tuple[Take, ...]:
    """Give the last takes, the latest first."""
    return studio.stage.takes()[: request.count]


@operation("live.take")
def take(request: TakeRequest, studio: Studio) -> NoteSequence:
    """Give the music of a take: what was heard, and what Segue played to it."""
    return find_take(studio, request.number).music


@operation("live.rate")
def rate(request: RateRequest, studio: Studio) -> Take:
    """Say what you think of a take, so that Segue may learn from it."""
    found = find_take(studio, request.number)
    rate_take(studio, found, request.rating)
    return replace(found, rating=request.rating)


def _changed(settings: LiveSettings, request: SetRequest) -> LiveSettings:
    """Give the settings with everything that a request names."""
    changes = _given(request, LiveSettings)
    changes["knobs"] = replace(settings.knobs, **_given(request.knobs, Knobs))
    changes["routes"] = _routes(settings.routes, request.routes)
    return replace(settings, **changes)


def _given(request: object, noun: type[NounT]) -> dict[str, Any]:
    """Give the fields of a request that a noun has too and that are not None."""
    names = {field.name for field in fields(noun)}  # type: ignore[arg-type]
    given = {field.name: getattr(request, field.name) for field in fields(request)}  # type: ignore[arg-type]
    return {name: value for name, value in given.items() if name in names and value is not None}


def _routes(before: tuple[PartRoute, ...], changes: tuple[PartRoute, ...]) -> tuple[PartRoute, ...]:
    routes = {route.part: route for route in (*before, *changes)}
    return tuple(routes.values())


def _after_reset(settings: LiveSettings, names: tuple[str, ...]) -> LiveSettings:
    """Give the settings with these back to where they began."""
    for name in names:
        settings = _reset(settings, name)
    return settings


def _reset(settings: LiveSettings, name: str) -> LiveSettings:
    fresh = LiveSettings()
    room, _, knob = name.partition(".")
    if room == "knobs" and knob in {field.name for field in fields(Knobs)}:
        knobs = replace(settings.knobs, **{knob: getattr(fresh.knobs, knob)})
        return replace(settings, knobs=knobs)
    if not knob and name in {field.name for field in fields(LiveSettings)}:
        return replace(settings, **{name: getattr(fresh, name)})
    raise RequestError(f"no setting {name!r} to reset; `segue live status` shows them all")
