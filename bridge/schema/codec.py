"""Nouns as plain values that JSON can hold, and back: for the web, the terminal and the store."""

from __future__ import annotations

import difflib
import math
import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import (
    Any,
    Final,
    Literal,
    TypeAlias,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from bridge.errors import RequestError

Plain: TypeAlias = "dict[str, Plain] | list[Plain] | str | int | float | bool | None"
"""What JSON can say."""

NounT = TypeVar("NounT")

FILM_TIMES: Final = {
    "RationalTime": ("value", "rate"),
    "TimeRange": ("start_time", "duration"),
}
"""The types of OpenTimelineIO that a noun may hold, with their fields; they are imported only where
a noun has one."""


def to_plain(noun: object) -> Plain:
    """Give a noun as dicts, lists, strings and numbers, with every field by its name.

    Args:
        noun: a dataclass, or what one may hold: a tuple, a mapping with words as keys, an enum, a
            string, a number, None.

    Raises:
        TypeError: something in it is no noun.
    """
    if isinstance(noun, Enum):
        return to_plain(noun.value)
    if noun is None or isinstance(noun, str | int | float):
        return noun
    if isinstance(noun, tuple | list):
        return [to_plain(entry) for entry in noun]
    if isinstance(noun, Mapping):
        return {str(key): to_plain(entry) for key, entry in noun.items()}
    if is_dataclass(noun) and not isinstance(noun, type):
        return {field.name: to_plain(getattr(noun, field.name)) for field in fields(noun)}
    if is_film_time(type(noun)):
        return {name: to_plain(getattr(noun, name)) for name in FILM_TIMES[type(noun).__name__]}
    raise TypeError(f"{type(noun).__name__} is no noun and has no plain form")


def from_plain(cls: type[NounT], plain: object) -> NounT:
    """Build a noun from what `to_plain` gave, or what a person or program wrote in its stead.

    A field that has a default may be left out. A whole number does for a float, nothing else is
    converted.

    Args:
        cls: the dataclass to build.
        plain: dicts, lists, strings and numbers, as `json.loads` gives them.

    Raises:
        RequestError: a field is missing, unknown, of the wrong type or has a value that its noun
            refuses; the message names it by its path: `parts[0].notes[3].pitch`.
    """
    noun: NounT = _decode(cls, plain, "")
    return noun


def _decode(expected: Any, plain: object, path: str) -> Any:
    """Build whatever an annotation asks for."""
    if isinstance(expected, type) and is_dataclass(expected):
        return _decode_dataclass(expected, plain, path)
    if isinstance(expected, type) and issubclass(expected, Enum):
        return _decode_enum(expected, plain, path)
    if is_film_time(expected):
        return _decode_film_time(expected, plain, path)
    return _decode_composed(expected, plain, path)


def _decode_composed(expected: Any, plain: object, path: str) -> Any:
    """Build what is made of other types, or a scalar."""
    origin = get_origin(expected)
    if origin is tuple:
        return _decode_tuple(get_args(expected), plain, path)
    if origin is Union or origin is types.UnionType:
        return _decode_optional(get_args(expected), plain, path)
    if origin is Literal:
        return _decode_choice(get_args(expected), plain, path)
    return _decode_scalar(expected, plain, path)


def _decode_dataclass(cls: type, plain: object, path: str) -> Any:
    """Build a noun from a dict of its fields."""
    if not isinstance(plain, dict):
        raise _wrong_type(path, f"an object with the fields of {cls.__name__}", plain)
    known = _fields(cls)
    for name in plain:
        if name not in known:
            raise _unknown_field(cls, name, path)
    values = {}
    for name, (field, expected) in known.items():
        if name in plain:
            values[name] = _decode(expected, plain[name], f"{path}.{name}" if path else name)
        elif field.default is MISSING and field.default_factory is MISSING:
            raise RequestError(f"{f'{path}.{name}' if path else name} is missing; give it")
    try:
        return cls(**values)
    except RequestError as error:
        raise type(error)(f"{path}: {error}" if path else str(error)) from error


def field_types(noun: Any) -> dict[str, Any]:
    """Give what the annotations of a noun's fields mean, by the field's name; not to be changed."""
    return _hints(noun)


@cache
def _hints(noun: type) -> dict[str, Any]:
    return get_type_hints(noun, localns=film_time_types(noun))


def film_time_types(noun: type) -> dict[str, Any]:
    """Give the types of OpenTimelineIO by name, if the fields of a noun are annotated with one."""
    annotations = " ".join(str(field.type) for field in fields(noun))
    if not any(name in annotations for name in FILM_TIMES):
        return {}
    from opentimelineio import opentime

    return {name: getattr(opentime, name) for name in FILM_TIMES}


def is_film_time(kind: object) -> bool:
    """Say whether a type is one of those of OpenTimelineIO that a noun may hold."""
    return getattr(kind, "__name__", "") in FILM_TIMES and "opentime" in getattr(
        kind, "__module__", ""
    )


@cache
def _fields(cls: type) -> dict[str, tuple[Field[Any], Any]]:
    """Give the fields of a dataclass by name, each with the type that its annotation means."""
    hints = field_types(cls)
    return {field.name: (field, hints[field.name]) for field in fields(cls) if field.init}


def _unknown_field(cls: type, name: object, path: str) -> RequestError:
    """Say which fields there are, the likeliest first."""
    names = list(_fields(cls))
    near = difflib.get_close_matches(str(name), names, n=1)
    advice = f"near: {near[0]}" if near else f"its fields are {', '.join(names)}"
    where = f"{path}.{name}" if path else str(name)
    return RequestError(f"{where} is no field of {cls.__name__}; {advice}")


def _decode_film_time(cls: type, plain: object, path: str) -> Any:
    """Build a time or a span of time of OpenTimelineIO."""
    names = FILM_TIMES[cls.__name__]
    if not isinstance(plain, dict) or set(plain) != set(names):
        raise _wrong_type(path, f"an object with {names[0]} and {names[1]}", plain)
    if cls.__name__ == "RationalTime":
        value, rate = (_decode(float, plain[name], f"{path}.{name}") for name in names)
        if rate <= 0:
            raise RequestError(f"{path}.rate must be above 0, not {_shown(rate)}")
        return cls(value, rate)
    from opentimelineio.opentime import RationalTime

    return cls(*(_decode(RationalTime, plain[name], f"{path}.{name}") for name in names))


def _decode_choice(allowed: tuple[Any, ...], plain: object, path: str) -> Any:
    """Give one of the values that a `Literal` names."""
    for value in allowed:
        if type(value) is type(plain) and value == plain:
            return value
    raise RequestError(
        f"{path} must be one of {', '.join(map(repr, allowed))}, not {_shown(plain)}"
    )


def _decode_enum(cls: type[Enum], plain: object, path: str) -> Enum:
    """Build an enum's member from its value."""
    for member in cls:
        if type(member.value) is type(plain) and member.value == plain:
            return member
    allowed = ", ".join(repr(member.value) for member in cls)
    raise RequestError(f"{path} must be one of {allowed}, not {_shown(plain)}")


def _decode_tuple(entries: tuple[Any, ...], plain: object, path: str) -> tuple[Any, ...]:
    """Build a tuple: of any length for `tuple[X, ...]`, else of one entry for each type."""
    if not isinstance(plain, list | tuple):
        raise _wrong_type(path, "a list", plain)
    if len(entries) == 2 and entries[1] is Ellipsis:
        entries = entries[:1] * len(plain)
    if len(entries) != len(plain):
        raise RequestError(f"{path} must have {len(entries)} entries, not {len(plain)}")
    return tuple(
        _decode(expected, entry, f"{path}[{index}]")
        for index, (expected, entry) in enumerate(zip(entries, plain, strict=True))
    )


def _decode_optional(choices: tuple[Any, ...], plain: object, path: str) -> Any:
    """Build `X | None`."""
    if plain is None and types.NoneType in choices:
        return None
    (expected,) = (choice for choice in choices if choice is not types.NoneType)
    return _decode(expected, plain, path)


def _decode_scalar(expected: Any, plain: object, path: str) -> Any:
    """Check a string, number or truth value."""
    if expected not in _SCALARS:
        raise TypeError(f"{path}: {expected} has no plain form; give the noun another type")
    whole = isinstance(plain, int) and not isinstance(plain, bool)
    if expected is float and (whole or isinstance(plain, float)):
        return _finite(plain, path)
    if type(plain) is not expected:
        raise _wrong_type(path, _SCALARS[expected], plain)
    if isinstance(plain, str) and not plain.isascii():
        _check_text(plain, path)
    return plain


def _check_text(text: str, path: str) -> None:
    """Refuse text that no file and no wire can hold."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise RequestError(f"{path} holds half a character (a lone surrogate)") from error


_SCALARS = {str: "a string", int: "a whole number", float: "a number", bool: "true or false"}


def _finite(number: Any, path: str) -> float:
    """Give a number as a float; JSON has no NaN, no infinity, and no limit."""
    try:
        finite = float(number)
    except OverflowError:
        finite = math.inf
    if not math.isfinite(finite):
        raise RequestError(f"{path} must be a finite number, not {_shown(number)}")
    return finite


def _wrong_type(path: str, expected: str, plain: object) -> RequestError:
    """Say what was due and what came."""
    return RequestError(f"{path or 'the request'} must be {expected}, not {_shown(plain)}")


def _shown(plain: object) -> str:
    """Give a value as JSON names it, in a few words."""
    if isinstance(plain, dict):
        return "an object"
    if isinstance(plain, list | tuple):
        return "a list"
    if plain is None:
        return "null"
    if isinstance(plain, int) and abs(plain) >= 10**18:
        return "a number of over 18 digits"
    text = repr(plain)
    return text if len(text) <= 40 else f"{text[:37]}..."
