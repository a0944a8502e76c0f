"""What an edit says about taste: this was liked better than that."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bridge.film.learning.changes import Comparison
from bridge.film.learning.sketching import shape_of
from bridge.schema.film_lessons import CutSketch, SketchPiece

MOST_PAIRS: Final = 12
"""So many pairs of pieces one project says at most, so that it does not drown the others."""

Pair = tuple[CutSketch, CutSketch]
"""What is liked better, and than what."""


def piece_pairs(comparison: Comparison, proposed: CutSketch, final: CutSketch) -> tuple[Pair, ...]:
    """Give pairs of pieces: what replaced another, then what was kept beside what was taken out.

    Args:
        comparison: of the two timelines.
        proposed: the proposed cut, piece by piece.
        final: what was made of it.
    """
    pairs: dict[tuple[str, str], Pair] = {}
    for better, worse in (*_replaced(comparison, proposed, final), *_kept(comparison, proposed)):
        shapes = shape_of((better,)), shape_of((worse,))
        if shapes[0] != shapes[1]:
            pairs.setdefault(shapes, (CutSketch((better,)), CutSketch((worse,))))
    return tuple(pairs.values())[:MOST_PAIRS]


def _replaced(
    comparison: Comparison, proposed: CutSketch, final: CutSketch
) -> Iterator[tuple[SketchPiece, SketchPiece]]:
    for piece, clip in sorted(comparison.match.replaced.items()):
        yield final.pieces[clip], proposed.pieces[piece]


def _kept(comparison: Comparison, proposed: CutSketch) -> Iterator[tuple[SketchPiece, SketchPiece]]:
    """Pair each piece that was taken out with its nearest neighbours that were kept."""
    kept = sorted(comparison.match.now)
    gone = [
        piece
        for piece in range(len(proposed.pieces))
        if piece not in comparison.match.now and piece not in comparison.match.replaced
    ]
    for piece in gone:
        near = sorted(kept, key=lambda other, piece=piece: abs(other - piece))[:2]  # type: ignore[misc]
        for other in near:
            yield proposed.pieces[other], proposed.pieces[piece]
