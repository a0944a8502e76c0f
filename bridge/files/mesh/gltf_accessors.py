"""Numbers out of the buffers of a glTF document that nobody vouches for."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from bridge.errors import FileFormatError
from bridge.schema.arrays import AnyArray

MAX_ROWS: Final = 20_000_000
"""Of one array; a scan of 5 million vertices has 30 million indices at most as triangles."""
_TYPES: Final = {5120: "i1", 5121: "u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_COLUMNS: Final = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}
_MAX_STRIDE: Final = 252


class Accessors:
    """The arrays of a document.

    Its methods raise LookupError, TypeError or ValueError where the document is damaged.
    """

    def __init__(self, document: Mapping[str, Any], binary: bytes) -> None:
        self._document = document
        self._binary = binary

    def array(self, number: int) -> AnyArray:
        """Read an array, [row, column]; what was normalised becomes -1..1, all else is as kept."""
        told = item(self._document, "accessors", number)
        rows, columns = int(told["count"]), _COLUMNS[told["type"]]
        if not 0 <= rows <= MAX_ROWS:
            raise ValueError(f"an array of {rows} rows")
        kind = np.dtype(_TYPES[told["componentType"]])
        if "bufferView" in told:
            found = self._view(told, told["componentType"], rows, columns).copy()
        else:
            found = np.zeros((rows, columns), kind)
        if "sparse" in told:
            self._replace(found, told)
        if told.get("normalized") and kind.kind in "iu":
            found = np.maximum(found / np.float32(np.iinfo(kind).max), np.float32(-1.0))
        return found

    def _replace(self, found: AnyArray, told: Mapping[str, Any]) -> None:
        """Put in rows that are kept apart."""
        sparse = told["sparse"]
        count = int(sparse["count"])
        if not 0 <= count <= len(found):
            raise ValueError(f"{count} rows of {len(found)} are replaced")
        places = self._view(sparse["indices"], sparse["indices"]["componentType"], count, 1)
        found[places[:, 0]] = self._view(
            sparse["values"], told["componentType"], count, found.shape[1]
        )

    def _view(self, told: Mapping[str, Any], component: int, rows: int, columns: int) -> AnyArray:
        """Look at rows in a buffer, [row, column], without a copy."""
        kind = np.dtype(_TYPES[component])
        view = item(self._document, "bufferViews", told["bufferView"])
        start, length = int(view.get("byteOffset", 0)), int(view["byteLength"])
        buffer = self._buffer(view["buffer"])
        stride = int(view.get("byteStride", kind.itemsize * columns))
        if not 0 < stride <= max(_MAX_STRIDE, kind.itemsize * columns):
            raise ValueError(f"rows {stride} bytes apart")
        if not 0 <= start <= start + length <= len(buffer):
            raise ValueError(f"bytes {start}..{start + length} of {len(buffer)}")
        return np.ndarray(
            (rows, columns),
            kind,
            buffer=memoryview(buffer)[start : start + length],
            offset=int(told.get("byteOffset", 0)),
            strides=(stride, kind.itemsize),
        )

    def _buffer(self, number: int) -> bytes:
        """Give the bytes of a buffer: in this file, never in another."""
        address = item(self._document, "buffers", number).get("uri")
        if address is None:
            return self._binary
        head, _, content = str(address).partition(",")
        if not head.startswith("data:") or not head.endswith(";base64"):
            raise FileFormatError(
                "its numbers lie in another file; export it as one file (.glb), then read that"
            )
        return base64.b64decode(content, validate=True)


def item(document: Mapping[str, Any], kind: str, number: Any) -> dict[str, Any]:
    """Look an entry of a document up.

    Raises:
        LookupError: there is none.
        TypeError: it is no object, or its number is none.
    """
    if not isinstance(number, int) or number < 0:
        raise TypeError(f"{number!r} among its {kind}")
    found = document[kind][number]
    if not isinstance(found, dict):
        raise TypeError(f"number {number} of its {kind} is no object")
    return found
