"""What is kept of each picture that was looked at: one small row, of known size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bridge.film.look.boxes import in_picture
from bridge.film.look.mood import EXPRESSIONS
from bridge.film.look.palette import COLOURS
from bridge.film.look.scale import SCALES

if TYPE_CHECKING:
    import numpy as np

    from bridge.film.look.sightings import Found
    from bridge.schema.arrays import AnyArray
    from bridge.schema.shots import Box

MOST: Final = 6
"""Faces, people, things and classes that are kept of a picture; people are counted beyond."""
FIELDS: Final = (
    ("at", "f8", ()),
    ("picture", "f4", (6,)),
    ("change", "f4", ()),
    ("dark", "f2", ()),
    ("sky", "f2", ()),
    ("colours", "f2", (COLOURS, 4)),
    ("embedding", "f2", (128,)),
    ("class_numbers", "i2", (MOST,)),
    ("class_shares", "f2", (MOST,)),
    ("people", "u1", ()),
    ("faces", "u1", ()),
    ("frontal", "f2", ()),
    ("people_boxes", "f2", (MOST, 4)),
    ("face_boxes", "f2", (MOST, 4)),
    ("thing_kinds", "i1", (MOST,)),
    ("thing_sureness", "f2", (MOST,)),
    ("expressed", "?", ()),
    ("expressions", "f2", (len(EXPRESSIONS),)),
    ("scale", "f2", (len(SCALES),)),
    ("outline", "u8", ()),
)
"""Of a row: when (in units of the film's clock), then what was measured, seen and guessed. Boxes
are left, top, width and height; missing ones are all 0, a missing kind is -1. `change` is how much
the luma of 18 x 32 patches differs from the picture before, on average. `outline` is 64 bits
that say whether it grows brighter from patch to patch (a difference hash)."""
_FIRST_ROWS: Final = 256


class Samples:
    """Rows, in the order of time, in one array that grows."""

    def __init__(self) -> None:
        import numpy as np

        self._kind = np.dtype(list(FIELDS))
        self._rows = np.zeros(_FIRST_ROWS, self._kind)
        self._count = 0

    @property
    def row_bytes(self) -> int:
        """Memory of a row."""
        return int(self._kind.itemsize)

    def new(self) -> np.void:
        """Add a row of zeros, and give it to be filled."""
        import numpy as np

        if self._count == len(self._rows):
            grown = np.zeros(2 * self._count, self._kind)
            grown[: self._count] = self._rows
            self._rows = grown
        row: np.void = self._rows[self._count]
        row["thing_kinds"] = -1
        self._count += 1
        return row

    def all(self) -> AnyArray:
        """Give all rows there are."""
        return self._rows[: self._count]

    def between(self, start: float, end: float) -> AnyArray:
        """Give the rows of a span, or the nearest one where none falls into it.

        Args:
            start: in units of the film's clock.
            end: the first that is outside.

        Returns:
            At least one row, unless there is none at all.
        """
        import numpy as np

        rows = self.all()
        first, last = np.searchsorted(rows["at"], (start - 1e-6, end - 1e-6))
        if last > first or len(rows) == 0:
            return rows[first:last]
        middle = (start + end) / 2
        nearest = int(np.abs(rows["at"] - middle).argmin())
        return rows[nearest : nearest + 1]


def box_row(box: Box) -> tuple[float, float, float, float]:
    """Give a box as a row holds it, cut at the picture's edges."""
    inside = in_picture(box)
    return inside.left, inside.top, inside.width, inside.height


def put_boxes(room: AnyArray, found: tuple[Found, ...]) -> None:
    """Write the boxes of what was found into a row's room, as many as fit."""
    for place, thing in zip(range(len(room)), found, strict=False):
        room[place] = box_row(thing.box)


def outline(luma: AnyArray) -> int:
    """Say, for 8 by 8 patches, whether each is darker than its right neighbour.

    Args:
        luma: float32 [row, column].

    Returns:
        64 bits; pictures that show the same differ in few of them.
    """
    import numpy as np

    from bridge.film.look.scaling import scaled

    patches = scaled(luma, 8, 9)
    bits = (patches[:, 1:] > patches[:, :-1]).ravel()
    return int(np.packbits(bits).view(">u8")[0])
