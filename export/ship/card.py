"""Write a model's card, so that the same card gives the same bytes."""

from __future__ import annotations

import hashlib
import json
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bridge.runtime.card import CARD_FILE, Card, Graph, Setting, Tensor

_LINE: Final = 100
"""Columns at which a long row of numbers goes on in the next line."""


def write_card(folder: Path, card: Card) -> Path:
    """Write `card.toml` into a model's folder."""
    path = folder / CARD_FILE
    path.write_text(card_toml(card), encoding="utf-8", newline="\n")
    return path


def file_sha256(path: Path) -> str:
    """Give a file's checksum as a card holds it."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def card_toml(card: Card) -> str:
    """Give a card as TOML; `bridge.runtime.card.read_card` gives the card back."""
    return "\n".join(_lines(card)) + "\n"


def _lines(card: Card) -> Iterator[str]:
    """Give a card line by line, in the order a reader wants it."""
    for field in ("name", "title", "summary", "task", "version", "licence"):
        yield f"{field} = {_text(getattr(card, field))}"
    yield "limits = ["
    yield from (f"    {_text(limit)}," for limit in card.limits)
    yield "]"
    yield from ("", "[training]", f"command = {_text(card.training.command)}")
    yield from (f"seed = {card.training.seed}", f"steps = {card.training.steps}")
    yield from ("", "[parity]", f"tolerance = {_number(card.parity_tolerance)}")
    yield from ("", "[settings]")
    yield from (f"{name} = {_setting(setting)}" for name, setting in card.settings.items())
    for source in card.data:
        yield from ("", "[[data]]", f"name = {_text(source.name)}")
        yield from (f"licence = {_text(source.licence)}", f"note = {_text(source.note)}")
    for graph in card.graphs:
        yield from _graph_lines(graph)
    for metric in card.metrics:
        yield from ("", "[[metrics]]", f"group = {_text(metric.group)}")
        yield from (f"name = {_text(metric.name)}", f"value = {_number(metric.value)}")
        yield f"protocol = {_text(metric.protocol)}"


def _graph_lines(graph: Graph) -> Iterator[str]:
    """Give one graph line by line."""
    yield from ("", f"[graphs.{graph.name}]")
    yield from (f"file = {_text(graph.file)}", f"sha256 = {_text(graph.sha256)}")
    yield from _tensor_lines("inputs", graph.inputs)
    yield from _tensor_lines("outputs", graph.outputs)


def _tensor_lines(field: str, tensors: tuple[Tensor, ...]) -> Iterator[str]:
    """Give the inputs or outputs of a graph, one a line."""
    yield f"{field} = ["
    for tensor in tensors:
        axes = ", ".join(_text(str(axis)) for axis in tensor.axes)
        yield (
            f"    {{ name = {_text(tensor.name)}, dtype = {_text(tensor.dtype)}, "
            f"axes = [{axes}] }},"
        )
    yield "]"


def _text(text: str) -> str:
    """Give a text as a TOML string on one line; JSON's escapes are TOML's."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _number(number: float) -> str:
    """Give a number so that the same number is read back."""
    return repr(number)


def _setting(setting: Setting) -> str:
    """Give one of a model's own settings."""
    if isinstance(setting, bool):
        return "true" if setting else "false"
    if isinstance(setting, str):
        return _text(setting)
    if isinstance(setting, tuple):
        numbers = ", ".join(_number(number) for number in setting)
        rows = textwrap.fill(
            numbers, _LINE, initial_indent="    ", subsequent_indent="    ", break_on_hyphens=False
        )
        return f"[\n{rows}\n]"
    return _number(setting)
