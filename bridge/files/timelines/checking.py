"""Why a host would refuse or damage a timeline as it is, in plain words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from bridge.files.timelines.hosts.base import is_audio
from bridge.files.timelines.hosts.dressing import PROFILES
from bridge.files.timelines.hosts.losing import lost_by_host
from bridge.files.timelines.laying import comment_of, link_of, seconds, speed_of
from bridge.files.timelines.media import Shelf
from bridge.files.timelines.names import base_name, path_of
from bridge.files.timelines.reading import Opened
from bridge.schema.layout import exact_rate, is_usual_rate
from bridge.schema.timelines import Host, TimelineCheck, Trouble, Weight

if TYPE_CHECKING:
    from opentimelineio.schema import Clip, Track

_ORDER: Final[dict[Weight, int]] = {"refuses": 0, "damages": 1, "loses": 2}
_ALMOST: Final = Fraction(1, 1000)
_FORMS: Final[dict[Host, tuple[str, ...]]] = {
    "resolve": ("OpenTimelineIO", "OTIO zip", "EDL", "Final Cut Pro XML", "FCPXML", "AAF"),
    "premiere": ("OpenTimelineIO", "EDL", "Final Cut Pro XML", "AAF"),
    "fcpx": ("FCPXML",),
    "avid": ("AAF", "EDL", "Final Cut Pro XML"),
    "kdenlive": ("OpenTimelineIO", "OTIO zip", "Final Cut Pro XML", "EDL"),
    "portable": (
        "OpenTimelineIO", "OTIO zip", "OTIO bundle", "EDL", "Final Cut Pro XML", "FCPXML", "AAF",
    ),
}  # fmt: skip
_FIX: Final = "let Segue put it right: segue film convert IN OUT.otio --for {host}"


@dataclass(frozen=True, slots=True)
class _Seen:
    """A clip that is being looked at."""

    clip: Clip
    track: Track
    host: Host
    shelf: Shelf

    def trouble(self, weight: Weight, what: str, advice: str = "") -> Trouble:
        """Say what is wrong with it."""
        said = advice or _FIX.format(host=self.host)
        return Trouble(weight, self.track.name, self.clip.name, what, said)

    @property
    def url(self) -> str:
        """Where its media lies; empty: nobody says."""
        return getattr(self.clip.media_reference, "target_url", "") or ""


def check_timeline(opened: Opened, host: Host) -> TimelineCheck:
    """Say what a host will make of a timeline.

    Args:
        opened: the timeline.
        host: who would read it.
    """
    troubles = list(_of_form(opened, host))
    is_otio = opened.form in ("OpenTimelineIO", "OTIO zip", "OTIO bundle")
    shelf = Shelf(opened.path.parent)
    troubles += _of_timeline(opened, host)
    for track in opened.timeline.tracks:
        for clip in track.find_clips():
            seen = _Seen(clip, track, host, shelf)
            for rule in (*_FOR_ALL, *(_FOR_HOST.get(host, ()) if is_otio else ())):
                troubles += rule(seen)
    for loss in lost_by_host(opened.timeline, opened.layout, host):
        if is_otio and not loss.what.startswith("all of it"):
            advice = "nothing: the form or the host has no place for it"
            troubles.append(Trouble("loses", loss.track, loss.clip, loss.what, advice))
    ordered = sorted(dict.fromkeys(troubles), key=lambda trouble: _ORDER[trouble.weight])
    return TimelineCheck(str(opened.path), host, opened.form, tuple(ordered))


def _of_form(opened: Opened, host: Host) -> Iterator[Trouble]:
    if opened.form not in _FORMS[host]:
        ending = PROFILES[host].twins[0]
        what = f"it is {opened.form}, which this host doesn't open"
        advice = f"segue film convert IN OUT{ending} --for {host}"
        yield Trouble("refuses", "", "", what, advice)
    for note in opened.notes:
        if "brought down" in note and host != "portable":
            what = f"it holds forms that are newer than what hosts read: {note}"
            yield Trouble("refuses", "", "", what, _FIX.format(host=host))
    if not any(lane.pieces for lane in opened.layout.lanes):
        what = "it holds no clip"
        yield Trouble("refuses", "", "", what, "export it again from your editor")


def _of_timeline(opened: Opened, host: Host) -> Iterator[Trouble]:
    rate = opened.layout.rate
    if not is_usual_rate(rate):
        what = f"it runs at {float(rate):.3f} frames a second, which no editor has as a rate"
        yield Trouble("refuses", "", "", what, "convert its media to a usual rate first")
    timeline = opened.timeline
    if host in ("resolve", "premiere") and timeline.global_start_time is None:
        what = "it doesn't say its first timecode; the host begins at one of its own"
        yield Trouble("damages", "", "", what, _FIX.format(host=host))
    if host == "premiere" and opened.form == "OpenTimelineIO" and not timeline.tracks.name:
        what = "its top stack has no name, and Premiere names the sequence after it"
        yield Trouble("damages", "", "", what, _FIX.format(host=host))
    if ":" in timeline.name and host in ("resolve", "premiere"):
        what = "there is a colon in its name, which Windows cannot have in a file"
        yield Trouble("damages", "", "", what, _FIX.format(host=host))


def _media_is_known(seen: _Seen) -> Iterator[Trouble]:
    if not seen.url:
        yield seen.trouble(
            "damages", "nobody says where its media lies; it comes in offline",
            "relink it in the host, by its name and timecode",
        )  # fmt: skip


def _range_is_inside(seen: _Seen) -> Iterator[Trouble]:
    """Compare what a clip shows with what its media has."""
    reference, shown = seen.clip.media_reference, seen.clip.source_range
    available = None if reference is None else reference.available_range
    if available is None or shown is None:
        return
    start, length = seconds(shown.start_time), seconds(shown.duration)
    speed = abs(speed_of(seen.clip))
    first = seconds(available.start_time)
    last = first + seconds(available.duration)
    if first > 0 and start + length <= first and start + length <= last - first:
        yield seen.trouble(
            "refuses",
            "it counts its media from 0, but the file is stamped with a timecode; the host looks"
            " for frames that are not there, and takes nothing without a word",
        )
    elif start < first - _ALMOST or start + length * speed > last + _ALMOST:
        yield seen.trouble(
            "damages", "it shows frames that its media doesn't have",
            "trim the clip, or use media that is long enough",
        )  # fmt: skip


def _matches_file(seen: _Seen) -> Iterator[Trouble]:
    """Compare what is said of the media with the file itself, where it is here."""
    path = seen.shelf.find(seen.url) if seen.url else None
    reference = seen.clip.media_reference
    if seen.url and path is None and not seen.url.startswith(("http:", "https:")):
        yield seen.trouble(
            "damages", f"there is no file {path_of(seen.url)} on this machine; it may come in"
            " offline", "copy the media to where the host runs, or relink it there",
        )  # fmt: skip
    footage = seen.shelf.look(seen.url) if path is not None else None
    available = None if reference is None else reference.available_range
    if footage is None or available is None:
        return
    if abs(seconds(available.start_time) - Fraction(footage.start) / footage.rate) > _ALMOST:
        yield seen.trouble(
            "refuses", "the timecode that is said of its media is not the one in the file"
        )
    if exact_rate(available.duration.rate) != footage.rate:
        what = f"its media runs at {float(footage.rate):.3f} frames a second, not at what is said"
        yield seen.trouble("damages", what)


def _range_is_known(seen: _Seen) -> Iterator[Trouble]:
    reference = seen.clip.media_reference
    if seen.url and reference.available_range is None:
        yield seen.trouble("refuses", "how far its media reaches (available_range) is not said")


def _plain_path(seen: _Seen) -> Iterator[Trouble]:
    if "://" in seen.url:
        yield seen.trouble("refuses", "its media is named by a URL; Resolve wants a bare path")
    elif seen.url and not path_of(seen.url).startswith(("/", "\\")) and seen.url[1:2] != ":":
        yield seen.trouble("refuses", "its media is named by a relative path")


def _named_after_media(seen: _Seen) -> Iterator[Trouble]:
    if seen.url and seen.clip.name != base_name(seen.url):
        what = f"it isn't called as its file, {base_name(seen.url)}, by which Resolve finds it"
        yield seen.trouble("damages", what)
    if ":" in seen.clip.name:
        yield seen.trouble("refuses", "there is a colon in its name, which Windows cannot have")


def _usual_schemas(seen: _Seen) -> Iterator[Trouble]:
    for effect in seen.clip.effects:
        if effect.schema_name() == "UnknownSchema" or effect.is_unknown_schema:
            yield seen.trouble("refuses", "it bears an effect of a schema that hosts don't know")


def _markers_for_resolve(seen: _Seen) -> Iterator[Trouble]:
    shown = seen.clip.source_range
    for marker in seen.clip.markers:
        note = marker.metadata.get("Resolve_OTIO", {}).get("Note")
        if comment_of(marker) and not note:
            what = "the notes of its markers are not where Resolve reads them"
            yield seen.trouble("loses", what)
        if shown is not None and not shown.contains(marker.marked_range.start_time):
            what = f"its marker {marker.name!r} lies outside of what is seen, and is lost"
            yield seen.trouble("loses", what)


def _links(seen: _Seen) -> Iterator[Trouble]:
    room, key = {
        "resolve": ("Resolve_OTIO", "Link Group ID"),
        "premiere": ("PremierePro_OTIO", "LinkID"),
    }[seen.host]
    told = seen.clip.metadata.get(room, {}).get(key)
    if link_of(seen.clip) and told is None:
        yield seen.trouble("loses", "pictures and sound come in apart: they are not linked as"
                           " the host does it")  # fmt: skip
    elif seen.host == "premiere" and told is not None and not isinstance(told, str):
        yield seen.trouble("loses", "its link is a number; Premiere wants a text")


def _warps_for_premiere(seen: _Seen) -> Iterator[Trouble]:
    for effect in seen.clip.effects:
        if effect.schema_name() == "LinearTimeWarp" and effect.time_scalar == 1.0:
            what = "it says a speed of 1, at which Premiere drops Motion and Opacity"
            yield seen.trouble("damages", what)


def _lengths_for_premiere(seen: _Seen) -> Iterator[Trouble]:
    speed = speed_of(seen.clip)
    if speed not in (0, 1) and "PremierePro_OTIO" not in seen.clip.metadata:
        what = (
            f"it plays at {float(speed):.4g} times its speed; Premiere counts its length in frames"
            " of the media, others in frames of the timeline"
        )
        yield seen.trouble("damages", what)


def _sound_channels(seen: _Seen) -> Iterator[Trouble]:
    room, key = {
        "resolve": ("Resolve_OTIO", "Channels"),
        "premiere": ("PremierePro_OTIO", "AudioChannels"),
    }[seen.host]
    if is_audio(seen.track) and not seen.clip.metadata.get(room, {}).get(key):
        yield seen.trouble("damages", "which channels of its sound are meant is not said")


_Rule = Callable[[_Seen], Iterator[Any]]
_FOR_ALL: Final[tuple[_Rule, ...]] = (_media_is_known, _range_is_inside, _matches_file)
_FOR_HOST: Final[dict[Host, tuple[_Rule, ...]]] = {
    "resolve": (
        _range_is_known,
        _plain_path,
        _named_after_media,
        _usual_schemas,
        _markers_for_resolve,
        _links,
        _sound_channels,
    ),
    "premiere": (
        _usual_schemas,
        _links,
        _warps_for_premiere,
        _lengths_for_premiere,
        _sound_channels,
    ),
    "kdenlive": (_usual_schemas,),
}
