"""Which clip of a final cut was which piece of the proposed one: by media, range and order."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from bridge.film.learning.assignment import best_pairs
from bridge.film.learning.clips import EditClip
from bridge.film.learning.same_media import SameMedia
from bridge.preference.beliefs import RealArray
from bridge.schema.arrays import IntArray
from bridge.schema.layout import Medium

_ORDER: Final = 0.1
"""How much a place in the order counts beside frames that are shared: it decides between twins."""
_PART: Final = 0.5
"""A clip that shares so much of itself with a piece may be a part of it."""
_NEAR_SECONDS: Final = 10.0
"""Where nobody says what the shots are, frames so near to each other are of one shot."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A piece or a clip, as matching sees it: all frames as the proposed timeline counts them."""

    medium: Medium | None
    """Of the proposed timeline; None: it has not that film."""
    start: float
    """First frame that is shown."""
    end: float
    """First frame after those."""
    shot: int = 0
    """Number of its shot; 0: not known."""
    rate: float = 25.0
    """Of its media, frames a second."""
    rounded: bool = False
    """It was counted at another rate, so that both ends may be a frame off."""

    def shares(self, other: Spot) -> float:
        """Give how many frames two have in common; a still has one."""
        if self.medium is None or self.medium != other.medium:
            return 0.0
        ends = max(self.end, self.start + 1), max(other.end, other.start + 1)
        return max(0.0, min(ends) - max(self.start, other.start))

    def is_of_one_shot(self, other: Spot) -> bool:
        """Say whether two show parts of one shot."""
        if self.medium is None or self.medium != other.medium:
            return False
        if self.shot and other.shot:
            return self.shot == other.shot
        apart = max(self.start, other.start) - min(self.end, other.end)
        return apart <= _NEAR_SECONDS * self.rate


@dataclass(frozen=True, slots=True)
class Matched:
    """What belongs to what; everything by its index."""

    now: dict[int, tuple[int, ...]]
    """Of each piece that is still there, its clip in the final cut; several: it was split."""
    replaced: dict[int, int]
    """Of each piece that is gone, the clip that stands in its place, if one does."""
    moved: frozenset[int]
    """Pieces that stand elsewhere in the order."""
    added: tuple[int, ...]
    """Clips that are new."""


def spot_of_piece(clip: EditClip, medium: Medium, shot: int = 0) -> Spot:
    """Give a piece of the proposed timeline as matching sees it.

    Args:
        clip: of the proposed timeline.
        medium: what it shows, the very same for all clips of one file.
        shot: its number; 0: not known.
    """
    return Spot(medium, float(clip.start), float(clip.end), shot, float(clip.rate))


def spot_of_clip(clip: EditClip, same: SameMedia | None, shot: int = 0) -> Spot:
    """Give a clip of the final timeline as matching sees it."""
    if same is None:
        return Spot(None, float(clip.start), float(clip.end), shot, float(clip.rate))
    span = float(same.start), float(same.end)
    return Spot(same.medium, *span, shot, float(same.rate), rounded=same.rounded)


def matched(pieces: Sequence[Spot], clips: Sequence[Spot]) -> Matched:
    """Match the clips of a final cut with the pieces of the proposed one, so that all fits best.

    Args:
        pieces: of the proposed cut, in order.
        clips: of the final cut, in order.
    """
    found = dict(_assigned(pieces, clips))
    moved = _out_of_order(found)
    now: dict[int, tuple[int, ...]] = {piece: (clip,) for piece, clip in found.items()}
    taken = set(found.values())
    for clip in range(len(clips)):
        whole = None if clip in taken else _whole_of(clip, pieces, clips, now)
        if whole is not None:
            now[whole] = tuple(sorted((*now[whole], clip)))
            taken.add(clip)
    replaced = dict(
        _replaced(pieces, clips, {k: v for k, v in found.items() if k not in moved}, now)
    )
    taken |= set(replaced.values())
    slipped = {
        piece: clip for piece, clip in replaced.items() if pieces[piece].is_of_one_shot(clips[clip])
    }
    return Matched(
        now={**now, **{piece: (clip,) for piece, clip in slipped.items()}},
        replaced={piece: clip for piece, clip in replaced.items() if piece not in slipped},
        moved=frozenset(moved),
        added=tuple(clip for clip in range(len(clips)) if clip not in taken),
    )


def _assigned(pieces: Sequence[Spot], clips: Sequence[Spot]) -> Iterator[tuple[int, int]]:
    """Pair what shows the same frames; each film for itself, as its frames are in no other."""
    media: dict[Medium, tuple[list[int], list[int]]] = {}
    for side, spots in enumerate((pieces, clips)):
        for index, spot in enumerate(spots):
            if spot.medium is not None:
                media.setdefault(spot.medium, ([], []))[side].append(index)
    for rows, columns in media.values():
        yield from _pairs(pieces, clips, rows, columns)


def _pairs(
    pieces: Sequence[Spot], clips: Sequence[Spot], rows: list[int], columns: list[int]
) -> Iterator[tuple[int, int]]:
    """Pair pieces and clips of one film, in groups that have no frame in common with others."""
    ends = [(pieces[row].start, pieces[row].end, row, 0) for row in rows]
    ends += [(clips[column].start, clips[column].end, column, 1) for column in columns]
    group: tuple[list[int], list[int]] = ([], [])
    reach = -np.inf
    for start, end, index, side in sorted(ends):
        if start >= reach and (group[0] or group[1]):
            yield from _best(pieces, clips, *group)
            group, reach = ([], []), -np.inf
        group[side].append(index)
        reach = max(reach, end, start + 1)
    yield from _best(pieces, clips, *group)


def _best(
    pieces: Sequence[Spot], clips: Sequence[Spot], rows: list[int], columns: list[int]
) -> Iterator[tuple[int, int]]:
    if not rows or not columns:
        return
    weights = _weights(pieces, clips, np.array(rows), np.array(columns))
    yield from ((rows[i], columns[j]) for i, j in best_pairs(weights))


def _weights(
    pieces: Sequence[Spot], clips: Sequence[Spot], rows: IntArray, columns: IntArray
) -> RealArray:
    """Say how well clips go with pieces, [piece, clip]: by shared frames, and by their places."""
    begins, ends = _spans([pieces[row] for row in rows])
    starts, stops = _spans([clips[column] for column in columns])
    shared = np.minimum(ends[:, None], stops) - np.maximum(begins[:, None], starts)
    shared = np.maximum(shared, 0.0)
    lengths, others = (ends - begins)[:, None], stops - starts
    fit = shared / np.minimum(lengths, others) + shared / np.maximum(lengths, others)
    apart = np.abs((rows[:, None] + 0.5) / len(pieces) - (columns + 0.5) / len(clips))
    weights: RealArray = np.where(shared > 0, fit + _ORDER * (1.0 - apart), 0.0)
    return weights


def _spans(spots: Sequence[Spot]) -> tuple[RealArray, RealArray]:
    """Give where some begin and end; a still has one frame."""
    begins = np.array([spot.start for spot in spots])
    return begins, np.maximum(np.array([spot.end for spot in spots]), begins + 1.0)


def _out_of_order(found: dict[int, int]) -> set[int]:
    """Give the fewest pieces that must be moved for all to be in order (Schensted 1961)."""
    order = sorted(found)
    tails: list[int] = []
    ends: list[int] = []
    before: dict[int, int | None] = {}
    for piece in order:
        at = bisect_left(tails, found[piece])
        before[piece] = ends[at - 1] if at else None
        tails[at : at + 1], ends[at : at + 1] = [found[piece]], [piece]
    stays: set[int] = set()
    last = ends[-1] if ends else None
    while last is not None:
        stays.add(last)
        last = before[last]
    return set(order) - stays


def _whole_of(
    clip: int, pieces: Sequence[Spot], clips: Sequence[Spot], now: dict[int, tuple[int, ...]]
) -> int | None:
    """Give the piece that a clip is a part of: no other part shows the same frames."""
    spot = clips[clip]
    length = max(1.0, spot.end - spot.start)
    shares = {
        piece: pieces[piece].shares(spot)
        for piece, parts in now.items()
        if all(clips[part].shares(spot) < _PART * length for part in parts)
    }
    best = max(shares, key=lambda piece: shares[piece], default=None)
    return best if best is not None and shares[best] >= _PART * length else None


def _replaced(
    pieces: Sequence[Spot],
    clips: Sequence[Spot],
    anchors: dict[int, int],
    now: dict[int, tuple[int, ...]],
) -> Iterator[tuple[int, int]]:
    """Pair what is gone with what is new, where both stand between the same neighbours."""
    taken = {clip for parts in now.values() for clip in parts}
    fixed = [(-1, -1), *sorted(anchors.items()), (len(pieces), len(clips))]
    for (piece, clip), (next_piece, next_clip) in pairwise(fixed):
        gone = [index for index in range(piece + 1, next_piece) if index not in now]
        new = [index for index in range(clip + 1, next_clip) if index not in taken]
        yield from _stand_ins(pieces, clips, gone, new)


def _stand_ins(
    pieces: Sequence[Spot], clips: Sequence[Spot], gone: list[int], new: list[int]
) -> Iterator[tuple[int, int]]:
    """Pair what is gone with what is new: parts of one shot first, then by their order."""
    if not gone or not new:
        return
    weights = np.zeros((len(gone), len(new)))
    for i, piece in enumerate(gone):
        for j, clip in enumerate(new):
            apart = abs((i + 0.5) / len(gone) - (j + 0.5) / len(new))
            alike = pieces[piece].is_of_one_shot(clips[clip])
            weights[i, j] = 2.0 * alike + 2.0 - apart
    yield from ((gone[i], new[j]) for i, j in best_pairs(weights))
