"""Scale small pictures the way a lens would: every pixel counts by how much of it is covered."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from bridge.schema.arrays import AnyArray, FloatArray

_KEPT: Final = 64
"""Tables of weights that are remembered: a film has few sizes of pictures."""


def scaled(picture: AnyArray, rows: int, columns: int) -> FloatArray:
    """Scale a picture to another size; its aspect may change.

    Args:
        picture: [row, column] or [row, column, channel], any numbers.
        rows: of the answer, >= 1.
        columns: of the answer, >= 1.

    Returns:
        float32, the same axes: smaller by averaging areas, larger by straight lines between.
    """
    import numpy as np

    answer = picture.astype(np.float32)
    if picture.shape[0] != rows:
        answer = np.tensordot(_weights(picture.shape[0], rows), answer, axes=1)
    if picture.shape[1] != columns:
        across = _weights(picture.shape[1], columns)
        answer = np.moveaxis(np.tensordot(across, answer, axes=(1, 1)), 0, 1)
    return np.ascontiguousarray(answer)


@lru_cache(maxsize=_KEPT)
def _weights(before: int, after: int) -> FloatArray:
    """How much each old pixel counts in each new one: float32 [after, before], rows sum to 1."""
    import numpy as np

    ratio = before / after
    centers = (np.arange(after) + 0.5) * ratio - 0.5
    distances = np.abs(np.arange(before) - centers[:, None]) / max(1.0, ratio)
    weights = np.maximum(0.0, 1.0 - distances)
    weights /= weights.sum(1, keepdims=True)
    return weights.astype(np.float32)
