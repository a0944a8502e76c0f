"""Which shots are takes of one another, and which of them is the best.

Two shots are takes where they show the same (their embeddings point one way) in the same framing
(their key frames are light and dark in the same places). The limit was set on the 57 shots of the
project's footage: it joins all halves of a shot, and all shots with themselves regraded and a
little reframed; of 1398 pairs of other shots it joins none, and of shots with themselves from twice
as near one in nine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from bridge.film.importance import Regarded
    from bridge.film.look.gathering import ShotLook
    from bridge.schema.arrays import AnyArray, FloatArray

_TAKES_FROM: Final = 0.7
"""Nearness from which two shots are takes."""
_BIT_COST: Final = 0.006
"""What each of the 64 bits that differ in two outlines takes off the likeness of embeddings."""
_BITS: Final = 64


@dataclass(frozen=True, slots=True)
class Taken:
    """Where a shot stands among its takes."""

    take: int
    """Shots with the same number are takes of one another; from 1."""
    is_best: bool
    """The best of them."""


def group_takes(looks: Sequence[ShotLook], regarded: Sequence[Regarded]) -> tuple[Taken, ...]:
    """Group shots that show the same, framed alike; of each group the best shot one is the best.

    A shot joins the takes that it is nearest to on average, so that a slow change over many shots
    does not make takes of its two ends.

    Args:
        looks: of every shot, in the order of the film.
        regarded: how much each is worth; its quality decides, of equals the first.
    """
    import numpy as np

    if not looks:
        return ()
    directions = np.array([look.embedding for look in looks], np.float32)  # [shot, embedding]
    outlines = _signs_of_bits([look.outline for look in looks])  # [shot, bit]
    groups: list[list[int]] = []
    numbers = np.zeros(len(looks), np.int64)
    for place in range(len(looks)):
        differing = (_BITS - outlines[:place] @ outlines[place]) / 2
        nearness = directions[:place] @ directions[place] - _BIT_COST * differing
        number = _nearest(nearness, numbers[:place], len(groups))
        if number == len(groups):
            groups.append([])
        groups[number].append(place)
        numbers[place] = number
    best = {max(group, key=lambda place: regarded[place].quality) for group in groups}
    return tuple(Taken(int(number) + 1, place in best) for place, number in enumerate(numbers))


def _nearest(nearness: FloatArray, numbers: AnyArray, count: int) -> int:
    """Give the group whose shots are nearest on average; a new one where none is near enough."""
    import numpy as np

    if count == 0:
        return 0
    sums = np.bincount(numbers, nearness, count)
    means = sums / np.bincount(numbers, minlength=count)
    best = int(means.argmax())
    return best if means[best] >= _TAKES_FROM else count


def _signs_of_bits(outlines: Sequence[int]) -> FloatArray:
    """Give the bits of outlines as -1 and 1: float32 [shot, bit=64]."""
    import numpy as np

    packed = np.array(outlines, ">u8").view(np.uint8).reshape(len(outlines), 8)
    return np.unpackbits(packed, axis=1).astype(np.float32) * 2 - 1
