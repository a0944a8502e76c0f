"""Checks of what Segue answers: nothing that fails one of them is used.

Each raises BridgeError.
"""

import base64
import binascii
import math
from typing import Any, Final

import numpy as np

from .trouble import strange

NAME_LENGTH: Final = 63
"""Blender's own limit, in bytes."""
_WORDS_LENGTH: Final = 80


def number(told: object, furthest: float) -> float:
    """Check one number."""
    if isinstance(told, bool) or not isinstance(told, int | float):
        raise strange("a number is missing")
    if not abs(told) <= furthest:  # so that what is no number fails, too
        raise strange("a number is out of range")
    return float(told)


def an_object(told: object) -> dict[str, Any]:
    """Check that it is a JSON object."""
    if not isinstance(told, dict):
        raise strange("its answer has another form")
    return told


def some(told: object, most: int) -> list[Any]:
    """Check that it is a list, or left out."""
    if told is None:
        return []
    if not isinstance(told, list) or len(told) > most:
        raise strange("its answer has another form")
    return told


def words(told: object) -> str:
    """Check words for a person, and keep what fits on a line."""
    if not isinstance(told, str):
        raise strange("words are missing")
    return "".join(sign for sign in told if sign.isprintable())[:_WORDS_LENGTH]


def a_name(told: object) -> str:
    """Check a name that Blender can hold."""
    if not isinstance(told, str) or not told.isprintable() or not told:
        raise strange("a name is missing")
    if len(told.encode("utf-8", "replace")) > NAME_LENGTH:
        raise strange("a name is too long")
    return told


def names(told: dict[str, Any], field: str, most: int) -> list[str]:
    """Check names, each of which is there once."""
    found = [a_name(one) for one in some(told.get(field), most)]
    if not found or len(set(found)) != len(found):
        raise strange(f"{field} has no names, or one twice")
    return found


def count(told: dict[str, Any], field: str, most: int) -> int:
    """Check a count."""
    found = told.get(field)
    if isinstance(found, bool) or not isinstance(found, int) or not 1 <= found <= most:
        raise strange(f"{field} is out of range")
    return found


def unpacked(told: object, field: str) -> bytes:
    """Unpack base64."""
    if not isinstance(told, str):
        raise strange(f"{field} is missing")
    try:
        return base64.b64decode(told, validate=True)
    except (binascii.Error, ValueError) as error:
        raise strange(f"{field} is no base64") from error


def row_count(told: dict[str, Any], field: str, row_bytes: int, most: int) -> int:
    """Give how many rows a field has, by its length."""
    packed = told.get(field)
    size = len(unpacked(packed, field)) if isinstance(packed, str) else 0
    if size % row_bytes or not 1 <= size // row_bytes <= most:
        raise strange(f"{field} has a wrong size")
    return size // row_bytes


def _array(told: dict[str, Any], field: str, size: tuple[int, ...], form: Any) -> np.ndarray:
    content = unpacked(told.get(field), field)
    form = np.dtype(form).newbyteorder("<")
    if len(content) != math.prod(size) * form.itemsize:
        raise strange(f"{field} has a wrong size")
    return np.frombuffer(content, form).reshape(size)


def numbers(told: dict[str, Any], field: str, size: tuple[int, ...], furthest: float) -> np.ndarray:
    """Unpack float32 numbers, all of them finite and near enough to 0."""
    found = _array(told, field, size, np.float32).astype(np.float32)
    if not np.isfinite(found).all() or (found.size and np.abs(found).max() > furthest):
        raise strange(f"{field} has numbers that make no sense")
    return found


def indices(
    told: dict[str, Any], field: str, size: tuple[int, ...], end: int, form: Any = np.int32
) -> np.ndarray:
    """Unpack whole numbers, 0 .. `end` - 1."""
    found = _array(told, field, size, form)
    if found.size and (found.min() < 0 or found.max() >= end):
        raise strange(f"{field} points beyond its end")
    return found.astype(form)
