"""The web app: routes, errors in our words, and the guard before it all."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp
from starlette.websockets import WebSocket

from bridge.errors import NotFoundError, SegueError
from bridge.operations.table import Operation, all_operations
from bridge.schema.job import Job
from bridge.server.office import HUB_LANE, Office
from bridge.server.web.answers import JSON_TYPE, error_answer
from bridge.server.web.calls import operation_route
from bridge.server.web.describing import openapi_document
from bridge.server.web.events import Broadcast, Listener
from bridge.server.web.guard import Guard
from bridge.server.web.job_routes import job_routes
from bridge.server.web.panel import panel_answer
from bridge.server.web.paths import EVENTS_PATH, PAGE_PATH, PANEL_PATH
from bridge.server.web.refusals import MethodError


def make_app(
    office: Office,
    broadcast: Broadcast,
    *,
    token: str | None = None,
    operations: tuple[Operation[Any, Any], ...] | None = None,
) -> ASGIApp:
    """Make the web app.

    Args:
        office: does what is asked.
        broadcast: what goes on, for /events; jobs are told there too.
        token: what every request must bring; None: whoever is on this machine may ask.
        operations: those that get a route; None: all there are.
    """
    offered = all_operations() if operations is None else operations

    async def events(socket: WebSocket) -> None:
        await Listener(socket, office, broadcast).serve()

    app = Starlette(
        routes=[
            *(operation_route(office, operation) for operation in offered),
            *job_routes(office),
            *_page_routes(offered),
            WebSocketRoute(EVENTS_PATH, events),
        ],
        exception_handlers={SegueError: _answer_ours, HTTPException: _answer_theirs},
    )
    app.router.redirect_slashes = False
    office.jobs.listen(partial(_tell_job, office, broadcast))
    return Guard(app, token)


def _tell_job(office: Office, broadcast: Broadcast, job: Job) -> None:
    """Tell how a job goes, unless it is done before anybody could see it."""
    if office.jobs.lane(job.id) != HUB_LANE:
        broadcast.tell("job", job)


def _page_routes(operations: tuple[Operation[Any, Any], ...]) -> list[Route]:
    """Give the routes of the panel, and of the page that programs read."""
    written: list[bytes] = []

    async def page(request: Request) -> Response:
        if not written:  # when it is first asked for: it is not needed to be ready
            written.append(json.dumps(openapi_document(operations)).encode())
        return Response(written[0], media_type=JSON_TYPE)

    return [
        Route(PAGE_PATH, page, methods=["GET"]),
        Route(PANEL_PATH, panel_answer, methods=["GET"]),
    ]


async def _answer_ours(request: Request, error: Exception) -> Response:
    """Answer with an error of ours."""
    if not isinstance(error, SegueError):
        raise error
    return error_answer(error)


async def _answer_theirs(request: Request, error: Exception) -> Response:
    """Say in our words what the framework found."""
    path = request.url.path
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == 405:
        words = f"{path} does not take {request.method}"
        answer = error_answer(MethodError(words))
    elif error.status_code == 404:
        answer = error_answer(NotFoundError(f"nothing is at {path}; {PAGE_PATH} names what is"))
    else:
        answer = error_answer(SegueError(str(error.detail)))
    answer.headers.update(error.headers or {})
    return answer
