"""What is known of the media of a timeline: said by it, found on the disk, or by its use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor
from pathlib import Path
from typing import TYPE_CHECKING

from bridge.errors import SegueError
from bridge.files.timelines.laying import clips_in_order
from bridge.files.timelines.losses import lost
from bridge.files.timelines.names import path_of
from bridge.schema.layout import Lane, Layout, Medium, Piece, exact_rate
from bridge.schema.timecode import frame_at
from bridge.schema.timelines import Loss

if TYPE_CHECKING:
    from opentimelineio.schema import Clip, Timeline

    from bridge.schema.media import MediaFacts


@dataclass(frozen=True, slots=True)
class Footage:
    """What a file on the disk says of itself."""

    rate: Fraction
    """Frames a second."""
    start: int
    """Its first frame, by its own timecode; 0 where it has none."""
    count: int
    """Frames, >= 1."""
    facts: MediaFacts
    """The rest."""


class Shelf:
    """Finds the files that a timeline names, and looks into each once."""

    def __init__(self, folder: Path, facts: Mapping[Path, MediaFacts] | None = None) -> None:
        """Look for what has no place of its own beside the timeline, in `folder`.

        Args:
            folder: of the timeline.
            facts: what is known already of some files, by their absolute paths.
        """
        self._folder = folder
        self._known: dict[Path, Footage | None] = {
            path: _footage(known) for path, known in (facts or {}).items()
        }

    def find(self, url: str) -> Path | None:
        """Give the file that a path or URL leads to, if it is on this machine."""
        named = path_of(url)
        if not named or "\0" in named or named.startswith(("//", "\\\\")) or "://" in named:
            return None
        try:
            path = self._folder / named
            return path if path.is_file() else None
        except (OSError, ValueError):
            return None

    def look(self, url: str) -> Footage | None:
        """Say what a file says of itself; None: it is not there, or no film."""
        path = self.find(url)
        if path is None:
            return None
        if path not in self._known:
            self._known[path] = _inspected(path)
        return self._known[path]

    def first_rate(self, urls: Iterable[str]) -> Fraction | None:
        """Give the rate of the first of some files that is there."""
        found = (self.look(url) for url in urls)
        return next((footage.rate for footage in found if footage is not None), None)


def _inspected(path: Path) -> Footage | None:
    from bridge.files.film.facts import inspect_film

    try:
        facts = inspect_film(path, sha256="0" * 64).facts
    except SegueError:
        return None
    return _footage(facts)


def _footage(facts: MediaFacts) -> Footage:
    start = facts.start_timecode
    first = 0 if start is None else round(float(start.value))
    return Footage(exact_rate(facts.frame_rate), first, nominal_count(facts), facts)


def nominal_count(facts: MediaFacts) -> int:
    """Give how many frames a file has at its nominal rate.

    Where they differ in length, so many fit into it: timelines count in no other way.
    """
    return max(1, frame_at(facts.duration, facts))


def with_media(layout: Layout, shelf: Shelf) -> tuple[Layout, tuple[Loss, ...]]:
    """Let every clip count from the timecode of its media, and say how far its media reaches.

    A clip that counts from 0 though its media is stamped is moved by the stamp, as Resolve imports
    nothing else. Media that is neither on the disk nor described reaches as far as it is used.

    Args:
        layout: the timeline.
        shelf: where its media may be.

    Returns:
        The same clips, and what had to be taken for granted.
    """
    used = _used(layout)
    losses: list[Loss] = []

    def known(lane: Lane, piece: Piece) -> Piece:
        found = _stamped(piece, shelf, layout.rate)
        if found.medium.count is None:
            start, stop = used[_key(piece.medium, piece.rate)]
            found = replace(found, medium=replace(found.medium, start=start, count=stop - start))
            if piece.medium.kind == "file":
                what = "how long its media is: nobody says, so it ends where it is last used"
                losses.append(lost(layout, lane, piece, what))
        return found

    return map_pieces(layout, known), tuple(losses)


def stamp(timeline: Timeline, was: Layout, now: Layout) -> None:
    """Tell a timeline what was found out about its media, in place.

    Args:
        timeline: as OpenTimelineIO has it.
        was: how it was laid out.
        now: the same as `with_media` gives it.
    """
    pieces = [
        pair
        for lanes in zip(was.lanes, now.lanes, strict=True)
        for pair in zip(*(lane.pieces for lane in lanes), strict=True)
    ]
    for clip, (old, new) in zip(clips_in_order(timeline), pieces, strict=True):
        if clip.source_range is None:
            clip.source_range = clip.trimmed_range()
        if new.source_start != old.source_start:
            _move(clip, (new.source_start - old.source_start) / new.rate)
        if new.medium != old.medium:
            _describe(clip, new)


def _move(clip: Clip, seconds: Fraction) -> None:
    """Let a clip, and its markers, count from another first frame."""
    from opentimelineio.opentime import RationalTime, TimeRange

    def moved(span: TimeRange) -> TimeRange:
        frames = seconds * exact_rate(span.start_time.rate)
        start = RationalTime(span.start_time.value + float(frames), span.start_time.rate)
        return TimeRange(start, span.duration)

    clip.source_range = moved(clip.source_range)
    for marker in clip.markers:
        marker.marked_range = moved(marker.marked_range)


def _describe(clip: Clip, piece: Piece) -> None:
    """Say how far the media of a clip reaches."""
    from opentimelineio.opentime import RationalTime, TimeRange

    reference, medium = clip.media_reference, piece.medium
    if reference is not None and medium.count is not None:
        rate = float(piece.rate)
        reference.available_range = TimeRange(
            RationalTime(float(medium.start), rate), RationalTime(float(medium.count), rate)
        )


def map_pieces(layout: Layout, change: Callable[[Lane, Piece], Piece]) -> Layout:
    """Give a timeline with every clip changed."""
    lanes = (
        replace(lane, pieces=tuple(change(lane, piece) for piece in lane.pieces))
        for lane in layout.lanes
    )
    return replace(layout, lanes=tuple(lanes))


def _key(medium: Medium, rate: Fraction) -> tuple[str, str, str, Fraction]:
    return (medium.url, medium.name, medium.reel, rate)


def _used(layout: Layout) -> dict[tuple[str, str, str, Fraction], tuple[Fraction, Fraction]]:
    """Give for each medium the first and the last frame that any clip takes of it."""
    used: dict[tuple[str, str, str, Fraction], tuple[Fraction, Fraction]] = {}
    for lane in layout.lanes:
        for piece in lane.pieces:
            key = _key(piece.medium, piece.rate)
            start = Fraction(floor(piece.source_start))
            stop = Fraction(ceil(piece.source_start + (piece.source_count(layout.rate) or 1)))
            before = used.get(key, (start, stop))
            used[key] = min(start, before[0]), max(stop, before[1])
    return used


def _stamped(piece: Piece, shelf: Shelf, rate: Fraction) -> Piece:
    """Let a clip count from the timecode of its media."""
    medium = piece.medium
    footage = shelf.look(medium.url) if medium.kind == "file" and medium.url else None
    if footage is not None and footage.rate == piece.rate:
        start, count = Fraction(footage.start), Fraction(footage.count)
        was = medium.start if medium.count is not None else None
        if was is not None and was != start and was <= piece.source_start < was + count:
            # the timeline counts from another first frame than the file: keep the picture
            moved = replace(piece, source_start=piece.source_start - was + start)
            return replace(moved, medium=replace(medium, start=start, count=count))
        medium = replace(medium, start=start, count=count)
        piece = replace(piece, medium=medium)
    if medium.count is None:
        return piece
    end = piece.source_start + piece.source_count(rate)
    if end <= medium.start and end <= medium.count:
        return replace(piece, source_start=piece.source_start + medium.start)
    return piece
