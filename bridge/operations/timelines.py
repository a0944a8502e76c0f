"""Operations on timelines: from any program to any other, and why one would not open.

A timeline is named by its path: the server reads and writes it as the user that it runs as.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bridge.errors import RequestError, check_range
from bridge.operations.film import check_path, local_path
from bridge.operations.studio import Studio
from bridge.operations.table import operation
from bridge.schema.timelines import Conversion, Host, TimelineCheck


@dataclass(frozen=True, slots=True)
class ConvertRequest:
    """Ask for a timeline in another form."""

    source: str
    """Of the timeline on this machine, absolute: `/cuts/scene.edl`."""
    output: str
    """Where it goes, absolute; its ending says the form: `/cuts/scene.otio`."""
    host: Host = "portable"
    """Who will read it."""
    twins: bool = False
    """Also write the other forms that the host reads, beside it."""
    rate: float | None = None
    """Frames a second of an edit list, which doesn't say, 1..1000; None: it is found out."""
    drop_frame: bool | None = None
    """Let its timecode leave out numbers, or not; None: as it is."""
    media: str | None = None
    """A folder, absolute, to which the media of an .otioz goes; None: it stays inside."""
    force: bool = False
    """Replace files that are there."""

    def __post_init__(self) -> None:
        check_path("source", self.source)
        check_path("output", self.output)
        if self.media is not None:
            check_path("media", self.media)
        if self.rate is not None:
            check_range("rate", self.rate, 1, 1000)
        if Path(self.source) == Path(self.output):
            raise RequestError("output is the file that is read; name another")


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """Ask what a host will make of a timeline."""

    path: str
    """Of the timeline on this machine, absolute: `/cuts/scene.otio`."""
    host: Host = "resolve"
    """Who would read it."""

    def __post_init__(self) -> None:
        check_path("path", self.path)


@operation("film.convert")
def convert(request: ConvertRequest, studio: Studio) -> Conversion:
    """Write a timeline for another program, and say what its form could not hold."""
    from bridge.files.timelines.bundle import unpack_media
    from bridge.files.timelines.reading import media_in_bundle, open_timeline
    from bridge.files.timelines.writing import Wish, write_timeline

    source = local_path(request.source, studio)
    output = local_path(request.output, studio)
    opened = open_timeline(source, rate=request.rate)
    studio.progress(1, 2, "timelines")
    notes = list(opened.notes)
    unpacked: tuple[Path, ...] = ()
    if request.media is not None:
        folder = local_path(request.media, studio)
        if opened.form == "OTIO zip":
            unpacked = unpack_media(source, folder)
            opened = opened.with_media_in(folder)
    elif media_in_bundle(opened):
        notes.append("its media lies inside the bundle; --media FOLDER unpacks it")
    wish = Wish(output, request.host, request.twins, request.drop_frame, request.force)
    written, losses = write_timeline(opened, wish)
    studio.progress(2, 2, "timelines")
    return Conversion(
        source=str(source),
        form=opened.form,
        host=request.host,
        frame_rate=float(opened.layout.rate),
        drop_frame=opened.layout.drop_frame,
        clips=sum(len(lane.pieces) for lane in opened.layout.lanes),
        written=tuple(str(path) for path in (*written, *unpacked)),
        losses=losses,
        notes=tuple(notes),
    )


@operation("film.check")
def check(request: CheckRequest, studio: Studio) -> TimelineCheck:
    """Say in plain words why a host would refuse or damage a timeline."""
    from bridge.files.timelines.checking import check_timeline
    from bridge.files.timelines.reading import open_timeline

    return check_timeline(open_timeline(local_path(request.path, studio)), request.host)
