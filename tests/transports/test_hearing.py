import threading
from multiprocessing.connection import wait

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.transports.base import HeardMessage, PortWish
from bridge.transports.hearing import Hearing, Waker, channel_message, is_clock_message

LENGTHS = {0x8: 3, 0x9: 3, 0xA: 3, 0xB: 3, 0xC: 2, 0xD: 2, 0xE: 3}


@given(
    status=st.integers(0x80, 0xEF),
    first=st.integers(0, 127),
    second=st.integers(1, 127),
)
def test_every_channel_message_is_music(status, first, second):
    payload = bytes((status, first, second))[: LENGTHS[status >> 4]]
    assert channel_message(payload) == payload


def test_a_note_on_without_velocity_is_a_note_off():
    assert channel_message(bytes((0x93, 60, 0))) == bytes((0x83, 60, 64))


@pytest.mark.parametrize(
    "junk",
    [
        b"",
        b"\x3c\x40",
        b"\x90\x3c",
        b"\x90\x3c\x40\x40",
        b"\x90\x3c\xff",
        b"\xc0\x80",
        b"\xf0\x7e\xf7",
        b"\xf7",
        b"\xff",
    ],
    ids=lambda junk: junk.hex(" ") or "nothing",
)
def test_junk_is_neither_music_nor_a_clock(junk):
    assert channel_message(junk) is None
    assert not is_clock_message(junk)


@given(junk=st.binary(max_size=8))
def test_no_bytes_do_harm(junk):
    message = channel_message(junk)
    assert message is None or not is_clock_message(junk)


@pytest.mark.parametrize("payload", [b"\xf8", b"\xfa", b"\xfb", b"\xfc", b"\xf2\x10\x01"])
def test_a_hosts_clock_is_known(payload):
    assert is_clock_message(payload)


@pytest.mark.parametrize(
    "payload", [b"\xf2\x10", b"\xf2\x80\x00", b"\xf8\x00", b"\xfe", b"\xf1\x00"]
)
def test_half_a_clock_is_none(payload):
    assert not is_clock_message(payload)


def test_who_waits_is_woken_by_another_thread():
    waker = Waker()
    threading.Timer(0.01, waker.wake).start()
    assert wait([waker.link], 5.0) == [waker.link]
    waker.close()


def test_who_was_woken_often_wakes_once():
    waker = Waker()
    for _ in range(100_000):
        waker.wake()
    waker.doze_off()
    assert wait([waker.link], 0.0) == []
    waker.close()


def test_what_comes_after_a_look_wakes_again():
    waker = Waker()
    waker.wake()
    waker.doze_off()
    waker.wake()
    assert wait([waker.link], 0.0) == [waker.link]
    waker.close()


def test_what_was_heard_is_given_once_and_in_order():
    hearing = Hearing()
    messages = [HeardMessage("midi_in", number, number, b"\x90\x3c\x40") for number in range(3)]
    hearing.tell(messages[:2])
    hearing.tell(messages[2:])
    assert hearing.messages() == tuple(messages)
    assert hearing.messages() == ()


def test_ports_have_names_that_a_musician_would_give_them():
    wish = PortWish()
    names = [wish.full_name(short) for short in ("midi_out", "midi_in", "control_out", "bass")]
    assert names == ["Segue", "Segue In", "Segue Control", "Segue Bass"]


def test_a_source_is_heard_at_the_input_that_it_names():
    wish = PortWish(
        inputs=("midi_in", "control_in"), listen=("Keystation", "control_in=nanoKONTROL")
    )
    assert wish.sources == (("midi_in", "keystation"), ("control_in", "nanokontrol"))


def test_a_source_may_have_an_equals_sign_in_its_name():
    wish = PortWish(inputs=("midi_in",), listen=("a=b",))
    assert wish.sources == (("midi_in", "a=b"),)
