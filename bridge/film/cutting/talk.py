"""When somebody speaks in a shot, and whether a piece of it would cut them off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bridge.film.cutting.shoot import Shoot

Talk = Sequence[tuple[float, float]]
"""From when to when somebody speaks without a pause, seconds of a film, in order."""


def talk_in(shoot: Shoot, shot: int) -> Talk:
    """Give the speech of a shot's film that touches the shot."""
    low, high = float(shoot.start[shot]), float(shoot.end[shot])
    spans = shoot.talk[int(shoot.film[shot])]
    return tuple(span for span in spans if span[0] < high and span[1] > low)


def is_pause(at: float, talk: Talk) -> bool:
    """Say whether nobody speaks at a time."""
    return not any(begin < at < stop for begin, stop in talk)


def spoken_share(talk: Talk, start: float, end: float) -> float:
    """Give the share of a span in which somebody speaks, 0..1."""
    said = sum(max(0.0, min(stop, end) - max(begin, start)) for begin, stop in talk)
    return min(1.0, said / max(end - start, 1e-6))
