"""How Kdenlive (25.04 and later, which opens .otio files itself) wants to find a timeline.

It takes the first track for the topmost, shows clips that are turned off, takes a transition beside
a gap for a mix with what lies before the gap, shows of a marker its comment alone, and counts the
markers of a clip from the clip's first frame plus the timecode of its media. It plays every clip
at its own speed, and reads no metadata: we leave there what is needed to read our own files again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bridge.files.timelines.hosts.base import (
    Sequence,
    absolute_path,
    drop_idle_warps,
    is_audio,
    name_tracks,
)
from bridge.files.timelines.names import OURS, of_ours

if TYPE_CHECKING:
    from opentimelineio.opentime import RationalTime
    from opentimelineio.schema import Clip, Marker, Timeline, Track

_DRESSED: Final = "dressed_for"
_COMMENT: Final = "comment"


def dress_for_kdenlive(timeline: Timeline, sequence: Sequence) -> None:
    """Lay a timeline as Kdenlive reads it, in place."""
    _ = sequence
    name_tracks(timeline)
    for track in timeline.tracks:
        if hasattr(track, "kind"):
            _leave_out_disabled(track)
            _leave_out_lone_transitions(track)
    _turn_over(timeline)
    _tell(timeline, {_DRESSED: "kdenlive"})
    for clip in timeline.find_clips():
        drop_idle_warps(clip)
        absolute_path(clip)
        for marker in clip.markers:
            _count_from(marker, -_shift(clip))
            _say_in_comment(marker)
    for marker in timeline.tracks.markers:
        _say_in_comment(marker)


def from_kdenlive(timeline: Timeline) -> None:
    """Undo what `dress_for_kdenlive` did to tracks and markers of a file of ours, in place."""
    if of_ours(timeline).get(_DRESSED) != "kdenlive":
        return
    ours = dict(timeline.metadata[OURS])
    del ours[_DRESSED]
    timeline.metadata[OURS] = ours
    _turn_over(timeline)
    for clip in timeline.find_clips():
        for marker in clip.markers:
            _count_from(marker, _shift(clip))
            _restore_comment(marker)
    for marker in timeline.tracks.markers:
        _restore_comment(marker)


def _turn_over(timeline: Timeline) -> None:
    """Exchange the lowest track of pictures and the topmost, and so on, in place."""
    tracks = list(timeline.tracks)
    pictures = iter([track for track in reversed(tracks) if not is_audio(track)])
    turned = [track if is_audio(track) else next(pictures) for track in tracks]
    del timeline.tracks[:]
    timeline.tracks.extend(turned)


def _leave_out_disabled(track: Track) -> None:
    """Put gaps where clips or the whole track are turned off, in place."""
    from opentimelineio.schema import Gap

    for place, item in enumerate(track):
        is_seen = getattr(item, "enabled", True) and track.enabled
        if item.schema_name() == "Clip" and not is_seen:
            track[place] = Gap(duration=item.trimmed_range().duration)


def _leave_out_lone_transitions(track: Track) -> None:
    """Leave out transitions that don't join two clips, in place."""
    kinds = ["", *(item.schema_name() for item in track), ""]
    for place in reversed(range(len(track))):
        joins = kinds[place] == kinds[place + 2] == "Clip"
        if kinds[place + 1] == "Transition" and not joins:
            del track[place]


def _shift(clip: Clip) -> RationalTime:
    """Give by how much Kdenlive's count of a clip's markers differs from the standard's."""
    available = None if clip.media_reference is None else clip.media_reference.available_range
    start: RationalTime = clip.trimmed_range().start_time
    return start if available is None else start + available.start_time


def _count_from(marker: Marker, moved: RationalTime) -> None:
    from opentimelineio.opentime import TimeRange

    span = marker.marked_range
    start = (span.start_time + moved).rescaled_to(span.start_time.rate)
    marker.marked_range = TimeRange(start, span.duration)


def _say_in_comment(marker: Marker) -> None:
    """Say in the comment of a marker all that it says, in place."""
    if marker.name:
        _tell(marker, {_COMMENT: marker.comment})
        marker.comment = f"{marker.name}: {marker.comment}" if marker.comment else marker.name


def _restore_comment(marker: Marker) -> None:
    ours = dict(of_ours(marker))
    if _COMMENT in ours:
        marker.comment = ours.pop(_COMMENT)
        marker.metadata[OURS] = ours


def _tell(thing: Any, told: dict[str, Any]) -> None:
    thing.metadata[OURS] = {**of_ours(thing), **told}
