"""A timeline from whatever file there is: told by what is in it, not by its ending."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bridge.errors import FileFormatError
from bridge.files.disk import read_bytes
from bridge.files.timelines.aaf import read_aaf
from bridge.files.timelines.building import build
from bridge.files.timelines.bundle import CONTENT, read_bundle
from bridge.files.timelines.edl_reading import read_edl
from bridge.files.timelines.fcp7_reading import read_fcp7
from bridge.files.timelines.fcpx_reading import read_fcpx
from bridge.files.timelines.hosts.kdenlive import from_kdenlive
from bridge.files.timelines.hosts.premiere import from_premiere
from bridge.files.timelines.laying import lay_out
from bridge.files.timelines.media import Shelf
from bridge.files.timelines.names import path_of
from bridge.files.timelines.opentimeline import read_otio
from bridge.files.timelines.xml_guard import read_xml
from bridge.schema.layout import Layout, exact_rate
from bridge.schema.timelines import Loss

if TYPE_CHECKING:
    from opentimelineio.schema import Timeline

MAX_TIMELINE_BYTES: Final = 256 * 2**20
"""A larger file is refused: a feature film has a tenth of it."""
_AAF_MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP_MAGIC: Final = b"PK"
_HEAD_LETTERS: Final = 20_000
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
_EDL: Final = re.compile(r"^\s*(TITLE\s*:|FCM\s*:|\d{1,9}\s+\S+.*\d{1,2}[:;]\d{2}[:;]\d{2})", re.M)
_RAMP: Final = re.compile(
    rb"(?s)variablespeed</parameterid>(?:(?!</parameter>).){0,400}?<value>\s*(?:1|TRUE)\s*<"
)
_FORMS: Final = ".otio, .otioz, .otiod, EDL, XML of Final Cut Pro 7, FCPXML and AAF"


@dataclass(slots=True)
class Opened:
    """A timeline that was read."""

    path: Path
    """The file."""
    form: str
    """What it turned out to be, for people."""
    timeline: Timeline
    """As OpenTimelineIO has it, with all that other programs keep in it."""
    layout: Layout
    """The same, laid out flat."""
    kept: Mapping[str, Any] = field(default_factory=dict)
    """Metadata as it was written: see `OtioText`."""
    losses: tuple[Loss, ...] = ()
    """What laying it out lost."""
    notes: tuple[str, ...] = ()
    """What was taken for granted, each a sentence."""

    def with_media_in(self, folder: Path) -> Opened:
        """Give the same with the media of its bundle in a folder, where it was unpacked."""
        timeline: Timeline = self.timeline.clone()
        _resolve(timeline, folder)
        layout, losses = lay_out(timeline)
        return replace(self, timeline=timeline, layout=layout, losses=losses)


def open_timeline(path: Path, *, rate: float | None = None) -> Opened:
    """Read a timeline.

    Args:
        path: of the file, or of an .otiod folder.
        rate: frames a second of an edit list, which doesn't say; None: it is found out.

    Raises:
        NotFoundError: there is no such file.
        FileFormatError: it is damaged, hostile, or no timeline.
    """
    from opentimelineio.exceptions import OTIOError

    try:
        return _read_form(path, rate)
    except (
        OTIOError, ArithmeticError, AttributeError, LookupError, RecursionError, TypeError,
        ValueError,
    ) as error:  # fmt: skip
        # readers expect what a program would write; here is something that none did
        raise FileFormatError(
            f"{path} is no timeline that can be understood ({error}); export it again"
        ) from error


def _read_form(path: Path, rate: float | None) -> Opened:
    """Read a timeline by what it begins with."""
    if path.is_dir():
        if path.suffix.lower() in (".fcpxmld",):
            return _from_text(path, _read(path / "Info.fcpxml"), rate)
        if not (path / CONTENT).exists():
            raise FileFormatError(f"{path} is a folder without {CONTENT}; name a timeline file")
        return _bundle(path, "OTIO bundle")
    content = _read(path)
    if content.startswith(_AAF_MAGIC):
        composition, notes = read_aaf(path)
        opened = _opened(path, "AAF", composition)
        opened.notes = notes
        return opened
    if content.startswith(_ZIP_MAGIC) and zipfile.is_zipfile(path):
        return _bundle(path, "OTIO zip")
    return _from_text(path, content, rate)


def _read(path: Path) -> bytes:
    content = read_bytes(path, kind="timeline", max_bytes=MAX_TIMELINE_BYTES)
    if not content.strip():
        raise FileFormatError(f"{path} is empty; export the timeline again")
    return content


def _bundle(path: Path, form: str) -> Opened:
    opened = _otio(path, form, read_bundle(path))
    if not path.is_dir():
        return opened
    return opened.with_media_in(path)


def _resolve(timeline: Timeline, folder: Path) -> None:
    """Name what lies in a bundle by its place in a folder, in place."""
    for clip in timeline.find_clips():
        for reference in clip.media_references().values():
            url = getattr(reference, "target_url", "")
            if url.startswith("media/") and ".." not in Path(url).parts:
                reference.target_url = str(folder.absolute() / url)


def _from_text(path: Path, content: bytes, rate: float | None) -> Opened:
    head = content.lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"{"):
        return _otio(path, "OpenTimelineIO", content)
    text = _text(content)
    if head.startswith(b"<") or text.lstrip("\ufeff \t\r\n").startswith("<"):
        return _xml(path, content, text[:_HEAD_LETTERS])
    if _EDL.search(text) is None:
        raise FileFormatError(f"{path} is no timeline; {_FORMS} can be read")
    shelf = Shelf(path.parent)
    layout = read_edl(
        text,
        name=path.stem,
        rate=None if rate is None else exact_rate(rate),
        media_rate=shelf.first_rate,
    )
    return _flat(path, "EDL", layout)


def _text(content: bytes) -> str:
    """Give a text in UTF-8, in UTF-16 where it says so, or in the letters of Windows."""
    if content[:2] in _UTF16:
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeError:
        return content.decode("cp1252", "replace")


def _xml(path: Path, content: bytes, start: str) -> Opened:
    if "<fcpxml" in start:
        return _flat(path, "FCPXML", read_fcpx(content, name=path.name))
    if "<xmeml" in start:
        sequence, notes = read_fcp7(content, name=path.name)
        opened = _opened(path, "Final Cut Pro XML", sequence)
        opened.notes = (*notes, *_ramp_notes(content))
        return opened
    root = read_xml(content, name=path.name)
    raise FileFormatError(f"{path} is XML, but no timeline: <{root.tag}>; {_FORMS} can be read")


def _ramp_notes(content: bytes) -> tuple[str, ...]:
    """Say of XML of Final Cut Pro 7 how many clips were read at another speed than they have."""
    count = len(_RAMP.findall(content))
    clips = "a clip changes" if count == 1 else f"{count} clips change"
    told = f"{clips} speed while playing, which no timeline here can; read at normal speed"
    return (told,) if count else ()


def _otio(path: Path, form: str, content: bytes) -> Opened:
    found = read_otio(content, name=path.name)
    from_premiere(found.timeline)
    from_kdenlive(found.timeline)
    opened = _opened(path, form, found.timeline)
    opened.kept, opened.notes = found.kept, found.notes
    return opened


def _opened(path: Path, form: str, timeline: Timeline) -> Opened:
    layout, losses = lay_out(timeline)
    if not layout.name:
        layout = replace(layout, name=path.stem)
    return Opened(path, form, timeline, layout, losses=losses)


def _flat(path: Path, form: str, layout: Layout) -> Opened:
    return Opened(path, form, build(layout), layout, notes=layout.notes)


def media_in_bundle(opened: Opened) -> tuple[str, ...]:
    """Name the media that lies inside a zip, and that no program finds there."""
    if opened.form != "OTIO zip":
        return ()
    urls = (piece.medium.url for lane in opened.layout.lanes for piece in lane.pieces)
    return tuple(dict.fromkeys(path_of(url) for url in urls if url.startswith("media/")))
