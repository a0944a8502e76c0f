"""A timeline of OpenTimelineIO, built from one that is laid out flat."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from bridge.files.timelines.names import LINK, OURS
from bridge.schema.layout import Change, Lane, Layout, Mark, Medium, Piece

if TYPE_CHECKING:
    from opentimelineio.schema import Clip, Marker, Timeline, Track


def build(layout: Layout) -> Timeline:
    """Build a timeline with the same clips in the same frames."""
    from opentimelineio.opentime import RationalTime
    from opentimelineio.schema import Timeline

    rate = float(layout.rate)
    timeline = Timeline(layout.name, global_start_time=RationalTime(layout.start, rate))
    told: dict[str, Any] = {"drop_frame": layout.drop_frame}
    if layout.size is not None:
        told["size"] = {"width": layout.size[0], "height": layout.size[1]}
    timeline.metadata[OURS] = told
    for lane in layout.lanes:
        timeline.tracks.append(_track(lane, layout.rate))
    timeline.tracks.markers.extend(_marker(mark, Fraction(0), layout.rate) for mark in layout.marks)
    return timeline


def _track(lane: Lane, rate: Fraction) -> Track:
    from opentimelineio.opentime import RationalTime, TimeRange
    from opentimelineio.schema import Gap, Track

    track = Track(lane.name, kind=lane.kind)
    track.enabled = lane.enabled
    changes = {change.cut: change for change in lane.changes}
    at = 0
    for piece in lane.pieces:
        if piece.record.start > at:
            if at in changes:
                track.append(_transition(changes.pop(at), rate))
            hole = RationalTime(piece.record.start - at, float(rate))
            track.append(Gap(source_range=TimeRange(RationalTime(0, float(rate)), hole)))
        if piece.record.start in changes:
            track.append(_transition(changes.pop(piece.record.start), rate))
        track.append(_clip(piece, rate))
        at = piece.record.stop
    if at in changes:
        track.append(_transition(changes[at], rate))
    return track


def _transition(change: Change, rate: Fraction) -> Any:
    from opentimelineio.opentime import RationalTime
    from opentimelineio.schema import Transition

    return Transition(
        change.name,
        change.kind,
        RationalTime(change.before, float(rate)),
        RationalTime(change.after, float(rate)),
    )


def _clip(piece: Piece, rate: Fraction) -> Clip:
    from opentimelineio.opentime import RationalTime, TimeRange
    from opentimelineio.schema import Clip, LinearTimeWarp

    media_rate = float(piece.rate)
    length = len(piece.record) * piece.rate / rate
    shown = TimeRange(
        RationalTime(float(piece.source_start), media_rate),
        RationalTime(float(length), media_rate),
    )
    clip = Clip(piece.name, _reference(piece.medium, media_rate), shown)
    clip.enabled = piece.enabled
    if piece.speed != 1:
        clip.effects.append(LinearTimeWarp(time_scalar=float(piece.speed)))
    start = piece.source_start / piece.rate
    clip.markers.extend(_marker(mark, start, piece.rate, rate) for mark in piece.marks)
    told: dict[str, Any] = {}
    if piece.link:
        told[LINK] = piece.link
    if piece.comments:
        told["comments"] = list(piece.comments)
    if piece.effects:
        told["effects"] = list(piece.effects)
    if told:
        clip.metadata[OURS] = told
    return clip


def _reference(medium: Medium, rate: float) -> Any:
    from opentimelineio.opentime import RationalTime, TimeRange
    from opentimelineio.schema import ExternalReference, GeneratorReference, MissingReference

    available = None
    if medium.count is not None:
        available = TimeRange(
            RationalTime(float(medium.start), rate), RationalTime(float(medium.count), rate)
        )
    if medium.kind == "file":
        reference: Any = ExternalReference(medium.url, available)
    elif medium.kind == "generator":
        reference = GeneratorReference(generator_kind=medium.name, available_range=available)
    else:
        reference = MissingReference(available_range=available)
    reference.name = medium.name
    if medium.reel:
        reference.metadata[OURS] = {"reel": medium.reel}
    return reference


def _marker(
    mark: Mark, origin_seconds: Fraction, rate: Fraction, counted_at: Fraction | None = None
) -> Marker:
    """Make a marker.

    Args:
        mark: counted in frames of the timeline.
        origin_seconds: what its own zero is in the item that bears it.
        rate: in which it is written.
        counted_at: rate of the timeline, where that is another.
    """
    from opentimelineio.opentime import RationalTime, TimeRange
    from opentimelineio.schema import Marker

    scale = rate / (counted_at or rate)
    start = origin_seconds * rate + mark.frame * scale
    span = TimeRange(
        RationalTime(float(start), float(rate)),
        RationalTime(float(mark.frames * scale), float(rate)),
    )
    return Marker(mark.name, span, mark.colour or "RED", comment=mark.comment)
