"""The best cut there is, by dynamic programming, where there are few shots.

Cuts that have shown the same spans, ended alike and used as many of each joint can earn the same
from then on: of those only the best is carried on. A cut is dropped, too, when even the most that
its missing frames could earn would not make it the best.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from bridge.errors import RequestError
from bridge.film.cutting.adding import advanced, gains, total
from bridge.film.cutting.limits import frames_left
from bridge.film.cutting.planning.beam import beam
from bridge.film.cutting.styles import PARTS
from bridge.film.cutting.tables import Running

if TYPE_CHECKING:
    from bridge.film.cutting.tables import Tables

MOST_STATES: Final = 400_000
"""More different cuts are not looked at."""


def exact(tables: Tables, *, most_states: int = MOST_STATES) -> Running:
    """Find the best cut.

    Args:
        tables: of a small shoot: some eight shots with a few spans each.
        most_states: different cuts that are looked at.

    Raises:
        RequestError: there are more.
    """
    best = beam(tables, width=64, ways=16)
    going: dict[tuple[object, ...], Running] = {(): Running.of(tables)}
    looked = 0
    while going:
        following: dict[tuple[object, ...], Running] = {}
        for cut in going.values():
            looked += 1
            if looked > most_states:
                raise RequestError("too many cuts to look at all of them; use a beam")
            for step in _steps(tables, cut):
                longer = advanced(tables, cut, *step)
                if total(tables, longer) > total(tables, best):
                    best = longer
                if total(tables, longer) + _most_more(tables, longer) <= total(tables, best):
                    continue
                key = _key(longer)
                other = following.get(key)
                if other is None or total(tables, longer) > total(tables, other):
                    following[key] = longer
        going = following
    return best


def _steps(tables: Tables, cut: Running) -> list[tuple[int, int]]:
    if not frames_left(tables, cut):
        return []
    table = gains(tables, cut)
    columns = table.shape[1]
    places = np.flatnonzero(np.isfinite(table).ravel())
    return [(int(place) // columns, int(place) % columns) for place in places]


def _most_more(tables: Tables, cut: Running) -> float:
    """Give the most that what is missing of a cut can earn."""
    coverage = PARTS.index("coverage")
    covered = min(1.0, cut.covered / tables.most_worth)
    rest = float(tables.weights.sum() - tables.weights[coverage])
    missing = frames_left(tables, cut) / tables.total_frames
    return rest * missing + float(tables.weights[coverage]) * (1 - covered)


def _key(cut: Running) -> tuple[object, ...]:
    return (
        cut.open.tobytes(),
        cut.ceiling.tobytes(),
        cut.shown.tobytes(),
        cut.last,
        cut.last_end,
        cut.recent,
        tuple(cut.joints),
        cut.frames,
    )
