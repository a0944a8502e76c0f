"""A route for each operation of the table."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from bridge.errors import SegueError
from bridge.jobs.queue import job_error
from bridge.operations.table import Operation
from bridge.schema.job import Job
from bridge.server.forms import write_json
from bridge.server.office import Office
from bridge.server.tickets import Ticket
from bridge.server.web.answers import (
    JOB_HEADER,
    LINES_TYPE,
    error_answer,
    noun_answer,
    written_answer,
)
from bridge.server.web.asking import Asked, read_asked
from bridge.server.web.paths import HTTP_DOOR, JOBS_PATH, path_of


def operation_route(office: Office, operation: Operation[Any, Any]) -> Route:
    """Give the route of one operation."""

    async def answer(request: Request) -> Response:
        asked = await read_asked(request, operation)
        ticket = office.call(operation.name, asked.body, form=asked.form, door=HTTP_DOOR)
        try:
            found = await _answer(ticket, request, asked)
        except SegueError as error:
            found = error_answer(error)
        except asyncio.CancelledError:  # the server is shutting down
            ticket.cancel()
            raise
        found.headers[JOB_HEADER] = ticket.job.id
        return found

    return Route(path_of(operation), answer, methods=["POST"])


async def _answer(ticket: Ticket, request: Request, asked: Asked) -> Response:
    """Wait for what a request asks for, as long as its client does."""
    if ticket.is_stream:
        return await _stream_answer(ticket)
    if await _wait(ticket, request, asked.patience_seconds):
        return written_answer(await ticket.result(), asked.form)
    return _come_back(ticket.job)


async def _wait(ticket: Ticket, request: Request, patience_seconds: float | None) -> bool:
    """Wait for a job; False: the client's patience is at its end.

    A client that hangs up gives its job up.
    """
    ending = asyncio.ensure_future(ticket.ended())
    leaving = asyncio.ensure_future(_hang_up(request))
    try:
        await asyncio.wait(
            {ending, leaving}, timeout=patience_seconds, return_when=asyncio.FIRST_COMPLETED
        )
        if leaving.done() and not ending.done():
            ticket.cancel()
            return True
        return ending.done()
    finally:
        ending.cancel()
        leaving.cancel()


async def _hang_up(request: Request) -> None:
    """Wait until the client has gone."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _come_back(job: Job) -> Response:
    """Tell where the result will be."""
    answer = noun_answer(job, status=202)
    answer.headers["location"] = f"{JOBS_PATH}/{job.id}"
    answer.headers["preference-applied"] = "respond-async"
    return answer


async def _stream_answer(ticket: Ticket) -> Response:
    """Answer line by line; an error before the first line has a status of its own."""
    items = ticket.items()
    first = await anext(items, None)
    return StreamingResponse(_lines(first, items), media_type=LINES_TYPE)


async def _lines(first: bytes | None, items: AsyncGenerator[Any, None]) -> AsyncIterator[bytes]:
    """Give one item a line, and an error as the last line."""
    async with contextlib.aclosing(items):
        if first is not None:
            yield first + b"\n"
        try:
            async for item in items:
                yield item + b"\n"
        except SegueError as error:
            yield write_json(job_error(error)) + b"\n"
