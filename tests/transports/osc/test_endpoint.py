"""A port hears messages when they are due, answers, and survives whatever is sent to it."""

import asyncio
import socket
import subprocess

import pytest

from bridge.errors import BusyError, PacketError, PortError, RangeError
from bridge.transports.osc.endpoint import MOST_A_TURN, MOST_DUE, Endpoint, Sender, open_endpoint
from bridge.transports.osc.packets import parse
from bridge.transports.osc.timetags import MOST_WAITING, timetag_at
from tests.transports.osc.hands import Ear, HandLoop
from tests.transports.osc.packets import NAMED_JUNK, WELL_FORMED, bundle, number

WALL_SECONDS = 1_800_000_000.0
HOME = ("127.0.0.1", 40_000)


class Hand:
    """An endpoint on a clock of our own."""

    def __init__(self):
        self.loop = HandLoop(now_seconds=50.0)
        self.ear = Ear(self.loop)
        self.endpoint = Endpoint(
            self.ear,
            loop=self.loop,
            wall_seconds=lambda: WALL_SECONDS + self.loop.now_seconds - 50.0,
        )

    def take(self, packet):
        self.endpoint.datagram_received(packet, HOME)

    def take_later(self, ahead_seconds, *numbers):
        timetag = timetag_at(WALL_SECONDS + self.loop.now_seconds - 50.0 + ahead_seconds)
        self.take(bundle(*map(number, numbers), timetag=timetag))


@pytest.fixture
def hand():
    return Hand()


def test_a_message_is_heard_when_it_arrives(hand):
    hand.take(number(7))
    assert hand.ear.heard == [(50.0, 7)]


def test_the_listener_hears_who_sent_it(hand):
    hand.take(number(7))
    assert hand.ear.senders == [Sender("127.0.0.1", 40_000)]


def test_a_bundle_for_now_is_heard_at_once_and_in_order(hand):
    hand.take(bundle(number(1), number(2), number(3)))
    assert hand.ear.heard == [(50.0, 1), (50.0, 2), (50.0, 3)]


def test_a_bundle_that_comes_too_late_is_heard_at_once(hand):
    hand.take_later(-2.0, 1)
    assert hand.ear.heard == [(50.0, 1)]


def test_a_bundle_for_later_is_heard_at_its_time(hand):
    hand.take_later(1.5, 1, 2)
    hand.loop.run_to(51.4)
    assert hand.ear.heard == []
    hand.loop.run_to(60.0)
    assert [(round(when, 5), one) for when, one in hand.ear.heard] == [(51.5, 1), (51.5, 2)]


def test_a_bundle_for_later_holds_up_nobody(hand):
    hand.take_later(1.5, 1)
    hand.take(number(2))
    hand.loop.run_to(60.0)
    assert [one for _, one in hand.ear.heard] == [2, 1]


def test_bundles_are_heard_in_the_order_of_their_times(hand):
    for ahead_seconds in (3, 1, 2):
        hand.take_later(ahead_seconds, ahead_seconds)
    hand.loop.run_to(60.0)
    assert [(round(when, 5), one) for when, one in hand.ear.heard] == [(51, 1), (52, 2), (53, 3)]


def test_bundles_for_one_time_are_heard_as_they_came(hand):
    hand.take_later(1, 5, 4)
    hand.take_later(1, 3)
    hand.loop.run_to(60.0)
    assert [one for _, one in hand.ear.heard] == [5, 4, 3]


def test_nested_bundles_are_heard_each_at_its_time(hand):
    soon, late = timetag_at(WALL_SECONDS + 1), timetag_at(WALL_SECONDS + 2)
    hand.take(bundle(number(1), bundle(number(2), timetag=late), timetag=soon))
    hand.loop.run_to(60.0)
    assert [(round(when, 5), one) for when, one in hand.ear.heard] == [(51, 1), (52, 2)]


def test_a_bundle_for_tomorrow_is_refused(hand):
    hand.take_later(86_400, 1)
    (error,) = hand.ear.refused
    assert isinstance(error, RangeError)
    assert "86400 s ahead" in str(error)


def test_of_a_packet_that_is_refused_nothing_is_heard(hand):
    hand.take(bundle(number(1), bundle(number(2), timetag=timetag_at(WALL_SECONDS + 9_999))))
    assert (hand.ear.heard, len(hand.ear.refused)) == ([], 1)


def test_when_too_many_wait_the_sender_is_told(hand):
    for _ in range(MOST_WAITING // 512):
        hand.take_later(5.0, *range(512))
    hand.take_later(6.0, 1)
    (error,) = hand.ear.refused
    assert isinstance(error, BusyError)
    assert "1024 messages wait" in str(error)


def test_when_too_many_wait_those_for_now_are_heard(hand):
    hand.take_later(5.0, *range(1000))
    hand.take_later(5.0, *range(1000))
    hand.take(number(9))
    assert hand.ear.heard == [(50.0, 9)]


def test_a_time_that_comes_makes_room(hand):
    hand.take_later(5.0, *range(1024))
    hand.loop.run_to(56.0)
    hand.take_later(5.0, 7)
    hand.loop.run_to(62.0)
    assert (hand.ear.refused, hand.ear.heard[-1][1]) == ([], 7)


def test_one_timer_is_enough(hand):
    for ahead_seconds in (3, 1, 2, 5):
        hand.take_later(ahead_seconds, 1)
    assert hand.loop.timers == 1


def test_a_large_packet_leaves_turns_to_others(hand):
    hand.take(bundle(*[number(1)] * 100))
    heard = [len(hand.ear.heard)]
    while heard[-1] < 100:
        hand.loop.turn()
        heard.append(len(hand.ear.heard))
    assert heard == [MOST_A_TURN, 2 * MOST_A_TURN, 3 * MOST_A_TURN, 100]


def test_what_comes_after_a_large_packet_is_heard_after_it(hand):
    hand.take(bundle(*[number(1)] * 40))
    hand.take(number(2))
    hand.loop.turn()
    assert [one for _, one in hand.ear.heard] == [1] * 40 + [2]


def test_when_too_many_are_due_the_sender_is_told(hand):
    for _ in range(MOST_DUE // 1000 + 2):
        hand.take(bundle(*[number(1)] * 1000))
    assert isinstance(hand.ear.refused[0], BusyError)


def test_a_listener_that_fails_does_not_keep_the_others_from_being_heard(hand):
    def fail(message, sender):
        heard.append(message.arguments[0])
        raise ValueError("a bug")

    heard = []
    hand.ear.hear = fail
    with pytest.raises(ValueError, match="a bug"):
        hand.take(bundle(number(1), number(2)))
    with pytest.raises(ValueError, match="a bug"):
        hand.loop.turn()
    assert heard == [1, 2]


def test_a_port_that_was_closed_hears_no_more(hand):
    hand.take_later(1.0, 1)
    hand.endpoint.close()
    hand.loop.run_to(60.0)
    assert hand.ear.heard == []


@pytest.mark.parametrize("name", NAMED_JUNK)
def test_junk_is_refused_and_the_next_message_is_heard(hand, name):
    hand.take(NAMED_JUNK[name])
    hand.take(number(1))
    assert isinstance(hand.ear.refused[0], PacketError)
    assert hand.ear.heard == [(50.0, 1)]


class Echo(Ear):
    """A listener that sends back what it hears, or why it does not."""

    endpoint = None

    def hear(self, message, sender):
        super().hear(message, sender)
        self.endpoint.send(sender, "/heard", message.address)

    def refuse(self, error, sender):
        super().refuse(error, sender)
        self.endpoint.send(sender, "/refused", str(error))


async def opened():
    echo = Echo()
    echo.endpoint = await open_endpoint(echo)
    return echo


async def asked(sock, packet, port):
    """Send a packet from a plain socket, and give the answer."""
    sock.sendto(packet, ("127.0.0.1", port))
    loop = asyncio.get_running_loop()
    return parse(await asyncio.wait_for(loop.sock_recv(sock, 65536), 5.0))[0]


def through_udp(*packets):
    """Send packets one by one to a real port; give the answers."""

    async def run():
        echo = await opened()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind(("127.0.0.1", 0))
            sock.setblocking(False)
            answers = [await asked(sock, packet, echo.endpoint.port) for packet in packets]
        echo.endpoint.close()
        return answers

    return asyncio.run(run())


def test_the_answer_goes_to_the_sender():
    (answer,) = through_udp(number(1))
    assert (answer.address, answer.arguments) == ("/heard", ("/n",))


def test_after_each_piece_of_junk_the_server_answers():
    packets = [packet for junk in NAMED_JUNK.values() for packet in (junk, number(1))]
    answers = through_udp(*packets)
    assert [one.address for one in answers] == ["/refused", "/heard"] * len(NAMED_JUNK)


@pytest.mark.parametrize("packet", [one for one in WELL_FORMED if len(parse(one)) == 1])
def test_a_well_formed_packet_is_heard(packet):
    assert through_udp(packet)[0].arguments == (parse(packet)[0].address,)


def test_a_port_that_is_taken_is_told():
    async def run():
        first = await open_endpoint(Ear())
        try:
            with pytest.raises(PortError, match=f"UDP port {first.port} on 127.0.0.1 cannot be"):
                await open_endpoint(Ear(), port=first.port)
        finally:
            first.close()

    asyncio.run(run())


def test_a_receiver_that_is_gone_is_no_trouble():
    async def run():
        echo = await opened()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as gone:
            gone.bind(("127.0.0.1", 0))
            port = gone.getsockname()[1]
        for _ in range(3):
            echo.endpoint.send(Sender("127.0.0.1", port), "/heard", 1)
            await asyncio.sleep(0)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind(("127.0.0.1", 0))
            sock.setblocking(False)
            answer = await asked(sock, number(1), echo.endpoint.port)
        echo.endpoint.close()
        return answer

    assert asyncio.run(run()).address == "/heard"


@pytest.mark.usefixtures("liblo")
def test_liblo_is_heard_in_all_its_types():
    async def run():
        echo = await opened()
        words = ["-7", "8", "0.9", "0.1", "text", "symbol", "a"]
        command = ["oscsend", "127.0.0.1", str(echo.endpoint.port), "/a", "ihfdsScTFNI", *words]
        await asyncio.to_thread(subprocess.run, command, check=True)
        while not echo.messages:
            await asyncio.sleep(0.01)
        echo.endpoint.close()
        return echo.messages[0].arguments

    heard = asyncio.run(asyncio.wait_for(run(), 10.0))
    everything = (-7, 8, 0.9, 0.1, "text", "symbol", "a", True, False, None, float("inf"))
    assert heard == everything


@pytest.mark.usefixtures("liblo")
def test_liblo_reads_what_is_sent():
    async def run():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
        endpoint = await open_endpoint(Ear())
        dump = await asyncio.create_subprocess_exec(
            "stdbuf", "-oL", "oscdump", str(port), stdout=asyncio.subprocess.PIPE
        )
        try:
            while True:  # it says nothing when it is ready
                endpoint.send(Sender("127.0.0.1", port), "/segue/reply", 7, 2**40, 0.5, "é\n")
                try:
                    line = await asyncio.wait_for(dump.stdout.readline(), 0.2)
                except TimeoutError:
                    continue
                return line.decode()
        finally:
            dump.kill()
            await dump.wait()
            endpoint.close()

    line = asyncio.run(asyncio.wait_for(run(), 10.0))
    assert "/segue/reply ihds 7 1099511627776 0.500000" in line
