"""The outer structure of MP4, AVI, Matroska and other files, read without any library.

It tells what FFmpeg's libraries do not: how many bytes a file lacks at its end, whether its tables
promise more frames than its bytes could hold (they would be believed, at 24 bytes of memory each),
and what Sony's cameras write of themselves.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np

from bridge.files.film.timecode import Timecode

_BOXES: Final = re.compile(rb"(ftyp|moov|mdat|free|skip|wide|pnot|styp|moof|uuid|meta|sidx)")
_FOLDERS: Final = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl", b"moof", b"traf"})
_MOST_BOXES: Final = 200_000
_MOST_TABLE_BYTES: Final = 1 << 26
_ALWAYS_ALLOWED: Final = 1 << 20
"""Frames that a file may promise, however small it is."""
_MOST_XML_BYTES: Final = 1 << 20
_EBML: Final = b"\x1a\x45\xdf\xa3"
_SYNC: Final = b"\x47"
_TS_BYTES: Final = 188
_TAGS: Final = frozenset({8, 9, 18})
_SEGMENT: Final = b"\x18\x53\x80\x67"

_LTC_CHANGE: Final = re.compile(rb"<LtcChange\b[^>]*>")
_LTC_TABLE: Final = re.compile(rb"<LtcChangeTable\b[^>]*>")
_ATTRIBUTE: Final = re.compile(rb'(\w+)\s*=\s*"([^"]*)"')


@dataclass(frozen=True, slots=True)
class Structure:
    """What the outermost parts of a file say."""

    lacking_bytes: int = 0
    """How many bytes its last part should go on beyond the end of the file."""
    promised_frames: int = 0
    """The most entries that one of its tables promises."""
    camera_xml: bytes = b""
    """What the camera has written of the clip; empty: nothing."""
    is_torn: bool = False
    """It ends in the middle of a part, and does not say how many bytes are missing."""
    timecode_counts: int | None = None
    """How many frames the track of timecode counts in a second; None: there is none."""

    def outgrows(self, byte_count: int) -> bool:
        """Tell whether more frames are promised than so many bytes could hold."""
        return self.promised_frames > max(byte_count, _ALWAYS_ALLOWED)


def read_structure(path: Path, byte_count: int) -> Structure:
    """Read the outer structure of a film file; one of another kind says nothing."""
    with path.open("rb") as stream:
        head = stream.read(64)
        if _BOXES.fullmatch(head[4:8]):
            return _read_boxes(stream, byte_count)
        if head[:4] == b"RIFF":
            (size,) = struct.unpack("<I", head[4:8])
            return Structure(lacking_bytes=max(0, size + 8 - byte_count) if size else 0)
        if head[:4] == _EBML:
            return Structure(lacking_bytes=_lacking_in_segment(head, byte_count))
        if head[:3] == b"FLV":
            return Structure(is_torn=not _ends_with_tag(stream, byte_count))
        if head[:1] == _SYNC and byte_count > 2 * _TS_BYTES:
            stream.seek(_TS_BYTES)
            is_ts = stream.read(1) == _SYNC
            return Structure(is_torn=is_ts and byte_count % _TS_BYTES != 0)
    return Structure()


def camera_timecode(structure: Structure) -> Timecode | None:
    """Read the timecode of the first frame from what a Sony camera writes of a clip."""
    table = _LTC_TABLE.search(structure.camera_xml)
    said = dict(_ATTRIBUTE.findall(table[0])) if table else {}
    fps = said.get(b"tcFps", b"")
    counts_per_second = int(fps) if fps.isdigit() else None
    for change in _LTC_CHANGE.findall(structure.camera_xml):
        entry = dict(_ATTRIBUTE.findall(change))
        if entry.get(b"frameCount") == b"0":
            return _packed_timecode(entry.get(b"value", b""), counts_per_second)
    return None


def _packed_timecode(digits: bytes, counts_per_second: int | None) -> Timecode | None:
    """Read frames, seconds, minutes, hours, two digits each, with flags in the highest bits."""
    if not re.fullmatch(rb"[0-9A-Fa-f]{8}", digits):
        return None
    packed = bytes.fromhex(digits.decode())
    frames, seconds, minutes, hours = (
        (byte & mask) // 16 * 10 + byte % 16
        for byte, mask in zip(packed, (0x3F, 0x7F, 0x7F, 0x3F), strict=True)
    )
    if hours > 23 or minutes > 59 or seconds > 59:
        return None
    return Timecode(hours, minutes, seconds, frames, bool(packed[0] & 0x40), counts_per_second)


def _read_boxes(stream: BinaryIO, byte_count: int) -> Structure:
    """Walk through an MP4 or QuickTime file."""
    lacking = promised = 0
    xml = b""
    counts = None
    for kind, begin, end in _boxes(stream, 0, byte_count):
        lacking = max(lacking, end - byte_count)
        if kind in {b"stsz", b"stz2", b"stts", b"ctts", b"trun"}:
            size = min(end, byte_count) - begin
            promised = max(promised, _entries(kind, _read(stream, begin, size)))
        elif kind == b"stsd":
            counts = _timecode_counts(_read(stream, begin, 48)) or counts
        elif kind in {b"meta", b"uuid"} and not xml:
            xml = _camera_xml(_read(stream, begin, min(end, byte_count) - begin))
    return Structure(lacking, promised, xml, timecode_counts=counts)


def _boxes(stream: BinaryIO, begin: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Give kind, beginning and end of each box, and of those within; the end may lie beyond."""
    todo = [(begin, end)]
    for _ in range(_MOST_BOXES):
        if not todo:
            return
        begin, end = todo.pop()
        stream.seek(begin)
        head = stream.read(16)
        if len(head) < 8 or end - begin < 8:
            continue
        size, kind = struct.unpack(">I4s", head[:8])
        header = 8
        if size == 1 and len(head) == 16:
            (size,) = struct.unpack(">Q", head[8:])
            header = 16
        elif size == 0:
            size = end - begin
        if size < header:
            continue
        todo.append((begin + size, end))
        yield kind, begin + header, begin + size
        if kind in _FOLDERS:
            todo.append((begin + header, min(begin + size, end)))


def _read(stream: BinaryIO, begin: int, size: int) -> bytes:
    stream.seek(begin)
    return stream.read(max(0, min(size, _MOST_TABLE_BYTES)))


def _entries(kind: bytes, table: bytes) -> int:
    """Tell how many frames a table promises."""
    if len(table) < 12:
        return 0
    if kind in {b"stsz", b"stz2"}:
        return int(struct.unpack(">I", table[8:12])[0])
    (count,) = struct.unpack(">I", table[4:8])
    if kind == b"trun":
        return int(count)
    pairs = np.frombuffer(table, dtype=">u4", count=min(count, (len(table) - 8) // 8) * 2, offset=8)
    return int(pairs[::2].sum(dtype=np.uint64))


def _timecode_counts(descriptions: bytes) -> int | None:
    """Tell how many frames a second a track counts, if it is one of timecode."""
    if len(descriptions) < 41 or descriptions[12:16] != b"tmcd":
        return None
    return descriptions[40] or None


def _camera_xml(box: bytes) -> bytes:
    """Give the XML of a Sony camera that is in a box; empty: there is none."""
    begin, end = box.find(b"<NonRealTimeMeta"), box.find(b"</NonRealTimeMeta>")
    return box[begin:end][:_MOST_XML_BYTES] if 0 <= begin < end else b""


def _ends_with_tag(stream: BinaryIO, byte_count: int) -> bool:
    """Tell whether a Flash film ends with a whole piece, whose length comes after it."""
    stream.seek(max(0, byte_count - 4))
    (length,) = struct.unpack(">I", stream.read(4).rjust(4, b"\0"))
    stream.seek(max(0, byte_count - 4 - length))
    head = stream.read(4)
    return len(head) == 4 and head[0] in _TAGS and int.from_bytes(head[1:], "big") == length - 11


def _lacking_in_segment(head: bytes, byte_count: int) -> int:
    """Tell how many bytes a Matroska file lacks at its end."""
    place = head.find(_SEGMENT)
    if place < 0 or place + 5 > len(head):
        return 0
    first = head[place + 4]
    width = 9 - first.bit_length()
    size = int.from_bytes(head[place + 4 : place + 4 + width], "big") & ((1 << (7 * width)) - 1)
    is_unknown = size == (1 << (7 * width)) - 1
    return 0 if is_unknown else max(0, place + 4 + width + size - byte_count)
