"""The OSC door: every operation of the table is an address, `/segue/ROOM/VERB`.

Answers go to whoever asked: `/segue/reply ID OPERATION JSON`, in pieces where that is long;
`/segue/error ID OPERATION STATUS MESSAGE`; `/segue/progress ID DONE TOTAL WHAT`; and of a stream
`/segue/item ID INDEX JSON`. `plugins/OSC.md` is the page for those who send.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import Iterable
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, Final

from bridge.errors import BusyError, NotFoundError, RequestError, SegueError
from bridge.operations.table import Operation, all_operations
from bridge.schema.job import Job, JobState
from bridge.server.forms import Body, Form
from bridge.server.office import Office
from bridge.server.osc_arguments import Envelope, is_release, plain_request, read_envelope
from bridge.server.osc_pieces import PIECE_BYTES, Pieces, split
from bridge.server.tickets import Ticket
from bridge.transports.osc.endpoint import LOOPBACK, Endpoint, Sender, open_endpoint
from bridge.transports.osc.packets import Argument, Message
from bridge.transports.osc.patterns import is_pattern, matching

ROOT: Final = "/segue"
REPLY: Final = f"{ROOT}/reply"
PART: Final = f"{ROOT}/part"
ERROR: Final = f"{ROOT}/error"
PROGRESS: Final = f"{ROOT}/progress"
ITEM: Final = f"{ROOT}/item"
CANCEL: Final = f"{ROOT}/cancel"
ANSWERS: Final = frozenset({REPLY, ERROR, PROGRESS, ITEM})
"""What only we send; whoever sends it back is not answered, or two of us would talk for ever."""
OSC_DOOR: Final = "osc"
"""What a rating bears that came in here."""
MOST_OPEN: Final = 256
"""So many messages may be unanswered."""

_PIECES_AT_ONCE: Final = 4
_PAUSE_SECONDS: Final = 0.002
"""Between pieces: a receiver's buffer holds only some."""
_MOST_ITEM_BYTES: Final = 60_000
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Who asked what."""

    receiver: Sender
    """Where answers go."""
    id: int | str
    """As the sender calls it."""
    operation: str
    """`room.verb`; empty where nobody knows."""


class OscDoor:
    """Hears what is asked, hands it in at the office, and sends the answers."""

    def __init__(
        self,
        office: Office,
        *,
        operations: Iterable[Operation[Any, Any]] | None = None,
        token: str = "",
    ) -> None:
        """Make a door; `open` opens it.

        Args:
            office: does what is asked.
            operations: what may be asked; None: every operation of the table.
            token: every message to an operation must bear it; empty: none needs one.
        """
        known = all_operations() if operations is None else operations
        self._operations = {osc_address(operation): operation for operation in known}
        self._office = office
        self._token = token
        self._endpoint: Endpoint | None = None
        self._pieces = Pieces()
        self._open: dict[asyncio.Task[None], tuple[_Asked, Ticket]] = {}

    async def open(self, *, host: str = LOOPBACK, port: int = 0) -> None:
        """Listen.

        Args:
            host: address to listen on; beyond loopback there must be a token.
            port: UDP port; 0 takes one that is free.

        Raises:
            PortError: the port is taken, or may not be opened.
        """
        self._endpoint = await open_endpoint(self, host=host, port=port)

    @property
    def port(self) -> int:
        """The UDP port that it listens on."""
        return self._endpoint.port if self._endpoint else 0

    async def close(self) -> None:
        """Give up what is not answered, and close the port."""
        for task, (_, ticket) in tuple(self._open.items()):
            ticket.cancel()
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        if self._endpoint is not None:
            self._endpoint.close()

    def hear(self, message: Message, sender: Sender) -> None:
        """Take a message that is due."""
        try:
            if message.address == PART:
                self._pieces.take(sender.host, message.arguments)
            elif message.address == CANCEL:
                self._cancel(sender.host, message.arguments)
            elif message.address not in ANSWERS:
                for operation, key in self._find(message.address):
                    self._read(operation, key, message.arguments, sender)
        except SegueError as error:
            self.refuse(error, sender)

    def refuse(self, error: SegueError, sender: Sender) -> None:
        """Tell a sender that nothing of its packet is taken."""
        self._send_error(_Asked(sender, 0, ""), error)

    def _find(self, address: str) -> list[tuple[Operation[Any, Any], str]]:
        """Give the operations that an address means, each with the field that it names."""
        if is_pattern(address):
            found = [(self._operations[one], "") for one in matching(address, self._operations)]
        else:
            prefix, _, field = address.rpartition("/")
            readings = ((address, ""), (prefix, field))
            found = [
                (self._operations[one], key) for one, key in readings if one in self._operations
            ]
        if not found:
            raise NotFoundError(f"nothing hears {address}; plugins/OSC.md lists every address")
        return found

    def _read(
        self,
        operation: Operation[Any, Any],
        key: str,
        arguments: tuple[Argument, ...],
        sender: Sender,
    ) -> None:
        """Hand a request in; what is wrong with it is told under its own id."""
        if is_release(operation, key, arguments):
            return
        envelope = read_envelope(operation, arguments, key=key)
        asked = _Asked(sender, envelope.id, operation.name)
        try:
            if envelope.reply_port is not None:
                asked = replace(asked, receiver=Sender(sender.host, envelope.reply_port))
            self._check_may_ask(envelope)
            self._ask(asked, self._request(operation, envelope, sender), envelope)
        except SegueError as error:
            self._send_error(asked, error)

    def _check_may_ask(self, envelope: Envelope) -> None:
        if self._token and not hmac.compare_digest(_bytes(envelope.token), _bytes(self._token)):
            raise RequestError("the token is missing or wrong; send the pair `token WORD`")
        if len(self._open) >= MOST_OPEN:
            raise BusyError(f"{MOST_OPEN} messages wait for their answers; wait for some")

    def _request(
        self, operation: Operation[Any, Any], envelope: Envelope, sender: Sender
    ) -> dict[str, Any] | Body:
        """Give what is asked, as the office takes it."""
        if envelope.parts is None:
            return plain_request(operation, envelope)
        if envelope.content or envelope.pairs:
            raise RequestError("with `parts` every field stands in the JSON that was sent before")
        return Body(self._pieces.join(sender.host, envelope.id, envelope.parts))

    def _ask(self, asked: _Asked, request: dict[str, Any] | Body, envelope: Envelope) -> None:
        """Have it done, and answer when it is."""
        ticket = self._office.call(asked.operation, request, form=Form.JSON, door=OSC_DOOR)
        if ticket.is_stream and envelope.items is None:
            ticket.cancel()
            raise RequestError(f"{asked.operation} goes on without end; say how far: bars 8")
        ticket.on_progress(lambda job: self._send_progress(asked, job))
        task = asyncio.get_running_loop().create_task(
            self._answer(asked, ticket, envelope.items or 0)
        )
        self._open[task] = (asked, ticket)
        task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[None]) -> None:
        """Take note that a message is answered; a bug is told too."""
        asked, _ = self._open.pop(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            _log.error("%s was not answered", asked.operation, exc_info=error)
            self._send_error(asked, SegueError(f"this is a bug: {type(error).__name__}: {error}"))

    async def _answer(self, asked: _Asked, ticket: Ticket, items: int) -> None:
        """Wait for the result, and send it."""
        try:
            if ticket.is_stream:
                await self._send_items(asked, ticket, items)
                answer = "null"
            else:
                answer = str(await ticket.result(), "ascii")
        except SegueError as error:
            self._send_error(asked, error)
        else:
            await self._send_reply(asked, answer)

    async def _send_items(self, asked: _Asked, ticket: Ticket, count: int) -> None:
        """Send the first items of a stream."""
        async with aclosing(ticket.items()) as stream:
            for index in range(count):
                item = await anext(stream, b"")
                if not item:
                    return
                if len(item) > _MOST_ITEM_BYTES:
                    raise RequestError(f"item {index} is too long for OSC; use HTTP")
                self._send(asked.receiver, ITEM, asked.id, index, str(item, "ascii"))

    async def _send_reply(self, asked: _Asked, answer: str) -> None:
        """Send an answer, in pieces where it is long."""
        if len(answer) <= PIECE_BYTES:
            self._send(asked.receiver, REPLY, asked.id, asked.operation, answer)
            return
        pieces = split(answer)
        for index, piece in enumerate(pieces):
            if index % _PIECES_AT_ONCE == 0:
                await asyncio.sleep(_PAUSE_SECONDS)
            self._send(asked.receiver, PART, asked.id, index, len(pieces), piece)

    def _send_progress(self, asked: _Asked, job: Job) -> None:
        if job.state is JobState.RUNNING and job.what:
            self._send(asked.receiver, PROGRESS, asked.id, job.done, job.total, job.what)

    def _send_error(self, asked: _Asked, error: SegueError) -> None:
        words = " ".join(str(error).split())
        self._send(asked.receiver, ERROR, asked.id, asked.operation, error.http_status, words)

    def _send(self, receiver: Sender, address: str, *arguments: int | float | str) -> None:
        if self._endpoint is not None:
            self._endpoint.send(receiver, address, *arguments)

    def _cancel(self, host: str, arguments: tuple[Argument, ...]) -> None:
        """Give up what a host asked under an id, or without one everything that it asked."""
        found = [
            ticket
            for asked, ticket in self._open.values()
            if asked.receiver.host == host and (not arguments or asked.id == arguments[0])
        ]
        for ticket in found:
            ticket.cancel()
        if arguments and not found:
            raise NotFoundError(f"nothing of id {arguments[0]!r} is being done for {host}")


def osc_address(operation: Operation[Any, Any]) -> str:
    """Give the address of an operation: `/segue/music/sample`."""
    return f"{ROOT}/{operation.name.replace('.', '/')}"


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
