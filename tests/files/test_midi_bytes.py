"""Files byte by byte, as keyboards, old programs and odd hosts write them."""

from __future__ import annotations

import pytest

from bridge.errors import FileFormatError
from bridge.files.midi import parse_midi
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
    TimeSignature,
)

END = "00 FF 2F 00"
NOTE = "00 90 3C 50 83 60 80 3C 40"
"""Middle C for 480 ticks."""


def chunk(label: bytes, content: bytes) -> bytes:
    return label + len(content).to_bytes(4, "big") + content


def midi_file(*tracks: str, midi_type: int = 1, division: int = 480) -> bytes:
    """Put tracks written in hexadecimal behind a header."""
    numbers = (midi_type, len(tracks), division)
    header = b"".join(number.to_bytes(2, "big") for number in numbers)
    body = b"".join(chunk(b"MTrk", bytes.fromhex(track)) for track in tracks)
    return chunk(b"MThd", header) + body


def parsed(*tracks: str, midi_type: int = 1, division: int = 480) -> NoteSequence:
    return parse_midi(midi_file(*tracks, midi_type=midi_type, division=division), name="riff.mid")


def notes_of(*tracks: str, **header: int) -> tuple[Note, ...]:
    (part,) = parsed(*tracks, **header).parts
    return part.notes


def test_a_status_byte_may_be_left_out_when_it_repeats():
    assert notes_of(f"00 90 3C 50 60 3C 00 00 40 50 60 40 00 {END}") == (
        Note(60, 0, 96, 80),
        Note(64, 96, 96, 80),
    )


def test_a_status_byte_is_remembered_across_texts_and_private_events():
    tunnel = "00 FF 01 01 41 00 F0 02 01 F7"
    assert notes_of(f"00 90 3C 50 {tunnel} 60 3C 00 {END}") == (Note(60, 0, 96, 80),)


def test_a_note_on_without_velocity_is_a_note_off():
    assert notes_of(f"00 90 3C 50 60 90 3C 00 {END}") == (Note(60, 0, 96, 80, 64),)


def test_a_release_velocity_is_kept():
    assert notes_of(f"00 90 3C 50 60 80 3C 11 {END}") == (Note(60, 0, 96, 80, 17),)


def test_one_track_of_type_0_becomes_a_part_for_each_channel():
    track = f"00 FF 03 03 41 42 43 00 91 3C 50 00 99 24 50 60 81 3C 00 00 89 24 00 {END}"
    assert parsed(track, midi_type=0).parts == (
        Part(name="ABC", channel=1, notes=(Note(60, 0, 96, 80, 0),)),
        Part(name="ABC", channel=9, notes=(Note(36, 0, 96, 80, 0),)),
    )


def test_the_name_of_a_first_track_that_plays_nothing_is_the_title():
    sequence = parsed(f"00 FF 03 01 54 {END}", f"00 FF 03 01 50 {NOTE} {END}")
    assert (sequence.name, [part.name for part in sequence.parts]) == ("T", ["P"])


@pytest.mark.parametrize("division", [24, 96, 240])
def test_a_grid_that_fits_is_scaled_to_480(division):
    sequence = parsed(f"00 90 3C 50 18 80 3C 40 {END}", division=division)
    assert sequence.ppq == 480
    assert sequence.parts[0].notes == (Note(60, 0, 24 * 480 // division, 80),)


@pytest.mark.parametrize("division", [25, 384, 960, 1000])
def test_a_grid_that_does_not_fit_is_kept(division):
    sequence = parsed(f"00 90 3C 50 18 80 3C 40 {END}", division=division)
    assert sequence.ppq == division
    assert sequence.parts[0].notes == (Note(60, 0, 24, 80),)


def test_overlapping_notes_of_one_pitch_end_in_the_order_they_began():
    track = f"00 90 3C 50 10 90 3C 51 10 80 3C 01 10 80 3C 02 {END}"
    assert notes_of(track) == (Note(60, 0, 32, 80, 1), Note(60, 16, 32, 81, 2))


def test_a_note_that_never_ends_ends_with_its_track():
    assert notes_of("00 90 3C 50 83 60 FF 2F 00") == (Note(60, 0, 480, 80),)


def test_an_end_without_a_beginning_is_ignored():
    assert notes_of(f"00 80 3C 40 {NOTE} 00 80 3C 40 {END}") == (Note(60, 0, 480, 80),)


def test_a_note_of_no_length_is_kept():
    assert notes_of(f"00 90 3C 50 00 80 3C 40 {END}") == (Note(60, 0, 0, 80),)


def test_a_track_without_an_end_mark_is_read():
    assert notes_of(NOTE) == (Note(60, 0, 480, 80),)


def test_a_meta_event_that_nobody_knows_keeps_its_delta_time():
    assert notes_of(f"83 60 FF 0A 01 00 {NOTE} {END}") == (Note(60, 480, 480, 80),)


def test_every_kind_of_control_is_kept():
    (part,) = parsed(f"00 B0 40 7F 00 E0 00 00 00 A0 3C 05 00 D0 06 00 C0 07 {END}").parts
    assert part.program == 7
    assert part.controls == (
        ControlEvent(0, ControlKind.CONTROL_CHANGE, 64, 127),
        ControlEvent(0, ControlKind.PITCH_BEND, 0, -8192),
        ControlEvent(0, ControlKind.KEY_PRESSURE, 60, 5),
        ControlEvent(0, ControlKind.CHANNEL_PRESSURE, 0, 6),
        ControlEvent(0, ControlKind.PROGRAM_CHANGE, 0, 7),
    )


def test_a_program_at_the_very_start_is_the_parts():
    (part,) = parsed(f"00 C0 07 {NOTE} 00 C0 08 {END}").parts
    assert part.program == 7
    assert part.controls == (ControlEvent(480, ControlKind.PROGRAM_CHANGE, 0, 8),)


def test_a_program_before_the_first_note_is_the_parts_and_keeps_its_tick():
    (part,) = parsed(f"10 C0 07 {NOTE} {END}").parts
    assert part.program == 7
    assert part.controls == (ControlEvent(16, ControlKind.PROGRAM_CHANGE, 0, 7),)


def test_a_program_after_the_first_note_is_not_the_parts():
    (part,) = parsed(f"{NOTE} 00 C0 07 {END}").parts
    assert part.program == 0


@pytest.mark.parametrize(("name", "text"), [("C3 9C 62", "Üb"), ("DC 62", "Üb"), ("FF", "ÿ")])
def test_a_name_is_read_as_utf_8_or_else_as_latin_1(name, text):
    size = len(bytes.fromhex(name))
    (part,) = parsed(f"00 FF 03 {size:02X} {name} {NOTE} {END}").parts
    assert part.name == text


@pytest.mark.parametrize(
    ("meta_type", "kind"),
    [
        ("01", MarkerKind.TEXT),
        ("02", MarkerKind.COPYRIGHT),
        ("05", MarkerKind.LYRIC),
        ("06", MarkerKind.MARKER),
        ("07", MarkerKind.CUE),
    ],
)
def test_a_text_says_what_it_is_for(meta_type, kind):
    sequence = parsed(f"10 FF {meta_type} 02 4C 61 {NOTE} {END}")
    assert sequence.markers == (Marker(16, "La", kind),)


def test_a_metre_and_a_key_are_read():
    sequence = parsed(f"00 FF 58 04 07 03 18 08 00 FF 59 02 FD 01 {END}")
    assert sequence.time_signatures == (TimeSignature(0, 7, 8),)
    assert sequence.key_signatures == (KeySignature(0, -3, Mode.MINOR),)


@pytest.mark.parametrize(
    "event",
    [
        "FF 58 02 00 02",
        "FF 58 02 04 08",
        "FF 58 01 04",
        "FF 59 02 08 00",
        "FF 59 02 00 FF",
        "FF 59 00",
    ],
)
def test_a_metre_or_key_that_is_none_costs_no_note(event):
    sequence = parsed(f"00 {event} {NOTE} {END}")
    assert (sequence.time_signatures, sequence.key_signatures) == ((), ())
    assert sequence.parts[0].notes == (Note(60, 0, 480, 80),)


def test_chunks_that_are_no_tracks_are_passed_over():
    first, second = midi_file(f"{NOTE} {END}")[:14], midi_file(f"{NOTE} {END}")[14:]
    content = first + chunk(b"XFIH", b"\x01\x02") + second + b"junk"
    assert parse_midi(content, name="riff.mid").parts[0].notes == (Note(60, 0, 480, 80),)


def test_more_tracks_than_promised_are_read():
    content = bytearray(midi_file(f"{NOTE} {END}", f"{NOTE} {END}"))
    content[11] = 1
    assert len(parse_midi(bytes(content), name="riff.mid").parts) == 2


def test_a_longer_header_is_read():
    header = bytes.fromhex("4D546864 00000008 0001 0001 01E0 0000")
    content = header + midi_file(f"{NOTE} {END}")[14:]
    assert parse_midi(content, name="riff.mid").parts[0].notes == (Note(60, 0, 480, 80),)


def test_a_file_without_tracks_is_an_empty_sequence():
    assert parsed() == NoteSequence()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "riff.mid is empty; export it again"),
        (b"RIFF\x00\x00\x00\x00RMID", "riff.mid is not a MIDI file: it does not begin with MThd"),
        (b"MThd\x00\x00\x00\x06\x00", "riff.mid is cut off in its header"),
        (midi_file(NOTE, midi_type=2), "separate patterns .MIDI type 2.*export each pattern"),
        (midi_file(NOTE, midi_type=3), "MIDI type 3, there are only 0, 1 and 2"),
        (midi_file(NOTE, division=0xE728), "SMPTE frames .25 per second.*ticks per quarter"),
        (midi_file(NOTE, division=0), "0 ticks per beat"),
        (midi_file(NOTE)[:-1], "track 1 is cut off; get a complete copy"),
        (midi_file(NOTE, END)[:-12], "promises 2 tracks and holds 1"),
        (midi_file("00 90 3C"), "track 1 ends inside an event"),
        (midi_file("00 FF 01 84 80 80 00 41"), "track 1 ends inside an event"),
        (midi_file("00 F0 FF FF FF 7F 01"), "track 1 ends inside an event"),
        (midi_file("00 3C 50"), "track 1 is damaged at its byte 1: an event has no status byte"),
        (midi_file("00 90 3C 80"), "a status byte stands where 0..127 is due"),
        (midi_file("00 F8"), "cannot hold the live message 0xF8"),
        (midi_file("FF FF FF FF 7F 90 3C 50"), "a number is longer than four bytes"),
        (midi_file("FF FF FF 7F FF 7F 00" * 9), "it would last for weeks"),
        (midi_file("FF FF FF 7F FF 2F 00", division=1), "it would last for weeks"),
        (midi_file("00 FF 51 03 00 00 00"), "no tempo in the tempo event at tick 0"),
        (midi_file("00 FF 51 01 07"), "no tempo in the tempo event at tick 0"),
    ],
)
def test_a_bad_file_is_refused_in_one_line_that_says_why(content, message):
    with pytest.raises(FileFormatError, match=message) as refusal:
        parse_midi(content, name="riff.mid")
    assert "\n" not in str(refusal.value)
