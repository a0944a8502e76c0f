"""FCPXML, which Final Cut Pro and Resolve read, with every time on a frame.

The adapter of OpenTimelineIO stops at 23.976, 29.97 and 59.94 frames a second, so files are written
here. Times are fractions of a second whose denominator is that of the rate: frame 100 at 29.97 is
100100/30000s. Form: Apple, FCPXML reference, version 1.10.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree

from bridge.files.timelines.losses import at_code, effects_lost, lost, transition_lost
from bridge.files.timelines.names import base_name, path_of, url_of
from bridge.schema.layout import USUAL_SIZE, Change, Lane, Layout, Mark, Medium, Piece
from bridge.schema.timelines import Loss

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

OFFLINE: Final = "file:///offline/"
"""Where media lies that no timeline names: the form wants a place for all of it."""
_VERSION: Final = "1.10"
_MOST_DENOMINATOR: Final = 1 << 31
_PARTS: Final = 720


def seconds_text(seconds: Fraction, rate: Fraction) -> str:
    """Write a time as a fraction whose denominator is that of a rate, so that frames are seen.

    One within a frame, as odd speeds have it, is rounded: a denominator has 32 bits there.
    """
    if seconds.denominator >= _MOST_DENOMINATOR:
        parts = rate.numerator * _PARTS
        seconds = Fraction(round(seconds * parts), parts)
    scaled = seconds * rate.numerator
    if seconds.denominator == 1:
        return f"{seconds.numerator}s"
    if scaled.denominator == 1:
        return f"{scaled.numerator}/{rate.numerator}s"
    return f"{seconds.numerator}/{seconds.denominator}s"


def format_fcpx(layout: Layout) -> tuple[bytes, tuple[Loss, ...]]:
    """Write a timeline as FCPXML.

    Args:
        layout: with all media known, as `bridge.files.timelines.media.with_media` gives it.

    Returns:
        The bytes of the file, and what it cannot hold.
    """
    writer = _Writer(layout)
    root = writer.document()
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE fcpxml>\n'
    return f"{head}{text}\n".encode("utf-8", "replace"), tuple(writer.losses)


@dataclass(frozen=True, slots=True)
class _Host:
    """An item of the main storyline, to which others are connected."""

    element: Element
    record: range
    start: Fraction
    """Its own time at its first frame, in seconds."""


class _Writer:
    """Writes one timeline."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._rate = layout.rate
        self.losses: list[Loss] = []
        self._resources = ElementTree.Element("resources")
        self._formats: dict[Fraction, str] = {}
        self._assets: dict[tuple[Medium, Fraction], str] = {}
        self._hosts: list[_Host] = []
        self._told: set[tuple[str, Piece]] = set()

    def document(self) -> Element:
        """Give the whole file."""
        layout = self._layout
        root = ElementTree.Element("fcpxml", version=_VERSION)
        root.append(self._resources)
        form = self._format(layout.rate)
        event = ElementTree.SubElement(
            ElementTree.SubElement(root, "library"), "event", name=_clean(layout.name) or "Segue"
        )
        project = ElementTree.SubElement(event, "project", name=_clean(layout.name))
        sequence = ElementTree.SubElement(
            project,
            "sequence",
            format=form,
            duration=self._time(Fraction(layout.frame_count)),
            tcStart=self._time(Fraction(layout.start)),
            tcFormat="DF" if layout.drop_frame else "NDF",
        )
        self._write_spine(ElementTree.SubElement(sequence, "spine"))
        for number, lane in enumerate(layout.of_kind("Video")[1:], 1):
            self._connect(lane, number)
        for number, lane in enumerate(layout.of_kind("Audio"), 1):
            self._connect(lane, -number)
        for mark in layout.marks:
            self._mark_timeline(mark)
        self._resources[:] = sorted(self._resources, key=lambda child: int(child.attrib["id"][1:]))
        for host in self._hosts:
            _in_order(host.element)
        return root

    def _time(self, frames: Fraction) -> str:
        """Write frames of the timeline as a time."""
        return seconds_text(frames / self._rate, self._rate)

    def _format(self, rate: Fraction) -> str:
        if rate not in self._formats:
            name = self._formats[rate] = self._next()
            width, height = self._layout.size or USUAL_SIZE
            ElementTree.SubElement(
                self._resources,
                "format",
                id=name,
                frameDuration=f"{rate.denominator}/{rate.numerator}s",
                width=str(width),
                height=str(height),
            )
        return self._formats[rate]

    def _next(self) -> str:
        return f"r{len(self._formats) + len(self._assets) + 1}"

    def _asset(self, piece: Piece) -> str:
        key = (piece.medium, piece.rate)
        if key not in self._assets:
            medium, rate = key
            form = self._format(rate)
            self._assets[key] = "r0"
            self._assets[key] = f"r{len(self._formats) + len(self._assets)}"
            name = medium.name or base_name(medium.url) or piece.name
            asset = ElementTree.SubElement(
                self._resources,
                "asset",
                id=self._assets[key],
                name=_clean(name),
                start=seconds_text(medium.start / rate, rate),
                duration=seconds_text(Fraction(ceil(medium.count or 1)) / rate, rate),
                format=form,
            )
            if self._uses("Video", key):
                asset.set("hasVideo", "1")
            if self._uses("Audio", key):
                asset.attrib |= {"hasAudio": "1", "audioSources": "1", "audioChannels": "2"}
            url = (
                url_of(path_of(medium.url)) if medium.url else f"{OFFLINE}{url_of('/' + name)[8:]}"
            )
            ElementTree.SubElement(asset, "media-rep", kind="original-media", src=_clean(url))
        return self._assets[key]

    def _uses(self, kind: str, key: tuple[Medium, Fraction]) -> bool:
        return any(
            key == (piece.medium, piece.rate)
            for lane in self._layout.lanes
            if lane.kind == kind
            for piece in lane.pieces
        )

    def _write_spine(self, spine: Element) -> None:
        """Write the first track of pictures, and holes up to the end of all others."""
        lanes = self._layout.of_kind("Video")
        main = lanes[0] if lanes else Lane("Video", "", ())
        changes = {change.cut: self._within(change) for change in main.changes}
        at = 0
        for piece in main.pieces:
            self._gap(spine, range(at, piece.record.start), changes)
            self._transition(spine, main, changes.pop(piece.record.start, None))
            element = self._clip(main, piece, has_sound=self._sound_of(piece) is not None)
            element.set("offset", self._at(piece.record.start))
            spine.append(element)
            self._hosts.append(_Host(element, piece.record, _local_start(piece, self._rate)))
            at = piece.record.stop
        self._transition(spine, main, changes.pop(at, None))
        self._gap(spine, range(at, self._layout.frame_count), changes)

    def _within(self, change: Change) -> Change:
        """Leave out what of a transition lies before the first frame, or after the last."""
        after = min(change.after, self._layout.frame_count - change.cut)
        return replace(change, before=min(change.before, change.cut), after=after)

    def _at(self, frame: int) -> str:
        """Write a place in the main storyline: it begins at the timecode of the timeline."""
        return self._time(Fraction(self._layout.start + frame))

    def _gap(self, spine: Element, record: range, changes: dict[int, Change]) -> None:
        if not len(record):
            return
        lanes = self._layout.of_kind("Video")
        if lanes:
            self._transition(spine, lanes[0], changes.pop(record.start, None))
        gap = ElementTree.SubElement(
            spine,
            "gap",
            name="Gap",
            offset=self._at(record.start),
            start="0s",
            duration=self._time(Fraction(len(record))),
        )
        self._hosts.append(_Host(gap, record, Fraction(0)))

    def _transition(
        self, spine: Element, lane: Lane, change: Change | None, origin: int | None = None
    ) -> None:
        if change is None:
            return
        first = change.cut - change.before
        offset = self._at(first) if origin is None else self._time(Fraction(first - origin))
        ElementTree.SubElement(
            spine,
            "transition",
            name="Cross Dissolve",
            offset=offset,
            duration=self._time(Fraction(change.before + change.after)),
        )
        at = at_code(self._layout, first)
        self.losses += transition_lost(lane, change, at, "cross dissolve")

    def _sound_of(self, piece: Piece) -> Piece | None:
        """Give the sound that lies under a picture and moves with it: one clip for both."""
        sounds = self._layout.of_kind("Audio")
        if not piece.link or not sounds:
            return None
        alike = (other for other in sounds[0].pieces if _is_same(piece, other))
        return next(alike, None)

    def _clip(self, lane: Lane, piece: Piece, *, has_sound: bool) -> Element:
        """Make a clip, without its place."""
        self.losses += effects_lost(self._layout, lane, piece)
        duration = self._time(Fraction(len(piece.record)))
        if piece.medium.kind == "generator":
            what = f"what {piece.medium.name or 'a generator'} makes; a hole stands for it"
            self.losses.append(lost(self._layout, lane, piece, what))
            return ElementTree.Element(
                "gap", name=_clean(piece.name), start="0s", duration=duration
            )
        clip = ElementTree.Element(
            "asset-clip",
            ref=self._asset(piece),
            name=_clean(piece.name),
            start=seconds_text(_local_start(piece, self._rate), piece.rate),
            duration=duration,
        )
        self._add_parts(clip, lane, piece)
        kind = lane.kind.lower()
        other = "Audio" if lane.kind == "Video" else "Video"
        if not has_sound and self._uses(other, (piece.medium, piece.rate)):
            clip.set("srcEnable", kind)
        return clip

    def _add_parts(self, clip: Element, lane: Lane, piece: Piece) -> None:
        """Add what a clip says of itself: notes, speed and markers."""
        if not piece.enabled:
            clip.set("enabled", "0")
        if piece.comments:
            ElementTree.SubElement(clip, "note").text = _clean("\n".join(piece.comments))
        if piece.rate != self._rate:
            ElementTree.SubElement(clip, "conform-rate", scaleEnabled="0")
        if piece.speed != 1:
            clip.append(_time_map(piece, self._rate))
        first = _local_start(piece, self._rate)
        if any(mark.colour not in ("", "BLUE") for mark in piece.marks):
            what = "the colours of its markers: Final Cut Pro has none"
            self.losses.append(lost(self._layout, lane, piece, what))
        for mark in piece.marks:
            clip.append(self._marker(mark, first))

    def _marker(self, mark: Mark, first: Fraction) -> Element:
        start = first + mark.frame / self._rate
        marker = ElementTree.Element(
            "marker",
            start=seconds_text(start, self._rate),
            duration=self._time(Fraction(max(1, mark.frames))),
            value=_clean(mark.name),
        )
        if mark.comment:
            marker.set("note", _clean(mark.comment))
        return marker

    def _mark_timeline(self, mark: Mark) -> None:
        """Put a marker of the timeline onto what lies there: the form has no other place."""
        for host in self._hosts:
            if mark.frame in host.record:
                inside = replace(mark, frame=mark.frame - host.record.start)
                host.element.append(self._marker(inside, host.start))
                return
        at = at_code(self._layout, mark.frame)
        self.losses.append(Loss("", "", at, f"marker {mark.name}: nothing lies there"))

    def _connect(self, lane: Lane, number: int) -> None:
        """Connect the clips of another track to what lies at their first frame."""
        merged = {
            id(sound)
            for piece in self._main_pieces()
            if number == -1 and (sound := self._sound_of(piece)) is not None
        }
        pieces = [piece for piece in lane.pieces if id(piece) not in merged]
        changes = {change.cut: change for change in lane.changes}
        for run in _runs(pieces, changes):
            host = next((host for host in self._hosts if run[0].record.start in host.record), None)
            if host is None:
                continue
            first = run[0].record.start
            offset = host.start + (first - host.record.start) / self._rate
            if len(run) == 1 and not (_fades_in(run[0], changes) or _fades_out(run[0], changes)):
                element = self._clip(lane, run[0], has_sound=False)
            else:
                element = self._storyline(lane, run, changes)
            element.attrib |= {"lane": str(number), "offset": seconds_text(offset, self._rate)}
            host.element.append(element)
        joined = {piece.record.start for run in _runs(pieces, changes) for piece in run[1:]}
        joined |= {piece.record.start for piece in pieces if _fades_in(piece, changes)}
        joined |= {piece.record.stop for piece in pieces if _fades_out(piece, changes)}
        for cut in sorted(set(changes) - joined):
            what = "a transition without a clip on both its sides, or of sound joined to pictures"
            self.losses.append(Loss(lane.name, "", at_code(self._layout, cut), what))

    def _main_pieces(self) -> tuple[Piece, ...]:
        lanes = self._layout.of_kind("Video")
        return lanes[0].pieces if lanes else ()

    def _storyline(self, lane: Lane, run: list[Piece], changes: dict[int, Change]) -> Element:
        """Make a storyline of clips with transitions between them."""
        spine = ElementTree.Element("spine")
        origin = run[0].record.start
        for piece in run:
            if piece is not run[0] or _fades_in(piece, changes):
                self._transition(spine, lane, changes.get(piece.record.start), origin)
            element = self._clip(lane, piece, has_sound=False)
            element.set("offset", self._time(Fraction(piece.record.start - origin)))
            spine.append(element)
        if _fades_out(run[-1], changes):
            self._transition(spine, lane, changes[run[-1].record.stop], origin)
        return spine


def _runs(pieces: list[Piece], changes: dict[int, Change]) -> Iterator[list[Piece]]:
    """Gather clips that a transition joins."""
    run: list[Piece] = []
    for piece in pieces:
        start = piece.record.start
        if run and run[-1].record.stop == start and start in changes:
            run.append(piece)
            continue
        if run:
            yield run
        run = [piece]
    if run:
        yield run


def _fades_in(piece: Piece, changes: dict[int, Change]) -> bool:
    """Say whether a transition begins where a clip does, so that a storyline can begin with it."""
    change = changes.get(piece.record.start)
    return change is not None and not change.before


def _fades_out(piece: Piece, changes: dict[int, Change]) -> bool:
    """Say whether a transition ends where a clip does, so that a storyline can end with it."""
    change = changes.get(piece.record.stop)
    return change is not None and not change.after


def _is_same(piece: Piece, other: Piece) -> bool:
    """Say whether two clips show the same time of the same file."""
    return (
        (piece.link, piece.record, piece.source_start, piece.speed, piece.rate)
        == (other.link, other.record, other.source_start, other.speed, other.rate)
        and (piece.medium.url, piece.medium.name) == (other.medium.url, other.medium.name)
        and (piece.enabled, piece.name, piece.medium) == (other.enabled, other.name, other.medium)
        and not other.marks
    )


def _local_start(piece: Piece, rate: Fraction) -> Fraction:
    """Give the first frame of a clip in seconds, at the speed at which it plays.

    At a changed speed, a clip's own time begins where that of its media does.
    """
    medium = piece.medium
    if piece.speed == 1:
        return piece.source_start / piece.rate
    if piece.speed == 0:
        return medium.start / piece.rate
    inside = piece.source_start - medium.start
    if piece.speed < 0:
        inside = (medium.count or Fraction(0)) - inside - piece.source_count(rate)
    return (medium.start + inside / abs(piece.speed)) / piece.rate


def _time_map(piece: Piece, rate: Fraction) -> Element:
    """Map a clip's own time to that of its media, by its first and last point."""
    medium, media_rate = piece.medium, piece.rate
    start, count = medium.start / media_rate, (medium.count or Fraction(1)) / media_rate
    if piece.speed == 0:
        frozen = piece.source_start / media_rate
        points = ((start, frozen), (start + len(piece.record) / rate, frozen))
    else:
        ends = (start, start + count)
        first, last = ends if piece.speed > 0 else ends[::-1]
        points = ((start, first), (start + count / abs(piece.speed), last))
    time_map = ElementTree.Element("timeMap")
    for own, source in points:
        ElementTree.SubElement(
            time_map,
            "timept",
            time=seconds_text(own, media_rate),
            value=seconds_text(source, media_rate),
            interp="linear",
        )
    return time_map


def _in_order(element: Element) -> None:
    """Put what a clip bears into the order of the form: connected clips before markers."""
    order = {"note": 0, "conform-rate": 1, "timeMap": 2, "marker": 4}
    element[:] = sorted(element, key=lambda child: order.get(child.tag, 3))


def _clean(text: str) -> str:
    """Leave out what XML cannot hold."""
    return "".join(letter for letter in text if letter >= " " or letter in "\t\n")
