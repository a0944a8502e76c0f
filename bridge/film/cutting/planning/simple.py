"""The simplest planners: what adds most comes next, or whatever may."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from bridge.film.cutting.adding import advanced, gains, next_steps
from bridge.film.cutting.limits import frames_left
from bridge.film.cutting.styles import PARTS
from bridge.film.cutting.tables import Running

if TYPE_CHECKING:
    from bridge.film.cutting.tables import Tables
    from bridge.schema.arrays import AnyArray

USUAL: Final = 0.78
"""What each part of the reward of a good cut usually is."""
_MOST_PIECES: Final = 20_000


def greedy(tables: Tables, running: Running | None = None) -> Running:
    """Add what is worth most, until the cut is full or nothing fits.

    Args:
        tables: of the shoot.
        running: a cut to go on with; None: a new one.
    """
    running = Running.of(tables) if running is None else running
    while running.count < _MOST_PIECES and (step := best_step(tables, running)) is not None:
        running = advanced(tables, running, *step)
    return running


def best_step(tables: Tables, running: Running) -> tuple[int, int] | None:
    """Give the candidate and joint that are worth most; None: nothing fits."""
    if not frames_left(tables, running):
        return None
    worth = worths(tables, running)
    place = int(worth.argmax())
    if not np.isfinite(worth.flat[place]):
        return None
    return place // worth.shape[1], place % worth.shape[1]


def best_steps(tables: Tables, cut: Running, ways: int) -> list[tuple[int, int]]:
    """Give candidates and joints that are worth most, the best first; none: nothing fits."""
    if not frames_left(tables, cut):
        return []
    worth = worths(tables, cut)
    flat = worth.ravel()
    places = np.argpartition(-flat, min(ways, len(flat) - 1))[:ways]
    columns = worth.shape[1]
    return [
        (place // columns, place % columns)
        for place in places[np.argsort(-flat[places])].tolist()
        if np.isfinite(flat[place])
    ]


def worths(tables: Tables, running: Running) -> AnyArray:
    """Say what each step is worth, float [candidate, joint].

    That is what it adds, less what its frames usually earn, as they could be spent otherwise; -inf:
    it is not allowed.
    """
    spent = next_steps(tables, running).frames / tables.total_frames
    worth: AnyArray = gains(tables, running) - usual_rate(tables) * spent[:, None]
    return worth


def usual_rate(tables: Tables) -> float:
    """Say what the whole cut usually earns, without what it earns by covering what matters."""
    return USUAL * float(1 - tables.weights[PARTS.index("coverage")])


def at_random(tables: Tables, rng: np.random.Generator) -> Running:
    """Add whatever may come next, all alike, until the cut is full or nothing fits."""
    running = Running.of(tables)
    while frames_left(tables, running):
        may = np.flatnonzero(np.isfinite(gains(tables, running)).ravel())
        if not len(may):
            break
        place = int(rng.choice(may))
        joints = len(running.joints)
        running = advanced(tables, running, place // joints, place % joints)
    return running
