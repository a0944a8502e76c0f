"""What nouns of arrays refuse."""

from __future__ import annotations

import numpy as np

from bridge.errors import RangeError
from bridge.schema.arrays import AnyArray


def check_numbers(
    name: str, array: AnyArray, size: tuple[int, ...], kind: type = np.float32
) -> None:
    """Refuse an array of another size or kind, and numbers that are none.

    Raises:
        RangeError: the message begins with `name`.
    """
    if array.shape != size or array.dtype != kind:
        raise RangeError(f"{name} must be {kind.__name__} {size}, not {array.dtype} {array.shape}")
    if not np.isfinite(array).all():
        raise RangeError(f"{name} must be finite numbers")


def check_parents(what: str, parents: tuple[int, ...], count: int) -> None:
    """Refuse bones or joints (`what`) that do not come after what they hang on; -1: nothing.

    Raises:
        RangeError: they are not `count`, or in another order.
    """
    if len(parents) != count:
        raise RangeError(f"{count} {what}s need as many parents, not {len(parents)}")
    for place, parent in enumerate(parents):
        if not -1 <= parent < place:
            raise RangeError(f"{what} {place} must come after its parent {parent}")
