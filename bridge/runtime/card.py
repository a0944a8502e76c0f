"""A model's card: what it is, what its graphs take and give, and how it was measured.

A card is the file `card.toml` in a model's folder, `onnx_models/ROOM/MODEL/`. `export.ship.card`
writes it; `tests/ship` holds the two to each other.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeVar

from bridge.errors import CardError, NotFoundError

CARD_FILE: Final = "card.toml"
"""The card's name in a model's folder."""

GOLDEN_FILE: Final = "golden.npz"
"""Inputs and outputs the model had when it shipped, under `GRAPH/in/NAME` and `GRAPH/out/NAME`."""

DTYPES: Final = ("float32", "float64", "int32", "int64", "bool")
"""What a tensor may hold, by numpy's name."""

Setting: TypeAlias = str | bool | int | float | tuple[float, ...]
"""What a model's own settings may be."""

_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_MODEL_NAME: Final = re.compile(r"[a-z][a-z0-9_]*/[a-z][a-z0-9_]*")
_FILE_NAME: Final = re.compile(r"[a-z0-9_]+\.onnx")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_AXIS: Final = re.compile(r"([a-z][a-z0-9_]*)(?:=([1-9][0-9]*))?")


@dataclass(frozen=True, slots=True)
class Axis:
    """One named axis of a tensor."""

    name: str
    """What is counted along it: `batch`, `latent`, `step`."""
    size: int | None = None
    """Its fixed size, >= 1; None where the caller chooses."""

    def __str__(self) -> str:
        return self.name if self.size is None else f"{self.name}={self.size}"


@dataclass(frozen=True, slots=True)
class Tensor:
    """One named input or output of a graph."""

    name: str
    """As `Model.run` takes and gives it."""
    dtype: str
    """One of DTYPES."""
    axes: tuple[Axis, ...]
    """In order; no axes is a single number."""

    def __str__(self) -> str:
        return f"{self.dtype} [{', '.join(str(axis) for axis in self.axes)}]"


@dataclass(frozen=True, slots=True)
class Graph:
    """One ONNX file of a model."""

    name: str
    """As `Model.run` takes it: `encoder`, `decoder`."""
    file: str
    """A bare file name in the model's folder."""
    sha256: str
    """64 hexadecimal digits, of the file."""
    inputs: tuple[Tensor, ...]
    """In the file's order."""
    outputs: tuple[Tensor, ...]
    """In the file's order."""


@dataclass(frozen=True, slots=True)
class DataSource:
    """One thing a model was trained on."""

    name: str
    """What it is called where it comes from."""
    licence: str
    """Under which it was given, as an SPDX name where there is one."""
    note: str = ""
    """What was taken from it."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One measured number."""

    name: str
    """What was measured, with its unit where it has one."""
    value: float
    """The number."""
    protocol: str
    """On what, and how, so that another can measure it again."""
    group: str = ""
    """What it belongs with; a README shows one table a group."""


@dataclass(frozen=True, slots=True)
class Training:
    """How a model came to be."""

    command: str
    """What to type to train it again."""
    seed: int
    """Of every random number in training."""
    steps: int
    """Updates of the weights, >= 0."""


@dataclass(frozen=True, slots=True)
class Card:
    """All that is said of a model, beside its weights."""

    name: str
    """ROOM/MODEL, as its folder is called: `music/melody_vae`."""
    title: str
    """As a heading would say it."""
    summary: str
    """One sentence: what it does for a person."""
    task: str
    """One line: what goes in and what comes out."""
    version: str
    """Of the weights: grows with each training that ships."""
    licence: str
    """Of the weights, as an SPDX name."""
    training: Training
    """How it came to be."""
    data: tuple[DataSource, ...]
    """What it was trained on; at least one."""
    graphs: tuple[Graph, ...]
    """Its ONNX files; at least one."""
    parity_tolerance: float
    """Largest difference between torch, ONNX and golden outputs, >= 0."""
    limits: tuple[str, ...]
    """What it is not good at, one sentence each; at least one."""
    metrics: tuple[Metric, ...] = ()
    """What was measured."""
    settings: Mapping[str, Setting] = field(default_factory=dict)
    """What the verbs that use it must know."""

    def graph(self, name: str) -> Graph:
        """Give the graph of that name.

        Raises:
            NotFoundError: the model has no such graph.
        """
        for graph in self.graphs:
            if graph.name == name:
                return graph
        has = ", ".join(graph.name for graph in self.graphs)
        raise NotFoundError(f"{self.name} has no graph {name}; it has: {has}")

    def number(self, setting: str) -> float:
        """Give a setting that must be one number.

        Raises:
            CardError: it is missing, or no number.
        """
        found = self.settings.get(setting)
        if isinstance(found, bool) or not isinstance(found, int | float):
            raise CardError(f"card of {self.name}: settings.{setting} must be a number")
        return float(found)

    def numbers(self, setting: str) -> tuple[float, ...]:
        """Give a setting that must be a row of numbers.

        Raises:
            CardError: it is missing, or no row of numbers.
        """
        found = self.settings.get(setting)
        if not isinstance(found, tuple):
            raise CardError(f"card of {self.name}: settings.{setting} must be a row of numbers")
        return found

    def text(self, setting: str) -> str:
        """Give a setting that must be a text.

        Raises:
            CardError: it is missing, or no text.
        """
        found = self.settings.get(setting)
        if not isinstance(found, str):
            raise CardError(f"card of {self.name}: settings.{setting} must be a text")
        return found


def read_card(path: Path) -> Card:
    """Read a card.

    Args:
        path: a file `card.toml`.

    Raises:
        NotFoundError: there is no such file.
        CardError: it is no TOML, or a field is missing or wrong; the message names it.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise NotFoundError(f"no card at {path}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CardError(f"{path}: not TOML ({error})") from error
    return _card(_Fields(path, table))


_T = TypeVar("_T")


class _Fields:
    """The fields of one table of a card; each that is asked for must be there and be right."""

    def __init__(self, path: Path, table: Mapping[str, Any], where: str = "") -> None:
        self._path = path
        self._table = table
        self._where = where

    def wrong(self, name: str, expected: str) -> CardError:
        """Say which field of which file was expected to be what."""
        found = f"not {self._table[name]!r}" if name in self._table else "and is missing"
        return CardError(f"{self._path}: {self._where}{name} must be {expected}, {found}")

    def text(self, name: str, pattern: re.Pattern[str] | None = None, expected: str = "") -> str:
        """Give a text that is not empty, and matches `pattern` where one is given."""
        found = self._table.get(name)
        if not isinstance(found, str) or not found.strip():
            raise self.wrong(name, expected or "a text")
        if pattern is not None and not pattern.fullmatch(found):
            raise self.wrong(name, expected)
        return found

    def optional_text(self, name: str) -> str:
        """Give a text, empty where there is none."""
        return self.text(name) if self._table.get(name, "") != "" else ""

    def number(self, name: str) -> float:
        """Give a finite number."""
        found = self._table.get(name)
        if isinstance(found, bool) or not isinstance(found, int | float) or found - found != 0:
            raise self.wrong(name, "a finite number")
        return found

    def count(self, name: str) -> int:
        """Give a whole number, >= 0."""
        found = self._table.get(name)
        if isinstance(found, bool) or not isinstance(found, int) or found < 0:
            raise self.wrong(name, "a whole number >= 0")
        return found

    def table(self, name: str) -> _Fields:
        """Give the table of that name."""
        found = self._table.get(name)
        if not isinstance(found, dict):
            raise self.wrong(name, "a table")
        return _Fields(self._path, found, f"{self._where}{name}.")

    def names(self) -> tuple[str, ...]:
        """Give the names of all fields here, each of which must be a plain one."""
        for name in self._table:
            if not _NAME.fullmatch(name):
                raise self.wrong(name, "named in small letters, digits and _")
        return tuple(self._table)

    def each(self, name: str, read: Callable[[_Fields], _T], *, least: int = 0) -> tuple[_T, ...]:
        """Read every table of a list of tables."""
        found = self._table.get(name, [])
        if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
            raise self.wrong(name, "a list of tables")
        if len(found) < least:
            raise self.wrong(name, f"a list of at least {least}")
        return tuple(
            read(_Fields(self._path, item, f"{self._where}{name}[{index}]."))
            for index, item in enumerate(found)
        )

    def texts(self, name: str, *, least: int = 0) -> tuple[str, ...]:
        """Give a list of texts."""
        found = self._table.get(name)
        if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
            raise self.wrong(name, "a list of texts")
        if len(found) < least:
            raise self.wrong(name, f"a list of at least {least}")
        return tuple(found)

    def setting(self, name: str) -> Setting:
        """Give one free setting."""
        found = self._table[name]
        if isinstance(found, str | bool | int | float):
            return found
        if isinstance(found, list) and all(type(item) in (int, float) for item in found):
            return tuple(float(item) for item in found)
        raise self.wrong(name, "a text, a number or a row of numbers")


def _card(fields: _Fields) -> Card:
    """Read the whole card."""
    graphs = fields.table("graphs")
    if not graphs.names():
        raise fields.wrong("graphs", "a table of at least one graph")
    tolerance = fields.table("parity").number("tolerance")
    if tolerance < 0:
        raise fields.table("parity").wrong("tolerance", "a number >= 0")
    return Card(
        name=fields.text("name", _MODEL_NAME, "ROOM/MODEL in small letters"),
        title=fields.text("title"),
        summary=fields.text("summary"),
        task=fields.text("task"),
        version=fields.text("version"),
        licence=fields.text("licence"),
        training=_training(fields.table("training")),
        data=fields.each("data", _data_source, least=1),
        graphs=tuple(_graph(name, graphs.table(name)) for name in graphs.names()),
        parity_tolerance=tolerance,
        limits=fields.texts("limits", least=1),
        metrics=fields.each("metrics", _metric),
        settings=_settings(fields.table("settings")),
    )


def _training(fields: _Fields) -> Training:
    """Read how the model came to be."""
    return Training(
        command=fields.text("command"), seed=fields.count("seed"), steps=fields.count("steps")
    )


def _data_source(fields: _Fields) -> DataSource:
    """Read one source of data."""
    return DataSource(
        name=fields.text("name"),
        licence=fields.text("licence"),
        note=fields.optional_text("note"),
    )


def _metric(fields: _Fields) -> Metric:
    """Read one measured number."""
    return Metric(
        name=fields.text("name"),
        value=fields.number("value"),
        protocol=fields.text("protocol"),
        group=fields.optional_text("group"),
    )


def _graph(name: str, fields: _Fields) -> Graph:
    """Read one graph."""
    return Graph(
        name=name,
        file=fields.text("file", _FILE_NAME, "a bare file name that ends in .onnx"),
        sha256=fields.text("sha256", _SHA256, "64 hexadecimal digits"),
        inputs=fields.each("inputs", _tensor, least=1),
        outputs=fields.each("outputs", _tensor, least=1),
    )


def _tensor(fields: _Fields) -> Tensor:
    """Read one input or output."""
    dtype = fields.text("dtype")
    if dtype not in DTYPES:
        raise fields.wrong("dtype", f"one of {', '.join(DTYPES)}")
    axes = tuple(_axis(fields, text) for text in fields.texts("axes"))
    return Tensor(
        name=fields.text("name", _NAME, "small letters, digits and _"), dtype=dtype, axes=axes
    )


def _axis(fields: _Fields, text: str) -> Axis:
    """Read one axis: `batch`, or `latent=128`."""
    match = _AXIS.fullmatch(text)
    if match is None:
        raise fields.wrong("axes", "names such as `batch` or `latent=128`")
    return Axis(name=match[1], size=int(match[2]) if match[2] else None)


def _settings(fields: _Fields) -> dict[str, Setting]:
    """Read the model's own settings."""
    return {name: fields.setting(name) for name in fields.names()}
