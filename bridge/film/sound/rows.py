"""Numbers that are kept of a film's sound: few for each second, in one array."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

    from bridge.schema.arrays import AnyArray

_GROWTH: Final = 1.25
_FIRST_ROOM: Final = 256


class Rows:
    """An array that grows at its end, with at most a quarter of it to spare.

    Args:
        columns: numbers a row; None makes each row a bare number.
        dtype: of the numbers.
    """

    def __init__(self, columns: int | None = None, dtype: DTypeLike = np.float32) -> None:
        shape = (_FIRST_ROOM,) if columns is None else (_FIRST_ROOM, columns)
        self._kept: AnyArray = np.zeros(shape, dtype)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def nbytes(self) -> int:
        """How much memory the rows take, room to grow included."""
        return int(self._kept.nbytes)

    def add(self, rows: AnyArray) -> None:
        """Put rows at the end: [row] or [row, column]."""
        end = self._count + len(rows)
        if end > len(self._kept):
            room = max(end, int(len(self._kept) * _GROWTH))
            wider = np.zeros((room, *self._kept.shape[1:]), self._kept.dtype)
            wider[: self._count] = self._kept[: self._count]
            self._kept = wider
        self._kept[self._count : end] = rows
        self._count = end

    def all(self) -> AnyArray:
        """Give every row so far, as a view: [row] or [row, column]."""
        return self._kept[: self._count]
