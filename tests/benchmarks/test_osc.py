"""OSC: what a message costs, how soon notes come back, and what a flood does to the others."""

import http.client
import subprocess
import sys
import threading
import time
from urllib.parse import urlsplit

import pytest
from pythonosc.osc_packet import OscPacket

from bridge.transports.osc.packets import format_message, parse
from tests.benchmarks.clocks import by_both_clocks
from tests.benchmarks.performing import (
    REPOSITORY,
    checkout_segue,
    cpu_seconds,
    empty_folder,
    process_tree,
)
from tests.benchmarks.serving import CALL, load_of, milliseconds, serve_segue
from tests.transports.osc.peer import OscPeer

MESSAGES = 1000
ASKED = 20_000
CALLS = 100
FLOOD_SECONDS = 4.0
FLOOD_PER_SECOND = 50_000
PAIRS = format_message("/segue/live/set", "knobs.temperature", 0.9, "loop_bars", 4)
READERS = {"segue": parse, "python-osc": lambda packet: OscPacket(packet).messages}


@pytest.fixture(scope="module")
def served():
    """Give a `segue serve` without MIDI."""
    with empty_folder() as folder:
        running = serve_segue(checkout_segue(), folder=folder)
        yield running
        running.stop()


@pytest.fixture
def peer(served):
    asking = OscPeer(served.osc_port)
    yield asking
    asking.close()


@pytest.mark.parametrize("reader", READERS)
@by_both_clocks
def test_a_thousand_osc_messages_are_read(benchmark, reader, clock):
    def read():
        return sum(len(READERS[reader](PAIRS)) for _ in range(MESSAGES))

    assert benchmark(read) == MESSAGES


@pytest.mark.parametrize("server", READERS)
def test_osc_messages_are_echoed(benchmark, server):
    command = [sys.executable, "-m", "tests.benchmarks.osc_echo", server]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=REPOSITORY)
    asking = OscPeer(int(process.stdout.readline()))
    try:
        note_cost(benchmark, process, asking, "/a", 1, 0.5)
    finally:
        asking.close()
        process.kill()
        process.wait()
        process.stdout.close()


def test_osc_messages_set_a_knob(benchmark, served, peer):
    note_cost(benchmark, served.process, peer, "/segue/live/set/amount", 0.5)


def note_cost(benchmark, process, peer, address, *arguments):
    """Ask the same many times; note how many a second, and what each costs."""
    peer.ask_many(1, address, *arguments)
    took = []

    def ask():
        took.append(peer.ask_many(ASKED, address, *arguments))

    spent = load_of(process, lambda: benchmark.pedantic(ask, rounds=1))
    cost = {"per_second": ASKED / took[0], "cpu_us": 1e6 * spent / ASKED}
    benchmark.extra_info |= cost
    sys.stdout.write(f"\n{cost}\n")


@pytest.mark.parametrize("load", ["quiet", "busy"])
def test_an_osc_message_is_answered_by_notes(benchmark, served, peer, request, load):
    ask = '{{"call": {}, "bars": 1, "seed": {}}}'.format
    peer.ask("/segue/music/answer", ask(CALL, 0))
    if load == "busy":
        request.getfixturevalue("busy_cores")
    took = []

    def call():
        for seed in range(CALLS):
            started = time.perf_counter()
            peer.ask("/segue/music/answer", ask(CALL, seed))
            took.append(time.perf_counter() - started)
            time.sleep(0.03)

    benchmark.pedantic(call, rounds=1)
    note_times(benchmark, took)


def test_a_flood_of_osc_leaves_the_others_their_turns(benchmark, served):
    connection = http.client.HTTPConnection(urlsplit(served.url).netloc)
    took = []

    def ask():
        started = time.perf_counter()
        connection.request("POST", "/live/status")
        assert connection.getresponse().read()
        took.append(time.perf_counter() - started)

    def flooded():
        flood = threading.Thread(target=send_flood, args=(served.osc_port,))
        flood.start()
        while flood.is_alive():
            ask()
            time.sleep(0.01)

    ask()
    took.clear()
    members = process_tree(served.process)
    before = cpu_seconds(members)
    benchmark.pedantic(flooded, rounds=1)
    connection.close()
    benchmark.extra_info["cpu_percent"] = (
        100.0 * (cpu_seconds(members) - before) / benchmark.stats.stats.max
    )
    note_times(benchmark, took)


def send_flood(port):
    """Send a knob's value 50,000 times a second, whatever comes back."""
    flooder = OscPeer(port)
    sent, started = 0, time.perf_counter()
    while (passed := time.perf_counter() - started) < FLOOD_SECONDS:
        while sent < passed * FLOOD_PER_SECOND:
            flooder.send("/segue/live/set/amount", 0.5)
            sent += 1
        time.sleep(0.001)
    flooder.close()


def note_times(benchmark, took):
    benchmark.extra_info |= milliseconds(took) | {"measured": len(took)}
    sys.stdout.write(f"\n{benchmark.extra_info}\n")
