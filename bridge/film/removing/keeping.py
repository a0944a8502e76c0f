"""What is left of a film when its unwanted parts are taken out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from bridge.schema.removal import Unwanted


def kept_parts(count: int, unwanted: Iterable[Unwanted], *, shortest: int) -> list[range]:
    """Give the frames that stay, in order.

    Args:
        count: frames of the film.
        unwanted: what goes; parts may lie over one another.
        shortest: fewer frames between two parts that go are no shot: they go, too.
    """
    edges = [0]
    for one in sorted(unwanted, key=lambda part: part.frames.start):
        start, stop = max(0, one.frames.start), min(count, one.frames.stop)
        if start > edges[-1] or len(edges) == 1:
            edges += [start, stop]
        else:
            edges[-1] = max(edges[-1], stop)
    edges.append(count)
    spans = [range(start, stop) for start, stop in zip(edges[::2], edges[1::2], strict=True)]
    return [span for span in spans if len(span) >= (shortest if len(spans) > 1 else 1)]


def removed_parts(
    count: int, kept: Sequence[range], unwanted: Sequence[Unwanted]
) -> list[tuple[range, tuple[Unwanted, ...]]]:
    """Give the frames that go, each stretch with all the reasons for it.

    Args:
        count: frames of the film.
        kept: as `kept_parts` gives them.
        unwanted: what was to go.
    """
    edges = [0, *(edge for part in kept for edge in (part.start, part.stop)), count]
    gaps = [range(start, stop) for start, stop in list(pairwise(edges))[::2] if stop > start]
    return [(gap, tuple(one for one in unwanted if _overlap(one.frames, gap))) for gap in gaps]


def _overlap(one: range, other: range) -> bool:
    return one.start < other.stop and other.start < one.stop
