"""What hosts have in common: the shape of a sequence, paths, links and markers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bridge.files.timelines.names import path_of, plain_name, url_of

if TYPE_CHECKING:
    from opentimelineio.schema import Clip, Timeline, Track


@dataclass(frozen=True, slots=True)
class Sequence:
    """What a program must know of the sequence that a timeline becomes."""

    frame_rate: float
    """Frames a second."""
    width: int
    """In pixels."""
    height: int
    """In pixels."""
    sample_rate_hz: int = 48_000
    """Of its sound."""
    channels: int = 2
    """Of its sound."""


def is_audio(track: Track) -> bool:
    """Say whether a track holds sound."""
    return bool(track.kind == "Audio")


def drop_idle_warps(clip: Clip) -> None:
    """Leave out changes of speed that change nothing, in place."""
    for place in reversed(range(len(clip.effects))):
        effect = clip.effects[place]
        if effect.schema_name() == "LinearTimeWarp" and effect.time_scalar == 1.0:
            del clip.effects[place]


def absolute_path(clip: Clip) -> None:
    """Name the media of a clip by a bare path, in place."""
    for reference in clip.media_references().values():
        if url := getattr(reference, "target_url", ""):
            reference.target_url = path_of(url)


def absolute_url(clip: Clip) -> None:
    """Name the media of a clip by a URL, in place; a relative path stays as it is."""
    for reference in clip.media_references().values():
        if url := getattr(reference, "target_url", ""):
            reference.target_url = url if "://" in url else url_of(url)


def name_tracks(timeline: Timeline) -> None:
    """Give tracks the names that editors expect, in place: `Video 1`, `Audio 1`.."""
    counts = {"Video": 0, "Audio": 0}
    for track in timeline.tracks:
        kind = "Audio" if is_audio(track) else "Video"
        counts[kind] += 1
        track.name = f"{kind} {counts[kind]}"


def clean_names(timeline: Timeline) -> None:
    """Give everything a name that every system takes, in place."""
    timeline.name = plain_name(timeline.name)
    for clip in timeline.find_clips():
        clip.name = plain_name(clip.name)


def all_markers(timeline: Timeline) -> list[Any]:
    """Give the markers of a timeline and of all its clips."""
    found = list(timeline.tracks.markers)
    for child in timeline.tracks.find_children():
        found += list(getattr(child, "markers", ()))
    return found
