"""Rectangles in a picture: how they overlap, and which of many say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.schema.shots import Box

if TYPE_CHECKING:
    from bridge.schema.arrays import FloatArray


def overlap(one: Box, other: Box) -> float:
    """Give the area that two have in common by the area of both together, 0..1."""
    common = common_area(one, other)
    together = area(one) + area(other) - common
    return common / together if together > 0 else 0.0


def common_area(one: Box, other: Box) -> float:
    """Give the area that two have in common, in shares of the picture."""
    width = min(one.left + one.width, other.left + other.width) - max(one.left, other.left)
    height = min(one.top + one.height, other.top + other.height) - max(one.top, other.top)
    return max(0.0, width) * max(0.0, height)


def area(box: Box) -> float:
    """Give a box's area, in shares of the picture."""
    return max(0.0, box.width) * max(0.0, box.height)


def in_picture(box: Box) -> Box:
    """Cut off what lies outside the picture."""
    left, top = min(1.0, max(0.0, box.left)), min(1.0, max(0.0, box.top))
    right = min(1.0, max(left, box.left + box.width))
    bottom = min(1.0, max(top, box.top + box.height))
    return Box(left, top, right - left, bottom - top)


def separate(corners: FloatArray, scores: FloatArray, most_overlap: float) -> list[int]:
    """Keep the surest of boxes that say the same (greedy non-maximum suppression).

    Args:
        corners: float32 [box, edge=4]: left, top, right, bottom.
        scores: float32 [box].
        most_overlap: intersection over union from which two say the same.

    Returns:
        Which are kept, the surest first.
    """
    import numpy as np

    sizes = (corners[:, 2] - corners[:, 0]) * (corners[:, 3] - corners[:, 1])
    waiting = np.argsort(-scores, kind="stable")
    kept = []
    while len(waiting):
        best, waiting = waiting[0], waiting[1:]
        kept.append(int(best))
        low = np.maximum(corners[best, :2], corners[waiting, :2])
        high = np.minimum(corners[best, 2:], corners[waiting, 2:])
        common = np.maximum(0.0, high - low).prod(1)
        overlaps = common / (sizes[best] + sizes[waiting] - common + 1e-9)
        waiting = waiting[overlaps < most_overlap]
    return kept
