"""Packets are read as their senders meant them, or refused with the reason."""

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pythonosc.osc_bundle_builder import OscBundleBuilder
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from bridge.errors import PacketError
from bridge.transports.osc.packets import (
    AT_ONCE,
    MOST_ARGUMENTS,
    MOST_DEPTH,
    MOST_MESSAGES,
    Message,
    format_message,
    parse,
)
from tests.transports.osc.packets import (
    NAMED_JUNK,
    WELL_FORMED,
    bundle,
    deep,
    message,
    mutants,
    number,
    padded,
)

TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=20)
FLOATS = st.floats(width=32, allow_nan=False)
SCALARS = st.one_of(
    st.integers(-(2**63), 2**63 - 1), FLOATS, TEXTS, st.booleans(), st.none(),
    st.binary(min_size=1, max_size=20),
)  # fmt: skip
ARGUMENTS = st.lists(
    st.one_of(SCALARS, st.lists(st.integers(0, 9), min_size=1, max_size=3)), max_size=8
)


def built(address, *arguments):
    """Build a message with python-osc, as its users do."""
    builder = OscMessageBuilder(address)
    for argument in arguments:
        builder.add_arg(argument)
    return builder.build()


def only(packet):
    (found,) = parse(packet)
    return found


@given(arguments=ARGUMENTS)
def test_what_python_osc_writes_is_read_as_it_was_meant(arguments):
    packet = built("/a", *arguments).dgram
    expected = tuple(tuple(one) if isinstance(one, list) else one for one in arguments)
    read = only(packet).arguments
    assert [struct.pack(">f", one) if isinstance(one, float) else one for one in read] == [
        struct.pack(">f", one) if isinstance(one, float) else one for one in expected
    ]


@given(arguments=st.lists(st.one_of(st.integers(-(2**63), 2**63 - 1), st.floats(), TEXTS)))
def test_python_osc_reads_what_is_written_here(arguments):
    read = OscMessage(format_message("/segue/reply", *arguments))
    assert read.address == "/segue/reply"
    assert repr(read.params) == repr(arguments)


@pytest.mark.parametrize("text", ["with\0zero", "half a pair \ud800"])
def test_text_that_osc_cannot_carry_is_written_without_breaking_the_message(text):
    (read,) = only(format_message("/a", text)).arguments
    assert read[:4] == text[:4]


@pytest.mark.parametrize("meant", [0.9, 0.1, 2.5, 1e-30, -33.3, 123456.7])
def test_a_32_bit_float_is_the_decimal_that_its_sender_meant(meant):
    assert only(message("/a", "f", struct.pack(">f", meant))).arguments == (meant,)


@pytest.mark.parametrize("odd", [math.inf, -math.inf, 3.4028234663852886e38, 1e-45])
def test_a_32_bit_float_that_is_odd_stays_what_it_is(odd):
    (read,) = only(message("/a", "f", struct.pack(">f", odd))).arguments
    assert struct.pack(">f", read) == struct.pack(">f", odd)


@pytest.mark.parametrize(
    ("tag", "body", "meant"),
    [
        ("S", padded(b"symbol"), "symbol"),
        ("c", b"\0\0\0a", "a"),
        ("m", b"\0\x90\x3c\x40", b"\0\x90\x3c\x40"),
        ("r", b"\xff\0\0\x80", b"\xff\0\0\x80"),
        ("t", struct.pack(">Q", 2**63 + 5), 2**63 + 5),
        ("I", b"", math.inf),
        ("b", struct.pack(">i", 0), b""),
    ],
)
def test_types_that_python_osc_lacks_are_read(tag, body, meant):
    assert only(message("/a", tag, body)).arguments == (meant,)


def test_arrays_lie_in_arrays():
    body = struct.pack(">ifi", 1, 0.9, 3)
    assert only(message("/a", "[i[f]]i", body)).arguments == ((1, (0.9,)), 3)


def test_an_old_sender_leaves_the_type_tags_out():
    assert parse(b"/ok\0") == (Message("/ok"),)


def test_a_bundle_of_python_osc_is_read():
    builder = OscBundleBuilder(1_700_000_000.5)
    builder.add_content(built("/a", 1))
    builder.add_content(built("/b"))
    assert [one.address for one in parse(builder.build().dgram)] == ["/a", "/b"]


def test_a_bundle_is_due_no_earlier_than_the_one_around_it():
    packet = bundle(bundle(number(1), timetag=2**62), number(2), timetag=2**63)
    assert [one.timetag for one in parse(packet)] == [2**63, 2**63]


def test_a_bundle_may_be_due_later_than_the_one_around_it():
    packet = bundle(number(2), bundle(number(1), timetag=2**63), timetag=2**62)
    assert [one.timetag for one in parse(packet)] == [2**62, 2**63]


def test_a_message_alone_is_due_at_once():
    assert only(number(1)).timetag == AT_ONCE


def test_a_bundle_may_be_empty():
    assert parse(bundle()) == ()


@pytest.mark.parametrize("packet", [b"#reply\0\0,i\0\0\0\0\0\1", bundle(b"#reply\0\0,\0\0\0")])
def test_the_replies_of_ardour_are_no_error(packet):
    assert parse(packet) == ()


@pytest.mark.parametrize("name", NAMED_JUNK)
def test_junk_is_refused_in_a_sentence(name):
    with pytest.raises(PacketError, match=r"\w+ \w+ \w+") as caught:
        parse(NAMED_JUNK[name])
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("an element of negative size", "says it has -4 bytes"),
        ("a blob of negative size", "says it has -5 bytes"),
        ("an unknown type", "no OSC type 'Z'"),
        ("a string that is no UTF-8", "a string is not UTF-8"),
        ("no slash", "begins with / or #bundle"),
        ("an array without end", "was not closed"),
    ],
)
def test_a_refusal_says_what_is_wrong(name, reason):
    with pytest.raises(PacketError, match=reason):
        parse(NAMED_JUNK[name])


def test_bundles_may_lie_in_each_other_to_a_depth():
    assert len(parse(deep(MOST_DEPTH))) == 1
    with pytest.raises(PacketError, match="8 deep"):
        parse(deep(MOST_DEPTH + 1))


def test_two_thousand_bundles_in_each_other_are_refused():
    with pytest.raises(PacketError, match="8 deep"):
        parse(deep(2000))


def test_arrays_may_lie_in_each_other_to_a_depth():
    with pytest.raises(PacketError, match="8 deep"):
        parse(message("/a", "[" * 9 + "]" * 9))


def test_a_packet_holds_so_many_messages():
    assert len(parse(bundle(*[number(1)] * MOST_MESSAGES))) == MOST_MESSAGES
    with pytest.raises(PacketError, match="at most 1024 messages"):
        parse(bundle(*[number(1)] * (MOST_MESSAGES + 1)))


def test_a_message_has_so_many_arguments():
    assert len(only(message("/a", "T" * MOST_ARGUMENTS)).arguments) == MOST_ARGUMENTS
    with pytest.raises(PacketError, match="at most 1024 arguments"):
        parse(message("/a", "T" * (MOST_ARGUMENTS + 1)))


@pytest.mark.parametrize("packet", WELL_FORMED)
def test_what_the_fuzz_breaks_was_well_formed(packet):
    assert parse(packet)


@pytest.mark.parametrize("packet", WELL_FORMED)
def test_a_packet_that_was_cut_off_anywhere_is_refused_or_read(packet):
    for end in range(len(packet)):
        assert_named(packet[:end])


@given(packet=st.binary(max_size=400))
def test_any_bytes_are_refused_or_read(packet):
    assert_named(packet)


@given(
    body=st.binary(max_size=200), start=st.sampled_from([b"#bundle\0", b"/a\0\0", b"/a\0\0,sbi"])
)
def test_any_bytes_that_begin_like_osc_are_refused_or_read(start, body):
    assert_named(start + body)


def test_two_hundred_thousand_broken_packets_are_refused_or_read():
    refused = sum(not assert_named(packet) for packet in mutants(seed=3, count=200_000))
    assert 100_000 < refused < 200_000


def assert_named(packet):
    """Read a packet; say whether it was OSC. Any other failure than a named one is an error."""
    try:
        return parse(packet) is not None
    except PacketError as error:
        assert str(error)
        return False
