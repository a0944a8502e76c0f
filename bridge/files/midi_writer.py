"""From the nouns of music to the events of a MIDI file."""

from __future__ import annotations

from typing import Final

from bridge.errors import RangeError, check_range
from bridge.files.midi_events import MAX_TICKS, META, Event, Track, format_file
from bridge.files.midi_reader import CHANNEL_PREFIX, KEY, MARKER_KINDS, METRE, TEMPO, TRACK_NAME
from bridge.schema.notes import ControlEvent, ControlKind, Mode, Note, NoteSequence, Part
from bridge.units import MICROSECONDS_PER_MINUTE

_META_TYPES: Final = {kind: meta_type for meta_type, kind in MARKER_KINDS.items()}
_CLOCKS_PER_CLICK: Final = 24
_THIRTY_SECONDS_PER_BEAT: Final = 8
_SLOWEST_MICROSECONDS_PER_BEAT: Final = 2**24 - 1
_BEND_CENTRE: Final = 8192
_STATUS: Final = {
    ControlKind.KEY_PRESSURE: 0xA0,
    ControlKind.CONTROL_CHANGE: 0xB0,
    ControlKind.PROGRAM_CHANGE: 0xC0,
    ControlKind.CHANNEL_PRESSURE: 0xD0,
    ControlKind.PITCH_BEND: 0xE0,
}


def format_midi(sequence: NoteSequence) -> bytes:
    """Write a sequence as the bytes of a MIDI file of type 1, at the sequence's PPQ.

    First comes a track with the title, tempos, metres, keys and texts, then one track for each
    part; all end together. On one tick a track has its program, its controls, the ends of notes and
    then their beginnings. The same sequence gives the same bytes.

    `parse_midi` gives back an equal sequence, unless notes of one pitch overlap in one part and the
    later one ends first: a MIDI file does not say which note an end belongs to.

    Raises:
        RangeError: it has over 65534 parts, or lasts more than 2**31 - 1 ticks.
    """
    check_range("parts of a MIDI file", len(sequence.parts), 0, 65534)
    end_ticks = sequence.span_ticks
    if end_ticks > MAX_TICKS:
        raise RangeError(f"a MIDI file holds {MAX_TICKS} ticks, not {end_ticks}; shorten the music")
    tracks = [Track(_conductor_events(sequence), end_ticks)]
    tracks += [Track(_part_events(part), end_ticks) for part in sequence.parts]
    return format_file(tuple(tracks), ppq=sequence.ppq)


def _conductor_events(sequence: NoteSequence) -> tuple[Event, ...]:
    """Give everything that stands above the parts."""
    events = [_name_event(sequence.name)] if sequence.name else []
    for metre in sequence.time_signatures:
        unit = metre.denominator.bit_length() - 1
        body = bytes((metre.numerator, unit, _CLOCKS_PER_CLICK, _THIRTY_SECONDS_PER_BEAT))
        events.append(_meta_event(metre.onset_ticks, METRE, body))
    for key in sequence.key_signatures:
        body = bytes((key.fifths & 0xFF, key.mode is Mode.MINOR))
        events.append(_meta_event(key.onset_ticks, KEY, body))
    for tempo in sequence.tempos:
        microseconds = round(MICROSECONDS_PER_MINUTE / tempo.tempo_bpm)
        body = min(microseconds, _SLOWEST_MICROSECONDS_PER_BEAT).to_bytes(3, "big")
        events.append(_meta_event(tempo.onset_ticks, TEMPO, body))
    for marker in sequence.markers:
        meta_type = _META_TYPES[marker.kind]
        events.append(_meta_event(marker.onset_ticks, meta_type, _encoded(marker.text)))
    return tuple(sorted(events, key=lambda event: event.onset_ticks))


def _name_event(name: str) -> Event:
    """Name a track, or the piece if it is the first."""
    return _meta_event(0, TRACK_NAME, _encoded(name))


def _meta_event(onset_ticks: int, meta_type: int, body: bytes) -> Event:
    """Put the meta type in front."""
    return Event(onset_ticks, META, bytes((meta_type,)) + body)


def _encoded(text: str) -> bytes:
    """Write text as UTF-8, with ? for what is no character."""
    return text.encode("utf-8", errors="replace")


def _part_events(part: Part) -> tuple[Event, ...]:
    """Give a part's events: sorted by tick, and in the order `format_midi` names on one tick."""
    controls = [_control_event(control, part.channel) for control in part.controls]
    ends = [_end_event(note, part.channel) for note in part.notes if note.duration_ticks]
    beginnings: list[Event] = []
    for note in part.notes:
        body = bytes((note.pitch, note.velocity))
        beginnings.append(Event(note.onset_ticks, 0x90 | part.channel, body))
        if not note.duration_ticks:
            beginnings.append(_end_event(note, part.channel))
    sounding = sorted(controls + ends + beginnings, key=lambda event: event.onset_ticks)
    return (*_opening(part), *sounding)


def _opening(part: Part) -> list[Event]:
    """Name the part and give it its program, or at least its channel if it plays nothing at all."""
    opening = [_name_event(part.name)] if part.name else []
    if part.program:
        opening.append(Event(0, 0xC0 | part.channel, bytes((part.program,))))
    elif not part.notes and not part.controls:
        opening.append(_meta_event(0, CHANNEL_PREFIX, bytes((part.channel,))))
    return opening


def _end_event(note: Note, channel: int) -> Event:
    """End a note."""
    return Event(note.end_ticks, 0x80 | channel, bytes((note.pitch, note.release_velocity)))


def _control_event(control: ControlEvent, channel: int) -> Event:
    """Write a control, program, bend or pressure."""
    if control.kind is ControlKind.PITCH_BEND:
        bend = control.value + _BEND_CENTRE
        body = bytes((bend & 0x7F, bend >> 7))
    elif control.kind in (ControlKind.PROGRAM_CHANGE, ControlKind.CHANNEL_PRESSURE):
        body = bytes((control.value,))
    else:
        body = bytes((control.number, control.value))
    return Event(control.onset_ticks, _STATUS[control.kind] | channel, body)
