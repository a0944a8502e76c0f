"""Where somebody moves on the screen, by following their box from picture to picture.

It is what an editor means by screen direction: seen in the picture, whatever the camera does. A
pan that follows a runner leaves them `still`; a pan across someone who sits lets them move.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from bridge.schema.arrays import AnyArray, FloatArray
    from bridge.schema.shots import ScreenDirection

_LEAST_STEPS: Final = 3
"""Pictures that somebody must be followed over."""
_ACROSS: Final = 0.12
"""Share of the picture's width that is a move to the left or right."""
_GROWTH: Final = 0.45
"""Doublings of the height that are a move toward or away."""
_FOLLOWS: Final = 0.2
"""How far a box's middle may go between two pictures, beside half of its own width."""
_LIKE: Final = 1.6
"""By how much a box's height may change between two pictures."""
_EVEN: Final = 0.5
"""Share of the way there that must be left when ways back are taken off."""


def follow(boxes: AnyArray) -> FloatArray:
    """Follow the person who is largest where they are largest.

    Args:
        boxes: [picture, person, edge=4], the largest first; left, top, width, height, shares of
            the picture; all 0: nobody.

    Returns:
        float32 [step, 5]: number of the picture, then middle across, middle down, width, height;
        pictures in which they are not found are left out.
    """
    import numpy as np

    sizes = boxes[:, :, 2] * boxes[:, :, 3]
    if sizes.size == 0 or sizes.max() == 0:
        return np.zeros((0, 5), np.float32)
    begin = int(sizes[:, 0].argmax())
    start = boxes[begin, 0].astype(np.float32)
    after = _onward(boxes, range(begin + 1, len(boxes)), start)
    before = _onward(boxes, range(begin - 1, -1, -1), start)
    path = [*reversed(before), _step(begin, start), *after]
    return np.array(path, np.float32)


def direction(path: FloatArray) -> ScreenDirection:
    """Say where somebody moves.

    Args:
        path: from `follow`.

    Returns:
        The greater of what is seen across and in size; up and down are not told.
    """
    import numpy as np

    if len(path) < _LEAST_STEPS:
        return "still"
    across = _travel(path[:, 1]) / _ACROSS
    growth = _travel(np.log2(np.maximum(path[:, 4], 1e-3))) / _GROWTH
    if max(abs(across), abs(growth)) < 1:
        return "still"
    if abs(across) >= abs(growth):
        return "right" if across > 0 else "left"
    return "toward" if growth > 0 else "away"


def _travel(values: FloatArray) -> float:
    """Give how far values go in all, 0 where they go back and forth more than on."""
    import numpy as np

    smooth = np.convolve(values, np.ones(3) / 3, "valid") if len(values) > 4 else values
    whole = float(smooth[-1] - smooth[0])
    wandered = float(np.abs(np.diff(smooth)).sum())
    return whole if abs(whole) >= _EVEN * wandered else 0.0


def _onward(boxes: AnyArray, order: range, start: FloatArray) -> list[FloatArray]:
    """Follow a box from picture to picture; two pictures without it end the way."""
    steps: list[FloatArray] = []
    last, missed = start, 0
    for index in order:
        found = _next(boxes[index].astype(start.dtype), last)
        if found is None:
            missed += 1
            if missed > 1:
                break
            continue
        last, missed = found, 0
        steps.append(_step(index, found))
    return steps


def _next(candidates: FloatArray, last: FloatArray) -> FloatArray | None:
    """Give the box that is most like the last one, or None."""
    best, found = 1.0, None
    for box in candidates:
        if box[3] <= 0 or not 1 / _LIKE < box[3] / last[3] < _LIKE:
            continue
        gap = abs(box[0] + box[2] / 2 - last[0] - last[2] / 2) / (_FOLLOWS + last[2] / 2)
        gap += abs(box[1] + box[3] / 2 - last[1] - last[3] / 2) / (_FOLLOWS + last[3] / 2)
        if gap < best:
            best, found = float(gap), box
    return found


def _step(index: int, box: FloatArray) -> FloatArray:
    """Give a row of a path."""
    import numpy as np

    left, top, width, height = box.tolist()
    row = [index, left + width / 2, top + height / 2, width, height]
    return np.array(row, np.float32)
