"""From the events of a MIDI file to the nouns of music.

What is kept: notes, controls, programs, bends and pressures; tempos, metres, keys, texts, names and
the silence at the end. What is not: system exclusive and manufacturers' events, port and device
names, SMPTE offsets, and a metre's metronome clicks.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import Final

from bridge.errors import FileFormatError
from bridge.files.midi_events import MAX_TICKS, META, Event, Track, read_tracks
from bridge.schema.notes import (
    ControlEvent,
    ControlKind,
    KeySignature,
    Marker,
    MarkerKind,
    Mode,
    Note,
    NoteSequence,
    Part,
    TempoChange,
    TimeSignature,
)
from bridge.units import MICROSECONDS_PER_MINUTE, PPQ

TRACK_NAME: Final = 0x03
CHANNEL_PREFIX: Final = 0x20
TEMPO: Final = 0x51
METRE: Final = 0x58
KEY: Final = 0x59
MARKER_KINDS: Final = {
    0x01: MarkerKind.TEXT,
    0x02: MarkerKind.COPYRIGHT,
    0x05: MarkerKind.LYRIC,
    0x06: MarkerKind.MARKER,
    0x07: MarkerKind.CUE,
}
"""Meta types of the texts that are kept."""

UNMEASURED_RELEASE_VELOCITY: Final = 64
"""What a note-on of velocity 0 means as a release."""

_BEND_CENTRE: Final = 8192


def parse_midi(content: bytes, *, name: str) -> NoteSequence:
    """Read the bytes of a Standard MIDI File of type 0 or 1.

    A file whose ticks per beat divide 480 comes out at PPQ 480, any other at its own PPQ: no event
    moves. A part is one channel of one track, in the order of the file. Overlapping notes of one
    pitch end in the order in which they began; a note that never ends, ends with its track.

    Args:
        content: all the bytes of the file.
        name: how the messages call it.

    Raises:
        FileFormatError: the bytes are damaged, end too early, or are no such file.
    """
    header, tracks = read_tracks(content, name=name)
    ppq = PPQ if PPQ % header.ppq == 0 else header.ppq
    scaled = [_scaled(track, ppq // header.ppq, name=name) for track in tracks]
    conductor = _Conductor(name)
    parts: list[Part] = []
    for index, track in enumerate(scaled):
        conductor.read(track)
        parts += _read_parts(track, is_first=index == 0)
    sequence = conductor.sequence(tuple(parts), ppq=ppq, title=_title(scaled))
    end_ticks = max((track.end_ticks for track in scaled), default=0)
    return replace(sequence, duration_ticks=end_ticks if end_ticks > sequence.span_ticks else 0)


def _scaled(track: Track, factor: int, *, name: str) -> Track:
    """Give the track with every tick multiplied."""
    if track.end_ticks * factor > MAX_TICKS:
        raise FileFormatError(f"{name} is damaged: it would last for weeks; get an intact copy")
    if factor == 1:
        return track
    events = tuple(Event(onset * factor, status, body) for onset, status, body in track.events)
    return Track(events=events, end_ticks=track.end_ticks * factor)


def _title(tracks: list[Track]) -> str:
    """Give the name of a first track that plays nothing: it is the piece's."""
    if not tracks or _plays(tracks[0]):
        return ""
    return _track_name(tracks[0])


def _plays(track: Track) -> bool:
    """Whether the track has any channel message."""
    return any(event.status != META for event in track.events)


def _track_name(track: Track) -> str:
    """Give the first name the track has, or none."""
    for event in track.events:
        if event.status == META and event.body[0] == TRACK_NAME:
            return _decoded(event.body[1:])
    return ""


def _decoded(text: bytes) -> str:
    """Read text as UTF-8, or as Latin-1, which older programs write and which reads any bytes."""
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        return text.decode("latin-1")


class _Conductor:
    """Gather what stands above the parts: tempos, metres, keys and texts, from all tracks."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.tempos: list[TempoChange] = []
        self.metres: list[TimeSignature] = []
        self.keys: list[KeySignature] = []
        self.markers: list[Marker] = []

    def read(self, track: Track) -> None:
        """Take in one track's meta events."""
        for onset_ticks, status, body in track.events:
            if status == META:
                self._read_meta(onset_ticks, body[0], body[1:])

    def _read_meta(self, onset_ticks: int, meta_type: int, body: bytes) -> None:
        """Take in one meta event; a metre or key that is none changes no sound and is left out."""
        if meta_type == TEMPO:
            self.tempos.append(self._tempo(onset_ticks, body))
        elif meta_type == METRE and len(body) >= 2 and body[0] >= 1 and body[1] <= 7:
            self.metres.append(TimeSignature(onset_ticks, body[0], 2 ** body[1]))
        elif meta_type == KEY and (key := _key(onset_ticks, body)) is not None:
            self.keys.append(key)
        elif meta_type in MARKER_KINDS:
            self.markers.append(Marker(onset_ticks, _decoded(body), MARKER_KINDS[meta_type]))

    def _tempo(self, onset_ticks: int, body: bytes) -> TempoChange:
        """Read three bytes of microseconds per beat."""
        microseconds_per_beat = int.from_bytes(body[:3], "big")
        if len(body) < 3 or microseconds_per_beat == 0:
            raise FileFormatError(
                f"{self.name} is damaged: no tempo in the tempo event at tick {onset_ticks};"
                " get an intact copy"
            )
        return TempoChange(onset_ticks, MICROSECONDS_PER_MINUTE / microseconds_per_beat)

    def sequence(self, parts: tuple[Part, ...], *, ppq: int, title: str) -> NoteSequence:
        """Put parts under what was gathered."""
        return NoteSequence(
            parts=parts,
            tempos=tuple(sorted(self.tempos, key=lambda tempo: tempo.onset_ticks)),
            time_signatures=tuple(sorted(self.metres, key=lambda metre: metre.onset_ticks)),
            key_signatures=tuple(sorted(self.keys, key=lambda key: key.onset_ticks)),
            markers=tuple(sorted(self.markers, key=lambda marker: marker.onset_ticks)),
            ppq=ppq,
            name=title,
        )


def _key(onset_ticks: int, body: bytes) -> KeySignature | None:
    """Read sharps or flats and the mode; None for a key that does not exist."""
    if len(body) < 2 or body[1] > 1:
        return None
    fifths = int.from_bytes(body[:1], "big", signed=True)
    if not -7 <= fifths <= 7:
        return None
    return KeySignature(onset_ticks, fifths, Mode.MINOR if body[1] else Mode.MAJOR)


def _read_parts(track: Track, *, is_first: bool) -> list[Part]:
    """Give a part for each channel of the track, in the order in which they come in."""
    channels: dict[int, _Channel] = {}
    for event in track.events:
        if event.status != META:
            channel = event.status & 0x0F
            if channel not in channels:
                channels[channel] = _Channel()
            channels[channel].read(event)
    name = _track_name(track)
    if not channels and not is_first:
        return _silent_parts(track, name)
    return [
        reader.part(name=name, channel=channel, end_ticks=track.end_ticks)
        for channel, reader in channels.items()
    ]


def _silent_parts(track: Track, name: str) -> list[Part]:
    """Give the part of a track that plays nothing, if it says that it is one."""
    for event in track.events:
        if event.body[0] == CHANNEL_PREFIX and len(event.body) == 2 and event.body[1] <= 15:
            return [Part(name=name, channel=event.body[1])]
    return [Part(name=name)] if name else []


class _Channel:
    """Gather the notes and controls of one channel of one track."""

    def __init__(self) -> None:
        self.notes: list[Note] = []
        self.controls: list[ControlEvent] = []
        self.program: int | None = None
        self.has_sounded = False
        self.sounding: dict[int, deque[tuple[int, int]]] = {}  # pitch -> onset, velocity

    def read(self, event: Event) -> None:
        """Take in one channel message."""
        onset_ticks, status, body = event
        kind = status & 0xF0
        if kind == 0x90 and body[1]:
            self.has_sounded = True
            self.sounding.setdefault(body[0], deque()).append((onset_ticks, body[1]))
        elif kind == 0x90:
            self._end_note(body[0], onset_ticks, UNMEASURED_RELEASE_VELOCITY)
        elif kind == 0x80:
            self._end_note(body[0], onset_ticks, body[1])
        elif kind == 0xC0:
            self._change_program(onset_ticks, body[0])
        else:
            self.controls.append(_control(onset_ticks, kind, body))

    def _end_note(self, pitch: int, end_ticks: int, release_velocity: int) -> None:
        """End the first of the sounding notes of a pitch; without one there is nothing to end."""
        waiting = self.sounding.get(pitch)
        if waiting:
            onset_ticks, velocity = waiting.popleft()
            duration_ticks = end_ticks - onset_ticks
            self.notes.append(Note(pitch, onset_ticks, duration_ticks, velocity, release_velocity))

    def _change_program(self, onset_ticks: int, program: int) -> None:
        """Take the first program before any note as the part's.

        It is kept as an event as well, unless it says no more than the part does: that the part
        starts with it, before all else. Program 0 always says more, for a part has it by default.
        """
        is_start = self.program is None and not self.has_sounded
        if is_start:
            self.program = program
        if not (is_start and program and onset_ticks == 0 and not self.controls):
            self.controls.append(
                ControlEvent(onset_ticks, ControlKind.PROGRAM_CHANGE, 0, program),
            )

    def part(self, *, name: str, channel: int, end_ticks: int) -> Part:
        """End every note that still sounds, and give the part."""
        for pitch, waiting in self.sounding.items():
            while waiting:
                self._end_note(pitch, end_ticks, UNMEASURED_RELEASE_VELOCITY)
        return Part(
            name=name,
            channel=channel,
            program=self.program or 0,
            notes=tuple(sorted(self.notes, key=lambda note: (note.onset_ticks, note.pitch))),
            controls=tuple(self.controls),
        )


def _control(onset_ticks: int, kind: int, body: bytes) -> ControlEvent:
    """Read a control, bend or pressure."""
    if kind == 0xB0:
        return ControlEvent(onset_ticks, ControlKind.CONTROL_CHANGE, body[0], body[1])
    if kind == 0xE0:
        bend = (body[1] << 7 | body[0]) - _BEND_CENTRE
        return ControlEvent(onset_ticks, ControlKind.PITCH_BEND, 0, bend)
    if kind == 0xA0:
        return ControlEvent(onset_ticks, ControlKind.KEY_PRESSURE, body[0], body[1])
    return ControlEvent(onset_ticks, ControlKind.CHANNEL_PRESSURE, 0, body[0])
