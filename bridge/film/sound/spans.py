"""Stretches of a film's sound, found in rows of numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bridge.schema.arrays import AnyArray


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of rows."""

    start: int
    """Its first row."""
    end: int
    """The first row after it."""

    def __len__(self) -> int:
        return self.end - self.start


def runs(flags: AnyArray) -> list[Run]:
    """Give the stretches in which flags are up.

    Args:
        flags: bool [row].
    """
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
    return [Run(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def held_runs(chances: AnyArray, *, begins: float, lasts: float) -> list[Run]:
    """Give stretches that reach one level somewhere and never fall below another.

    Args:
        chances: [row].
        begins: each stretch reaches it.
        lasts: each row of a stretch is at least so high; below `begins`.
    """
    return [run for run in runs(chances >= lasts) if chances[run.start : run.end].max() >= begins]


def joined(found: Iterable[Run], *, gap: int) -> list[Run]:
    """Join stretches that are at most `gap` rows apart."""
    kept: list[Run] = []
    for run in found:
        if kept and run.start - kept[-1].end <= gap:
            kept[-1] = Run(kept[-1].start, run.end)
        else:
            kept.append(run)
    return kept


def at_least(found: Iterable[Run], rows: int) -> list[Run]:
    """Keep the stretches of at least so many rows."""
    return [run for run in found if len(run) >= rows]
