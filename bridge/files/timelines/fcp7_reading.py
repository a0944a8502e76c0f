"""XML of Final Cut Pro 7, by the adapter of OpenTimelineIO, and what it passes over put right.

The adapter leaves speeds among the effects, so that clips begin at the wrong frame; disabled clips,
comments and colours of markers stay in its metadata; it stops at clips that have no file, and at
timecode that is written without a frame number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree

from bridge.errors import FileFormatError
from bridge.files.timelines.fcp7_writing import COLOURS, TICKS_PER_SECOND
from bridge.files.timelines.laying import rate_of, seconds
from bridge.files.timelines.names import LINK, OURS, first_of, nearest_colour
from bridge.files.timelines.xml_guard import read_xml
from bridge.schema.layout import exact_rate
from bridge.schema.timecode import frame_of

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from opentimelineio.opentime import RationalTime
    from opentimelineio.schema import Clip, Timeline, Track

_ROOM: Final = "fcp_xml"
_WHOLE: Final = ("duration", "end", "frame", "in", "out", "start", "timebase")
_ALMOST: Final = Fraction(1, 1000)


def read_fcp7(content: bytes, *, name: str) -> tuple[Timeline, tuple[str, ...]]:
    """Read the first sequence of a file.

    Args:
        content: of the file.
        name: of the file, for messages.

    Returns:
        It, and what was taken for granted.

    Raises:
        FileFormatError: it is damaged, hostile, or holds no sequence. What the adapter stumbles
            over is raised as it comes: see `open_timeline`.
    """
    import opentimelineio as otio

    root = read_xml(content, name=name)
    _mend(root)
    found = otio.adapters.read_from_string(
        ElementTree.tostring(root, encoding="unicode"), "fcp_xml"
    )
    timelines = list(_timelines(found))
    if not timelines:
        raise FileFormatError(f"{name} holds no sequence; export one from your editor")
    _put_right(timelines[0], root)
    return timelines[0], first_of([timeline.name for timeline in timelines])


def _timelines(found: Any) -> Iterator[Timeline]:
    """Give the timelines in what an adapter has read, also those in bins."""
    kind = found.schema_name()
    if kind == "Timeline":
        yield found
    elif kind == "SerializableCollection":
        for child in found:
            yield from _timelines(child)


def _mend(root: Element) -> None:
    """Add what the adapter cannot do without."""
    _mend_numbers(root)
    for code in root.iter("timecode"):
        _mend_timecode(code)
    for tag in ("clipitem", "generatoritem"):
        for item in root.iter(tag):
            if not any(item.find(child) is not None for child in ("file", "sequence")):
                effect = item.find("effect")
                if tag == "clipitem" or effect is None:
                    ElementTree.SubElement(item, "file")
            _mend_ends(item)
    for track in root.iter("track"):
        _mend_transitions(track)


def _mend_numbers(root: Element) -> None:
    """Count whole frames, which Hiero writes as `1055.0`."""
    for tag in _WHOLE:
        for number in root.iter(tag):
            if number.text and "." in number.text:
                number.text = str(round(float(number.text)))


def _mend_timecode(code: Element) -> None:
    """Count the frame that a timecode names, where it is only written out."""
    if code.find("frame") is not None:
        return
    base = code.findtext("rate/timebase") or "30"
    number = frame_of(code.findtext("string") or "", float(base))
    dropped = (code.findtext("displayformat") or "").upper() == "DF"
    if dropped and number is not None:
        text = (code.findtext("string") or "").replace(";", ":")
        number = frame_of(";".join(text.rsplit(":", 1)), float(base))
    ElementTree.SubElement(code, "frame").text = str(number or 0)


def _mend_ends(item: Element) -> None:
    """Give a clip that has no in or out point those of all its length."""
    start, end = (int(item.findtext(tag) or 0) for tag in ("start", "end"))
    if item.find("in") is None:
        ElementTree.SubElement(item, "in").text = "0"
    if item.find("out") is None:
        ElementTree.SubElement(item, "out").text = str(max(0, end - start))


def _mend_transitions(track: Element) -> None:
    """Give clips beside no transition ends of their own, and transitions what they lack."""
    children = [child for child in track if child.tag.endswith("item")]
    for place, child in enumerate(children):
        if child.tag == "transitionitem":
            if child.find("alignment") is None:
                ElementTree.SubElement(child, "alignment").text = "center"
            if child.find("effect") is None:
                ElementTree.SubElement(ElementTree.SubElement(child, "effect"), "name").text = ""
            continue
        length = int(child.findtext("out") or 0) - int(child.findtext("in") or 0)
        start, end = child.find("start"), child.find("end")
        before = children[place - 1] if place else None
        after = children[place + 1] if place + 1 < len(children) else None
        if start is None or end is None:
            continue
        if start.text == "-1" and (before is None or before.tag != "transitionitem"):
            known = int(end.text or 0)
            start.text = str(max(0, known - length) if known >= 0 else 0)
        if end.text == "-1" and (after is None or after.tag != "transitionitem"):
            end.text = str(int(start.text or 0) + length)


def _put_right(timeline: Timeline, root: Element) -> None:
    """Put right what the adapter passed over."""
    timeline.metadata[OURS] = _told_of(next(root.iter("sequence")))
    rate = rate_of(timeline)
    for track in timeline.tracks:
        track.enabled = _inside(track).get("enabled", "TRUE") != "FALSE"
        _move_cuts(track, rate)
        for clip in track.find_clips():
            _put_clip_right(clip, rate)
    for marker in timeline.tracks.markers:
        _colour(marker)
    _link(timeline)


def _told_of(sequence: Element) -> dict[str, Any]:
    """Give what a sequence says of itself and the adapter has no place for."""
    told: dict[str, Any] = {}
    if base := sequence.findtext("rate/timebase"):
        slowed = (sequence.findtext("rate/ntsc") or "").upper() == "TRUE"
        told["rate"] = float(exact_rate(int(base) * (1000 / 1001 if slowed else 1)))
    if code := sequence.findtext("timecode/displayformat"):
        told["drop_frame"] = code.upper() == "DF"
    shape = "media/video/format/samplecharacteristics/"
    width, height = (sequence.findtext(shape + side) for side in ("width", "height"))
    if width and height:
        told["size"] = {"width": float(width), "height": float(height)}
    return told


def _put_clip_right(clip: Clip, rate: Fraction) -> None:
    from opentimelineio.opentime import RationalTime, TimeRange
    from opentimelineio.schema import LinearTimeWarp

    inside = _inside(clip)
    clip.enabled = inside.get("enabled", "TRUE") != "FALSE"
    told = _told_comments(inside)
    if told:
        clip.metadata[OURS] = {"comments": told}
    reference = clip.media_reference
    reel = _inside(reference).get("timecode", {}).get("reel", {}).get("name")
    if reel:
        reference.metadata[OURS] = {"reel": reel}
    shown = clip.source_range
    if shown is None:
        return
    warp = _speed_of(clip)
    started = shown.start_time
    if warp != 1:
        for place in reversed(range(len(clip.effects))):
            if _is_warp(clip.effects[place]):
                del clip.effects[place]
        clip.effects.append(LinearTimeWarp(time_scalar=float(warp)))
        first = _first_frame(clip, warp)
        clip.source_range = TimeRange(
            RationalTime(float(first), shown.duration.rate), shown.duration
        )
    elif inside.get("pproTicksIn"):
        exact = float(_first_frame(clip, warp))
        clip.source_range = TimeRange(RationalTime(exact, started.rate), shown.duration)
    _put_markers_right(clip, started, rate)


def _told_comments(inside: Mapping[str, Any]) -> list[str]:
    comments: Any = inside.get("comments")
    lines = comments.values() if hasattr(comments, "values") else ()
    return [part for line in lines if line for part in str(line).splitlines()]


def _first_frame(clip: Clip, speed: Fraction) -> Fraction:
    """Give the lowest frame of its media that a clip shows at a speed, by its timecode."""
    shown, available = clip.source_range, clip.media_reference.available_range
    rate = exact_rate(shown.start_time.rate)
    start = seconds(available.start_time) * rate if available is not None else Fraction(0)
    inside = seconds(shown.start_time) * rate - start
    ticks = _inside(clip).get("pproTicksIn")
    if ticks and ticks.lstrip("-").isdigit():
        exact = Fraction(int(ticks), TICKS_PER_SECOND) * rate
        handle = inside - floor(exact + Fraction(1, 2))  # of a transition into the clip
        inside = exact + handle if handle >= 0 else inside
    inside *= abs(speed) or 1
    if speed < 0 and available is not None:
        count = seconds(available.duration) * rate
        inside = count - inside - seconds(shown.duration) * rate * abs(speed)
    nearest = round(start + inside)
    found = start + inside
    return Fraction(nearest) if abs(found - nearest) < _ALMOST else found


def _speed_of(clip: Clip) -> Fraction:
    """Give the speed that a clip's filter says; a still has 0."""
    if _inside(clip).get("stillframe") == "TRUE":
        return Fraction(0)
    for effect in clip.effects:
        if not _is_warp(effect):
            continue
        told = _parameters(_inside(effect).get("parameter"))
        if told.get("variablespeed", "0") not in ("0", "FALSE"):
            return Fraction(1)
        speed = Fraction(told.get("speed") or "100") / 100
        return -abs(speed) if told.get("reverse") == "TRUE" else speed
    return Fraction(1)


def _is_warp(effect: Any) -> bool:
    return bool(_inside(effect).get("effectid") == "timeremap")


def _parameters(told: Any) -> dict[str, str]:
    """Give the values of a filter by their names; one alone is no list."""
    entries = [told] if hasattr(told, "get") else told or []
    return {str(entry.get("parameterid")): str(entry.get("value")) for entry in entries}


def _put_markers_right(clip: Clip, started: RationalTime, rate: Fraction) -> None:
    """Count a clip's markers from the timecode of its media, as OpenTimelineIO has it."""
    from opentimelineio.opentime import RationalTime, TimeRange

    reference = clip.media_reference
    available = None if reference is None else reference.available_range
    start = Fraction(0) if available is None else seconds(available.start_time)
    inside = seconds(started) - start
    shown = seconds(clip.source_range.start_time)
    for marker in clip.markers:
        _colour(marker)
        offset = seconds(marker.marked_range.start_time) - inside
        first = RationalTime(float((shown + offset) * rate), float(rate))
        marker.marked_range = TimeRange(first, marker.marked_range.duration)


def _colour(marker: Any) -> None:
    inside = _inside(marker)
    marker.comment = marker.comment or str(inside.get("comment") or "")
    told = inside.get("color")
    if hasattr(told, "get"):
        levels = [int(float(told.get(name) or 0)) for name in ("red", "green", "blue")]
        marker.color = nearest_colour(levels, COLOURS)


def _move_cuts(track: Track, rate: Fraction) -> None:
    """Put cuts where Premiere says that they are in transitions that begin at none."""
    from opentimelineio.opentime import RationalTime, TimeRange

    children = list(track)
    for place, item in enumerate(children):
        inside = _inside(item) if item.schema_name() == "Transition" else {}
        ticks = str(inside.get("cutPointTicks") or "")
        if not ticks.isdigit() or not int(ticks):
            continue
        frames = round(Fraction(int(ticks), TICKS_PER_SECOND) * rate)
        moved = RationalTime(frames, float(rate)) - item.in_offset
        if not moved.value or moved > item.out_offset:
            continue
        item.in_offset, item.out_offset = item.in_offset + moved, item.out_offset - moved
        if place and (before := children[place - 1]).source_range is not None:
            shown = before.source_range
            before.source_range = TimeRange(shown.start_time, shown.duration + moved)
        if place + 1 < len(children) and (after := children[place + 1]).source_range is not None:
            shown = after.source_range
            after.source_range = TimeRange(shown.start_time + moved, shown.duration - moved)


def _link(timeline: Timeline) -> None:
    """Give clips that name each other the same number."""
    groups: dict[str, str] = {}
    clips = list(timeline.find_clips())
    for clip in clips:
        told = _inside(clip).get("link")
        links = [told] if hasattr(told, "get") else told or []
        names = [str(link.get("linkclipref")) for link in links if link.get("linkclipref")]
        if len(names) > 1:
            known = next((groups[name] for name in names if name in groups), names[0])
            groups |= dict.fromkeys(names, known)
    numbers = {group: str(number) for number, group in enumerate(dict.fromkeys(groups.values()), 1)}
    for clip in clips:
        group = groups.get(str(_inside(clip).get("@id")))
        if group is not None:
            told = clip.metadata.setdefault(OURS, {})
            told[LINK] = numbers[group]


def _inside(thing: Any) -> Any:
    """Give what the adapter keeps of a thing; empty where it keeps nothing."""
    found = None if thing is None else thing.metadata.get(_ROOM)
    return found if hasattr(found, "get") else {}
