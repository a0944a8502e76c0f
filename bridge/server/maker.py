"""Who makes music for the stage: the studio process, by way of the office."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from bridge.errors import CancelledError, SegueError
from bridge.operations.music import AnswerRequest, PlayRequest, VaryRequest
from bridge.schema.notes import NoteSequence
from bridge.schema.performance import Bar
from bridge.server.office import Office
from bridge.server.stage.desk import Lost
from bridge.server.tickets import Ticket

NounT = TypeVar("NounT")

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

    def answer(
        self, request: AnswerRequest, told: Callable[[NoteSequence], None], lost: Lost
    ) -> Asked:
        """Have an answer made and told, or that there will be none."""
        return self._ask("music.answer", request, told, lost)

    def vary(self, request: VaryRequest, told: Callable[[NoteSequence], None], lost: Lost) -> Asked:
        """Have a variation made and told, or that there will be none."""
        return self._ask("music.vary", request, told, lost)

    def band(self, request: PlayRequest) -> BandByOffice:
        """Call a band together."""
        return BandByOffice(self._office(), request, self._complain)

    def _ask(
        self, name: str, request: object, told: Callable[[NoteSequence], None], lost: Lost
    ) -> Asked:
        async def music() -> NoteSequence:
            ticket = self._office().call(name, request, lane=LANE)
            try:
                made: NoteSequence = await ticket.result()
            finally:
                ticket.cancel()
            return made

        return Asked(asyncio.ensure_future(_tell(music, told, lost, self._complain)))


@dataclass(slots=True)
class Asked:
    """A question on its way."""

    task: asyncio.Task[None]
    """Waits for the answer; the job ends with it."""

    def drop(self) -> None:
        """Do not wait for the answer any more."""
        self.task.cancel()


class BandByOffice:
    """A band in the studio process, bar by bar.

    Args:
        office: where it plays.
        request: what it plays.
        complain: is told why there is no bar.
    """

    def __init__(self, office: Office, request: PlayRequest, complain: Complain) -> None:
        self._office = office
        self._request = request
        self._complain = complain
        self._ticket: Ticket | None = None
        self._bars: AsyncIterator[Bar] | None = None
        self._task: asyncio.Task[None] | None = None

    def ask(self, told: Callable[[Bar], None], lost: Lost) -> None:
        """Have the next bar told, or that there will be none any more."""
        self._task = asyncio.ensure_future(_tell(self._next, told, lost, self._complain))

    def drop(self) -> None:
        """Send the band home."""
        if self._task is not None:
            self._task.cancel()
        if self._ticket is not None:
            self._ticket.cancel()

    async def _next(self) -> Bar:
        if self._bars is None:
            self._ticket = self._office.call("music.play", self._request, lane=LANE)
            self._bars = self._ticket.items()
        return await anext(self._bars)


async def _tell(
    make: Callable[[], Awaitable[NounT]],
    told: Callable[[NounT], None],
    lost: Lost,
    complain: Complain,
) -> None:
    """Wait for music and tell it, or that there will be none."""
    try:
        noun = await make()
    except (CancelledError, StopAsyncIteration):  # somebody gave the job up
        lost()
    except SegueError as error:
        complain(str(error))
        lost()
    else:
        complain("")
        told(noun)
