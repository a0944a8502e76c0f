"""What is seen at each frame of a timeline: which frames of which clips, and how they mix."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from bridge.schema.layout import Change, Lane, Layout, Piece

_THROUGH_BLACK = ("dip", "fade")
"""A transition with such a word in its name goes through black."""


@dataclass(frozen=True, slots=True)
class Glimpse:
    """A frame of a clip, laid over what lies below."""

    piece: Piece | None
    """The clip; None: black."""
    frame: int
    """Of its media, by their timecode; it may lie outside them."""
    share: float
    """0: it isn't seen .. 1: nothing below it is."""


def source_frame(piece: Piece, frame: int, rate: Fraction) -> int:
    """Say which frame of its media a clip shows.

    Args:
        piece: the clip.
        frame: of the timeline; before or after the clip, it is what it would show there.
        rate: of the timeline, frames a second.

    Returns:
        The frame by its timecode. Played backwards, a clip begins with the last frame it takes.
    """
    passed = (frame - piece.record.start) * piece.speed * piece.rate / rate
    if piece.speed >= 0:
        return floor(piece.source_start + passed)
    return ceil(piece.source_start + piece.source_count(rate) + passed) - 1


def glimpses(layout: Layout) -> Iterator[tuple[Glimpse, ...]]:
    """Give for every frame of a timeline what is seen, the lowest first; nothing: black."""
    lanes = [_Seen(lane, layout.rate) for lane in layout.of_kind("Video") if lane.enabled]
    for frame in range(layout.frame_count):
        pile = [glimpse for lane in lanes for glimpse in lane.at(frame)]
        solid = [place for place, glimpse in enumerate(pile) if glimpse.share >= 1.0]
        yield tuple(pile[solid[-1] if solid else 0 :])


def joined(lane: Lane, change: Change) -> tuple[Piece | None, Piece | None]:
    """Give the clips that a transition leaves and leads to, of those that are seen or heard."""
    seen = [piece for piece in lane.pieces if piece.enabled]
    leaves = next((piece for piece in seen if piece.record.stop == change.cut), None)
    leads = next((piece for piece in seen if piece.record.start == change.cut), None)
    return leaves, leads


class _Seen:
    """What is seen of one track."""

    def __init__(self, lane: Lane, rate: Fraction) -> None:
        self._rate = rate
        self._pieces = [piece for piece in lane.pieces if piece.enabled]
        self._starts = [piece.record.start for piece in self._pieces]
        ordered = sorted(lane.changes, key=lambda change: change.cut)
        pairs = [(change, *joined(lane, change)) for change in ordered]
        self._changes = [pair for pair in pairs if pair[1] or pair[2]]
        self._change_starts = [change.cut - change.before for change, _, _ in self._changes]

    def at(self, frame: int) -> Iterator[Glimpse]:
        """Give what is seen at a frame, the lowest first."""
        place = bisect_right(self._change_starts, frame) - 1
        if place >= 0:
            change, leaves, leads = self._changes[place]
            if frame < change.cut + change.after:
                yield from self._mixed(frame, change, leaves, leads)
                return
        place = bisect_right(self._starts, frame) - 1
        if place >= 0 and frame in self._pieces[place].record:
            yield self._glimpse(self._pieces[place], frame, 1.0)

    def _mixed(
        self, frame: int, change: Change, leaves: Piece | None, leads: Piece | None
    ) -> Iterator[Glimpse]:
        """Give what is seen in a transition; its frames are weighed by their middles."""
        passed = frame - change.cut + change.before
        share = (passed + 0.5) / (change.before + change.after)
        named = f"{change.kind} {change.name}".lower()
        if leaves and leads and any(word in named for word in _THROUGH_BLACK):
            yield Glimpse(None, 0, 1.0)
            seen, share = (leaves, 1 - 2 * share) if share < 0.5 else (leads, 2 * share - 1)
            yield self._glimpse(seen, frame, share)
        elif leaves and leads:
            yield self._glimpse(leaves, frame, 1.0)
            yield self._glimpse(leads, frame, share)
        elif leads:
            yield self._glimpse(leads, frame, share)
        elif leaves:
            yield self._glimpse(leaves, frame, 1 - share)

    def _glimpse(self, piece: Piece, frame: int, share: float) -> Glimpse:
        return Glimpse(piece, source_frame(piece, frame, self._rate), share)
