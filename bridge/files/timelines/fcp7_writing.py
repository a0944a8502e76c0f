"""XML of Final Cut Pro 7, which Premiere, Resolve and Avid read, too.

The adapter of OpenTimelineIO leaves out speeds, disabled clips, comments and colours of markers
without a word, so files are written here. Form: Apple, Final Cut Pro XML Interchange Format,
version 4. A clip's `in` counts from the first frame of its media, at the speed at which it plays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree

from bridge.files.timelines.fcp7_bins import with_bins
from bridge.files.timelines.fcp7_elements import add, boolean, rate_element
from bridge.files.timelines.losses import effects_lost, lost, transition_lost
from bridge.files.timelines.names import base_name, path_of, url_of
from bridge.schema.layout import USUAL_SIZE, Change, Lane, Layout, Mark, Medium, Piece, can_drop
from bridge.schema.timecode import timecode
from bridge.schema.timelines import Loss

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

TICKS_PER_SECOND: Final = 254_016_000_000
"""Premiere's own clock, in which every usual rate is whole."""
COLOURS: Final[Mapping[str, tuple[int, int, int]]] = {
    "RED": (255, 0, 0),
    "GREEN": (0, 255, 0),
    "BLUE": (0, 0, 255),
    "YELLOW": (255, 255, 0),
    "CYAN": (0, 255, 255),
    "MAGENTA": (255, 0, 255),
    "PINK": (255, 128, 192),
    "PURPLE": (128, 0, 128),
    "ORANGE": (255, 128, 0),
    "WHITE": (255, 255, 255),
    "BLACK": (0, 0, 0),
}
"""Levels of red, green and blue, 0..255, of the colours that OpenTimelineIO names."""


def format_fcp7(layout: Layout) -> tuple[bytes, tuple[Loss, ...]]:
    """Write a timeline as XML of Final Cut Pro 7.

    Args:
        layout: with all media known, as `bridge.files.timelines.media.with_media` gives it.

    Returns:
        The bytes of the file, and what it cannot hold.
    """
    writer = _Writer(layout)
    root = ElementTree.Element("xmeml", version="4")
    sequence = writer.sequence()
    root.append(with_bins(sequence, layout, writer.files) if layout.bins else sequence)
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE xmeml>\n'
    return f"{head}{text}\n".encode("utf-8", "replace"), tuple(writer.losses)


@dataclass(frozen=True, slots=True)
class _Spot:
    """A clip, its name in the file, and the transitions beside it."""

    name: str
    lane: Lane
    track: int
    place: int
    piece: Piece
    comes_in: Change | None
    goes_out: Change | None

    @property
    def kind(self) -> str:
        """As links call it."""
        return self.lane.kind.lower()


class _Writer:
    """Writes one timeline."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self.losses: list[Loss] = []
        self.files: dict[tuple[Medium, Fraction], str] = {}
        self._spots = _spots(layout)
        self._linked: dict[str, list[_Spot]] = {}
        for spot in self._spots.values():
            if spot.piece.link:
                self._linked.setdefault(spot.piece.link, []).append(spot)

    def sequence(self) -> Element:
        """Give the whole timeline."""
        layout = self._layout
        sequence = ElementTree.Element("sequence", id="sequence-1")
        add(sequence, "name", layout.name)
        add(sequence, "duration", layout.frame_count)
        sequence.append(rate_element(layout.rate))
        sequence.append(self._timecode(layout.start, layout.rate, ""))
        media = add(sequence, "media")
        video, audio = add(media, "video"), add(media, "audio")
        video.append(self._format())
        for spots in self._tracks("Video"):
            video.append(self._track(*spots))
        for spots in self._tracks("Audio"):
            audio.append(self._track(*spots))
        for mark in layout.marks:
            sequence.append(self._marker(mark, 0))
        return sequence

    def _tracks(self, kind: str) -> list[tuple[Lane, list[_Spot]]]:
        return [
            (lane, [self._spots[number, place] for place in range(len(lane.pieces))])
            for number, lane in enumerate(self._layout.lanes)
            if lane.kind == kind
        ]

    def _format(self) -> Element:
        layout = self._layout
        shape = ElementTree.Element("format")
        shape.append(_samples(layout.rate, layout.size or USUAL_SIZE))
        if layout.size is None:
            what = "the size of the picture was not said; 1920 x 1080 was written"
            self.losses.append(Loss("", "", "", what))
        return shape

    def _timecode(self, frame: int, rate: Fraction, reel: str) -> Element:
        dropped = self._layout.drop_frame and can_drop(rate)
        code = ElementTree.Element("timecode")
        code.append(rate_element(rate))
        add(code, "string", timecode(max(0, frame), float(rate), drop_frame=dropped))
        add(code, "frame", frame)
        add(code, "displayformat", "DF" if dropped else "NDF")
        if reel:
            add(add(code, "reel"), "name", reel)
        return code

    def _track(self, lane: Lane, spots: list[_Spot]) -> Element:
        track = ElementTree.Element("track")
        changes = {change.cut: change for change in lane.changes}
        for spot in spots:
            if change := changes.pop(spot.piece.record.start, None):
                track.append(self._transition(lane, change, spots))
            track.append(self._clip(spot))
            if (stop := spot.piece.record.stop) in changes and not _begins(spots, stop):
                track.append(self._transition(lane, changes.pop(stop), spots))
        add(track, "enabled", boolean(lane.enabled))
        add(track, "locked", "FALSE")
        return track

    def _transition(self, lane: Lane, change: Change, spots: list[_Spot]) -> Element:
        item = ElementTree.Element("transitionitem")
        item.append(rate_element(self._layout.rate))
        add(item, "start", change.cut - change.before)
        add(item, "end", change.cut + change.after)
        add(item, "alignment", _alignment(change, spots))
        ticks = Fraction(change.before * TICKS_PER_SECOND) / self._layout.rate
        add(item, "cutPointTicks", round(ticks))
        effect = add(item, "effect")
        name = "Cross Dissolve" if lane.kind == "Video" else "Cross Fade ( 0dB)"
        add(effect, "name", name)
        add(effect, "effectid", name)
        add(effect, "effectcategory", "Dissolve")
        add(effect, "effecttype", "transition")
        add(effect, "mediatype", lane.kind.lower())
        self.losses += transition_lost(lane, change, "", "cross dissolve")
        return item

    def _clip(self, spot: _Spot) -> Element:
        piece, layout = spot.piece, self._layout
        generated = piece.medium.kind == "generator"
        item = ElementTree.Element("generatoritem" if generated else "clipitem", id=spot.name)
        self.losses += effects_lost(layout, spot.lane, piece)
        add(item, "name", piece.name)
        add(item, "enabled", boolean(piece.enabled))
        self._add_times(item, spot)
        if generated:
            effect = add(item, "effect")
            add(effect, "name", piece.medium.name or piece.name)
            add(effect, "effectid", piece.medium.name or piece.name)
            add(effect, "effecttype", "generator")
            add(effect, "mediatype", spot.kind)
        else:
            item.append(self._file(spot))
        if piece.speed != 1:
            item.append(_speed(piece, spot.kind))
        for mark in piece.marks:
            item.append(self._marker(mark, self._in_frame(spot)))
        for other in self._linked.get(piece.link, []):
            item.append(_link(other))
        if piece.comments:
            comments = add(item, "comments")
            add(comments, "mastercomment1", "\n".join(piece.comments))
        return item

    def _add_times(self, item: Element, spot: _Spot) -> None:
        piece, rate = spot.piece, self._layout.rate
        speed = abs(piece.speed) or Fraction(1)
        count = piece.medium.count or piece.source_count(rate)
        add(item, "duration", max(1, round(count / speed)))
        item.append(rate_element(piece.rate))
        before = 0 if spot.comes_in is None else spot.comes_in.before
        after = 0 if spot.goes_out is None else spot.goes_out.after
        start, stop = piece.record.start, piece.record.stop
        add(item, "start", start if spot.comes_in is None else -1)
        add(item, "end", stop if spot.goes_out is None else -1)
        exact = self._in_point(spot) - before * piece.rate / rate
        length = (stop - start + before + after) * piece.rate / rate
        first = _rounded(exact)
        if exact < 0:
            what = "the handles of its transition: it begins before its media does"
            self.losses.append(lost(self._layout, spot.lane, piece, what))
        add(item, "in", first)
        add(item, "out", first + _rounded(length))
        add(item, "pproTicksIn", round(exact / piece.rate * TICKS_PER_SECOND))
        add(item, "pproTicksOut", round((exact + length) / piece.rate * TICKS_PER_SECOND))

    def _in_frame(self, spot: _Spot) -> int:
        return _rounded(self._in_point(spot) / spot.piece.rate * self._layout.rate)

    def _in_point(self, spot: _Spot) -> Fraction:
        """Give the first frame of a clip, counted in its media at the speed at which it plays."""
        piece, medium = spot.piece, spot.piece.medium
        inside = piece.source_start - medium.start
        if piece.speed < 0 and medium.count is not None:
            inside = medium.count - inside - piece.source_count(self._layout.rate)
        return inside / (abs(piece.speed) or Fraction(1))

    def _file(self, spot: _Spot) -> Element:
        piece, medium = spot.piece, spot.piece.medium
        key = (medium, piece.rate)
        if key in self.files:
            return ElementTree.Element("file", id=self.files[key])
        self.files[key] = f"file-{len(self.files) + 1}"
        file = ElementTree.Element("file", id=self.files[key])
        add(file, "name", medium.name or base_name(medium.url) or piece.name)
        if medium.url:
            add(file, "pathurl", url_of(path_of(medium.url), host="localhost"))
        file.append(rate_element(piece.rate))
        add(file, "duration", ceil(medium.count or 1))
        file.append(self._timecode(int(medium.start), piece.rate, medium.reel))
        media = add(file, "media")
        if any(key == (other.piece.medium, other.piece.rate) for other in self._of_kind("video")):
            add(media, "video").append(_samples(piece.rate, self._layout.size or USUAL_SIZE))
        if any(key == (other.piece.medium, other.piece.rate) for other in self._of_kind("audio")):
            add(add(media, "audio"), "channelcount", 2)
        return file

    def _of_kind(self, kind: str) -> list[_Spot]:
        return [spot for spot in self._spots.values() if spot.kind == kind]

    def _marker(self, mark: Mark, first: int) -> Element:
        marker = ElementTree.Element("marker")
        add(marker, "name", mark.name)
        add(marker, "comment", mark.comment)
        add(marker, "in", first + mark.frame)
        add(marker, "out", first + mark.frame + mark.frames if mark.frames else -1)
        if mark.colour.upper() in COLOURS:
            colour = add(marker, "color")
            add(colour, "alpha", 0)
            parts = zip(("red", "green", "blue"), COLOURS[mark.colour.upper()], strict=True)
            for name, level in parts:
                add(colour, name, level)
        return marker


def _spots(layout: Layout) -> dict[tuple[int, int], _Spot]:
    """Give every clip a name and its number on its track."""
    spots: dict[tuple[int, int], _Spot] = {}
    numbers = {"Video": 0, "Audio": 0}
    for number, lane in enumerate(layout.lanes):
        numbers[lane.kind] += 1
        changes = {change.cut: change for change in lane.changes}
        for place, piece in enumerate(lane.pieces):
            spots[number, place] = _Spot(
                name=f"clipitem-{len(spots) + 1}",
                lane=lane,
                track=numbers[lane.kind],
                place=place + 1,
                piece=piece,
                comes_in=changes.get(piece.record.start),
                goes_out=changes.get(piece.record.stop),
            )
    return spots


def _begins(spots: list[_Spot], frame: int) -> bool:
    return any(spot.piece.record.start == frame for spot in spots)


def _alignment(change: Change, spots: list[_Spot]) -> str:
    if not any(spot.piece.record.stop == change.cut for spot in spots):
        return "start-black"
    if not _begins(spots, change.cut):
        return "end-black"
    if change.before == change.after:
        return "center"
    return "end" if not change.after else "start"


def _speed(piece: Piece, kind: str) -> Element:
    """Make the filter that changes speed; at 0, it is a still."""
    effect = ElementTree.Element("filter")
    remap = add(effect, "effect")
    add(remap, "name", "Time Remap")
    add(remap, "effectid", "timeremap")
    add(remap, "effectcategory", "motion")
    add(remap, "effecttype", "motion")
    add(remap, "mediatype", kind)
    percent = f"{float(abs(piece.speed)) * 100:.10g}"
    for name, told in (
        ("variablespeed", "0"),
        ("speed", percent),
        ("reverse", boolean(piece.speed < 0)),
        ("frameblending", "FALSE"),
    ):
        parameter = add(remap, "parameter")
        add(parameter, "parameterid", name)
        add(parameter, "name", name)
        add(parameter, "value", told)
    return effect


def _link(spot: _Spot) -> Element:
    link = ElementTree.Element("link")
    add(link, "linkclipref", spot.name)
    add(link, "mediatype", spot.kind)
    add(link, "trackindex", spot.track)
    add(link, "clipindex", spot.place)
    return link


def _samples(rate: Fraction, size: tuple[int, int]) -> Element:
    shape = ElementTree.Element("samplecharacteristics")
    shape.append(rate_element(rate))
    add(shape, "width", size[0])
    add(shape, "height", size[1])
    add(shape, "pixelaspectratio", "square")
    return shape


def _rounded(frames: Fraction) -> int:
    return int((frames + Fraction(1, 2)) // 1)
