"""Find out whether an ONNX file points at other files, before anything opens them.

ONNX lets a tensor keep its numbers in another file, at a path that the model chooses. Ours never
do; a file that does is refused. The walk reads the protobuf wire format only as far as tensors
may lie, so that neither `onnx` nor `protobuf` is needed at run time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bridge.errors import GraphError

_TENSOR: Final = "tensor"
_EXTERNAL_DATA: Final = 13
"""Field of a tensor: where its numbers lie outside the file."""
_DATA_LOCATION: Final = 14
"""Field of a tensor: 0 inside the file, 1 outside."""

_MESSAGES: Final[dict[str, dict[int, str]]] = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "graph": {1: "node", 5: _TENSOR, 15: "sparse"},
    "function": {7: "node", 11: "attribute"},
    "node": {5: "attribute"},
    "attribute": {5: _TENSOR, 6: "graph", 10: _TENSOR, 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: _TENSOR, 2: _TENSOR},
    _TENSOR: {},
}
"""For every message of onnx.proto that can hold a tensor, its fields that can, by number."""

_DEEPEST: Final = 100
"""Messages inside messages, as deep as protobuf itself reads."""

_VARINT: Final = 0
_LENGTH_PREFIXED: Final = 2
_FIXED_BYTES: Final = {1: 8, 5: 4}
"""Bytes in the two wire types of fixed size."""


def refuse_external_data(graph_file: bytes) -> None:
    """Make sure that a graph has all its numbers in its own file.

    Args:
        graph_file: the bytes of an ONNX file.

    Raises:
        GraphError: a tensor points at another file, or the bytes are damaged.
    """
    if not graph_file:
        raise GraphError("the file is empty")
    _walk(memoryview(graph_file), "model", depth=0)


def _walk(message: memoryview, kind: str, *, depth: int) -> None:
    """Go through one message and those inside it that can hold a tensor."""
    if depth > _DEEPEST:
        raise GraphError(f"damaged: messages more than {_DEEPEST} deep")
    for number, number_or_bytes in _fields(message):
        if kind == _TENSOR and _points_outside(number, number_or_bytes):
            raise GraphError("a tensor keeps its numbers in another file, which is not allowed")
        inner = _MESSAGES[kind].get(number)
        if inner is not None and isinstance(number_or_bytes, memoryview):
            _walk(number_or_bytes, inner, depth=depth + 1)


def _points_outside(number: int, number_or_bytes: int | memoryview) -> bool:
    """Say whether a tensor's field sends the reader to another file."""
    return number == _EXTERNAL_DATA or (number == _DATA_LOCATION and number_or_bytes != 0)


def _fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Give each field's number, with its number or its bytes."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        wire_type = tag & 7
        if wire_type == _VARINT:
            number, at = _varint(message, at)
            yield tag >> 3, number
            continue
        if wire_type == _LENGTH_PREFIXED:
            size, at = _varint(message, at)
        elif wire_type in _FIXED_BYTES:
            size = _FIXED_BYTES[wire_type]
        else:
            raise GraphError("damaged: not an ONNX file")
        if at + size > len(message):
            raise GraphError("damaged: the file ends too early")
        yield tag >> 3, message[at : at + size]
        at += size


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    """Read a number of variable length; give it, and where the next field starts."""
    number = 0
    for place in range(10):
        if at >= len(message):
            raise GraphError("damaged: the file ends too early")
        byte = message[at]
        at += 1
        number |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return number, at
    raise GraphError("damaged: not an ONNX file")
