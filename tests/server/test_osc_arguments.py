"""What the arguments of a message say becomes the request that was meant."""

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.errors import FileFormatError, RangeError, RequestError, SegueError
from bridge.files.midi import format_midi
from bridge.operations.live import KnobChanges, PerformRequest, SetRequest
from bridge.operations.music import ContinueRequest, PlayRequest, SampleRequest
from bridge.operations.table import all_operations, find_operation
from bridge.schema.codec import to_plain
from bridge.schema.live import LiveVerb, PartRoute
from bridge.schema.notes import Note, NoteSequence, Part
from bridge.schema.performance import Knobs
from bridge.server.forms import read_request
from bridge.server.osc_arguments import DOOR_WORDS, is_release, plain_request, read_envelope

TUNE = NoteSequence(parts=(Part(notes=(Note(60, 0, 480), Note(64, 480, 480))),))


def requested(name, *arguments, key=""):
    """Give the request that a message means."""
    operation = find_operation(name)
    envelope = read_envelope(operation, arguments, key=key)
    return read_request(operation, plain_request(operation, envelope))


def envelope(name, *arguments):
    return read_envelope(find_operation(name), arguments)


@pytest.mark.parametrize("arguments", [(), (None,), (math.inf,), ("{}",)])
def test_a_message_that_says_nothing_asks_for_the_defaults(arguments):
    assert requested("music.sample", *arguments) == SampleRequest()


def test_pairs_name_the_fields():
    request = requested("music.sample", "bars", 2, "knobs.temperature", 0.8, "seed", 5)
    assert request == SampleRequest(bars=2, knobs=Knobs(temperature=0.8), seed=5)


def test_a_json_object_names_the_fields():
    assert requested("music.sample", ' {"bars": 2, "knobs": {"density": 2}}') == SampleRequest(
        bars=2, knobs=Knobs(density=2.0)
    )


def test_pairs_may_follow_a_json_object():
    request = requested("music.sample", '{"bars": 2}', "seed", 3, "id", 9)
    assert request == SampleRequest(bars=2, seed=3)


@given(request=st.builds(SampleRequest, bars=st.integers(1, 64), seed=st.integers(0, 2**63 - 1)))
def test_a_request_survives_a_trip_as_json(request):
    assert requested("music.sample", json.dumps(to_plain(request))) == request


@pytest.mark.parametrize(
    ("key", "sent", "meant"),
    [
        ("bars", 3.0, 3),
        ("bars", 3.9, 3),
        ("bars", "3", 3),
        ("bars", "3.0", 3),
        ("bars", True, 1),
        ("knobs.temperature", 1, 1.0),
        ("knobs.temperature", "0.8", 0.8),
        ("knobs.density", None, None),
        ("style", "pop", "pop"),
        ("style", None, None),
        ("seed", 2**40, 2**40),
        ("knobs.scale", "blues", "blues"),
        ("knobs.mode", "minor", "minor"),
    ],
)
def test_a_value_becomes_what_its_field_takes(key, sent, meant):
    plain = to_plain(requested("music.sample", key, sent))
    for name in key.split("."):
        plain = plain[name]
    assert (plain, type(plain)) == (meant, type(meant))


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        (True, True), (False, False), (1, True), (0, False), (0.0, False), (127.0, True),
        ("true", True), ("false", False), ("1", True), (math.inf, True),
    ],
)  # fmt: skip
def test_a_truth_value_may_be_a_number_or_a_word(sent, meant):
    music = json.dumps({"notes": to_plain(TUNE)})
    assert requested("music.continue", music, "answer_only", sent).answer_only is meant


@pytest.mark.parametrize(
    ("key", "sent", "reason"),
    [
        ("bars", "four", "bars must be a whole number, not 'four'"),
        ("bars", math.inf, "bars must be a whole number"),
        ("bars", math.nan, "bars must be a whole number"),
        ("bars", None, "bars must be a whole number, not null"),
        ("knobs.temperature", math.nan, "knobs.temperature must be a finite number"),
        ("knobs.temprature", 1.0, "near: temperature"),
        ("style", 7, "style must be a string, not 7"),
        ("bars", b"\0", "bars takes no blob"),
        ("bars", (1, 2), "bars must be a whole number, not a list"),
        ("knobs", "loud", "knobs must be an object"),
        ("bars.left", 1, "bars must be a whole number, not an object"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_with_the_reason(key, sent, reason):
    with pytest.raises(RequestError, match=reason):
        requested("music.sample", key, sent)


def test_a_number_out_of_range_is_refused_as_at_every_door():
    with pytest.raises(RangeError, match=r"bars must be 1\.\.1024, not 2000"):
        requested("music.sample", "bars", 2000)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("bars",), "an odd number of arguments, 1,"),
        (("bars", 1, "seed"), "an odd number of arguments, 3,"),
        ((1, "bars"), "a key must be a text, not 1"),
        (("{bars: 1}",), "the request is no JSON"),
        (("{" * 60_000,), "the request is no JSON"),
        (('{"bars": 1}', "seed"), "an odd number of arguments, 1,"),
        (("bars", 1, "bars", 2), "bars is given twice"),
    ],
)
def test_arguments_of_another_form_are_refused(arguments, reason):
    with pytest.raises(RequestError, match=reason):
        requested("music.sample", *arguments)


def test_arrays_in_json_that_lie_too_deep_are_refused():
    with pytest.raises(RequestError, match="is no JSON"):
        requested("music.sample", '{"bars": ' + "[" * 100_000)


def test_music_may_be_a_midi_file():
    request = requested("music.continue", "notes", format_midi(TUNE), "bars", 2)
    assert isinstance(request, ContinueRequest)
    assert request.notes.parts[0].notes == TUNE.parts[0].notes


def test_a_midi_file_that_is_damaged_is_refused():
    with pytest.raises(FileFormatError, match="notes"):
        requested("music.continue", "notes", format_midi(TUNE)[:20])


def test_an_array_is_a_list():
    assert requested("live.set", "reset", ("style", "amount")) == SetRequest(
        reset=("style", "amount")
    )


def test_a_list_may_be_written_as_json():
    request = requested("live.set", "routes", '[{"part": "bass", "channel": 3}]')
    assert request == SetRequest(routes=(PartRoute("bass", channel=3),))


def test_a_key_may_stand_in_the_address():
    request = requested("live.set", 0.9, key="knobs.temperature")
    assert request == SetRequest(knobs=KnobChanges(temperature=0.9))


def test_pairs_may_follow_the_value_of_a_key_in_the_address():
    request = requested("live.set", 0.9, "loop_bars", 2, key="amount")
    assert request == SetRequest(amount=0.9, loop_bars=2)


def test_a_key_in_the_address_needs_a_value():
    with pytest.raises(RequestError, match="amount needs a value"):
        requested("live.set", key="amount")


@pytest.mark.parametrize("arguments", [(), (1.0,), (True,), (127,), ("id", 3), (1.0, "id", 3)])
def test_a_word_in_the_address_is_the_value_of_the_field_that_must_be_given(arguments):
    assert requested("live.perform", *arguments, key="panic") == PerformRequest(LiveVerb.PANIC)


@pytest.mark.parametrize(
    ("arguments", "let_go"), [((0.0,), True), ((False,), True), ((1.0,), False), ((), False)]
)
def test_a_button_that_is_let_go_asks_for_nothing(arguments, let_go):
    assert is_release(find_operation("live.perform"), "panic", arguments) is let_go


def test_a_fader_at_zero_is_no_button_that_is_let_go():
    assert not is_release(find_operation("live.set"), "amount", (0.0,))


@pytest.mark.parametrize("sent", [7, "take 3", -1, 2**40, ""])
def test_an_id_comes_back_as_it_was(sent):
    assert envelope("music.sample", "id", sent).id == sent


def test_an_id_may_come_as_a_float():
    assert envelope("music.sample", "id", 7.0).id == 7


def test_without_an_id_it_is_zero():
    assert envelope("music.sample").id == 0


def test_an_id_may_stand_in_the_json():
    found = envelope("music.sample", '{"id": "a", "bars": 1}')
    assert (found.id, found.content) == ("a", {"bars": 1})


@pytest.mark.parametrize("sent", [10**30, None, (1,), b"x", math.nan])
def test_an_id_that_osc_cannot_carry_is_refused(sent):
    with pytest.raises(RequestError, match=r"id (must be|takes no blob)"):
        _ = envelope("music.sample", "id", sent).id


@pytest.mark.parametrize("sent", [0, 65536, -1])
def test_a_reply_port_is_a_port(sent):
    with pytest.raises(RangeError, match="reply_port"):
        _ = envelope("music.sample", "reply_port", sent).reply_port


def test_of_a_stream_bars_are_items_too():
    found = envelope("music.play", "bars", 8)
    assert found.items == 8


def test_of_anything_else_bars_are_a_field():
    assert envelope("music.sample", "bars", 8).items is None


def test_a_stream_is_asked_for_as_anything_else():
    assert requested("music.play", "bars", 8, "seed", 2) == PlayRequest(bars=8, seed=2)


@pytest.mark.parametrize("operation", all_operations(), ids=lambda one: one.name)
def test_no_field_is_called_as_a_word_of_the_door(operation):
    names = set(operation.request_type.__dataclass_fields__)
    assert names & set(DOOR_WORDS) <= {"bars"}


KEYS = sorted(
    {name for one in all_operations() for name in one.request_type.__dataclass_fields__}
    | set(DOOR_WORDS)
    | {"knobs.temperature", "knobs.mode", "metre.numerator", "knobs.", ".", "a.b.c.d.e.f.g.h.i.j"}
)
VALUES = st.recursive(
    st.one_of(
        st.integers(-(2**63), 2**63 - 1), st.floats(), st.booleans(), st.none(),
        st.text(max_size=6), st.sampled_from(KEYS), st.binary(max_size=8),
        st.sampled_from(["{}", "[]", '{"bars": 1}', '{"id": {}}', "null", "1e999", "NaN", "pop"]),
    ),
    lambda inner: st.lists(inner, max_size=2).map(tuple),
    max_leaves=4,
)  # fmt: skip
PAIRS = st.lists(st.tuples(st.sampled_from(KEYS), VALUES), max_size=4).map(
    lambda pairs: tuple(one for pair in pairs for one in pair)
)


@given(
    operation=st.sampled_from(all_operations()),
    arguments=st.one_of(PAIRS, st.lists(VALUES, max_size=4).map(tuple)),
    key=st.sampled_from(["", *KEYS]),
)
@settings(max_examples=1000, deadline=None)
def test_any_arguments_are_a_request_or_refused(operation, arguments, key):
    try:
        is_release(operation, key, arguments)
        found = read_envelope(operation, arguments, key=key)
        assert isinstance(found.id, int | str)
        assert found.reply_port is None or 0 < found.reply_port < 65536
        assert isinstance(found.token, str)
        read_request(operation, plain_request(operation, found))
    except SegueError as error:
        assert str(error)
