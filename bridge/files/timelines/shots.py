"""A film as a timeline that is cut at its shots, each with a marker that says what was seen."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from bridge.files.timelines.edl_writing import format_edl
from bridge.files.timelines.hosts.base import Sequence
from bridge.files.timelines.hosts.dressing import dress
from bridge.files.timelines.laying import lay_out
from bridge.files.timelines.names import LINK, OURS, media_url, plain_name
from bridge.schema.footage import WatchedFilm
from bridge.schema.media import MediaFacts
from bridge.schema.shot_words import note, short_name
from bridge.schema.shots import Shot, TransitionKind
from bridge.schema.timecode import first_frame, frame_at
from bridge.schema.timelines import Host

if TYPE_CHECKING:
    from opentimelineio.schema import Clip, Marker, Timeline

_UNSURE: Final = 0.5
_COLOURS: Final[dict[TransitionKind, str]] = {
    "start": "WHITE",
    "cut": "GREEN",
    "jump_cut": "YELLOW",
    "dissolve": "PURPLE",
    "fade": "BLUE",
    "dip": "CYAN",
    "wipe": "MAGENTA",
}
"""Of the marker of a shot that begins so; RED where that is not sure."""


def shot_frames(film: WatchedFilm) -> tuple[range, ...]:
    """Give the frames of every shot at the film's nominal rate, its first frame being 0.

    Exact where all frames last equally long. Else times are rounded to the nearest frame, as
    timelines have no other, and no shot becomes shorter than one.
    """
    media = film.analysis.media
    starts: list[int] = []
    for shot in film.analysis.shots:
        start = frame_at(shot.span.start_time, media)
        starts.append(max(start, starts[-1] + 1) if starts else 0)
    end = max(frame_at(media.duration, media), starts[-1] + 1)
    return tuple(range(start, after) for start, after in pairwise((*starts, end)))


def timeline_notes(media: MediaFacts) -> tuple[str, ...]:
    """Say what a timeline of a film cannot express, each a sentence for a person."""
    if not media.variable_rate:
        return ()
    return (
        f"{media.name} has frames of different lengths: its cuts are rounded to the nearest frame"
        f" at {media.frame_rate:.3f} a second, as timelines have no other; convert it to a constant"
        " rate first where a frame counts",
    )


def shot_timeline(film: WatchedFilm, host: Host) -> Timeline:
    """Make a timeline of a film, cut at its shots: pictures and sound, linked.

    Source frames count from the film's own timecode, where it has one.

    Args:
        film: the film.
        host: who will read it.

    Raises:
        RequestError: the film's name cannot be written.
    """
    from opentimelineio.opentime import RationalTime
    from opentimelineio.schema import Timeline, Track

    url = media_url(film.path, host)
    media = film.analysis.media
    name = plain_name(f"{film.path.stem} shots")
    first = first_frame(media.frame_rate, drop_frame=media.drop_frame)
    timeline = Timeline(name, global_start_time=RationalTime(first, media.frame_rate))
    frames = shot_frames(film)
    pairs = list(zip(film.analysis.shots, frames, strict=True))
    source = _Source(film, url, frames[-1].stop)
    pictures = Track("Video 1", [_clip(source, *pair) for pair in pairs], kind="Video")
    for clip, (shot, _) in zip(pictures, pairs, strict=True):
        clip.markers.append(_marker(clip, shot))
    timeline.tracks.append(pictures)
    if media.sound is not None:
        sounds = [_clip(source, *pair) for pair in pairs]
        timeline.tracks.append(Track("Audio 1", sounds, kind="Audio"))
    dress(timeline, host, _sequence(media))
    told: dict[str, Any] = {"drop_frame": media.drop_frame}
    if notes := timeline_notes(media):
        told["notes"] = list(notes)
    timeline.metadata[OURS] = told
    return timeline


def shot_edl(film: WatchedFilm) -> str:
    """Give an edit list of a film's shots, one after another, from 01:00:00:00 on."""
    layout, _ = lay_out(shot_timeline(film, "portable"))
    return format_edl(layout)[0]


@dataclass(frozen=True, slots=True)
class _Source:
    """The media of all clips."""

    film: WatchedFilm
    url: str
    frame_count: int
    """At the nominal rate."""


def _clip(source: _Source, shot: Shot, frames: range) -> Clip:
    """Make a clip of one shot."""
    from opentimelineio.opentime import RationalTime, TimeRange
    from opentimelineio.schema import Clip, ExternalReference

    path, media = source.film.path, source.film.analysis.media
    rate = media.frame_rate
    start = 0.0 if media.start_timecode is None else float(media.start_timecode.value)
    available = TimeRange(RationalTime(start, rate), RationalTime(source.frame_count, rate))
    reference = ExternalReference(target_url=source.url, available_range=available)
    reference.name = path.name
    if media.reel:
        reference.metadata[OURS] = {"reel": media.reel}
    shown = TimeRange(RationalTime(start + frames.start, rate), RationalTime(len(frames), rate))
    clip = Clip(path.name, reference, shown)
    clip.metadata[OURS] = {LINK: shot.number}
    return clip


def _marker(clip: Clip, shot: Shot) -> Marker:
    """Mark a shot's first frame with what was seen."""
    from opentimelineio.opentime import RationalTime, TimeRange
    from opentimelineio.schema import Marker

    start = clip.source_range.start_time
    begins = shot.begins
    return Marker(
        short_name(shot),
        TimeRange(start, RationalTime(1, start.rate)),
        color="RED" if begins.confidence < _UNSURE else _COLOURS[begins.kind],
        comment=note(shot),
    )


def _sequence(media: MediaFacts) -> Sequence:
    sound = media.sound
    return Sequence(
        frame_rate=media.frame_rate,
        width=media.width,
        height=media.height,
        sample_rate_hz=48_000 if sound is None else sound.sample_rate_hz,
        channels=2 if sound is None else sound.channels,
    )
