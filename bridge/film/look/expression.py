"""Which expression a face shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bridge.film.look.scaling import scaled

if TYPE_CHECKING:
    from bridge.film.look.sightings import Face
    from bridge.runtime.session import Model
    from bridge.schema.arrays import AnyArray

EXPRESSION_MODEL: Final = "film/expression"
"""A small network trained on FER-2013, see its card."""
_SIDE: Final = 64
_LEAST_ROWS: Final = 30
"""Height of a face, in pixels, below which nothing can be read in it."""
_LEAST_FRONTAL: Final = 0.3
"""How frontal a face must be: in profile the network guesses."""
_LEAST_CONFIDENCE: Final = 0.7
_ROOM: Final = 1.1
"""How much larger than the face the picture is that the network sees."""
_LUMA: Final = (0.299, 0.587, 0.114)


def read_expression(model: Model, picture: AnyArray, face: Face) -> tuple[float, ...] | None:
    """Read the expression of a face.

    Args:
        model: `film/expression`.
        picture: uint8 [row, column, rgb=3], without black bars.
        face: one that was found there.

    Returns:
        The probability of each of `mood.EXPRESSIONS`; None: the face is too small, too much from
        the side, or not surely a face.
    """
    import numpy as np

    rows, columns = picture.shape[:2]
    clear = face.frontal >= _LEAST_FRONTAL and face.confidence >= _LEAST_CONFIDENCE
    if face.box.height * rows < _LEAST_ROWS or not clear:
        return None
    half = _ROOM * max(face.box.height * rows, face.box.width * columns) / 2
    middle = (face.box.top + face.box.height / 2) * rows
    center = (face.box.left + face.box.width / 2) * columns
    top, bottom = max(0, round(middle - half)), min(rows, round(middle + half))
    left, right = max(0, round(center - half)), min(columns, round(center + half))
    if min(bottom - top, right - left) < half:
        return None  # half of the face is outside the picture
    grey = picture[top:bottom, left:right] @ np.array(_LUMA, np.float32)
    pixels = scaled(grey, _SIDE, _SIDE)[None, :, :, None] / np.float32(255)
    return tuple(model.run("expression", picture=pixels)["expressions"][0].tolist())
