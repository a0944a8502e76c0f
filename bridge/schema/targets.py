"""What a control can be bound to: every live setting and every verb, read off their nouns.

A setting goes by its dotted path in `LiveSettings`: `amount`, `knobs.temperature`,
`routes.bass.is_muted`. A verb goes by `do.` and its name: `do.panic`.
"""

from __future__ import annotations

import difflib
import types
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from enum import Enum, StrEnum
from functools import cache
from typing import Any, Final, TypeAlias, Union, get_args, get_origin, get_type_hints

from bridge.errors import NotFoundError, RequestError, check_range
from bridge.schema.field_lines import field_lines
from bridge.schema.live import PARTS, LiveSettings, LiveVerb, PartRoute
from bridge.schema.performance import SCALES, STYLES, Knobs

Setting: TypeAlias = "float | bool | str | Enum | None"
"""The value of one live setting."""

NOTHING: Final = "none"
"""The word for a setting that is left open."""
ON: Final = "on"
"""The word for a switch that is on."""
OFF: Final = "off"
"""The word for a switch that is off."""
VERB_PREFIX: Final = "do."
"""Before the name of a verb, so that the verb `answer` is not the setting `answer`."""

RANGES: Final[dict[str, tuple[float, float]]] = {
    "answer_bars": (1, 16),
    "loop_bars": (1, 16),
    "count_in_bars": (0, 4),
    "amount": (0.0, 1.0),
    "tempo_bpm": (20.0, 400.0),
    "knobs.temperature": (0.1, 2.0),
    "knobs.density": (0.25, 4.0),
    "knobs.tonic_pitch_class": (0, 11),
    "knobs.swing": (0.0, 1.0),
    "knobs.humanise": (0.0, 1.0),
    "knobs.register": (36.0, 96.0),
    **{f"routes.{part}.channel": (0, 15) for part in PARTS},
}
"""Lowest and highest value of each number, as its noun enforces them; a test compares."""

_WORDS: Final[dict[str, tuple[str, ...]]] = {"style": STYLES, "knobs.scale": tuple(SCALES)}
"""What a setting may be that is a string."""
_NOT_BOUND: Final = {"metre", "knobs.tempo_bpm"}
"""No single number; and live, `tempo_bpm` counts instead."""
_ROUTE_FIELDS: Final = ("channel", "is_muted")


class TargetKind(StrEnum):
    """Say what a control does to its target."""

    NUMBER = "number"
    """It sets any number of a range."""
    WHOLE = "whole"
    """It sets a whole number of a range."""
    CHOICE = "choice"
    """It picks one of several words."""
    SWITCH = "switch"
    """It sets on or off."""
    VERB = "verb"
    """It has something done at once."""


@dataclass(frozen=True, slots=True)
class Target:
    """One thing that a control can be bound to."""

    path: str
    """`knobs.temperature`, `routes.bass.is_muted`, `do.panic`."""
    kind: TargetKind
    """What a control does to it."""
    summary: str
    """What it is, in one line."""
    low: float | None = None
    """The lowest number; None for all but numbers."""
    high: float | None = None
    """The highest number."""
    choices: tuple[str, ...] = ()
    """The words to pick from, in the order that a button steps through; `none` leaves it open."""
    is_optional: bool = False
    """Whether it may be left open."""

    @property
    def is_number(self) -> bool:
        """Whether it has a range."""
        return self.kind in (TargetKind.NUMBER, TargetKind.WHOLE)

    @property
    def verb(self) -> LiveVerb:
        """The verb that it stands for; only where its kind is VERB."""
        return LiveVerb(self.path.removeprefix(VERB_PREFIX))


@cache
def all_targets() -> tuple[Target, ...]:
    """Give everything that a control can be bound to: settings in their order, then verbs."""
    lines = field_lines(LiveVerb)
    verbs = (
        Target(f"{VERB_PREFIX}{verb.value}", TargetKind.VERB, lines.get(verb.name, ""))
        for verb in LiveVerb
    )
    return (*_fields_of(LiveSettings, ""), *_routes(), *verbs)


def find_target(name: str) -> Target:
    """Give the target of a path; `panic` does for `do.panic` where no setting is called so.

    Raises:
        NotFoundError: there is none; the message names those nearby.
    """
    known = _by_path()
    for path in (name, f"{VERB_PREFIX}{name}"):
        if path in known:
            return known[path]
    near = difflib.get_close_matches(name, known, n=3) or [
        path for path in known if name and name in path
    ]
    advice = f"near: {', '.join(near[:3])}" if near else "`segue map targets` names them all"
    raise NotFoundError(f"nothing called {name!r} can be bound to a control; {advice}")


@cache
def _by_path() -> dict[str, Target]:
    return {target.path: target for target in all_targets()}


def read_setting(settings: LiveSettings, target: Target) -> Setting:
    """Give the value of the setting that a target names."""
    first, _, rest = target.path.partition(".")
    if first == "routes":
        part, _, field = rest.partition(".")
        return _value(settings.route(part), field)
    return _value(settings.knobs if rest else settings, rest or first)


def change_setting(settings: LiveSettings, target: Target, setting: Setting) -> LiveSettings:
    """Give the settings with one value changed.

    Raises:
        RequestError: its noun refuses the value.
    """
    first, _, rest = target.path.partition(".")
    if first == "routes":
        part, _, field = rest.partition(".")
        return _with_route(settings, _with(settings.route(part), field, setting))
    if rest:
        return replace(settings, knobs=_with(settings.knobs, rest, setting))
    changed: LiveSettings = _with(settings, first, setting)
    return changed


def to_word(setting: Setting) -> str:
    """Give a value as a person writes it: `0.8`, `call`, `on`, `none`."""
    if setting is None:
        return NOTHING
    if isinstance(setting, bool):
        return ON if setting else OFF
    if isinstance(setting, Enum):
        return str(setting.value)
    return f"{setting:.12g}" if isinstance(setting, float) else str(setting)


def from_word(word: str, target: Target) -> Setting:
    """Give the value that a person wrote.

    Raises:
        RequestError: it is no value of this target; the message says what is.
    """
    if target.kind is TargetKind.VERB:
        raise RequestError(f"{target.path} has no value; it is something that is done")
    if target.is_number:
        return _number(word, target)
    if word not in target.choices:
        raise RequestError(f"{target.path} must be one of {', '.join(target.choices)}, not {word}")
    if target.kind is TargetKind.SWITCH:
        return word == ON
    if word == NOTHING and target.is_optional:
        return None
    enum = _enums().get(target.path)
    return enum(word) if enum else word


def _number(word: str, target: Target) -> float | None:
    """Read a number in the range of its target."""
    if word == NOTHING and target.is_optional:
        return None
    try:
        number = float(word)
    except ValueError as error:
        raise RequestError(f"{target.path} must be a number, not {word!r}") from error
    check_range(target.path, number, *RANGES[target.path])
    if target.kind is TargetKind.NUMBER:
        return number
    if not number.is_integer():
        raise RequestError(f"{target.path} must be a whole number, not {word}")
    return int(number)


def _fields_of(noun: type, prefix: str) -> Iterator[Target]:
    """Give a target for each field of a noun that a control can set."""
    lines = field_lines(noun)
    hints = get_type_hints(noun)
    for field in fields(noun):
        path = f"{prefix}{field.name}"
        expected = hints[field.name]
        if expected is Knobs:
            yield from _fields_of(Knobs, f"{path}.")
        elif path not in _NOT_BOUND and path != "routes":
            yield _target(path, expected, lines.get(field.name, ""))


def _routes() -> Iterator[Target]:
    """Give the channel and the mute of every part."""
    lines = field_lines(PartRoute)
    hints = get_type_hints(PartRoute)
    for part in PARTS:
        for name in _ROUTE_FIELDS:
            yield _target(f"routes.{part}.{name}", hints[name], f"{part}: {lines.get(name, name)}")


def _target(path: str, annotation: Any, line: str) -> Target:
    """Read a target off the type of its field."""
    summary = line.replace("None", NOTHING)
    expected, is_optional = _without_none(annotation)
    if expected is bool:
        return Target(path, TargetKind.SWITCH, summary, choices=(OFF, ON))
    if expected in (int, float):
        kind = TargetKind.WHOLE if expected is int else TargetKind.NUMBER
        low, high = RANGES[path]
        return Target(path, kind, summary, low, high, is_optional=is_optional)
    words = tuple(map(str, expected)) if _is_enum(expected) else _WORDS[path]
    choices = (NOTHING, *words) if is_optional else words
    return Target(path, TargetKind.CHOICE, summary, choices=choices, is_optional=is_optional)


@cache
def _enums() -> dict[str, type[Enum]]:
    """Give the enum of each setting that has one, by path."""
    found = {}
    for noun, prefix in ((LiveSettings, ""), (Knobs, "knobs.")):
        for name, annotation in get_type_hints(noun).items():
            expected, _ = _without_none(annotation)
            if _is_enum(expected):
                found[f"{prefix}{name}"] = expected
    return found


def _is_enum(expected: Any) -> bool:
    return isinstance(expected, type) and issubclass(expected, Enum)


def _without_none(annotation: Any) -> tuple[Any, bool]:
    """Take the None off `X | None`, and say whether it was there."""
    if get_origin(annotation) in (Union, types.UnionType):
        kinds = [kind for kind in get_args(annotation) if kind is not types.NoneType]
        return kinds[0], True
    return annotation, False


def _value(noun: object, field: str) -> Setting:
    value: Setting = getattr(noun, field)
    return value


def _with(noun: Any, field: str, setting: Setting) -> Any:
    return replace(noun, **{field: setting})


def _with_route(settings: LiveSettings, route: PartRoute) -> LiveSettings:
    """Replace the route of a part where it stands; add it where it was left out."""
    if any(other.part == route.part for other in settings.routes):
        routes = tuple(route if other.part == route.part else other for other in settings.routes)
    else:
        routes = (*settings.routes, route)
    return replace(settings, routes=routes)
