"""The bytes of a Standard MIDI File, as events; what they mean is for `midi_reader` to say.

The grammar is read here, and not with mido, because mido 1.3 forgets the delta time before a meta
event that it does not know, so that all that follows comes too early, and because it gives up a
whole file for one odd key signature. The tests hold every event against mido's reading.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from bridge.errors import FileFormatError

META: Final = 0xFF
"""Status of an event about the music instead of a sound; its body begins with its meta type."""

MAX_TICKS: Final = 2**31 - 1
"""The last tick that a file may reach: 25 days at 480 ticks per beat and 120 BPM."""

MAX_DELTA_TICKS: Final = 2**28 - 1
"""The longest time between two events that the format can write."""

_END_OF_TRACK: Final = 0x2F
_SYSEX: Final = (0xF0, 0xF7)
_BODY_BYTES: Final = {0x80: 2, 0x90: 2, 0xA0: 2, 0xB0: 2, 0xC0: 1, 0xD0: 1, 0xE0: 2}


class Event(NamedTuple):
    """One event of a track."""

    onset_ticks: int
    """From the start of the file, in the file's own ticks."""
    status: int
    """0x80..0xEF with the channel in the low four bits, or META."""
    body: bytes
    """One or two bytes 0..127; for META its type and what it says."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says about itself at its start."""

    ppq: int
    """Ticks per beat, 1..32767."""
    track_count: int
    """How many tracks it promises."""


@dataclass(frozen=True, slots=True)
class Track:
    """One track's events."""

    events: tuple[Event, ...]
    """Sorted by onset; system exclusive messages are left out."""
    end_ticks: int
    """Where the track says that it ends, in the file's own ticks."""


def read_tracks(content: bytes, *, name: str) -> tuple[Header, tuple[Track, ...]]:
    """Take a MIDI file of type 0 or 1 apart.

    Args:
        content: all the bytes of the file.
        name: how the messages call the file.

    Raises:
        FileFormatError: the bytes are damaged, end too early, or are no such file.
    """
    header, position = _read_header(content, name=name)
    tracks: list[Track] = []
    for label, chunk in _chunks(content, position):
        if label == b"MTrk":
            where = f"{name}: track {len(tracks) + 1}"
            if chunk is None:
                raise FileFormatError(f"{where} is cut off; get a complete copy of the file")
            tracks.append(_read_track(chunk, where=where))
        elif chunk is None:
            break  # whatever follows the last track is no music
    if len(tracks) < header.track_count:
        raise FileFormatError(
            f"{name} promises {header.track_count} tracks and holds {len(tracks)};"
            " get a complete copy of the file"
        )
    return header, tuple(tracks)


def _read_header(content: bytes, *, name: str) -> tuple[Header, int]:
    """Give the header, and the position of the first byte after it."""
    if not content:
        raise FileFormatError(f"{name} is empty; export it again")
    if content[:4] != b"MThd":
        raise FileFormatError(f"{name} is not a MIDI file: it does not begin with MThd")
    size = int.from_bytes(content[4:8], "big")
    if len(content) < 14 or size < 6 or 8 + size > len(content):
        raise FileFormatError(f"{name} is cut off in its header; get a complete copy of the file")
    midi_type, track_count, division = (
        int.from_bytes(content[start : start + 2], "big") for start in (8, 10, 12)
    )
    _refuse_type(midi_type, name=name)
    _refuse_division(division, name=name)
    return Header(ppq=division, track_count=track_count), 8 + size


def _refuse_type(midi_type: int, *, name: str) -> None:
    """Raise unless all tracks of the file sound together."""
    if midi_type == 2:
        raise FileFormatError(
            f"{name} holds separate patterns (MIDI type 2), Segue reads types 0 and 1;"
            " export each pattern as a file of its own"
        )
    if midi_type > 2:
        raise FileFormatError(f"{name} has MIDI type {midi_type}, there are only 0, 1 and 2")


def _refuse_division(division: int, *, name: str) -> None:
    """Raise unless the file counts time in ticks per beat."""
    if division >= 0x8000:
        raise FileFormatError(
            f"{name} counts time in SMPTE frames ({256 - (division >> 8)} per second), not in"
            " beats; export it with ticks per quarter note (PPQ)"
        )
    if division == 0:
        raise FileFormatError(
            f"{name} has 0 ticks per beat, 1..32767 are possible; export it again"
        )


def _chunks(content: bytes, position: int) -> Iterator[tuple[bytes, bytes | None]]:
    """Give the label and the bytes of each chunk; None in place of the bytes of a cut-off one."""
    while len(content) - position >= 8:
        label = content[position : position + 4]
        size = int.from_bytes(content[position + 4 : position + 8], "big")
        position += 8
        whole = position + size <= len(content)
        yield label, content[position : position + size] if whole else None
        position += size


def _read_track(chunk: bytes, *, where: str) -> Track:
    """Read one track to its end mark, or to the end of its bytes."""
    reader = _TrackReader(chunk)
    events: list[Event] = []
    try:
        while reader.position < len(chunk):
            event = reader.next_event()
            if event.status == META and event.body[0] == _END_OF_TRACK:
                break
            if event.status not in _SYSEX:
                events.append(event)
    except IndexError as error:  # what every read past the last byte ends in
        raise FileFormatError(f"{where} ends inside an event; get a complete copy") from error
    except FileFormatError as error:
        raise FileFormatError(
            f"{where} is damaged at its byte {reader.position}: {error}; get an intact copy"
        ) from error
    return Track(events=tuple(events), end_ticks=reader.onset_ticks)


class _TrackReader:
    """Walk over the bytes of one track; reading past the last one is an IndexError."""

    def __init__(self, chunk: bytes) -> None:
        self.chunk = chunk
        self.position = 0
        self.onset_ticks = 0
        self.running_status = 0

    def next_event(self) -> Event:
        """Read a delta time and the event after it."""
        delta_ticks = self.chunk[self.position]
        if delta_ticks < 0x80:  # nearly all are short
            self.position += 1
        else:
            delta_ticks = self._variable_length()
        self.onset_ticks += delta_ticks
        if self.onset_ticks > MAX_TICKS:
            raise FileFormatError("it would last for weeks")
        status = self.chunk[self.position]
        if status < 0x80:
            return self._channel_event(self.running_status)
        self.position += 1
        if status < 0xF0:
            self.running_status = status
            return self._channel_event(status)
        return Event(self.onset_ticks, status, self._long_body(status))

    def _channel_event(self, status: int) -> Event:
        """Read the one or two bytes of a note, a control or a bend."""
        if not status:
            raise FileFormatError("an event has no status byte")
        size = _BODY_BYTES[status & 0xF0]
        body = self.chunk[self.position : self.position + size]
        if len(body) < size:
            raise IndexError
        if not body.isascii():
            raise FileFormatError("a status byte stands where 0..127 is due")
        self.position += size
        return Event(self.onset_ticks, status, body)

    def _long_body(self, status: int) -> bytes:
        """Read a body that carries its length: a meta event's with its type, or a sysex's."""
        if status == META:
            meta_type = self.chunk[self.position : self.position + 1]
            self.position += 1
        elif status in _SYSEX:
            meta_type = b""
        else:
            raise FileFormatError(f"a file cannot hold the live message 0x{status:02X}")
        size = self._variable_length()
        body = self.chunk[self.position : self.position + size]
        if len(body) < size:
            raise IndexError
        self.position += size
        return meta_type + body

    def _variable_length(self) -> int:
        """Read a number of one to four bytes, seven bits in each."""
        number = 0
        for _ in range(4):
            byte = self.chunk[self.position]
            self.position += 1
            number = number << 7 | byte & 0x7F
            if byte < 0x80:
                return number
        raise FileFormatError("a number is longer than four bytes")


def format_file(tracks: tuple[Track, ...], *, ppq: int) -> bytes:
    """Put tracks together as a MIDI file of type 1; does the opposite of `read_tracks`."""
    header = (1).to_bytes(2, "big") + len(tracks).to_bytes(2, "big") + ppq.to_bytes(2, "big")
    return _chunk(b"MThd", header) + b"".join(_chunk(b"MTrk", _track_bytes(t)) for t in tracks)


def _chunk(label: bytes, content: bytes) -> bytes:
    """Put a label and a size in front."""
    return label + len(content).to_bytes(4, "big") + content


def _track_bytes(track: Track) -> bytes:
    """Write the events and the end mark; every event with its status, which any host can read."""
    out = bytearray()
    now_ticks = 0
    for event in (*track.events, Event(track.end_ticks, META, bytes((_END_OF_TRACK,)))):
        out += _delta_bytes(event.onset_ticks - now_ticks)
        now_ticks = event.onset_ticks
        out.append(event.status)
        if event.status == META:
            out.append(event.body[0])
            out += _variable_length_bytes(len(event.body) - 1)
            out += event.body[1:]
        else:
            out += event.body
    return bytes(out)


def _delta_bytes(delta_ticks: int) -> bytes:
    """Write a time between two events; empty private events divide one that is too long."""
    milestones, rest_ticks = divmod(delta_ticks, MAX_DELTA_TICKS)
    milestone = _variable_length_bytes(MAX_DELTA_TICKS) + bytes((META, 0x7F, 0))
    return milestone * milestones + _variable_length_bytes(rest_ticks)


def _variable_length_bytes(number: int) -> bytes:
    """Write a number 0..2**28-1, seven bits in a byte."""
    if number < 0x80:
        return bytes((number,))
    groups = [number & 0x7F]
    while number := number >> 7:
        groups.append(number & 0x7F | 0x80)
    return bytes(reversed(groups))
