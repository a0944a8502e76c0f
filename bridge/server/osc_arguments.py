"""What the arguments of an OSC message say: fields of a request, and words for the door itself.

A message to an operation carries nothing (every field has its default), one text that is a JSON
object, or pairs of a key and a value: `bars 4 knobs.temperature 0.8 id 7`. Pairs may follow the
object. Values are converted as liblo does: see `coerced`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields
from enum import Enum
from typing import Any, Final, get_args, get_origin

from bridge.errors import RequestError, check_range
from bridge.files.midi import parse_midi
from bridge.operations.table import Operation
from bridge.schema.codec import field_types, to_plain
from bridge.schema.notes import NoteSequence
from bridge.server.forms import choices, field_type, gives_stream, with_fields
from bridge.transports.osc.packets import Argument

MOST_ITEMS: Final = 1024
"""So many items of a stream may one message ask for."""
MOST_PARTS: Final = 1024
"""So many pieces may a request, or an answer, come in."""
DOOR_WORDS: Final[dict[str, str]] = {
    "id": "comes back in every answer, a whole number or a text; 0 where it is left out",
    "reply_port": "UDP port of the sender that answers go to; left out: the one it sent from",
    "bars": "of a stream only: how many items to send, 1..1024",
    "parts": "the JSON object was sent before, in so many pieces: see `/segue/part`",
    "token": "needed where Segue listens beyond this machine: see `segue serve --listen`",
}
"""Keys that are for the door and no field of a request, with what they mean."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """The arguments of one message to an operation, taken apart."""

    content: dict[str, Any]
    """The JSON object; empty where there is none."""
    pairs: tuple[tuple[str, Argument], ...]
    """Fields of the request by dotted keys, in the order they came."""
    words: dict[str, Any]
    """Those of DOOR_WORDS that were given, as they came."""

    @property
    def id(self) -> int | str:
        """What the sender calls its message; 0: nothing."""
        given = self.words.get("id", 0)
        if isinstance(given, str):
            return given
        return self._whole("id", -(2**63), 2**63 - 1) or 0

    @property
    def reply_port(self) -> int | None:
        """UDP port that answers go to; None: the one it came from."""
        return self._whole("reply_port", 1, 65535)

    @property
    def items(self) -> int | None:
        """How many items of a stream are wanted."""
        return self._whole("bars", 1, MOST_ITEMS)

    @property
    def parts(self) -> int | None:
        """In how many pieces the JSON object was sent before; None: it was not."""
        return self._whole("parts", 1, MOST_PARTS)

    @property
    def token(self) -> str:
        """What the sender says to show that it may ask."""
        return str(self.words.get("token", ""))

    def _whole(self, word: str, lowest: int, highest: int) -> int | None:
        """Give a whole number of the door's own."""
        if word not in self.words:
            return None
        number = coerced(int, self.words[word], key=word)
        if isinstance(number, bool) or not isinstance(number, int):
            raise RequestError(f"{word} must be a whole number, not {self.words[word]!r}")
        check_range(word, number, lowest, highest)
        return number


def read_envelope(
    operation: Operation[Any, Any], arguments: tuple[Argument, ...], *, key: str = ""
) -> Envelope:
    """Take the arguments of a message apart.

    Args:
        operation: what is asked.
        arguments: as they came.
        key: what stood behind the operation in the address: a field, whose value is the first
            argument; or one of the words that a field without default may be.

    Raises:
        RequestError: they are of another form, or the JSON is none.
    """
    if key:
        arguments = _with_key(operation, key, arguments)
    content: dict[str, Any] = {}
    if arguments in ((None,), (math.inf,)):  # a button that says only that it was pressed
        arguments = ()
    elif arguments and isinstance(arguments[0], str) and arguments[0].lstrip().startswith("{"):
        content, arguments = _json_object(arguments[0]), arguments[1:]
    known = set(DOOR_WORDS) - (set() if gives_stream(operation) else {"bars"})
    ours = known - {field.name for field in fields(operation.request_type)}
    pairs = tuple(_pairs(arguments))
    words = {name: content[name] for name in known & set(content)}
    words |= {name: value for name, value in pairs if name in known}
    return Envelope(
        {name: value for name, value in content.items() if name not in ours},
        tuple((name, value) for name, value in pairs if name not in ours),
        words,
    )


def plain_request(operation: Operation[Any, Any], envelope: Envelope) -> dict[str, Any]:
    """Give the plain request that an envelope holds; the operation checks its fields.

    Raises:
        RequestError: a field is given twice, or is a blob and takes none.
        FileFormatError: a blob is no MIDI file.
    """
    fields = [
        (key, coerced(field_type(operation.request_type, key), value, key=key))
        for key, value in envelope.pairs
    ]
    return with_fields(operation.request_type, envelope.content, fields)


def coerced(expected: Any, value: Argument, *, key: str = "") -> Any:
    """Convert an argument to what a field takes, as liblo does; what does not fit is left as it is.

    Numbers of all widths become one another, a whole number by dropping the fraction. For a number
    `T` and `F` are 1 and 0, for a truth value 0 is false and others are true, and `I` is true.
    `N` is null. Text for a field that takes none is read as JSON: "0.8", "true", "[1, 2]". An array
    is a list; a blob for music is a MIDI file.

    Args:
        expected: the type of the field, as annotated; None: there is no such field.
        value: as it came.
        key: the field's name, for messages.

    Raises:
        RequestError: a blob, and the field is no music.
        FileFormatError: a blob for music is no MIDI file.
    """
    kinds = choices(expected)
    if isinstance(value, bytes):
        return _music(kinds, value, key)
    if isinstance(value, tuple):
        entry = next((get_args(kind)[0] for kind in kinds if get_origin(kind) is tuple), None)
        return [coerced(entry, one, key=key) for one in value]
    if isinstance(value, str):
        return value if _takes_text(kinds) else _number(kinds, _from_json(value))
    return _number(kinds, value)


def is_release(operation: Operation[Any, Any], key: str, arguments: tuple[Argument, ...]) -> bool:
    """Say whether a message tells only that a button was let go: `/segue/live/perform/panic 0`."""
    return len(arguments) == 1 and not arguments[0] and _button(operation, key) is not None


def _button(operation: Operation[Any, Any], word: str) -> str | None:
    """Give the field without default that may be this word; None: there is none."""
    hints = field_types(operation.request_type)
    for field in fields(operation.request_type):
        kind = hints[field.name]
        is_enum = isinstance(kind, type) and issubclass(kind, Enum)
        if is_enum and field.default is MISSING and word in [member.value for member in kind]:
            return field.name
    return None


def _with_key(
    operation: Operation[Any, Any], key: str, arguments: tuple[Argument, ...]
) -> tuple[Argument, ...]:
    """Give the arguments with what the address said before them."""
    field = _button(operation, key)
    if field is not None:
        return (field, key, *(arguments[1:] if len(arguments) % 2 else arguments))
    if not arguments:
        raise RequestError(f"{key} needs a value: one argument")
    return (key, *arguments)


def _music(kinds: tuple[Any, ...], blob: bytes, key: str) -> Any:
    """Read a MIDI file."""
    if NoteSequence not in kinds:
        raise RequestError(f"{key} takes no blob; only music does: a MIDI file")
    return to_plain(parse_midi(blob, name=key))


def _takes_text(kinds: tuple[Any, ...]) -> bool:
    return any(isinstance(kind, type) and issubclass(kind, str | Enum) for kind in kinds)


def _number(kinds: tuple[Any, ...], value: Any) -> Any:
    """Convert between numbers and truth values."""
    if not isinstance(value, int | float) or math.isnan(value):
        return value
    if bool in kinds:
        return bool(value)
    if int in kinds and math.isfinite(value):
        return int(value)
    if float in kinds:
        return float(value)
    return value


def _from_json(text: str) -> Any:
    """Read a value; what is no JSON is a text."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _json_object(text: str) -> dict[str, Any]:
    """Read the JSON object of a message."""
    try:
        plain = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RequestError(f"the request is no JSON: {error}") from error
    return dict(plain)


def _pairs(arguments: tuple[Argument, ...]) -> Iterator[tuple[str, Argument]]:
    """Give keys with their values."""
    if len(arguments) % 2:
        raise RequestError(
            f"an odd number of arguments, {len(arguments)}, are no pairs; send KEY VALUE KEY "
            "VALUE .., or one text that is a JSON object"
        )
    for key, value in zip(arguments[::2], arguments[1::2], strict=True):
        if not isinstance(key, str):
            raise RequestError(f"a key must be a text, not {key!r}; send KEY VALUE KEY VALUE ..")
        yield key, value
