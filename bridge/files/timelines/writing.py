"""A timeline for a host, as the files that it reads, and what they could not hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bridge.errors import OutputExistsError, RequestError
from bridge.files.disk import write_bytes
from bridge.files.timelines.bundle import write_bundle
from bridge.files.timelines.edl_writing import format_edl, marker_edl
from bridge.files.timelines.fcp7_writing import format_fcp7
from bridge.files.timelines.fcpx_writing import format_fcpx
from bridge.files.timelines.hosts.base import Sequence
from bridge.files.timelines.hosts.dressing import PROFILES, dress
from bridge.files.timelines.hosts.losing import lost_by_host
from bridge.files.timelines.media import Footage, Shelf, stamp, with_media
from bridge.files.timelines.names import base_name
from bridge.files.timelines.opentimeline import format_otio
from bridge.files.timelines.reading import Opened
from bridge.files.timelines.subtitles import format_srt
from bridge.schema.layout import USUAL_SIZE, Layout, can_drop
from bridge.schema.timecode import first_frame, frame_of, timecode
from bridge.schema.timelines import Host, Loss

if TYPE_CHECKING:
    from opentimelineio.schema import Timeline

MARKERS: Final = ".markers.edl"
"""Ending of a list of markers."""
_BUNDLES: Final = (".otioz", ".otiod")
_FLAT: Final[Mapping[str, Callable[[Layout], tuple[bytes, tuple[Loss, ...]]]]] = {
    ".xml": format_fcp7,
    ".fcpxml": format_fcpx,
    ".edl": lambda layout: _encoded(format_edl(layout)),
    MARKERS: lambda layout: (marker_edl(layout).encode("utf-8", "replace"), ()),
    ".srt": lambda layout: (format_srt(layout).encode("utf-8", "replace"), ()),
}
ENDINGS: Final = (".otio", *_BUNDLES, *_FLAT)
"""Of all files that can be written."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be written of a timeline."""

    path: Path
    """The file; its ending says its form."""
    host: Host
    """Who will read it."""
    twins: bool = False
    """Also write the other forms that the host reads, beside it."""
    drop_frame: bool | None = None
    """Let its timecode leave out numbers, or not; None: as it is."""
    force: bool = False
    """Replace files that are there."""


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    content: bytes
    media: Mapping[str, Path] | None = None
    """Of a bundle."""


def write_timeline(
    opened: Opened, wish: Wish, shelf: Shelf | None = None
) -> tuple[tuple[Path, ...], tuple[Loss, ...]]:
    """Write a timeline: all files, or none where one of them is there already.

    Args:
        opened: the timeline.
        wish: which files, and for whom.
        shelf: finds its media; None: looks beside the timeline.

    Returns:
        The files, and what they could not hold.

    Raises:
        RequestError: there is no such form, or no such timecode.
        OutputExistsError: a file is there and `force` is off.
        StorageError: the disk is full.
    """
    shelf = shelf or Shelf(opened.path.parent)
    layout = _timed(opened, wish)
    layout, losses = with_media(layout, shelf)
    if layout.size is None:
        layout = replace(layout, size=_size_of_first(layout, shelf))
    timeline = _dressed(opened, wish, layout, shelf)
    first = _ending(wish.path)
    endings = [first]
    if wish.twins:
        endings += [ending for ending in PROFILES[wish.host].twins if ending != first]
    gathered = [*opened.losses, *losses]
    files = []
    for ending in endings:
        path = wish.path if ending == first else _beside(wish.path, first, ending)
        if ending in _FLAT:
            content, lost = _FLAT[ending](layout)
            files.append(_File(path, content))
        else:
            file, lost = _otio_file(path, timeline, opened, shelf)
            files.append(file)
            lost = (*lost_by_host(opened.timeline, layout, wish.host), *lost)
        gathered += [replace(loss, what=f"{ending}: {loss.what}") for loss in lost]
    _refuse_existing(files, opened.path, force=wish.force)
    for file in files:
        _write(file, force=wish.force)
    return tuple(file.path for file in files), tuple(dict.fromkeys(gathered))


def _encoded(made: tuple[str, tuple[Loss, ...]]) -> tuple[bytes, tuple[Loss, ...]]:
    return made[0].encode("utf-8", "replace"), made[1]


def _ending(path: Path) -> str:
    name = path.name.lower()
    found = next((ending for ending in (MARKERS, *ENDINGS) if name.endswith(ending)), None)
    if found is None:
        raise RequestError(
            f"{path.name}: no timeline is written in that form; end it in {', '.join(ENDINGS)}"
        )
    return found


def _beside(path: Path, first: str, ending: str) -> Path:
    return path.with_name(path.name[: -len(first)] + ending)


def _timed(opened: Opened, wish: Wish) -> Layout:
    """Give the layout with the timecode that is wanted."""
    layout = opened.layout
    rate = float(layout.rate)
    if opened.timeline.global_start_time is None and wish.host != "portable":
        layout = replace(layout, start=first_frame(rate, drop_frame=layout.drop_frame))
    if wish.drop_frame is None or wish.drop_frame == layout.drop_frame:
        return layout
    if wish.drop_frame and not can_drop(layout.rate):
        raise RequestError(
            f"there is no drop-frame timecode at {rate:.3f} frames a second, only at 29.97, 59.94"
            " and 119.88; leave --drop-frame out"
        )
    code = timecode(layout.start, rate, drop_frame=layout.drop_frame).replace(";", ":")
    if wish.drop_frame:
        code = ";".join(code.rsplit(":", 1))
    start = frame_of(code, rate)
    return replace(layout, start=start or 0, drop_frame=wish.drop_frame)


def _dressed(opened: Opened, wish: Wish, layout: Layout, shelf: Shelf) -> Timeline:
    """Give a copy of a timeline, dressed for its host; for anybody, nothing else is changed."""
    from opentimelineio.opentime import RationalTime

    timeline: Timeline = opened.timeline.clone()
    if wish.host != "portable":
        timeline.name = timeline.name or layout.name
        timeline.global_start_time = RationalTime(layout.start, float(layout.rate))
        stamp(timeline, opened.layout, layout)
        _drop_foreign_effects(timeline, PROFILES[wish.host].keeps_effects)
    elif timeline.global_start_time is not None and wish.drop_frame is not None:
        timeline.global_start_time = RationalTime(layout.start, float(layout.rate))
    dress(timeline, wish.host, _sequence(layout, shelf))
    return timeline


def _drop_foreign_effects(timeline: Timeline, room: str) -> None:
    """Leave out effects that a host doesn't know, in place: it would refuse or ignore them."""
    for clip in timeline.find_children():
        effects: Any = getattr(clip, "effects", [])
        for place in reversed(range(len(effects))):
            effect = effects[place]
            if effect.schema_name() not in ("LinearTimeWarp", "FreezeFrame") and (
                not room or room not in effect.metadata
            ):
                del effects[place]


def _size_of_first(layout: Layout, shelf: Shelf) -> tuple[int, int] | None:
    """Give the size of the first film of a timeline that is on the disk."""
    footage = _first_footage(layout, shelf)
    return None if footage is None else (footage.facts.width, footage.facts.height)


def _first_footage(layout: Layout, shelf: Shelf) -> Footage | None:
    pieces = (piece for lane in layout.of_kind("Video") for piece in lane.pieces)
    found = (shelf.look(piece.medium.url) for piece in pieces if piece.medium.url)
    return next((footage for footage in found if footage is not None), None)


def _sequence(layout: Layout, shelf: Shelf) -> Sequence:
    """Say what a timeline becomes: as it says, or as the first film of it is."""
    footage = _first_footage(layout, shelf)
    width, height = layout.size or USUAL_SIZE
    sound = None if footage is None else footage.facts.sound
    return Sequence(
        frame_rate=float(layout.rate),
        width=width,
        height=height,
        sample_rate_hz=48_000 if sound is None else sound.sample_rate_hz,
        channels=2 if sound is None else sound.channels,
    )


def _otio_file(
    path: Path, timeline: Timeline, opened: Opened, shelf: Shelf
) -> tuple[_File, tuple[Loss, ...]]:
    """Give a file of OpenTimelineIO, or a bundle with its media."""
    if _ending(path) not in _BUNDLES:
        return _File(path, format_otio(timeline, opened.kept)), ()
    media: dict[str, Path] = {}
    losses = []
    inside: Timeline = timeline.clone()
    for clip in inside.find_clips():
        for reference in clip.media_references().values():
            url = getattr(reference, "target_url", "")
            found = shelf.find(url) if url else None
            if found is not None:
                reference.target_url = f"media/{_free_name(base_name(url), found, media)}"
            elif url:
                what = f"its media: there is no {url} here, so it isn't in the bundle"
                losses.append(Loss("", clip.name, "", what))
    return _File(path, format_otio(inside, opened.kept), media), tuple(losses)


def _free_name(name: str, path: Path, media: dict[str, Path]) -> str:
    """Give a file a name in a bundle that no other has."""
    number, stem = 1, name
    while media.setdefault(stem, path) != path:
        number += 1
        stem = f"{number}-{name}"
    return stem


def _refuse_existing(files: list[_File], source: Path, *, force: bool) -> None:
    if any(file.path.resolve() == source.resolve() for file in files):
        raise RequestError(f"{source} is what is read, and would be replaced; name another output")
    there = [file.path for file in files if file.path.exists()]
    if there and not force:
        raise OutputExistsError(f"{there[0]} is already there; --force replaces it")


def _write(file: _File, *, force: bool) -> None:
    if file.media is None:
        write_bytes(file.path, file.content, force=force)
    else:
        write_bundle(file.path, file.content, dict(file.media), force=force)
