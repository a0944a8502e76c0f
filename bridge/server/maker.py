"""Who makes music for the stage: the studio process, by way of the office."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from bridge.errors import CancelledError, SegueError
from bridge.operations.music import AnswerRequest, PlayRequest, VaryRequest
from bridge.schema.notes import NoteSequence
from bridge.schema.performance import Bar
from bridge.server.office import Office
from bridge.server.tickets import Ticket

LANE = "live"
"""Answers never wait for long jobs."""

Complain = Callable[[str], None]
"""Is told in one line why there is no music; an empty line when there is some again."""


class OfficeMaker:
    """Has the office make music, and tells it in the event loop.

    Args:
        office: gives the office; it may be made later than this.
        complain: is told why there is no music.
    """

    def __init__(self, office: Callable[[], Office], complain: Complain) -> None:
        self._office = office
        self._complain = complain

    def answer(self, request: AnswerRequest, told: Callable[[NoteSequence], None]) -> Asked:
        """Have an answer made and told, soon or never."""
        return self._ask("music.answer", request, told)

    def vary(self, request: VaryRequest, told: Callable[[NoteSequence], None]) -> Asked:
        """Have a variation made and told, soon or never."""
        return self._ask("music.vary", request, told)

    def band(self, request: PlayRequest) -> BandByOffice:
        """Call a band together."""
        return BandByOffice(self._office().call("music.play", request, lane=LANE), self._complain)

    def _ask(self, name: str, request: object, told: Callable[[NoteSequence], None]) -> Asked:
        ticket = self._office().call(name, request, lane=LANE)
        return Asked(asyncio.ensure_future(self._tell(ticket, told)), ticket)

    async def _tell(self, ticket: Ticket, told: Callable[[NoteSequence], None]) -> None:
        try:
            music = await ticket.result()
        except CancelledError:
            return
        except SegueError as error:
            self._complain(str(error))
            return
        self._complain("")
        told(music)


@dataclass(slots=True)
class Asked:
    """A question on its way."""

    task: asyncio.Task[None]
    """Waits for the answer."""
    ticket: Ticket
    """What the office gave."""

    def drop(self) -> None:
        """Do not wait for the answer any more."""
        self.task.cancel()
        self.ticket.cancel()


@dataclass(slots=True)
class BandByOffice:
    """A band in the studio process, bar by bar."""

    ticket: Ticket
    """What the office gave."""
    complain: Complain
    """Is told why there is no bar."""
    _items: AsyncIterator[Bar] | None = None
    _task: asyncio.Task[None] | None = field(default=None)

    def ask(self, told: Callable[[Bar], None]) -> None:
        """Have the next bar told, soon or never."""
        if self._items is None:
            self._items = self.ticket.items()
        self._task = asyncio.ensure_future(self._tell(self._items, told))

    def drop(self) -> None:
        """Send the band home."""
        if self._task is not None:
            self._task.cancel()
        self.ticket.cancel()

    async def _tell(self, items: AsyncIterator[Bar], told: Callable[[Bar], None]) -> None:
        try:
            bar = await anext(items)
        except (CancelledError, StopAsyncIteration):
            return
        except SegueError as error:
            self.complain(str(error))
            return
        self.complain("")
        told(bar)
