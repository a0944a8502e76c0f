"""What whoever asked holds in hand: the job as it stands, its result, its items, a way to stop."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable
from typing import Any, Final, Protocol

from bridge.errors import RequestError, SegueError
from bridge.operations.table import Operation
from bridge.schema.job import Job
from bridge.server.forms import Form, gives_stream


class Desk(Protocol):
    """Where a ticket goes when its holder wants something; `Office` is one."""

    def ask_next(self, ticket: Ticket) -> None:
        """Have the next item of a stream made."""

    def cancel(self, ticket: Ticket) -> None:
        """Give the job up."""


class Ticket:
    """What whoever asked holds until there is a result; belongs to the event loop."""

    def __init__(self, desk: Desk, job: Job, operation: Operation[Any, Any], form: Form) -> None:
        self._desk = desk
        self._end = asyncio.Event()
        self._turn = asyncio.Event()
        self._results: deque[Any] = deque()
        self._error: SegueError | None = None
        self._listeners: list[Callable[[Job], None]] = []
        self._job = job
        self.operation: Final = operation
        self.form: Final = form
        self.is_stream: Final = gives_stream(operation)

    @property
    def job(self) -> Job:
        """The job as it stands."""
        return self._job

    def on_progress(self, listener: Callable[[Job], None]) -> None:
        """Have every change of the job told, from now on."""
        self._listeners.append(listener)

    async def ended(self) -> None:
        """Wait until the job has ended, well or not."""
        await self._end.wait()

    async def result(self) -> Any:
        """Wait for the result, in the form that was asked for; it may be awaited again.

        Whoever waits may be cancelled: the job goes on until `cancel`.

        Raises:
            SegueError: whatever the operation raised.
            CancelledError: of `bridge.errors`: somebody gave the job up.
            WorkerError: the studio process died.
            RequestError: the operation gives a stream.
        """
        if self.is_stream:
            raise RequestError(f"{self.operation.name} goes on without end; take its items")
        await self._end.wait()
        if self._error is not None:
            raise self._error
        return self._results[0]

    async def items(self) -> AsyncGenerator[Any, None]:
        """Give one item after the other; each is made when it is asked for.

        Whoever stops asking ends the job: `aclose` the iterator, or `cancel`.

        Raises:
            SegueError: as `result`.
            RequestError: the operation gives no stream.
        """
        if not self.is_stream:
            raise RequestError(f"{self.operation.name} gives one result; await it")
        try:
            while not self._end.is_set():
                self._turn.clear()
                self._desk.ask_next(self)
                await self._turn.wait()
                while self._results:
                    yield self._results.popleft()
            if self._error is not None:
                raise self._error
        finally:
            self.cancel()

    def cancel(self) -> None:
        """Give the job up; does nothing when it has ended."""
        self._desk.cancel(self)

    # The office tells how it goes.

    def note(self, job: Job) -> None:
        """Take note of how the job stands."""
        self._job = job
        for listener in self._listeners:
            listener(job)

    def give(self, result: Any) -> None:
        """Take a result or an item."""
        self._results.append(result)
        self._turn.set()

    def settle(self, error: SegueError | None = None) -> None:
        """Take note that there is no more to come."""
        self._error = error
        self._end.set()
        self._turn.set()
