"""Requests come in as nouns, plain, JSON or MIDI; results go out likewise."""

import json
from collections.abc import Iterator

import pytest

from bridge.errors import FileFormatError, RequestError
from bridge.files.midi import format_midi, parse_midi
from bridge.operations.models import list_models
from bridge.operations.music import ContinueRequest, continue_melody, interpolate, play, sample
from bridge.operations.table import operation
from bridge.schema.notes import Note, NoteSequence, Part
from bridge.schema.performance import Knobs
from bridge.server.forms import (
    Body,
    Form,
    gives_music,
    gives_stream,
    music_field,
    read_request,
    with_fields,
    write_result,
)

MUSIC = NoteSequence(parts=(Part(name="Riff", notes=(Note(60, 0, 480),)),))
REQUEST = ContinueRequest(MUSIC, bars=2, knobs=Knobs(temperature=0.5))
MIDI = Body(format_midi(MUSIC), Form.MIDI, (("bars", "2"), ("knobs.temperature", "0.5")))


WRITTEN = write_result(MUSIC, Form.JSON)
KNOBS = b'"bars": 2, "knobs": {"temperature": 0.5}'
WAYS = {
    "noun": REQUEST,
    "plain": {"notes": json.loads(WRITTEN), "bars": 2, "knobs": {"temperature": 0.5}},
    "json": Body(b'{"notes": %s, %s}' % (WRITTEN, KNOBS)),
    "json and words": Body(b'{"notes": %s}' % WRITTEN, words=MIDI.words),
    "midi and words": MIDI,
}


@pytest.mark.parametrize("way", WAYS)
def test_a_request_is_the_same_however_it_comes(way):
    assert read_request(continue_melody, WAYS[way]) == REQUEST


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (Body(b"{"), "the request is no JSON"),
        (Body(b" "), "the request is no JSON"),
        (Body(b"[]"), "must be a JSON object with the fields of ContinueRequest"),
        (Body(b"{}"), "notes is missing"),
        (Body(b"{}", words=(("notes.ppq.deep", "1"),)), "notes.ppq must be a whole number"),
    ],
)
def test_what_is_no_request_is_refused_in_words(body, words):
    with pytest.raises(RequestError, match=words):
        read_request(continue_melody, body)


def test_a_damaged_midi_file_is_refused():
    with pytest.raises(FileFormatError, match="the MIDI file"):
        read_request(continue_melody, Body(b"MThd", Form.MIDI))


def test_an_operation_with_two_pieces_of_music_takes_no_midi_file():
    with pytest.raises(RequestError, match=r"music\.interpolate takes no MIDI file"):
        read_request(interpolate, MIDI)


@pytest.mark.parametrize(
    ("key", "text", "found"),
    [
        ("bars", "4", 4),
        ("answer_only", "true", True),
        ("knobs.temperature", "0.8", 0.8),
        ("knobs.density", "null", None),
        ("knobs.mode", "minor", "minor"),
        ("style", "4", "4"),
        ("bars", "four", "four"),
        ("unknown", "4", 4),
    ],
)
def test_a_word_is_read_as_its_field_needs_it(key, text, found):
    plain = with_fields(ContinueRequest, {}, [(key, text)])
    for name in key.split("."):
        plain = plain[name]
    assert plain == found


def test_fields_join_those_that_are_there_and_leave_them_as_they_were():
    before = {"knobs": {"density": 2.0}}
    joined = with_fields(ContinueRequest, before, [("knobs.temperature", 0.8)])
    assert joined == {"knobs": {"density": 2.0, "temperature": 0.8}}
    assert before == {"knobs": {"density": 2.0}}


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        ([("bars", 1), ("bars", 2)], "bars is given twice"),
        ([("knobs", 1), ("knobs.density", 2)], "knobs has no fields"),
        ([("knobs.density", 2), ("knobs", 1)], "knobs is given twice"),
    ],
)
def test_fields_that_contradict_each_other_are_refused(pairs, words):
    with pytest.raises(RequestError, match=words):
        with_fields(ContinueRequest, {}, pairs)


def test_a_result_is_itself_json_or_midi():
    assert write_result(MUSIC, Form.NOUN) is MUSIC
    assert json.loads(write_result(MUSIC, Form.JSON))["parts"][0]["name"] == "Riff"
    assert parse_midi(write_result(MUSIC, Form.MIDI), name="it").parts == MUSIC.parts


def test_what_is_no_music_has_no_midi_form():
    with pytest.raises(RequestError, match="only music can be had as MIDI"):
        write_result(("no", "music"), Form.MIDI)


def test_json_is_ascii_so_that_no_character_breaks_a_wire():
    assert write_result("\ud800é", Form.JSON) == b'"\\ud800\\u00e9"'


@operation("music.list")
def listed(request: ContinueRequest, studio: object) -> tuple[int, ...]:
    """Give a list."""
    return ()


@operation("music.stream")
def streamed(request: ContinueRequest, studio: object) -> Iterator[int]:
    """Give a stream."""
    return iter(())


def test_operations_are_told_apart_by_what_they_give():
    assert [gives_stream(one) for one in (play, streamed, listed, sample)] == [
        True,
        True,
        False,
        False,
    ]
    assert [gives_music(one) for one in (sample, play, list_models)] == [True, False, False]
    assert music_field(ContinueRequest) == "notes"
