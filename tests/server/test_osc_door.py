"""The OSC door hands in what is asked, and answers whoever asked; nothing sent to it stops it."""

import asyncio
import contextlib
import json

import pytest

from bridge.operations.table import Operation
from bridge.server.office import Office, starter_of
from bridge.server.osc_door import MOST_OPEN, OscDoor
from bridge.server.osc_pieces import PIECE_BYTES, split
from bridge.transports.osc.packets import format_message, parse
from tests.server import fake_operations
from tests.server.fake_operations import find_fake
from tests.transports.osc.packets import NAMED_JUNK, bundle

FAKES = [thing for thing in vars(fake_operations).values() if isinstance(thing, Operation)]
SECONDS = 20.0


class Peer(asyncio.DatagramProtocol):
    """A program that sends OSC, and keeps what comes back."""

    def __init__(self):
        self._came = asyncio.Queue()
        self._transport = None
        self.port = 0

    def connection_made(self, transport):
        self._transport = transport
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, packet, sender):
        for message in parse(packet):
            self._came.put_nowait((message.address, *message.arguments))

    def send(self, port, address, *arguments):
        self.send_bytes(port, format_message(address, *arguments))

    def send_bytes(self, port, packet):
        self._transport.sendto(packet, ("127.0.0.1", port))

    async def next(self):
        return await asyncio.wait_for(self._came.get(), SECONDS)

    async def last(self):
        """Give the next that is no progress."""
        while (came := await self.next())[0] == "/segue/progress":
            pass
        return came

    def close(self):
        self._transport.close()


class Scene:
    """A door, and a peer that knows its port."""

    def __init__(self, door, peer, office):
        self.door, self.peer, self.office = door, peer, office

    def send(self, address, *arguments):
        self.peer.send(self.door.port, address, *arguments)

    async def ask(self, address, *arguments):
        self.send(address, *arguments)
        return await self.peer.last()


async def new_peer():
    _, peer = await asyncio.get_running_loop().create_datagram_endpoint(
        Peer, local_addr=("127.0.0.1", 0)
    )
    return peer


@contextlib.asynccontextmanager
async def open_scene(*, rooms=("fake",), models=None, token=""):
    """Open a door to the fake operations; those of `rooms` are done in this process."""
    office = Office(find=find_fake, local_rooms=rooms, starter=starter_of(models, find_fake))
    if not rooms:
        await office.open()
    door = OscDoor(office, operations=FAKES, token=token)
    await door.open()
    peer = await new_peer()
    try:
        yield Scene(door, peer, office)
    finally:
        peer.close()
        await door.close()
        await office.close()


def run(play, **options):
    """Play a scene: a coroutine function that takes it."""

    async def all_of_it():
        async with open_scene(**options) as scene:
            return await asyncio.wait_for(play(scene), 60.0)

    return asyncio.run(all_of_it())


def run_in_studio(play, tmp_path):
    """Play a scene with a studio process."""
    return run(play, rooms=(), models=tmp_path)


def ask(address, *arguments, **options):
    """Ask once; give the answer."""
    return run(lambda scene: scene.ask(address, *arguments), **options)


def error(answer):
    address, *rest = answer
    assert address == "/segue/error"
    return rest


def test_a_reply_bears_the_id_and_the_name_and_the_noun():
    address, name, operation, noun = ask("/segue/fake/echo", "number", 5, "id", 7)
    assert (address, name, operation) == ("/segue/reply", 7, "fake.echo")
    assert json.loads(noun) == {"number": 5, "until_file": ""}


def test_a_reply_goes_to_the_port_that_was_asked_for():
    async def play(scene):
        other = await new_peer()
        scene.send("/segue/fake/echo", "reply_port", other.port, "id", 4)
        answer = await other.last()
        other.close()
        return answer

    assert run(play)[1] == 4


def test_a_field_may_stand_in_the_address():
    assert json.loads(ask("/segue/fake/echo/number", 5)[3])["number"] == 5


def test_a_pattern_asks_every_operation_that_it_matches():
    async def play(scene):
        scene.send("/segue/fake/{echo,bug}", "id", 1)
        return {(await scene.peer.last())[2] for _ in range(2)}

    assert run(play) == {"fake.echo", "fake.bug"}


def test_a_pattern_that_matches_nothing_is_told():
    assert error(ask("/segue/film/*"))[2:] == [
        404, "nothing hears /segue/film/*; plugins/OSC.md lists every address",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "address", ["/segue/fake/fly", "/segue", "/", "/other", "/segue/fake/fly/up"]
)
def test_an_address_that_nobody_hears_is_told(address):
    name, operation, status, words = error(ask(address))
    assert (name, operation, status) == (0, "", 404)
    assert words.startswith(f"nothing hears {address};")


def test_an_error_bears_the_id_the_name_and_the_status():
    name, operation, status, words = error(ask("/segue/fake/echo", "number", -1, "id", "x"))
    assert (name, operation, status) == ("x", "fake.echo", 400)
    assert words == "number must be 0..1000, not -1"


def test_arguments_that_are_no_pairs_are_told():
    assert "an odd number of arguments" in error(ask("/segue/fake/echo", "number"))[3]


def test_a_bug_is_told():
    assert error(ask("/segue/fake/bug", "id", 2))[2] == 500


def test_calls_are_done_in_the_order_of_a_bundle():
    async def play(scene):
        calls = [format_message("/segue/fake/echo", "id", number) for number in range(1, 20)]
        scene.peer.send_bytes(scene.door.port, bundle(*calls))
        return [(await scene.peer.last())[1] for _ in calls]

    assert run(play) == list(range(1, 20))


@pytest.mark.parametrize("name", [one for one in NAMED_JUNK if NAMED_JUNK[one]])
def test_junk_is_told_and_the_next_call_is_answered(name):
    async def play(scene):
        scene.peer.send_bytes(scene.door.port, NAMED_JUNK[name])
        refused = await scene.peer.last()
        return refused, await scene.ask("/segue/fake/echo")

    refused, answered = run(play)
    assert error(refused)[:3] == [0, "", 400]
    assert answered[0] == "/segue/reply"


@pytest.mark.parametrize("address", ["reply", "error", "progress", "item"])
def test_our_own_answers_are_not_answered(address):
    async def play(scene):
        scene.send(f"/segue/{address}", 1, "fake.echo", 400, "no")
        return await scene.ask("/segue/fake/echo", "id", 5)

    assert run(play)[:2] == ("/segue/reply", 5)


def test_the_replies_of_ardour_are_not_answered():
    async def play(scene):
        scene.peer.send_bytes(scene.door.port, b"#reply\0\0,i\0\0\0\0\0\1")
        return await scene.ask("/segue/fake/echo", "id", 5)

    assert run(play)[:2] == ("/segue/reply", 5)


def test_a_long_answer_comes_in_pieces():
    async def play(scene):
        first = await scene.ask("/segue/fake/echo", "until_file", "x" * 20_000, "id", 3)
        return [first, *[await scene.peer.last() for _ in range(first[3] - 1)]]

    parts = run(play)
    assert [part[:4] for part in parts] == [("/segue/part", 3, index, 3) for index in range(3)]
    assert json.loads("".join(part[4] for part in parts))["until_file"] == "x" * 20_000


def test_a_long_request_comes_in_pieces():
    async def play(scene):
        pieces = split(json.dumps({"number": 8, "until_file": "y" * 30_000}))
        for index in (2, 0, 1, 3):
            scene.send("/segue/part", "a", index, len(pieces), pieces[index])
        first = await scene.ask("/segue/fake/echo", "id", "a", "parts", len(pieces))
        rest = [await scene.peer.last() for _ in range(first[3] - 1)]
        return json.loads("".join(part[4] for part in (first, *rest)))

    assert run(play) == {"number": 8, "until_file": "y" * 30_000}


def test_a_piece_that_did_not_come_is_told():
    async def play(scene):
        scene.send("/segue/part", 1, 0, 3, "{")
        scene.send("/segue/part", 1, 2, 3, "}")
        return await scene.ask("/segue/fake/echo", "id", 1, "parts", 3)

    assert "of 3 parts of id 1 some are missing: 1;" in error(run(play))[3]


def test_with_pieces_no_other_fields_may_come():
    async def play(scene):
        scene.send("/segue/part", 1, 0, 1, "{}")
        return await scene.ask("/segue/fake/echo", "id", 1, "parts", 1, "number", 3)

    assert "every field stands in the JSON" in error(run(play))[3]


@pytest.mark.parametrize(
    "arguments", [(), (1, 0, 1), (1, 0, 0, "x"), (1, 3, 3, "x"), (1, "a", 1, "x")]
)
def test_a_piece_of_another_form_is_told(arguments):
    assert error(ask("/segue/part", *arguments))[2] == 400


def test_a_token_is_needed_where_one_was_set():
    words = error(ask("/segue/fake/echo", token="open"))[3]
    assert words.startswith("the token is missing or wrong")


@pytest.mark.parametrize("given", ["wrong", "", "\ud800"])
def test_another_token_is_refused(given):
    body = json.dumps({"token": given})
    assert error(ask("/segue/fake/echo", body, token="open"))[2] == 400


def test_the_right_token_is_no_field():
    noun = ask("/segue/fake/echo", "token", "open", "number", 2, token="open")[3]
    assert json.loads(noun)["number"] == 2


def test_a_stream_comes_item_by_item_and_ends_with_null(tmp_path):
    async def play(scene):
        scene.send("/segue/fake/count", "bars", 3, "number", 0, "id", 6)
        return [await scene.peer.last() for _ in range(4)]

    assert run_in_studio(play, tmp_path) == [
        ("/segue/item", 6, 0, "0"),
        ("/segue/item", 6, 1, "1"),
        ("/segue/item", 6, 2, "2"),
        ("/segue/reply", 6, "fake.count", "null"),
    ]


def test_a_stream_may_end_by_itself(tmp_path):
    async def play(scene):
        scene.send("/segue/fake/count", "bars", 9, "number", 1)
        return [(await scene.peer.last())[0] for _ in range(2)]

    assert run_in_studio(play, tmp_path) == ["/segue/item", "/segue/reply"]


def test_a_stream_that_fails_is_told(tmp_path):
    async def play(scene):
        scene.send("/segue/fake/break", "bars", 9)
        return [await scene.peer.last() for _ in range(2)]

    item, failed = run_in_studio(play, tmp_path)
    assert (item[0], error(failed)[3]) == ("/segue/item", "the model answered NaN")


def test_a_stream_without_end_is_refused(tmp_path):
    async def play(scene):
        refused = await scene.ask("/segue/fake/count", "number", 0)
        return refused, await scene.ask("/segue/fake/echo")

    refused, answered = run_in_studio(play, tmp_path)
    assert "goes on without end; say how far: bars 8" in error(refused)[3]
    assert answered[0] == "/segue/reply"


def test_progress_comes_while_it_lasts(tmp_path):
    async def play(scene):
        gate = tmp_path / "gate"
        scene.send("/segue/fake/wait", "until_file", str(gate), "id", 8, "number", 1)
        progress = await scene.peer.next()
        gate.touch()
        return progress, await scene.peer.last()

    progress, answer = run_in_studio(play, tmp_path)
    assert (progress[:2], progress[4]) == (("/segue/progress", 8), "waits")
    assert answer == ("/segue/reply", 8, "fake.wait", "1")


def cancelled(tmp_path, *arguments):
    """Ask for something long under the id 8, cancel, and give the answer."""

    async def play(scene):
        scene.send("/segue/fake/wait", "until_file", str(tmp_path / "never"), "id", 8)
        await scene.peer.next()
        other = await new_peer()
        other.send(scene.door.port, "/segue/cancel", *arguments)
        answer = await scene.peer.last()
        other.close()
        return answer

    return run_in_studio(play, tmp_path)


def test_what_was_asked_is_cancelled_by_its_id_also_from_another_port(tmp_path):
    assert error(cancelled(tmp_path, 8))[:3] == [8, "fake.wait", 409]


def test_a_cancel_without_id_cancels_everything(tmp_path):
    assert error(cancelled(tmp_path))[:3] == [8, "fake.wait", 409]


def test_a_cancel_of_what_nobody_asked_is_told():
    assert "nothing of id 9 is being done" in error(ask("/segue/cancel", 9))[3]


def test_so_many_may_be_unanswered(tmp_path):
    async def play(scene):
        for _ in range(MOST_OPEN + 20):
            scene.send("/segue/fake/wait", "until_file", str(tmp_path / "never"))
            await asyncio.sleep(0)
        while (came := await scene.peer.next())[0] != "/segue/error":
            pass
        return came

    assert error(run_in_studio(play, tmp_path))[2] == 503


def test_a_door_that_closes_gives_up_what_is_not_answered(tmp_path):
    async def play(scene):
        scene.send("/segue/fake/wait", "until_file", str(tmp_path / "never"))
        await scene.peer.next()
        await scene.door.close()
        return [job.state.value for job in scene.office.jobs.jobs()]

    assert run_in_studio(play, tmp_path) == ["cancelled"]


def test_no_piece_is_longer_than_a_datagram_should_be():
    pieces = split("x" * 100_001)
    assert {len(piece) for piece in pieces[:-1]} == {PIECE_BYTES}
    assert "".join(pieces) == "x" * 100_001


@pytest.mark.usefixtures("liblo")
def test_liblo_asks_and_is_answered():
    async def play(scene):
        command = ["oscsend", "127.0.0.1", str(scene.door.port), "/segue/fake/echo/number"]
        sent = await asyncio.create_subprocess_exec(
            *command, "fsisi", "5", "id", "3", "reply_port", str(scene.peer.port)
        )
        await sent.wait()
        return await scene.peer.last()

    _, name, operation, noun = run(play)
    assert (name, operation, json.loads(noun)["number"]) == (3, "fake.echo", 5)
