"""Black bars above and below, or left and right of, a film's picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from bridge.schema.arrays import AnyArray

_BLACK: Final = 24
"""Luma of 255 that a bar stays below: video black is 16, and compression adds a little."""
_WIDEST: Final = 0.3
"""Share of the picture that one bar takes at most: 4:3 in a picture of 21:9 has bars of 0.22."""
_UNEVEN: Final = 0.02
"""Share of the picture by which two bars may differ."""


def without_bars(picture: AnyArray) -> AnyArray:
    """Cut off black bars, where there is one on both sides and they are equally wide.

    A dark edge on one side alone is part of the scene, and so is a picture that is all dark.

    Args:
        picture: uint8 [row, column, rgb=3].

    Returns:
        A view of the same picture, at least two fifths as high and as wide.
    """
    import numpy as np

    brightest = np.maximum(np.maximum(picture[..., 0], picture[..., 1]), picture[..., 2])
    top, bottom = _inside(brightest.max(1))
    left, right = _inside(brightest.max(0))
    return picture[top:bottom, left:right]


def _inside(edge: AnyArray) -> tuple[int, int]:
    """Give where the picture begins and ends, of the brightest value in each row or column."""
    size = len(edge)
    bright = (edge >= _BLACK).nonzero()[0]
    if len(bright) == 0:
        return 0, size
    first, last = int(bright[0]), size - 1 - int(bright[-1])
    even = abs(first - last) <= max(1, round(_UNEVEN * size))
    if not even or min(first, last) == 0 or max(first, last) > _WIDEST * size:
        return 0, size
    return first, size - last
