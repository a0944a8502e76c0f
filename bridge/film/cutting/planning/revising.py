"""Second thoughts: a cut is revised piece by piece, as an editor does who looks at it again.

At each place another step is tried, and the rest of the cut either follows as it was, as far as it
may, or is planned anew by the rule of thumb; what is better is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import numpy as np

from bridge.film.cutting.adding import advanced, gains, total
from bridge.film.cutting.planning.simple import best_steps, greedy
from bridge.film.cutting.tables import Running

if TYPE_CHECKING:
    from bridge.film.cutting.tables import Tables

_LEAST: Final = 1e-9


def revised(tables: Tables, planned: Running, *, ways: int = 6, steps: int = 3000) -> Running:
    """Try other steps at each place of a cut, and keep what is better.

    Args:
        tables: of the shoot.
        planned: the cut.
        ways: steps that are tried at each place, >= 1.
        steps: that are planned at most, over all trials; it bounds how long this takes.

    Returns:
        A cut that is never worse.
    """
    best, spent, better = planned, 0, True
    while better and spent < steps:
        better, place, before = False, 0, Running.of(tables)
        while place < best.count and spent < steps:
            for trial in _trials(tables, best, before, ways):
                spent += trial.count - place
                if total(tables, trial) > total(tables, best) + _LEAST:
                    best, better = trial, True
            before = advanced(tables, before, *best.chosen[place][:2])
            place += 1
    return best


def _trials(tables: Tables, cut: Running, before: Running, ways: int) -> Iterator[Running]:
    """Give cuts that are another one from one place on; `before` is that one up to there."""
    place = before.count
    rest = [candidate for candidate, _, _ in cut.chosen[place:]]
    for step in best_steps(tables, before, ways):
        if step == cut.chosen[place][:2]:
            continue
        changed = advanced(tables, before, *step)
        yield greedy(tables, changed)
        yield _followed(tables, changed, rest[1:])
        yield _followed(tables, changed, rest)


def _followed(tables: Tables, cut: Running, rest: list[int]) -> Running:
    """Go on with candidates in their order, those that may follow, and then as is best."""
    for candidate in rest:
        worth = gains(tables, cut)[candidate]
        if np.isfinite(worth).any():
            cut = advanced(tables, cut, candidate, int(worth.argmax()))
    return greedy(tables, cut)
