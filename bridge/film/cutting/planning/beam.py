"""Beam search: the best few cuts so far are each carried on in their best few ways."""

from __future__ import annotations

import heapq
from time import process_time
from typing import TYPE_CHECKING

from bridge.film.cutting.adding import advanced, total
from bridge.film.cutting.planning.simple import best_steps, greedy, usual_rate
from bridge.film.cutting.tables import Running

if TYPE_CHECKING:
    from bridge.film.cutting.tables import Tables


def beam(
    tables: Tables, *, width: int = 8, ways: int = 6, limit_seconds: float | None = None
) -> Running:
    """Carry the best cuts on, side by side, until all are full.

    Cuts of different lengths are compared by what they earned beyond what their frames usually do.

    Args:
        tables: of the shoot.
        width: cuts that are kept, >= 1.
        ways: in which each is carried on, >= 1.
        limit_seconds: of computing, after which the best is finished greedily; None: no limit.

    Returns:
        The best cut that was found, never worse than the greedy one.
    """
    started = process_time()
    best = greedy(tables)
    going = [Running.of(tables)]
    while going:
        if limit_seconds is not None and process_time() - started > limit_seconds:
            return _better(tables, best, greedy(tables, going[0]))
        following: list[Running] = []
        for cut in going:
            steps = best_steps(tables, cut, ways)
            if not steps:
                best = _better(tables, best, cut)
            following += [advanced(tables, cut, *step) for step in steps]
        going = heapq.nlargest(width, following, key=lambda cut: _lead(tables, cut))
    return best


def _lead(tables: Tables, cut: Running) -> float:
    return total(tables, cut) - usual_rate(tables) * cut.frames / tables.total_frames


def _better(tables: Tables, one: Running, other: Running) -> Running:
    return other if total(tables, other) > total(tables, one) else one
