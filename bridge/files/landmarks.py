"""Points that were found on a scan, in a file: JSON, `{"nose_tip": [0.0, -0.1, 1.5], ...}`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from bridge.errors import FileFormatError, RangeError
from bridge.files.disk import read_bytes
from bridge.schema.character_mesh import Landmark

_MOST_BYTES: Final = 2**20
_DAMAGE: Final = (
    ValueError, TypeError, AttributeError, OverflowError, RecursionError, RangeError,
)  # fmt: skip
"""What reading something else raises."""
_FORM: Final = 'write it as {"nose_tip": [0.0, -0.1, 1.5], "left_elbow": [...], ...}'


def read_landmarks(path: Path) -> tuple[Landmark, ...]:
    """Read landmarks.

    Args:
        path: a JSON file of names, each with three numbers in the unit and axes of the scan.

    Raises:
        NotFoundError: there is no such file.
        FileFormatError: it holds something else; the message shows how to write it.
        StorageError: the disk failed while reading.
    """
    content = read_bytes(path, kind="landmarks", max_bytes=_MOST_BYTES)
    try:
        told = json.loads(content)
        return tuple(Landmark(name, *map(_number, point)) for name, point in told.items())
    except _DAMAGE as error:
        raise FileFormatError(f"{path} holds no landmarks ({error}); {_FORM}") from error


def _number(told: object) -> float:
    if isinstance(told, bool) or not isinstance(told, int | float):
        raise TypeError(f"{told!r} is no number")
    return float(told)
