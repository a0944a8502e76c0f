"""Frames on their way from a file to those who watch them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from bridge.errors import check_range

if TYPE_CHECKING:
    from opentimelineio.opentime import RationalTime

    from bridge.schema.arrays import AnyArray

MOST_PIXELS: Final = 4096
"""The widest picture that a tap may ask for."""


@dataclass(frozen=True, slots=True)
class Tap:
    """Which pictures somebody wants of each frame, scaled by averaging areas.

    Pictures are upright and in square pixels before they are scaled: rotation, pixel aspect and
    interlacing are undone, more than 8 bits become 8.
    """

    width: int
    """In pixels, 1..4096."""
    height: int | None = None
    """In pixels, 1..4096; the picture is squeezed into it. None keeps the displayed aspect."""
    grey: bool = False
    """Luma alone, uint8 [row, column]; else RGB, uint8 [row, column, rgb=3]."""
    per_second: float | None = None
    """At most so many pictures in a second of the film, the first frame included; None: all."""

    def __post_init__(self) -> None:
        check_range("width", self.width, 1, MOST_PIXELS)
        if self.height is not None:
            check_range("height", self.height, 1, MOST_PIXELS)
        if self.per_second is not None:
            check_range("per_second", self.per_second, 0.01, 1000)


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One frame of a film."""

    index: int
    """Number in the order of presentation, from 0."""
    at: RationalTime
    """When it is shown, from the first frame: exact, in the units of its `MediaFacts.time_rate`."""
    pictures: Mapping[Tap, AnyArray]
    """One for each tap that is due at this frame."""


FieldOrder = Literal["progressive", "top", "bottom"]
"""Whether a frame is one picture, or two fields, of which this one comes first."""
