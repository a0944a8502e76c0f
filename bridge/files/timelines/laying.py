"""A timeline of OpenTimelineIO, laid out flat in whole frames.

A clip's `source_range` lasts as long as it fills of the timeline, at any speed, as the standard and
Resolve have it; what Premiere means by it is put right where its files are read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING, Any, Final

from bridge.files.timelines.names import LINK, OURS, of_ours
from bridge.schema.layout import (
    Change,
    Lane,
    LaneKind,
    Layout,
    Mark,
    Medium,
    Piece,
    can_drop,
    exact_rate,
)
from bridge.schema.timecode import timecode
from bridge.schema.timelines import Loss

if TYPE_CHECKING:
    from opentimelineio.core import Item
    from opentimelineio.opentime import RationalTime, TimeRange
    from opentimelineio.schema import Clip, Marker, Timeline, Track

_USUAL_RATE: Final = Fraction(24)
_DEEPEST: Final = 24
"""Timelines inside timelines are opened so far down."""


@dataclass(slots=True)
class _Laying:
    """What is gathered on the way."""

    rate: Fraction
    losses: list[Loss] = field(default_factory=list)
    clips: list[Clip] = field(default_factory=list)

    def frame(self, seconds: Fraction) -> int:
        """Give the nearest frame."""
        return floor(seconds * self.rate + Fraction(1, 2))


@dataclass(frozen=True, slots=True)
class _Window:
    """The part of a thing inside that is seen from outside, in seconds."""

    at: Fraction
    """In the timeline."""
    start: Fraction
    """Inside."""
    length: Fraction
    """Seen."""


def clips_in_order(timeline: Timeline) -> tuple[Clip, ...]:
    """Give the clips of a timeline in the order in which `lay_out` lays them out, one for each."""
    laying = _Laying(rate_of(timeline))
    for track in timeline.tracks:
        if _is_track(track):
            _lane(track, laying)
    return tuple(laying.clips)


def lay_out(timeline: Timeline) -> tuple[Layout, tuple[Loss, ...]]:
    """Lay a timeline out flat.

    Args:
        timeline: any; timelines inside it are opened, their topmost track is what is seen.

    Returns:
        The layout, and what it cannot hold.
    """
    rate = rate_of(timeline)
    laying = _Laying(rate)
    start = timeline.global_start_time
    first = 0 if start is None else laying.frame(seconds(start))
    lanes = tuple(_lane(track, laying) for track in timeline.tracks if _is_track(track))
    marks = [_mark(marker, Fraction(0), laying) for marker in timeline.tracks.markers]
    layout = Layout(
        name=timeline.name or timeline.tracks.name,
        rate=rate,
        lanes=lanes,
        start=first,
        drop_frame=drops(timeline, first, rate),
        marks=tuple(sorted(marks, key=lambda mark: mark.frame)),
        size=_size(timeline),
    )
    return layout, tuple(laying.losses)


def rate_of(timeline: Timeline) -> Fraction:
    """Give the rate of a timeline: as is said, as it begins, or that of most of its clips."""
    told = _premiere(timeline).get("VideoFrameRate") or of_ours(timeline).get("rate")
    if isinstance(told, int | float) and told > 0:
        return exact_rate(told)
    rates = _clip_rates(timeline)
    start = timeline.global_start_time
    if start is not None and start.rate > 1:
        # some programs write a start of 0 in another rate than all that follows
        rate = exact_rate(start.rate)
        if start.value or rate in rates or not rates:
            return rate
    return rates.most_common(1)[0][0] if rates else _USUAL_RATE


def drops(timeline: Timeline, first: int, rate: Fraction) -> bool:
    """Say whether the timecode of a timeline leaves out numbers.

    OpenTimelineIO has no place for it: ours is asked first, then whether the first frame has a
    round number one way or the other.
    """
    if not can_drop(rate):
        return False
    told = of_ours(timeline).get("drop_frame")
    if isinstance(told, bool):
        return told
    codes = [timecode(first, float(rate), drop_frame=way) for way in (False, True)]
    roundness = [len(code) - len(code.rstrip("0:;")) for code in codes]
    return first > 0 and roundness[1] > roundness[0]


def seconds(time: RationalTime) -> Fraction:
    """Give a time in seconds, exactly."""
    if time.rate <= 0:
        return Fraction(0)
    return Fraction(time.value) / exact_rate(time.rate)


def speed_of(item: Item) -> Fraction:
    """Give the speed at which a clip plays: 1 is its own, 0 stands still."""
    speed = Fraction(1)
    for effect in item.effects:
        kind = effect.schema_name()
        if kind == "FreezeFrame":
            return Fraction(0)
        if kind == "LinearTimeWarp":
            speed *= Fraction(effect.time_scalar).limit_denominator(1_000_000)
    return speed


def link_of(clip: Item) -> str:
    """Give what a clip shares with those it moves with, whoever wrote it; empty: nothing."""
    metadata = clip.metadata
    places = ((OURS, LINK), ("Resolve_OTIO", "Link Group ID"), ("PremierePro_OTIO", "LinkID"))
    for room, key in places:
        inside = metadata.get(room)
        told = inside.get(key) if hasattr(inside, "get") else None
        if told not in (None, "", -1):
            return str(told)
    return ""


def comment_of(marker: Marker) -> str:
    """Give what a marker says beside its name, wherever its program puts it."""
    if marker.comment:
        return str(marker.comment)
    for room, key in (("Resolve_OTIO", "Note"), ("fcp_xml", "comment")):
        inside = marker.metadata.get(room)
        told = inside.get(key) if hasattr(inside, "get") else None
        if told:
            return str(told)
    return ""


def _clip_rates(timeline: Timeline) -> Counter[Fraction]:
    """Count the rates of all clips."""
    spans = (clip.source_range or _available(clip) for clip in timeline.find_clips())
    return Counter(
        exact_rate(span.duration.rate)
        for span in spans
        if span is not None and span.duration.rate > 1
    )


def _premiere(timeline: Timeline) -> Any:
    found = timeline.tracks.metadata.get("PremierePro_OTIO")
    return found if hasattr(found, "get") else {}


def _size(timeline: Timeline) -> tuple[int, int] | None:
    told = _premiere(timeline).get("VideoResolution") or of_ours(timeline).get("size")
    if not hasattr(told, "get"):
        return None
    width, height = told.get("width"), told.get("height")
    if not (isinstance(width, int | float) and isinstance(height, int | float)):
        return None
    return (int(width), int(height)) if width >= 1 and height >= 1 else None


def _is_track(item: Any) -> bool:
    return hasattr(item, "kind") and hasattr(item, "markers")


def _lane(track: Track, laying: _Laying) -> Lane:
    """Lay out one track."""
    kind: LaneKind = "Audio" if track.kind == "Audio" else "Video"
    pieces: list[Piece] = []
    changes: list[Change] = []
    at = Fraction(0)
    for item in track:
        if item.schema_name() == "Transition":
            changes.append(_change(item, at, laying))
            continue
        length = seconds(_shown(item).duration)
        pieces += _placed(item, _Window(at, seconds(_shown(item).start_time), length), laying)
        at += length
    if track.effects:
        laying.losses += [
            Loss(track.name, "", "", f"effect {_effect_name(effect)} of the whole track")
            for effect in track.effects
        ]
    return Lane(kind, track.name, tuple(pieces), tuple(changes), enabled=track.enabled)


def _change(item: Any, at: Fraction, laying: _Laying) -> Change:
    cut = laying.frame(at)
    before = cut - laying.frame(at - seconds(item.in_offset))
    after = laying.frame(at + seconds(item.out_offset)) - cut
    return Change(cut, before, after, item.transition_type or "SMPTE_Dissolve", item.name)


def _shown(item: Any) -> TimeRange:
    """Give what is shown of an item; nothing where nobody says how long it lasts."""
    import opentimelineio as otio

    try:
        return item.trimmed_range()
    except (otio.exceptions.OTIOError, ValueError):
        return otio.opentime.TimeRange()


def _available(clip: Clip) -> TimeRange | None:
    reference = clip.media_reference
    return None if reference is None else reference.available_range


def _placed(item: Any, window: _Window, laying: _Laying, deep: int = 0) -> Iterator[Piece]:
    """Give the clips of an item of a track, also of a timeline inside it."""
    kind = item.schema_name()
    if kind == "Clip":
        record = range(laying.frame(window.at), laying.frame(window.at + window.length))
        if len(record):
            laying.clips.append(item)
            yield _piece(item, window, record, laying)
    elif kind in ("Stack", "Track", "Timeline") and deep < _DEEPEST:
        inside = item.tracks if kind == "Timeline" else item
        yield from _opened(inside, window, laying, deep + 1)


def _opened(item: Any, window: _Window, laying: _Laying, deep: int) -> Iterator[Piece]:
    """Give the clips inside a nested timeline, as far as they are seen from outside."""
    if item.schema_name() == "Stack":
        children = [child for child in item if len(list(child.find_clips()))]
        if children:
            yield from _placed(children[-1], window, laying, deep)
        if len(children) > 1:
            laying.losses.append(
                Loss("", item.name, "", "a nested timeline; only its topmost track was kept")
            )
        return
    at = Fraction(0)
    for child in item:
        if child.schema_name() == "Transition":
            continue
        shown = _shown(child)
        length = seconds(shown.duration)
        begin, end = max(at, window.start), min(at + length, window.start + window.length)
        if begin < end:
            outside = window.at + begin - window.start
            inner = seconds(shown.start_time) + begin - at
            yield from _placed(child, _Window(outside, inner, end - begin), laying, deep)
        at += length


def _piece(clip: Clip, window: _Window, record: range, laying: _Laying) -> Piece:
    available = _available(clip)
    rate = _media_rate(clip, available) or laying.rate
    marks = [_mark(marker, window.start, laying) for marker in clip.markers]
    return Piece(
        name=clip.name,
        record=record,
        source_start=window.start * rate,
        rate=rate,
        medium=_medium(clip, available, rate),
        speed=speed_of(clip),
        enabled=clip.enabled,
        link=link_of(clip),
        marks=tuple(sorted(marks, key=lambda mark: mark.frame)),
        effects=tuple(_effect_name(effect) for effect in clip.effects if not _is_warp(effect)),
        comments=tuple(str(line) for line in of_ours(clip).get("comments", ())),
    )


def _media_rate(clip: Clip, available: TimeRange | None) -> Fraction | None:
    span = available if available is not None else clip.source_range
    if span is None:
        return None
    return exact_rate(span.duration.rate if span.duration.rate > 1 else span.start_time.rate)


def _medium(clip: Clip, available: TimeRange | None, rate: Fraction) -> Medium:
    reference = clip.media_reference
    kind = "missing" if reference is None else reference.schema_name()
    url = getattr(reference, "target_url", "") or ""
    if kind == "ImageSequenceReference":
        url = (
            reference.target_url_for_image_number(0)
            if reference.number_of_images_in_sequence()
            else reference.target_url_base
        )
    found = "generator" if kind == "GeneratorReference" else "file" if url else "missing"
    return Medium(
        name=getattr(reference, "name", "") or "",
        url=url,
        kind=found,  # type: ignore[arg-type]
        reel=_reel(clip, reference),
        start=Fraction(0) if available is None else seconds(available.start_time) * rate,
        count=None if available is None else seconds(available.duration) * rate,
    )


def _reel(clip: Clip, reference: Any) -> str:
    """Give the name of the reel, wherever its program puts it."""
    for thing in (reference, clip):
        for room, key in ((OURS, "reel"), ("cmx_3600", "reel")):
            inside = {} if thing is None else thing.metadata.get(room)
            told = inside.get(key) if hasattr(inside, "get") else None
            if told:
                return str(told)
    return ""


def _mark(marker: Marker, origin: Fraction, laying: _Laying) -> Mark:
    span = marker.marked_range
    frame = laying.frame(seconds(span.start_time) - origin)
    return Mark(
        frame=frame,
        frames=max(0, laying.frame(seconds(span.duration))),
        name=marker.name,
        comment=comment_of(marker),
        colour=str(marker.color or ""),
    )


def _is_warp(effect: Any) -> bool:
    return effect.schema_name() in ("LinearTimeWarp", "FreezeFrame")


def _effect_name(effect: Any) -> str:
    """Give the name that a person knows an effect by."""
    inside = effect.metadata.get("Resolve_OTIO")
    told = inside.get("Effect Name") if hasattr(inside, "get") else None
    return str(told or effect.name or effect.effect_name or effect.schema_name())
