"""Nouns survive JSON, and what is no noun is refused by its path."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from opentimelineio.opentime import RationalTime, TimeRange

from bridge.errors import RangeError, RequestError
from bridge.schema.codec import from_plain, to_plain
from bridge.schema.notes import KeySignature, Mode, Note, NoteSequence, Part
from bridge.schema.performance import Knobs
from bridge.schema.shots import Transition
from tests.strategies import sequences

ONE_NOTE = NoteSequence(
    parts=(Part(name="lead", notes=(Note(60, 0, 480), Note(64, 480, 480))),),
)


@settings(max_examples=60, deadline=None)
@given(sequence=sequences())
def test_a_sequence_survives_a_trip_through_json(sequence):
    assert from_plain(NoteSequence, json.loads(json.dumps(to_plain(sequence)))) == sequence


@pytest.mark.parametrize("knobs", [Knobs(), Knobs(density=2.0, tonic_pitch_class=4, scale="blues")])
def test_a_field_that_may_be_absent_survives(knobs):
    assert from_plain(Knobs, json.loads(json.dumps(to_plain(knobs)))) == knobs


def test_a_plain_note_names_every_field():
    assert to_plain(Note(60, 0, 480, 90, 0)) == {
        "pitch": 60,
        "onset_ticks": 0,
        "duration_ticks": 480,
        "velocity": 90,
        "release_velocity": 0,
    }


def test_an_enum_is_plain_by_its_value():
    plain = to_plain(KeySignature(0, -3, Mode.MINOR))
    assert plain == {"onset_ticks": 0, "fifths": -3, "mode": "minor"}
    assert type(plain["mode"]) is str


def test_a_field_with_a_default_may_be_left_out():
    plain = {"pitch": 60, "onset_ticks": 0, "duration_ticks": 480}
    assert from_plain(Note, plain) == Note(60, 0, 480)


def test_a_whole_number_does_for_a_float():
    knobs = from_plain(Knobs, {"temperature": 1})
    assert knobs == Knobs(temperature=1.0)
    assert type(knobs.temperature) is float


def plain_with(**changes: object) -> object:
    plain = json.loads(json.dumps(to_plain(ONE_NOTE)))
    plain["parts"][0]["notes"][1].update(changes)
    return plain


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"pitch": "C4"}, r"^parts\[0\]\.notes\[1\]\.pitch must be a whole number, not 'C4'$"),
        ({"pitch": True}, r"^parts\[0\]\.notes\[1\]\.pitch must be a whole number, not True$"),
        ({"pitch": 60.0}, r"^parts\[0\]\.notes\[1\]\.pitch must be a whole number, not 60\.0$"),
        ({"pitch": None}, r"^parts\[0\]\.notes\[1\]\.pitch must be a whole number, not null$"),
        ({"pitch": [60]}, r"^parts\[0\]\.notes\[1\]\.pitch must be a whole number, not a list$"),
        ({"pich": 60}, r"^parts\[0\]\.notes\[1\]\.pich is no field of Note; near: pitch$"),
        ({"x": 60}, r"^parts\[0\]\.notes\[1\]\.x is no field of Note; its fields are pitch, onset"),
    ],
)
def test_a_wrong_field_is_named_by_its_path(changes, message):
    with pytest.raises(RequestError, match=message):
        from_plain(NoteSequence, plain_with(**changes))


def test_a_value_that_the_noun_refuses_is_named_by_its_path():
    message = r"^parts\[0\]\.notes\[1\]: pitch must be 0\.\.127, not 128$"
    with pytest.raises(RangeError, match=message):
        from_plain(NoteSequence, plain_with(pitch=128))


def test_a_missing_field_is_named_by_its_path():
    plain = {"parts": [{"notes": [{"pitch": 60, "onset_ticks": 0}]}]}
    with pytest.raises(RequestError, match=r"^parts\[0\]\.notes\[0\]\.duration_ticks is missing"):
        from_plain(NoteSequence, plain)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), 10**400])
def test_a_number_without_end_is_refused(number):
    with pytest.raises(RequestError, match=r"^temperature must be a finite number"):
        from_plain(Knobs, {"temperature": number})


def test_an_unknown_word_is_answered_with_the_known_ones():
    plain = {"onset_ticks": 0, "fifths": 0, "mode": "dorian"}
    with pytest.raises(RequestError, match=r"^mode must be one of 'major', 'minor', not 'dorian'$"):
        from_plain(KeySignature, plain)


@pytest.mark.parametrize("plain", [None, [], "note", 7, {1: 2}])
def test_what_is_no_object_is_refused(plain):
    with pytest.raises(RequestError):
        from_plain(Note, plain)


def test_a_list_must_be_a_list():
    with pytest.raises(RequestError, match=r"^parts must be a list, not an object$"):
        from_plain(NoteSequence, {"parts": {}})


@dataclass(frozen=True, slots=True)
class Pair:
    """Two bars that are swapped."""

    bars: tuple[int, int]
    label: str = ""


def test_a_tuple_of_fixed_length_keeps_its_length():
    assert from_plain(Pair, {"bars": [1, 2]}) == Pair((1, 2))
    with pytest.raises(RequestError, match=r"^bars must have 2 entries, not 3$"):
        from_plain(Pair, {"bars": [1, 2, 3]})


def test_what_is_no_noun_has_no_plain_form():
    with pytest.raises(TypeError, match="set is no noun"):
        to_plain({1, 2})


SPAN = TimeRange(RationalTime(1001, 24000 / 1001), RationalTime(12, 24000 / 1001))


def test_a_time_of_a_film_is_plain_by_value_and_rate():
    assert to_plain(RationalTime(48, 24)) == {"value": 48.0, "rate": 24.0}


def test_a_span_survives_a_trip_through_json_to_the_bit():
    transition = Transition("wipe", SPAN, 0.5)
    found = from_plain(Transition, json.loads(json.dumps(to_plain(transition))))
    assert found == transition
    assert found.span.start_time.rate == SPAN.start_time.rate


@pytest.mark.parametrize(
    ("span", "said"),
    [
        ({"start_time": 3, "duration": 4}, r"span\.start_time must be an object with value and"),
        ({"start": 3}, "span must be an object with start_time and duration, not an object"),
        (
            {"start_time": {"value": 1, "rate": 0}, "duration": {"value": 1, "rate": 24}},
            r"span\.start_time\.rate must be above 0, not 0",
        ),
        (
            {"start_time": {"value": "1", "rate": 24}, "duration": {"value": 1, "rate": 24}},
            r"span\.start_time\.value must be a number, not '1'",
        ),
    ],
)
def test_what_is_no_span_is_refused_by_its_path(span, said):
    with pytest.raises(RequestError, match=said):
        from_plain(Transition, {"kind": "cut", "span": span, "confidence": 1.0})


def test_a_word_that_is_not_among_those_allowed_is_refused():
    plain = to_plain(Transition("cut", SPAN, 1.0)) | {"kind": "swirl"}
    with pytest.raises(RequestError, match=r"kind must be one of 'start', 'cut', .*, not 'swirl'"):
        from_plain(Transition, plain)


def test_nouns_without_film_times_need_no_opentimelineio():
    program = (
        "import sys; from bridge.schema.codec import field_types, to_plain, from_plain\n"
        "from bridge.schema.notes import Note\n"
        "from_plain(Note, to_plain(Note(60, 0, 480)))\n"
        "sys.exit('opentimelineio' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
