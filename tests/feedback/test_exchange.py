"""Feedback goes to a file and back; a file that somebody made up harms nobody."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.errors import FileFormatError
from bridge.feedback import exchange
from bridge.feedback.exchange import KIND, read_lines, write_lines
from bridge.schema.codec import to_plain
from bridge.schema.notes import Note, NoteSequence, Part
from bridge.schema.rating import Origin, Preference, Rating, Result, Scale, Who

AT = "2025-01-01T12:00:00+00:00"


def tune(pitch, subject="music.vary"):
    notes = NoteSequence(parts=(Part(notes=(Note(pitch, 0, 480),)),))
    return Result(subject, json.dumps(to_plain(notes)), AT, json.dumps({"bars": 2}))


def named(said, number):
    return replace(said, id=f"{number:032x}", said_at=AT)


UP = named(Rating(tune(60), 1, who=Who("ada", "album"), door="osc"), 1)
PAIR = named(Preference(tune(64), tune(60), Origin.CHOICE), 2)
TEXT = "".join(write_lines((UP, PAIR)))
LINES = [json.loads(line) for line in TEXT.splitlines()]


def text(*lines):
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


def changed(index, **values):
    """Give the file with one line changed."""
    return text(*LINES[:index], LINES[index] | values, *LINES[index + 1 :])


def test_a_file_names_what_each_line_is_and_each_result_once():
    kinds = [line["kind"] for line in LINES]
    assert kinds == [KIND, "result", "rating", "result", "preference", "end"]


@settings(deadline=None)
@given(
    said=st.lists(
        st.one_of(
            st.builds(
                Rating,
                st.builds(tune, st.integers(0, 127), st.sampled_from(["file", "live.call"])),
                st.integers(1, 5),
                st.just(Scale.STARS),
                st.builds(Who, st.sampled_from(["ada", "Ünal", "名前"]), st.just("album")),
            ),
            st.builds(
                Preference,
                st.builds(tune, st.integers(0, 60)),
                st.builds(tune, st.integers(61, 127)),
                st.sampled_from(Origin),
            ),
        ),
        max_size=8,
    )
)
def test_whatever_is_written_is_read_again(said):
    given_ids = tuple(named(one, number) for number, one in enumerate(said, start=1))
    assert read_lines("".join(write_lines(given_ids)).encode()) == given_ids


def test_nothing_is_a_file_too():
    assert read_lines("".join(write_lines(())).encode()) == ()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "line 1: it ends within a line|its last line is missing"),
        (b"\xff\xfe\n", "line 1: it is no JSON"),
        (b"[]\n", "line 1: it must be a JSON object"),
        (b"null\n", "line 1: it must be a JSON object"),
        (text({"kind": "rating"}), "line 1: the first line"),
        (text(LINES[0] | {"form": 2}), "another version of Segue"),
        (text(LINES[0] | {"form": "1"}), "form must be a whole number"),
        (text(LINES[0] | {"form": True}), "form must be a whole number"),
        (text(*LINES[:-1]), "its last line is missing"),
        (TEXT.encode()[:-1], "ends within a line"),
        (TEXT.encode()[: len(TEXT) // 2], "ends within a line"),
        (text(*LINES, LINES[-1]), "more after the end"),
        (text(*LINES[:-1], {"kind": "end", "feedback": 1}), "1 were written, but 2 are here"),
        (text(LINES[0], *LINES), "line 2: the first line, and no other"),
        (text(LINES[0], LINES[2]), "line 2: no result"),
        (text(*LINES[:2], *LINES[1:]), "line 3: result .* twice"),
        (text(*LINES[:3], *LINES[2:]), "line 4: feedback .* twice"),
        (text(LINES[0], {"kind": ["rating"]}), "kind must be one of"),
        (text(LINES[0], {"kind": "noise"}), "kind must be one of"),
        (text(LINES[0], {}), "kind must be one of"),
    ],
)
def test_a_file_that_is_not_whole_is_refused(content, said):
    with pytest.raises(FileFormatError, match=said):
        read_lines(content)


@pytest.mark.parametrize(
    ("index", "values", "said"),
    [
        (1, {"subject": "other"}, "it was changed"),
        (1, {"id": "0" * 64}, "it was changed"),
        (1, {"id": 7}, "id must be a string"),
        (1, {"domain": "dance"}, "domain must be one of music, film"),
        (1, {"domain": "film"}, "parts is no field of CutSketch"),
        (1, {"noun": None}, "must be an object"),
        (1, {"noun": {"parts": [{"notes": [{"pitch": 999}]}]}}, "line 2: .*pitch|missing"),
        (1, {"noun": {"tempos": [{"onset_ticks": 0, "tempo_bpm": 1e999}]}}, "no JSON"),
        (1, {"request": []}, "request must be an object"),
        (1, {"take_number": 0}, "take_number must be >= 1"),
        (1, {"take_number": 1.5}, "take_number must be a whole number"),
        (1, {"made_at": "yesterday"}, "no ISO 8601 time"),
        (1, {"subject": "a" * 100}, "subject must have 1..80"),
        (1, {"extra": 1}, "extra is no field"),
        (2, {"score": 2}, "score must be -1..1"),
        (2, {"score": "1"}, "score must be a whole number"),
        (2, {"score": True}, "score must be a whole number"),
        (2, {"score": 1.0}, "score must be a whole number"),
        (2, {"score": 10**30}, "score must be -1..1"),
        (2, {"scale": "hearts"}, "scale must be one of"),
        (2, {"id": ""}, "id must not be empty"),
        (2, {"id": "x'; DROP TABLE rating; --"}, "id must be 32 hexadecimal digits"),
        (2, {"person": "a\nb"}, "person must be a name"),
        (2, {"person": ""}, "person must have 1..80"),
        (2, {"person": None}, "person must be a string"),
        (2, {"person": "\ud800"}, "half a character"),
        (2, {"said_at": 5}, "said_at must be a string"),
        (2, {"result": ["x"]}, "result must be a string"),
        (4, {"worse": LINES[4]["better"]}, "are the same"),
        (4, {"origin": "dream"}, "origin must be one of"),
    ],
)
def test_a_line_that_says_nonsense_is_refused(index, values, said):
    with pytest.raises(FileFormatError, match=f"line {index + 1}: .*({said})"):
        read_lines(changed(index, **values))


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 5000])
def test_what_is_no_number_is_refused(word):
    content = TEXT.replace('"bars":2', f'"bars":{word}', 1).encode()
    with pytest.raises(FileFormatError, match="line 2: it is no JSON"):
        read_lines(content)


@pytest.mark.parametrize("depth", [33, 5_000, 1_000_000])
def test_what_is_nested_too_deep_is_refused(depth):
    nested = "[" * depth + "]" * depth
    content = TEXT.replace('"bars":2', f'"bars":{nested}', 1).encode()
    with pytest.raises(FileFormatError, match="line 2: it is nested deeper than 32"):
        read_lines(content)


@pytest.mark.parametrize("line", [b'"' + b'\\"' * 1_000_000, b"[" * 2_000_000, b"[]," * 1_000_000])
def test_nobody_is_kept_waiting_by_a_line_that_is_made_to_take_long(line):
    begun_seconds = time.process_time()
    with pytest.raises(FileFormatError, match="line 1"):
        read_lines(line + b"\n")
    assert time.process_time() - begun_seconds < 2.0


def test_brackets_in_a_name_are_not_nesting():
    said = named(replace(UP, who=Who("[" * 40 + '"]')), 1)
    assert read_lines("".join(write_lines((said,))).encode()) == (said,)


def test_a_key_that_comes_twice_is_refused():
    content = TEXT.replace('"score":1', '"score":-1,"score":1', 1).encode()
    with pytest.raises(FileFormatError, match="a key comes twice"):
        read_lines(content)


@pytest.mark.parametrize(
    ("limit", "most", "said"),
    [("MOST_BYTES", 1000, "bytes"), ("MOST_LINE_BYTES", 100, "bytes"), ("MOST_LINES", 3, "lines")],
)
def test_what_is_too_large_is_refused(monkeypatch, limit, most, said):
    monkeypatch.setattr(exchange, limit, most)
    with pytest.raises(FileFormatError, match=f"over {most} {said}"):
        read_lines(TEXT.encode())


@settings(deadline=None)
@given(place=st.integers(0, len(TEXT) - 1), byte=st.integers(0, 255))
def test_a_file_with_a_wrong_byte_is_refused_or_says_what_it_holds(place, byte):
    content = bytearray(TEXT.encode())
    content[place] = byte
    try:
        found = read_lines(bytes(content))
    except FileFormatError:
        return
    assert read_lines("".join(write_lines(found)).encode()) == found
