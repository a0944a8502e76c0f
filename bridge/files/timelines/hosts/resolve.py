"""How Resolve wants to find a timeline, as others measured on 18.5 to 21.

Media by a bare absolute path, clips named after it, source frames that count from the timecode of
the file, links and notes in its own metadata, only the usual schemas, markers inside their clips,
and nothing but dissolves between clips.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bridge.files.timelines.hosts.base import (
    Sequence,
    absolute_path,
    all_markers,
    clean_names,
    drop_idle_warps,
    is_audio,
    name_tracks,
)
from bridge.files.timelines.laying import comment_of, link_of
from bridge.files.timelines.names import OURS, base_name, plain_name

if TYPE_CHECKING:
    from opentimelineio.schema import Clip, Timeline, Track

ROOM: Final = "Resolve_OTIO"
"""Key of Resolve's own metadata."""
_DISSOLVE: Final = "SMPTE_Dissolve"


def dress_for_resolve(timeline: Timeline, sequence: Sequence) -> None:
    """Add what Resolve wants to find, and take away what it stumbles over, in place."""
    _add(timeline, {"Resolve OTIO Meta Version": "1.0"})
    clean_names(timeline)
    name_tracks(timeline)
    links: dict[str, int] = {}
    for track in timeline.tracks:
        told: dict[str, Any] = {"Locked": False}
        if is_audio(track):
            kind = "Stereo" if sequence.channels > 1 else "Mono"
            told = {"Audio Type": kind, "Locked": False, "SoloOn": False}
        _add(track, told)
        for clip in track.find_clips():
            _dress_clip(clip, track, sequence, links)
        for item in track:
            if item.schema_name() == "Transition":
                item.transition_type = _DISSOLVE
    for marker in all_markers(timeline):
        note = comment_of(marker)
        marker.comment = note
        _add(marker, {"Keywords": [], "Note": note})


def _dress_clip(clip: Clip, track: Track, sequence: Sequence, links: dict[str, int]) -> None:
    told: dict[str, Any] = {}
    if link := link_of(clip):
        told["Link Group ID"] = links.setdefault(link, _number(link, links))
    if is_audio(track):
        told["Channels"] = [
            {"Source Channel ID": channel, "Source Track ID": 0}
            for channel in range(min(2, sequence.channels))
        ]
    _add(clip, told)
    drop_idle_warps(clip)
    absolute_path(clip)
    _name_after_media(clip)
    _keep_markers_inside(clip)


def _number(link: str, links: dict[str, int]) -> int:
    """Give a link the number that it has, or the next that is free."""
    taken = set(links.values())
    if link.isdigit() and int(link) not in taken:
        return int(link)
    return max(taken, default=0) + 1


def _name_after_media(clip: Clip) -> None:
    """Name a clip as its file, by which Resolve finds it; its own name stays in our metadata."""
    url = getattr(clip.media_reference, "target_url", "")
    name = plain_name(base_name(url)) if url else clip.name
    if name != clip.name:
        ours = clip.metadata.get(OURS)
        inside = dict(ours) if hasattr(ours, "items") else {}
        clip.metadata[OURS] = {**inside, "name": clip.name}
        clip.name = name


def _keep_markers_inside(clip: Clip) -> None:
    """Move markers into what is seen of a clip: others are lost."""
    from opentimelineio.opentime import RationalTime, TimeRange

    shown = clip.source_range
    if shown is None or shown.duration.value < 1:
        return
    last = shown.end_time_exclusive() - RationalTime(1, shown.start_time.rate)
    for marker in clip.markers:
        span = marker.marked_range
        start = min(max(span.start_time, shown.start_time), last)
        length = min(span.duration, shown.end_time_exclusive() - start)
        marker.marked_range = TimeRange(start, max(length, RationalTime(1, start.rate)))


def _add(thing: Any, told: dict[str, Any]) -> None:
    """Add to Resolve's metadata of a thing what is not there; a note is always ours."""
    known = thing.metadata.get(ROOM)
    inside = dict(known) if hasattr(known, "items") else {}
    thing.metadata[ROOM] = {**told, **inside}
