"""How requests come over a wire and results go back: JSON, MIDI, or nouns inside one process.

A door passes on what it got, unread: it is read where the operation runs, so that a large request
holds up nobody else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum, StrEnum
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin

from bridge.errors import RequestError
from bridge.files.midi import format_midi, parse_midi
from bridge.operations.table import Operation
from bridge.schema.codec import field_types, from_plain, to_plain
from bridge.schema.notes import NoteSequence

MOST_KEY_PARTS: Final = 8
"""No request has fields within fields so deep: `knobs.temperature` has two parts."""


class Form(StrEnum):
    """Say how a request or a result is written."""

    NOUN = "noun"
    """As itself: a dataclass of ours."""
    JSON = "json"
    """UTF-8 JSON, as `to_plain` has it."""
    MIDI = "midi"
    """A standard MIDI file, where there is one NoteSequence."""


@dataclass(frozen=True, slots=True)
class Body:
    """A request as it came, unread."""

    content: bytes
    """Nothing: every field has its default."""
    form: Form = Form.JSON
    """JSON or MIDI."""
    words: tuple[tuple[str, str], ...] = ()
    """Fields beside the content, as text: ("knobs.temperature", "0.8")."""


def read_request(operation: Operation[Any, Any], request: object) -> Any:
    """Give the request of an operation.

    Args:
        operation: what is asked.
        request: the request itself, its plain form, or a `Body`.

    Raises:
        RequestError: it is none that the operation takes; the message names the field.
        FileFormatError: a MIDI file is damaged.
    """
    if not isinstance(request, Body):
        plain = to_plain(request) if is_dataclass(request) else request
        known = isinstance(request, operation.request_type)
        return request if known else from_plain(operation.request_type, plain)
    plain = _read_content(operation, request)
    return from_plain(
        operation.request_type, with_fields(operation.request_type, plain, request.words)
    )


def write_result(noun: object, form: Form) -> Any:
    """Give a result as the door wants it: bytes, or the noun itself.

    Raises:
        RequestError: it is no music and has no MIDI form.
    """
    match form:
        case Form.NOUN:
            return noun
        case Form.JSON:
            return write_json(noun)
        case Form.MIDI:
            if not isinstance(noun, NoteSequence):
                raise RequestError("only music can be had as MIDI; ask for application/json")
            return format_midi(noun)


def write_json(noun: object) -> bytes:
    """Give a noun as JSON in one line, in ASCII: half a surrogate pair must not break a wire."""
    plain = to_plain(noun)
    return json.dumps(plain, allow_nan=False, separators=(",", ":")).encode("ascii")


def music_field(request_type: type[Any]) -> str | None:
    """Give the one field of a request that takes music; None: none does, or several do."""
    hints = field_types(request_type)
    found = [
        field.name for field in fields(request_type) if NoteSequence in choices(hints[field.name])
    ]
    return found[0] if len(found) == 1 else None


def gives_music(operation: Operation[Any, Any]) -> bool:
    """Say whether an operation's result has a MIDI form."""
    return operation.noun_type is NoteSequence


def gives_stream(operation: Operation[Any, Any]) -> bool:
    """Say whether an operation gives one item after the other until nobody asks for more."""
    origin = get_origin(operation.noun_type)
    return isinstance(origin, type) and issubclass(origin, Iterable) and origin is not tuple


def with_fields(
    request_type: type[Any], plain: dict[str, Any], pairs: Iterable[tuple[str, object]]
) -> dict[str, Any]:
    """Give a plain request with more fields, named by dotted keys.

    Text becomes a number or a truth value where the field is one.

    Args:
        request_type: the dataclass that is asked for.
        plain: what is there already; left as it is.
        pairs: ("knobs.temperature", "0.8"), or with a value that needs no reading.

    Raises:
        RequestError: a key comes twice, or leads through a field that holds no fields.
    """
    joined = json.loads(json.dumps(plain)) if plain and pairs else dict(plain)
    for key, value in pairs:
        place = joined
        *path, last = key.split(".", MOST_KEY_PARTS)
        for name in path:
            place = place.setdefault(name, {})
            if not isinstance(place, dict):
                raise RequestError(f"{key}: {name} has no fields; give it once, or its fields")
        if last in place:
            raise RequestError(f"{key} is given twice; give it once")
        place[last] = _read_word(field_type(request_type, key), value)
    return joined


def _read_content(operation: Operation[Any, Any], body: Body) -> dict[str, Any]:
    """Give what a body says, as plain fields."""
    if body.form is Form.MIDI:
        name = music_field(operation.request_type)
        if name is None:
            raise RequestError(f"{operation.name} takes no MIDI file; send application/json")
        return {name: to_plain(parse_midi(body.content, name="the MIDI file"))}
    if not body.content:
        return {}
    try:
        plain = json.loads(body.content)
    except (ValueError, RecursionError) as error:
        raise RequestError(f"the request is no JSON: {error}") from error
    if not isinstance(plain, dict):
        name = operation.request_type.__name__
        raise RequestError(f"the request must be a JSON object with the fields of {name}")
    return plain


def field_type(request_type: type[Any], key: str) -> Any:
    """Give the type of the field that a dotted key names; None where there is none."""
    found: Any = request_type
    for name in key.split("."):
        kinds = [kind for kind in choices(found) if is_dataclass(kind)]
        found = field_types(kinds[0]).get(name) if kinds else None
    return found


def choices(annotation: Any) -> tuple[Any, ...]:
    """Give the types that a field may have, None left out."""
    if get_origin(annotation) in (Union, UnionType):
        return tuple(kind for kind in get_args(annotation) if kind is not NoneType)
    return (annotation,)


def _read_word(annotation: Any, value: object) -> object:
    """Give the value that a text means for a field of that type."""
    if not isinstance(value, str):
        return value
    if any(isinstance(kind, type) and issubclass(kind, str | Enum) for kind in choices(annotation)):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value
