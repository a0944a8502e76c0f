"""What goes on, told to whoever listens: the WebSocket /events, which also takes calls.

Each message is one JSON object. Events: `{"event": "status", "noun": {..}}`. A call:
`{"id": 1, "call": "music.vary", "request": {..}}`, answered by `{"id": 1, "result": {..}}` or
`{"id": 1, "error": {..}}`; a stream by `{"id": 1, "item": {..}}` for each item, then a null result.
`{"id": 1, "cancel": true}` gives it up.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import deque
from collections.abc import Iterator
from typing import Any, Final

from starlette.websockets import WebSocket, WebSocketDisconnect

from bridge.errors import RequestError, SegueError
from bridge.jobs.queue import job_error
from bridge.schema.job import Job, JobState
from bridge.server.forms import Form, write_json
from bridge.server.office import Office
from bridge.server.tickets import Ticket
from bridge.server.web.paths import HTTP_DOOR

MOST_EVENTS: Final = 256
"""So many events wait for a client; if it is slower, the oldest are lost to it."""
MOST_CALLS: Final = 32
"""So many calls of one client may be on their way."""
MOST_MESSAGE_BYTES: Final = 1_000_000
"""A larger message ends the connection; HTTP takes larger requests."""
PROTOCOL: Final = "segue"
"""What a client may offer as WebSocket protocol, beside its token."""


class Broadcast:
    """Tells what goes on to whoever listens; belongs to the event loop, and never waits."""

    def __init__(self) -> None:
        self._queues: list[_Events] = []

    def tell(self, kind: str, noun: object) -> None:
        """Tell an event.

        Args:
            kind: `status`, `host`, `heard`, `played`, `forgotten`, `take`, `job`.
            noun: what happened; it must have a plain form.
        """
        if self._queues:
            line = b'{"event":%s,"noun":%s}' % (write_json(kind), write_json(noun))
            for events in self._queues:
                events.put(line)

    @contextlib.contextmanager
    def listening(self) -> Iterator[_Events]:
        """Give a queue that gets all events until the end of the block."""
        events = _Events()
        self._queues.append(events)
        try:
            yield events
        finally:
            self._queues.remove(events)


class _Events:
    """What waits for one client."""

    def __init__(self) -> None:
        self._lines: deque[bytes] = deque(maxlen=MOST_EVENTS)
        self._has_some = asyncio.Event()

    def put(self, line: bytes) -> None:
        self._lines.append(line)
        self._has_some.set()

    async def get(self) -> bytes:
        while not self._lines:
            self._has_some.clear()
            await self._has_some.wait()
        return self._lines.popleft()


class Listener:
    """One client of /events."""

    def __init__(self, socket: WebSocket, office: Office, broadcast: Broadcast) -> None:
        """Serve a client that was not yet accepted.

        Args:
            socket: its connection.
            office: does what it calls.
            broadcast: tells what goes on.
        """
        self._socket = socket
        self._office = office
        self._broadcast = broadcast
        self._tickets: dict[str, Ticket] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self) -> None:
        """Serve it until it leaves; what it called and did not wait for is given up."""
        offered = self._socket.scope.get("subprotocols", [])
        await self._socket.accept(subprotocol=PROTOCOL if PROTOCOL in offered else None)
        with self._broadcast.listening() as events:
            self._begin(self._tell(events))
            try:
                while True:
                    await self._take(await self._receive(), events)
            except WebSocketDisconnect:
                pass
            finally:
                for ticket in self._tickets.values():
                    ticket.cancel()
                for task in tuple(self._tasks):
                    task.cancel()

    def _begin(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tell(self, events: _Events) -> None:
        """Send events, as quickly as the client takes them."""
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):  # it has left
            while True:
                await self._send(await events.get())

    async def _receive(self) -> str | bytes:
        """Wait for a message."""
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1000))
        return message.get("text") or message.get("bytes") or ""

    async def _take(self, content: str | bytes, events: _Events) -> None:
        """Take a message; whatever is wrong with it is told, and the connection goes on."""
        call_id: object = None
        try:
            message = _read_message(content)
            call_id = message["id"]
            self._take_message(message, json.dumps(call_id), events)
        except SegueError as error:  # whoever does not read what is wrong is not read either
            await self._reply(json.dumps(call_id), "error", write_json(job_error(error)))

    def _take_message(self, message: dict[str, Any], call_id: str, events: _Events) -> None:
        if message.get("cancel"):
            if call_id in self._tickets:
                self._tickets[call_id].cancel()
            return
        if call_id in self._tickets:
            raise RequestError(f"call {call_id} is on its way; give each its own id")
        if len(self._tickets) >= MOST_CALLS:
            raise RequestError(f"{MOST_CALLS} calls are on their way; wait for one")
        ticket = self._office.call(
            message["call"], message.get("request"), form=Form.JSON, door=HTTP_DOOR
        )
        self._tickets[call_id] = ticket
        ticket.on_progress(lambda job: _tell_progress(job, call_id, events))
        self._begin(self._answer(ticket, call_id))

    async def _answer(self, ticket: Ticket, call_id: str) -> None:
        """Send what comes of a call."""
        try:
            if ticket.is_stream:
                async with contextlib.aclosing(ticket.items()) as items:
                    async for item in items:
                        await self._reply(call_id, "item", item)
            result = b"null" if ticket.is_stream else await ticket.result()
            await self._reply(call_id, "result", result)
        except SegueError as error:
            await self._reply(call_id, "error", write_json(job_error(error)))
        finally:
            self._tickets.pop(call_id, None)

    async def _reply(self, call_id: str, word: str, content: bytes) -> None:
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):  # it has left
            await self._send(_line(call_id, word, content))

    async def _send(self, line: bytes) -> None:
        await self._socket.send_text(line.decode("ascii"))


def _tell_progress(job: Job, call_id: str, events: _Events) -> None:
    """Tell how far a call is, among the events: a client that is slow may miss it."""
    if job.state is JobState.RUNNING and job.what:
        events.put(_line(call_id, "progress", write_json(job)))


def _line(call_id: str, word: str, content: bytes) -> bytes:
    return b'{"id":%s,"%s":%s}' % (call_id.encode(), word.encode(), content)


def _read_message(content: str | bytes) -> dict[str, Any]:
    """Read a call, or what gives one up.

    Raises:
        RequestError: it is neither.
    """
    try:
        message = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise RequestError(f"the message is no JSON: {error}") from error
    if not isinstance(message, dict) or not isinstance(message.get("id"), int | str):
        raise RequestError('a message is an object with an "id", a number or a word of your own')
    if message.get("cancel") is True or isinstance(message.get("call"), str):
        return message
    raise RequestError('a message has a "call", the name of an operation, or "cancel": true')
