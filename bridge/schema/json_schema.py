"""JSON schemas of nouns, in the nouns' own words."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Final, Literal, TypeAlias, Union, get_args, get_origin

from bridge.schema.codec import FILM_TIMES, field_types, is_film_time, to_plain
from bridge.schema.field_lines import field_lines

Schema: TypeAlias = dict[str, Any]
"""A JSON schema."""

_SCALARS: Final[dict[Any, Schema]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    NoneType: {"type": "null"},
}


_FILM_TIMES: Final = {
    "RationalTime": "A time as OpenTimelineIO has it: `value` units, `rate` of which are a second.",
    "TimeRange": "A span of time: it ends just before `start_time` + `duration`.",
}
"""What is said of them."""
_FILM_TIME_FIELDS: Final = {
    "value": "In units of 1/`rate` of a second",
    "rate": "Units a second, > 0",
    "start_time": "When it begins",
    "duration": "How long it is",
}
"""What is said of their fields."""


class Schemas:
    """Schemas of nouns, each written once and referred to by its name.

    Args:
        place: where they will stand in the document, as references say it.
    """

    def __init__(self, place: str = "#/components/schemas/") -> None:
        self.named: dict[str, Schema] = {}
        self._nouns: dict[str, type] = {}
        self._place = place

    def of(self, annotation: Any) -> Schema:
        """Give the schema of a type that nouns are made of."""
        if annotation in _SCALARS:
            return dict(_SCALARS[annotation])
        if isinstance(annotation, type) and issubclass(annotation, Enum):
            return self._named(annotation, _enum_schema)
        if isinstance(annotation, type) and is_dataclass(annotation):
            return self._named(annotation, self._noun_schema)
        if is_film_time(annotation):
            return self._named(annotation, self._time_schema)
        return self._composed(annotation)

    def _composed(self, annotation: Any) -> Schema:
        """Give the schema of a type that is made of others."""
        origin, entries = get_origin(annotation), get_args(annotation)
        if origin in (Union, UnionType):
            return {"anyOf": [self.of(entry) for entry in entries]}
        if origin is Literal:
            return {"enum": list(entries)}
        if origin is tuple and entries[1:] == (Ellipsis,):
            return {"type": "array", "items": self.of(entries[0])}
        if origin is tuple:
            shown = [self.of(entry) for entry in entries]
            size = len(shown)
            return {"type": "array", "prefixItems": shown, "minItems": size, "maxItems": size}
        if isinstance(origin, type) and issubclass(origin, Mapping):
            return {"type": "object", "additionalProperties": self.of(entries[1])}
        raise TypeError(f"{annotation} has no JSON schema; give the noun another type")

    def _named(self, noun: type, write: Any) -> Schema:
        """Refer to a schema, and write it down the first time."""
        if self._nouns.setdefault(noun.__name__, noun) is not noun:
            raise TypeError(f"two nouns are called {noun.__name__}; give one another name")
        if noun.__name__ not in self.named:
            self.named[noun.__name__] = {}  # so that a noun may hold its own kind
            self.named[noun.__name__] = write(noun)
        return {"$ref": f"{self._place}{noun.__name__}"}

    def _time_schema(self, noun: type) -> Schema:
        names = FILM_TIMES[noun.__name__]
        if noun.__name__ == "TimeRange":
            from opentimelineio.opentime import RationalTime

            shown = {name: self.of(RationalTime) for name in names}
        else:
            shown = {"value": {"type": "number"}, "rate": {"type": "number", "exclusiveMinimum": 0}}
        for name in names:
            shown[name]["description"] = _FILM_TIME_FIELDS[name]
        return {
            "type": "object",
            "description": _FILM_TIMES[noun.__name__],
            "properties": shown,
            "additionalProperties": False,
            "required": list(names),
        }

    def _noun_schema(self, noun: type) -> Schema:
        hints, lines = field_types(noun), field_lines(noun)
        known = fields(noun)
        shown = {
            field.name: self._field_schema(field, hints[field.name], lines.get(field.name, ""))
            for field in known
        }
        required = [field.name for field in known if not _has_default(field)]
        return {
            "type": "object",
            "description": _first_line(noun),
            "properties": shown,
            "additionalProperties": False,
        } | ({"required": required} if required else {})

    def _field_schema(self, field: Field[Any], annotation: Any, line: str) -> Schema:
        schema = self.of(annotation)
        if line:
            schema["description"] = line
        if _has_default(field):
            made = field.default if field.default_factory is MISSING else field.default_factory()
            schema["default"] = to_plain(made)
        return schema


def schema_document(noun: type, *, name: str) -> Schema:
    """Give the JSON schema of a noun as a document of its own.

    Args:
        noun: a dataclass.
        name: what the form is called, with its version: `segue.film.analysis/1`.
    """
    schemas = Schemas("#/$defs/")
    found = schemas.of(noun)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:{name.replace('/', ':')}",
        "title": name,
        **found,
        "$defs": dict(sorted(schemas.named.items())),
    }


def _enum_schema(noun: type[Enum]) -> Schema:
    lines = field_lines(noun)
    said = [f"`{member.value}`: {lines[member.name]}" for member in noun if member.name in lines]
    return {
        "enum": [member.value for member in noun],
        "description": "\n".join([_first_line(noun), *said]),
    }


def _has_default(field: Field[Any]) -> bool:
    return field.default is not MISSING or field.default_factory is not MISSING


def _first_line(noun: type) -> str:
    return (inspect.getdoc(noun) or "").partition("\n")[0]
