"""What a .glb file says, before anybody makes something of it."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import numpy as np

from bridge.errors import FileFormatError, RangeError
from bridge.schema.arrays import RealArray
from bridge.schema.rotations import turned_by

_MAGIC: Final = b"glTF"
_JSON_CHUNK: Final = 0x4E4F534A
_BINARY_CHUNK: Final = 0x004E4942
_PACKED: Final = {
    "KHR_draco_mesh_compression": "Draco",
    "EXT_meshopt_compression": "meshopt",
    "KHR_meshopt_compression": "meshopt",
}
_DAMAGE: Final = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError,
                  MemoryError, RecursionError)  # fmt: skip
"""What a document raises that is not as the specification has it."""


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Refuse in one line what is damaged; `name` is what the file is called in messages.

    Raises:
        FileFormatError: what was read inside is not as the specification has it.
    """
    try:
        with np.errstate(all="ignore"):  # numbers that are none are refused at the end
            yield
    except FileFormatError as error:
        raise FileFormatError(f"{name} cannot be read: {error}") from error
    except RangeError as error:
        raise FileFormatError(f"{name} holds no body: {error}; export it again") from error
    except _DAMAGE as error:
        reason = f"no {error}" if isinstance(error, KeyError) else str(error) or "too large"
        raise FileFormatError(f"{name} is damaged ({reason}); export it again") from error


def document_of(content: bytes) -> tuple[Mapping[str, Any], bytes]:
    """Take a file apart: its document and its buffer; both within `reading`.

    Raises:
        FileFormatError: it is no .glb file, cut off, of another version, or compressed.
    """
    if content[:4] != _MAGIC:
        raise FileFormatError("it is no .glb file; export one as glTF binary")
    if len(content) < 20:
        raise FileFormatError("it is cut off; copy it again")
    version, length = struct.unpack_from("<II", content, 4)
    if version != 2:
        raise FileFormatError(f"it is of version {version} of glTF; export it as version 2")
    if length > len(content):
        raise FileFormatError(f"it is cut off at {len(content)} of {length} bytes; copy it again")
    found: dict[int, bytes] = {}
    place = 12
    while place + 8 <= length:
        size, kind = struct.unpack_from("<II", content, place)
        found.setdefault(kind, content[place + 8 : place + 8 + size])
        place += 8 + size
    document = json.loads(found[_JSON_CHUNK])
    if not isinstance(document, dict):
        raise TypeError("its document is no object")
    _refuse_packed(document)
    return document, found.get(_BINARY_CHUNK, b"")


def _refuse_packed(document: Mapping[str, Any]) -> None:
    """Refuse what is compressed."""
    for extension in document.get("extensionsRequired", ()):
        if extension in _PACKED:
            raise FileFormatError(
                f"it is compressed by {_PACKED[extension]}; export it without compression"
            )


def local(node: Mapping[str, Any]) -> RealArray:
    """Give what takes a node to its parent, [4, 4]."""
    if "matrix" in node:
        return np.array(node["matrix"], np.float64).reshape(4, 4).T
    x, y, z, w = (float(value) for value in node.get("rotation", (0.0, 0.0, 0.0, 1.0)))
    turn = turned_by(np.array([w, x, y, z]))
    found = np.eye(4)
    found[:3, :3] = turn * np.array(node.get("scale", (1.0, 1.0, 1.0)), np.float64)
    found[:3, 3] = np.array(node.get("translation", (0.0, 0.0, 0.0)), np.float64)
    return found
