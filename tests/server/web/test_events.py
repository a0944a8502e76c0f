"""The WebSocket: events to whoever listens, calls from whoever asks."""

import asyncio
import contextlib
import json
import socket
import threading

import httpx
import pytest
import websockets

from bridge.schema.live import HostState
from bridge.server.web.events import MOST_CALLS, MOST_EVENTS, Broadcast
from tests.server.fake_stage import TAKE
from tests.server.web.conftest import RunningServer


@contextlib.asynccontextmanager
async def connection(server):
    url = server.url.replace("http", "ws") + "events"
    async with websockets.connect(url, max_size=2**24) as wire:
        yield wire


@pytest.fixture
def run(server):
    """Run a coroutine function with a connection, within a minute."""

    def run_one(scene):
        async def play():
            async with connection(server) as wire:
                return await asyncio.wait_for(scene(wire), 60.0)

        return asyncio.run(play())

    return run_one


async def ask(wire, message):
    await wire.send(json.dumps(message))


async def answer(wire, *words):
    """Give the next message that has one of these words."""
    while True:
        message = json.loads(await wire.recv())
        if set(words) & set(message):
            return message


async def ready(wire):
    """Wait until the server listens to us, so that events reach us."""
    await ask(wire, {"id": "ready", "call": "fake.echo"})
    await answer(wire, "result")


def test_an_event_reaches_whoever_listens(server, run):
    async def scene(wire):
        await ready(wire)
        server.loop.call_soon_threadsafe(server.broadcast.tell, "host", HostState(tempo_bpm=96.0))
        while True:
            message = await answer(wire, "event")
            if message["event"] == "host":
                return message["noun"]["tempo_bpm"]

    assert run(scene) == 96.0


def test_jobs_are_told_as_they_go(run):
    async def scene(wire):
        await ask(wire, {"id": 1, "call": "fake.echo"})
        states = []
        while not states or states[-1] != "done":
            states.append((await answer(wire, "event"))["noun"]["state"])
        return states

    assert run(scene) == ["waiting", "running", "done"]


def test_a_call_is_answered_under_its_id(run):
    async def scene(wire):
        await ask(wire, {"id": "mine", "call": "fake.echo", "request": {"number": 9}})
        return await answer(wire, "result")

    assert run(scene) == {"id": "mine", "result": {"number": 9, "until_file": ""}}


def test_a_stream_is_answered_item_by_item(run):
    async def scene(wire):
        await ask(wire, {"id": 1, "call": "fake.count", "request": {"number": 3}})
        items = [(await answer(wire, "item"))["item"] for _ in range(3)]
        return items, await answer(wire, "result", "item")

    assert run(scene) == ([0, 1, 2], {"id": 1, "result": None})


def test_a_call_tells_its_progress_and_can_be_given_up(run, tmp_path):
    async def scene(wire):
        asked = {"until_file": str(tmp_path / "never")}
        await ask(wire, {"id": 1, "call": "fake.wait", "request": asked})
        progress = await answer(wire, "progress")
        await ask(wire, {"id": 1, "cancel": True})
        return progress["progress"]["what"], (await answer(wire, "error"))["error"]["kind"]

    assert run(scene) == ("waits", "CancelledError")


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("{", "no JSON"),
        ("[]", 'an object with an "id"'),
        ('{"call": "fake.echo"}', 'an object with an "id"'),
        ('{"id": {}, "call": "fake.echo"}', 'an object with an "id"'),
        ('{"id": 1}', 'has a "call"'),
        ('{"id": 1, "call": 7}', 'has a "call"'),
        ('{"id": 1, "call": "fake.fly"}', "no operation fake.fly"),
        ('{"id": 1, "call": "fake.echo", "request": []}', "must be an object"),
        ('{"id": 1, "call": "fake.echo", "request": {"number": -1}}', "0..1000, not -1"),
        ("[" * 100_000, "no JSON"),
    ],
)
def test_what_is_wrong_with_a_message_is_said_and_the_next_one_works(run, message, words):
    async def scene(wire):
        await wire.send(message)
        said = (await answer(wire, "error"))["error"]["message"]
        await ready(wire)
        return said

    assert words in run(scene)


def test_two_calls_of_one_id_are_not_on_their_way_at_once(run, tmp_path):
    async def scene(wire):
        for _ in range(2):
            asked = {"until_file": str(tmp_path / "never")}
            await ask(wire, {"id": 1, "call": "fake.wait", "request": asked})
        return (await answer(wire, "error"))["error"]["message"]

    assert "give each its own id" in run(scene)


def test_so_many_calls_are_on_their_way_and_no_more(run, tmp_path):
    async def scene(wire):
        for number in range(MOST_CALLS + 1):
            asked = {"until_file": str(tmp_path / "never")}
            await ask(wire, {"id": number, "call": "fake.wait", "request": asked})
        return (await answer(wire, "error"))["error"]["message"]

    assert f"{MOST_CALLS} calls are on their way" in run(scene)


def test_whoever_leaves_gives_up_what_it_called(server, client, tmp_path):
    async def scene():
        async with connection(server) as wire:
            asked = {"until_file": str(tmp_path / "never")}
            await ask(wire, {"id": 1, "call": "fake.wait", "request": asked})
            await answer(wire, "progress")

    asyncio.run(scene())
    assert client.post("/fake/echo").status_code == 200  # has its turn after the one given up
    assert client.get("/jobs").json()[-2]["state"] == "cancelled"


def test_a_client_that_reads_nothing_loses_events_and_holds_up_nobody(server, run):
    async def scene(wire):
        with deaf_client(server):
            await ready(wire)
            for _ in range(50):
                await asyncio.wrap_future(flood(server, MOST_EVENTS // 2))
                await ready(wire)
            return [len(queue._lines) for queue in server.broadcast._queues]

    assert max(run(scene)) <= MOST_EVENTS


@contextlib.contextmanager
def deaf_client(server):
    """Connect, and never read."""
    port = server.server.port
    with socket.create_connection(("127.0.0.1", port)) as wire:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        key = "dGhlIHNhbXBsZSBub25jZQ=="
        head = f"GET /events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
        head += "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        wire.sendall(f"{head}Sec-WebSocket-Key: {key}\r\n\r\n".encode())
        assert b" 101 " in wire.recv(64)
        yield


def flood(server, count):
    async def tell():
        for _ in range(count):
            server.broadcast.tell("take", TAKE)

    return asyncio.run_coroutine_threadsafe(tell(), server.loop)


def test_the_server_ends_while_others_stream_and_listen(toy_models):
    async def listen(server, is_listening):
        async with connection(server) as wire:
            await ask(wire, {"id": 1, "call": "fake.count", "request": {"number": 0}})
            await answer(wire, "item")
            is_listening.set()
            with contextlib.suppress(websockets.ConnectionClosed):
                while True:
                    await wire.recv()

    server = RunningServer(toy_models)
    server.start()
    is_listening = threading.Event()
    listener = threading.Thread(target=lambda: asyncio.run(listen(server, is_listening)))
    listener.start()
    assert is_listening.wait(20.0)
    with httpx.stream("POST", f"{server.url}fake/count?number=0") as streamed:
        next(streamed.iter_lines())
        server.stop()
    listener.join(20.0)
    assert not listener.is_alive()


def test_nothing_is_written_down_while_nobody_listens():
    Broadcast().tell("status", object())  # which has no plain form


def test_of_too_many_events_the_latest_are_kept():
    async def scene():
        broadcast = Broadcast()
        with broadcast.listening() as events:
            for number in range(MOST_EVENTS + 5):
                broadcast.tell("count", number)
            return await events.get()

    assert asyncio.run(scene()) == b'{"event":"count","noun":5}'
