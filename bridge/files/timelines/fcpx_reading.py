"""FCPXML of Final Cut Pro, Resolve and others, as a layout, with times as exact fractions.

The adapter of OpenTimelineIO stops at 23.976, 29.97 and 59.94 frames a second. Form: Apple, FCPXML
reference.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from math import floor
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from bridge.errors import FileFormatError
from bridge.files.timelines.fcpx_resources import Resources, first_sequence, seconds_of
from bridge.files.timelines.fcpx_storylines import Placed, Storylines
from bridge.files.timelines.xml_guard import read_xml
from bridge.schema.layout import Change, Lane, LaneKind, Layout, Mark, Piece

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


def read_fcpx(content: bytes, *, name: str) -> Layout:
    """Read the first project of a file; one without a project gives its clips in a row.

    Args:
        content: of the file.
        name: of the file, for messages.

    Raises:
        FileFormatError: it is damaged, hostile, or holds no clip.
    """
    root = read_xml(content, name=name)
    if root.tag != "fcpxml":
        raise FileFormatError(f"{name} is no FCPXML but <{root.tag}>; export the project again")
    try:
        return _layout(root, name)
    except (ValueError, KeyError, ZeroDivisionError, RecursionError) as error:
        raise FileFormatError(
            f"{name} is no FCPXML that can be understood ({error}); export the project again"
        ) from error


@dataclass(slots=True)
class _Track:
    pieces: list[Piece] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)


def _layout(root: Element, name: str) -> Layout:
    """Lay out the first project."""
    resources = Resources(root)
    storylines = Storylines(resources)
    sequence = first_sequence(root)
    if sequence is None:
        placed = list(storylines.in_a_row(root))
    else:
        placed = list(storylines.sequence(sequence))
    if not placed:
        raise FileFormatError(f"{name} holds no clip; export a project from your editor")
    projects = list(root.iter("project"))
    tracks = _Tracks(resources.rate)
    lanes = tracks.lanes(placed)
    notes = [*storylines.notes, *tracks.notes]
    if sequence is not None and len(projects) > 1:
        notes.append(f"of {len(projects)} projects the first was taken")
    start = Fraction(0) if sequence is None else seconds_of(sequence.get("tcStart"))
    title = projects[0].get("name") if projects else None
    return Layout(
        name=title or PurePosixPath(name).stem,
        rate=resources.rate,
        lanes=lanes,
        start=tracks.frame(start),
        drop_frame=sequence is not None and sequence.get("tcFormat") == "DF",
        size=resources.size,
        notes=tuple(dict.fromkeys(notes)),
    )


class _Tracks:
    """Clips, being put on tracks."""

    def __init__(self, rate: Fraction) -> None:
        self.notes: list[str] = []
        self._rate = rate

    def frame(self, seconds: Fraction) -> int:
        """Give the frame that is nearest to a time."""
        return floor(seconds * self._rate + Fraction(1, 2))

    def lanes(self, placed: list[Placed]) -> tuple[Lane, ...]:
        """Put every clip on a track: its own, or the next on which there is room."""
        tracks: dict[tuple[LaneKind, int], _Track] = {}
        for clip in sorted(placed, key=lambda clip: (clip.at, abs(clip.lane))):
            piece = self._piece(clip)
            if not len(piece.record):
                continue
            track = self._free(tracks, clip, piece)
            track.pieces.append(piece)
            self._add_changes(track, clip, piece)
        lanes = []
        for kind in ("Video", "Audio"):
            numbers = sorted(number for lane_kind, number in tracks if lane_kind == kind)
            for place, number in enumerate(numbers, 1):
                track = tracks[kind, number]
                lanes.append(
                    Lane(kind, f"{kind} {place}", tuple(track.pieces), tuple(track.changes))
                )
        return tuple(lanes)

    def _free(
        self, tracks: dict[tuple[LaneKind, int], _Track], clip: Placed, piece: Piece
    ) -> _Track:
        number = max(1, -clip.lane) if clip.kind == "Audio" else clip.lane
        while True:
            track = tracks.setdefault((clip.kind, number), _Track())
            if not track.pieces or track.pieces[-1].record.stop <= piece.record.start:
                return track
            number += 1

    def _add_changes(self, track: _Track, clip: Placed, piece: Piece) -> None:
        for told, cut in ((clip.comes_in, piece.record.start), (clip.goes_out, piece.record.stop)):
            if told is not None:
                before, after = (self.frame(part) for part in told)
                track.changes.append(Change(cut, before, after, name="Cross Dissolve"))

    def _piece(self, clip: Placed) -> Piece:
        record = range(self.frame(clip.at), self.frame(clip.at + clip.length))
        asset, element = clip.asset, clip.element
        speed, source = self._mapped(clip)
        own = clip.own_start
        picture = clip.kind == "Video" or not clip.link
        note = element.findtext("note") or ""
        return Piece(
            name=element.get("name") or asset.medium.name,
            record=record,
            source_start=source * asset.rate,
            rate=asset.rate,
            medium=asset.medium,
            speed=speed,
            enabled=element.get("enabled", "1") != "0",
            link=clip.link,
            marks=tuple(self._marks(element, own, len(record))) if picture else (),
            effects=tuple(
                child.get("name", "") or child.tag
                for child in element
                if child.tag in ("filter-video", "filter-audio") and picture
            ),
            comments=tuple(note.splitlines()) if picture else (),
        )

    def _mapped(self, clip: Placed) -> tuple[Fraction, Fraction]:
        """Give a clip's speed, and the lowest time of its media that it shows, in seconds."""
        own = clip.own_start + clip.source_offset
        points = [
            (seconds_of(point.get("time")), seconds_of(point.get("value")))
            for point in clip.element.iterfind("timeMap/timept")
        ]
        if len(points) < 2:
            return Fraction(1), own
        if len(points) > 2:
            self.notes.append(
                f"{clip.element.get('name')} changes its speed as it plays; it was given the mean"
            )
        (first, low), (last, high) = points[0], points[-1]
        if len(points) > 2:
            low, high = (_at(points, time) for time in (own, own + clip.length))
            first, last = own, own + clip.length
        if last == first:
            return Fraction(0), low
        speed = (high - low) / (last - first)
        start = low + (own - first) * speed
        if speed < 0:
            start += clip.length * speed
        return speed, start

    def _marks(self, element: Element, own: Fraction, frames: int) -> Iterator[Mark]:
        for marker in element:
            if marker.tag not in ("marker", "chapter-marker"):
                continue
            frame = self.frame(seconds_of(marker.get("start")) - own)
            if 0 <= frame < frames:
                length = self.frame(seconds_of(marker.get("duration")))
                done = {"1": "GREEN", "0": "RED"}.get(marker.get("completed", ""), "BLUE")
                yield Mark(
                    frame, max(1, length), marker.get("value", ""), marker.get("note", ""), done
                )


def _at(points: list[tuple[Fraction, Fraction]], time: Fraction) -> Fraction:
    """Give the time of media at a clip's own time, between the points of a map."""
    for (first, low), (last, high) in pairwise(points):
        if last > first and (time <= last or (last, high) == points[-1]):
            return low + (time - first) * (high - low) / (last - first)
    return points[-1][1]
