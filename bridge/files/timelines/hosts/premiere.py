"""How Premiere (25.6 and later) wants to find a timeline, and what it means by its own.

The sequence is named after the top stack, which says its rate and size; links are texts; at a
changed speed `source_range` lasts as many frames as are taken of the media; a speed of 1 that is
said makes it drop Motion and Opacity.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bridge.files.timelines.hosts.base import Sequence, absolute_path, drop_idle_warps, is_audio
from bridge.files.timelines.laying import link_of, speed_of

if TYPE_CHECKING:
    from opentimelineio.schema import Clip, Timeline

ROOM: Final = "PremierePro_OTIO"
"""Key of Premiere's own metadata."""


def dress_for_premiere(timeline: Timeline, sequence: Sequence) -> None:
    """Add what Premiere wants to find, in place."""
    _add(timeline, {"MetadataVersion": "1.0"})
    timeline.tracks.name = timeline.name
    _add(
        timeline.tracks,
        {
            "AudioFrameRate": float(sequence.sample_rate_hz),
            "PixelAspectRatio": {"numerator": 1.0, "denominator": 1.0},
            "VideoFrameRate": sequence.frame_rate,
            "VideoResolution": {"width": sequence.width, "height": sequence.height},
        },
    )
    kind = "Stereo" if sequence.channels > 1 else "Mono"
    channels = min(2, sequence.channels)
    for track in timeline.tracks:
        if is_audio(track):
            _add(track, {"AudioChannels": {"ChannelType": kind, "NumberOfChannels": channels}})
        for clip in track.find_clips():
            told: dict[str, Any] = {}
            if link := link_of(clip):
                told["LinkID"] = link
            if is_audio(track):
                assigned = [{"SecondaryChannelIndex": channel} for channel in range(channels)]
                told["AudioChannels"] = {"ChannelType": kind, "SecondaryAssignments": assigned}
            _add(clip, told)
            _dress_clip(clip)


def from_premiere(timeline: Timeline) -> None:
    """Let the clips of a timeline that Premiere wrote last as long as they fill of it, in place."""
    if ROOM not in timeline.tracks.metadata and ROOM not in timeline.metadata:
        return
    for clip in timeline.find_clips():
        _scale(clip, inverse=True)


def _dress_clip(clip: Clip) -> None:
    drop_idle_warps(clip)
    absolute_path(clip)
    _scale(clip, inverse=False)


def _scale(clip: Clip, *, inverse: bool) -> None:
    """Let a clip last as many frames as it takes of its media, or as it fills of the timeline."""
    from opentimelineio.opentime import RationalTime, TimeRange

    speed = abs(float(speed_of(clip)))
    shown = clip.source_range
    if shown is None or speed in (0.0, 1.0):
        return
    frames = shown.duration.value / speed if inverse else shown.duration.value * speed
    nearest = round(frames)
    if abs(frames - nearest) < 1e-6:
        frames = nearest
    clip.source_range = TimeRange(shown.start_time, RationalTime(frames, shown.duration.rate))


def _add(thing: Any, told: dict[str, Any]) -> None:
    """Add to Premiere's metadata of a thing what is not there."""
    known = thing.metadata.get(ROOM)
    inside = dict(known) if hasattr(known, "items") else {}
    thing.metadata[ROOM] = {**told, **inside}
