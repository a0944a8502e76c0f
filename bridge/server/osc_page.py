"""Write plugins/OSC.md, the page for whoever sends OSC: `make docs`.

Everything in it is read off the table of operations and the nouns that they take and give.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from enum import Enum
from typing import Any, Final, Literal, cast, get_args, get_origin

from bridge.operations.table import Operation, all_operations
from bridge.schema.character import Character
from bridge.schema.codec import FILM_TIMES, field_types, is_film_time, to_plain
from bridge.schema.field_lines import field_lines
from bridge.schema.notes import NoteSequence
from bridge.server.forms import choices, gives_stream
from bridge.server.osc_arguments import DOOR_WORDS
from bridge.server.osc_door import osc_address
from bridge.server.osc_guide import GUIDE

EXAMPLE_PORT: Final = 9000
"""Where the examples have their answers sent."""

_SCALARS: Final = {str: "text", int: "whole number", float: "number", bool: "true or false"}
_TUNE: Final = {"parts": [{"notes": [{"pitch": 60, "onset_ticks": 0, "duration_ticks": 480}]}]}
_NO_EXAMPLE: Final = ("plugins.install", "plugins.remove")
"""They change a host's folder; nobody should paste that."""
_NOT_TYPED: Final = (Character, tuple[Character, ...])
"""What no person types: somebody is 96 numbers."""
_GIVEN: Final[dict[str, dict[str, Any]]] = {
    "feedback.rate": {"thumb": 1},
    "feedback.choose": {"best": "B", "takes": [12, 13]},
    "film.cut": {"films": ["/footage"], "output": "/cuts/cut.otio"},
    "film.remove": {"films": ["/footage/talk.mov"], "output": "/cuts/cut.otio"},
}
"""Examples of requests that need one of several fields, or a list."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key that a message may carry."""

    name: str
    """As the field is called."""
    annotation: Any
    """The type of its field."""
    default: Any
    """MISSING: it must be given."""
    line: str
    """What stands under the field."""


def osc_page() -> str:
    """Give the page."""
    operations = all_operations()
    words = "\n".join(f"| `{name}` | {line} |" for name, line in DOOR_WORDS.items())
    chapters = [_chapter(operation) for operation in operations]
    nouns = [_noun(noun) for noun in _nouns(operations)]
    guide = GUIDE.replace("{door words}", f"| key | meaning |\n|---|---|\n{words}")
    return (
        "\n".join([guide, "## Addresses", "", *chapters, "## Objects", "", *nouns]).rstrip() + "\n"
    )


def keys_of(noun: type[Any]) -> Iterator[Key]:
    """Give the fields of a request, or of an object in one, as keys."""
    hints, lines = field_types(noun), _lines(noun)
    for field in fields(noun):
        line = re.sub(r"\bNone\b", "null", lines.get(field.name, ""))
        yield Key(field.name, hints[field.name], _default(field), line)


def example(operation: Operation[Any, Any]) -> str:
    """Give an `oscsend` command that works, or nothing where none should be pasted."""
    if operation.name in _NO_EXAMPLE:
        return ""
    keys = list(keys_of(operation.request_type))
    required = [key for key in keys if key.default is MISSING]
    if any(key.annotation in _NOT_TYPED for key in required):
        return ""
    chosen = required or [key for key in keys if _is_shown(key)][:1]
    plain = _GIVEN.get(operation.name) or {key.name: _value(key) for key in chosen}
    arguments: list[tuple[str, str]] = []
    if any(isinstance(value, dict | list) for value in plain.values()):
        arguments.append(("s", f"'{json.dumps(plain)}'"))
    else:
        for name, value in plain.items():
            arguments += [("s", name), _typed(value)]
    if gives_stream(operation):
        arguments += [("s", "bars"), ("i", "2")]
    arguments += [("s", "reply_port"), ("i", str(EXAMPLE_PORT))]
    tags = "".join(tag for tag, _ in arguments)
    words = " ".join(word for _, word in arguments)
    return f"oscsend 127.0.0.1 5758 {osc_address(operation)} {tags} {words}"


def _chapter(operation: Operation[Any, Any]) -> str:
    """Give what there is to say about one address."""
    lines = [f"### `{osc_address(operation)}`", "", operation.summary, ""]
    if fields(operation.request_type):
        lines += [*_table(operation.request_type), ""]
    if gives_stream(operation):
        item = _words(get_args(operation.noun_type)[0])
        lines += [f"Sends {item} in each `/segue/item`, `bars` of them, then replies null.", ""]
    else:
        lines += [f"Replies {_words(operation.noun_type)}.", ""]
    shown = example(operation)
    return "\n".join([*lines, *(("```sh", shown, "```", "") if shown else ())])


def _noun(noun: type[Any]) -> str:
    """Give what an object holds."""
    summary = (noun.__doc__ or "").partition("\n")[0]
    return "\n".join([f"### {noun.__name__}", "", summary, "", *_table(noun), ""])


def _table(noun: type[Any]) -> list[str]:
    """Give the fields of an object as a table."""
    rows = [
        f"| `{key.name}` | {_words(key.annotation)} | {_default_words(key)} | {key.line} |"
        for key in keys_of(noun)
    ]
    return ["| key | type | left out | meaning |", "|---|---|---|---|", *rows]


def _nouns(operations: tuple[Operation[Any, Any], ...]) -> list[type[Any]]:
    """Give every dataclass that stands in an answer or a request, by name."""
    found: dict[str, type[Any]] = {}
    for operation in operations:
        _collect(operation.noun_type, found)
        for key in keys_of(operation.request_type):
            _collect(key.annotation, found)
    return [found[name] for name in sorted(found)]


def _collect(annotation: Any, found: dict[str, type[Any]]) -> None:
    """Add the dataclasses within a type to those that were found."""
    for kind in (*choices(annotation), *get_args(annotation)):
        if isinstance(kind, type) and is_dataclass(kind):
            if kind.__name__ not in found:
                found[kind.__name__] = kind
                for inner in field_types(kind).values():
                    _collect(inner, found)
        elif get_args(kind):
            _collect(get_args(kind)[0], found)


def _words(annotation: Any) -> str:
    """Say what a type is, as a musician who programs would."""
    kinds = choices(annotation)
    words = " or ".join(_kind_words(kind) for kind in kinds)
    return words if kinds == (annotation,) or words.endswith("or null") else f"{words}, or null"


def _kind_words(kind: Any) -> str:
    if get_origin(kind) is tuple:
        return f"list of {_words(get_args(kind)[0])}"
    if kind in _SCALARS:
        return _SCALARS[kind]
    if get_origin(kind) is Literal:
        return "one of " + ", ".join(f"`{word}`" for word in get_args(kind))
    if get_origin(kind) is not None:
        return "object"
    if is_film_time(kind):
        return "object of " + " and ".join(f"`{name}`" for name in FILM_TIMES[kind.__name__])
    if issubclass(kind, Enum):
        return "one of " + ", ".join(f"`{member.value}`" for member in kind)
    return f"[{kind.__name__}](#{kind.__name__.lower()})"


def _lines(noun: type) -> dict[str, str]:
    return field_lines(noun)


def _default(field: Field[Any]) -> Any:
    """Give a field's default, made where it is made anew each time."""
    return field.default_factory() if field.default_factory is not MISSING else field.default


def _default_words(key: Key) -> str:
    if key.default is MISSING:
        return "**needed**"
    if key.default is None or isinstance(key.default, str | int | float):
        return f"`{json.dumps(to_plain(key.default))}`"
    return (
        "its defaults" if is_dataclass(key.default) else "its usual ones" if key.default else "none"
    )


def _is_shown(key: Key) -> bool:
    """Say whether a key that may be left out makes a good example: a number, or a word."""
    is_number = isinstance(key.default, int | float) and not isinstance(key.default, bool)
    return is_number or (str in choices(key.annotation) and "`" in key.line)


def _value(key: Key) -> Any:
    """Give a value for an example: the default, or what the field's line shows in backticks."""
    if NoteSequence in choices(key.annotation):
        return _TUNE
    if key.default not in (MISSING, None):
        return to_plain(key.default)
    kind = choices(key.annotation)[0]
    if is_dataclass(kind):
        inner = [one for one in keys_of(cast("type[Any]", kind)) if one.default is MISSING]
        return {one.name: _value(one) for one in inner}
    if issubclass(kind, Enum):
        return next(iter(kind)).value
    if kind is str:
        shown = re.search(r"`([^`]+)`", key.line)
        return shown[1] if shown else "NAME"
    return 1


def _typed(value: Any) -> tuple[str, str]:
    """Give a value with its OSC type."""
    tag = {str: "s", int: "i", float: "f"}[type(value)]
    return tag, str(value)
