"""A UDP port that speaks OSC: hears messages when they are due, and sends answers.

It lives in an asyncio loop. One datagram is taken in a turn of the loop, and of what is due at most
`MOST_A_TURN` messages, so that a flood leaves the others their turns; what does not fit in waits in
the system's buffer, or is lost there, as UDP is.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol, cast

from bridge.errors import BusyError, PortError, SegueError
from bridge.transports.osc.packets import AT_ONCE, Message, format_message, parse
from bridge.transports.osc.timetags import Timetable, seconds_ahead

LOOPBACK: Final = "127.0.0.1"
"""Where we listen unless somebody wants it otherwise."""
MOST_A_TURN: Final = 32
"""So many messages are handed on in one turn of the loop."""
MOST_DUE: Final = 4096
"""So many messages may be due and not yet handed on."""

_RECEIVE_BUFFER_BYTES: Final = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sent a packet, and so where answers go."""

    host: str
    """Address: `127.0.0.1`."""
    port: int
    """UDP port."""


class Listener(Protocol):
    """Whoever hears what arrives."""

    def hear(self, message: Message, sender: Sender) -> None:
        """Take a message that is due."""

    def refuse(self, error: SegueError, sender: Sender) -> None:
        """Tell a sender that nothing of its packet is taken."""


@dataclass(frozen=True, slots=True)
class _Arrival:
    """A message and who sent it."""

    message: Message
    sender: Sender


class Endpoint(asyncio.DatagramProtocol):
    """An open port; `open_endpoint` makes it."""

    def __init__(
        self,
        listener: Listener,
        *,
        loop: asyncio.AbstractEventLoop,
        wall_seconds: Callable[[], float] = time.time,
    ) -> None:
        """Begin with nothing to do.

        Args:
            listener: hears what arrives, in the loop.
            loop: where this lives; its clock and timers are used.
            wall_seconds: gives the time since 1970, which timetags mean.
        """
        self._listener = listener
        self._loop = loop
        self._wall_seconds = wall_seconds
        self._transport: asyncio.DatagramTransport | None = None
        self._due: deque[_Arrival] = deque()
        self._later: Timetable[_Arrival] = Timetable()
        self._timer: asyncio.TimerHandle | None = None
        self._is_handing_on = False
        self._is_congested = False

    @property
    def port(self) -> int:
        """The UDP port that it listens on."""
        return int(self._transport.get_extra_info("sockname")[1]) if self._transport else 0

    def send(self, receiver: Sender, address: str, *arguments: int | float | str) -> None:
        """Send a message; it is dropped where nobody can take it, as UDP does.

        Args:
            receiver: where to.
            address: `/segue/reply`.
            arguments: see `format_message`.
        """
        if self._transport is None or self._transport.is_closing() or self._is_congested:
            return
        datagram = format_message(address, *arguments)
        self._transport.sendto(datagram, (receiver.host, receiver.port))

    def close(self) -> None:
        """Give the port back; what waits for its time is dropped."""
        if self._timer is not None:
            self._timer.cancel()
        if self._transport is not None:
            self._transport.close()
        self._due.clear()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the open port."""
        self._transport = cast("asyncio.DatagramTransport", transport)
        opened = transport.get_extra_info("socket")
        with contextlib.suppress(OSError):  # a system that gives less gives what it can
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER_BYTES)

    def datagram_received(self, datagram: bytes, address: tuple[Any, ...]) -> None:
        """Take a packet: what is due now is handed on, what is due later waits."""
        sender = Sender(address[0], address[1])
        try:
            self._take(parse(datagram), sender)
        except SegueError as error:
            self._listener.refuse(error, sender)
        if not self._is_handing_on:
            self._hand_on()

    def pause_writing(self) -> None:
        """Send nothing for now: the system takes no more."""
        self._is_congested = True

    def resume_writing(self) -> None:
        """Send again."""
        self._is_congested = False

    def error_received(self, error: Exception) -> None:
        """Take no note: whoever asked has closed its port."""

    def _take(self, messages: tuple[Message, ...], sender: Sender) -> None:
        """Take all messages of a packet, or none.

        Raises:
            BusyError: too many wait already.
            RangeError: a timetag lies too far ahead.
        """
        if len(self._due) + len(messages) > MOST_DUE:
            raise BusyError(f"{len(self._due)} messages wait already; send fewer at a time")
        ahead = self._seconds_ahead(messages)
        self._later.check_room(len(ahead))
        now_seconds = self._loop.time()
        for place, message in enumerate(messages):
            arrival = _Arrival(message, sender)
            if place in ahead:
                self._later.add(now_seconds + ahead[place], arrival)
            else:
                self._due.append(arrival)
        if ahead:
            self._set_timer()

    def _seconds_ahead(self, messages: tuple[Message, ...]) -> dict[int, float]:
        """Say how far ahead those messages of a packet lie that are not due yet, by their place."""
        wall_seconds = self._wall_seconds()
        ahead = {
            place: seconds_ahead(message.timetag, wall_seconds=wall_seconds)
            for place, message in enumerate(messages)
            if message.timetag != AT_ONCE
        }
        return {place: seconds for place, seconds in ahead.items() if seconds > 0.0}

    def _set_timer(self) -> None:
        """Wake when the next of those that wait is due."""
        due_seconds = self._later.next_due_seconds
        if self._timer is not None:
            if due_seconds is not None and self._timer.when() <= due_seconds:
                return
            self._timer.cancel()
            self._timer = None
        if due_seconds is not None:
            self._timer = self._loop.call_at(due_seconds, self._wake)

    def _wake(self) -> None:
        """Hand on what has become due; a timer may come a tick of the clock too early."""
        due_seconds = self._loop.time()
        if self._timer is not None:
            due_seconds = max(due_seconds, self._timer.when())
            self._timer = None
        self._due.extend(self._later.take_due(due_seconds))
        self._set_timer()
        if not self._is_handing_on:
            self._hand_on()

    def _hand_on(self) -> None:
        """Hand on what is due; what is more than one turn's share, in the next turn."""
        try:
            for _ in range(min(len(self._due), MOST_A_TURN)):
                arrival = self._due.popleft()
                self._listener.hear(arrival.message, arrival.sender)
        finally:  # whatever a listener does, the others are heard
            self._is_handing_on = bool(self._due)
            if self._is_handing_on:
                self._loop.call_soon(self._hand_on)


async def open_endpoint(listener: Listener, *, host: str = LOOPBACK, port: int = 0) -> Endpoint:
    """Open a UDP port.

    Args:
        listener: hears what arrives.
        host: address to listen on.
        port: which; 0 takes one that is free, see `Endpoint.port`.

    Raises:
        PortError: it is taken, or may not be opened.
    """
    loop = asyncio.get_running_loop()
    endpoint = Endpoint(listener, loop=loop)
    try:
        await loop.create_datagram_endpoint(lambda: endpoint, local_addr=(host, port))
    except OSError as error:
        reason = error.strerror or str(error)
        raise PortError(
            f"UDP port {port} on {host} cannot be opened for OSC: {reason}; choose another"
        ) from error
    return endpoint
