"""Who may come in: this machine's own programs, or whoever has the token.

A page of another site can make a browser send requests to this machine, and a name that somebody
else owns can lead to it (DNS rebinding). So the name that a request was sent to must be one of this
machine's own, and a page that sends one must have come from here. No answer has CORS headers.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Final
from urllib.parse import unquote

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bridge.errors import RequestError
from bridge.server.web.answers import error_answer
from bridge.server.web.paths import PANEL_PATH
from bridge.server.web.refusals import ForeignError, TokenError

LOOPBACK_NAMES: Final = ("127.0.0.1", "localhost", "[::1]")
"""What this machine calls itself."""
TOKEN_PROTOCOL: Final = "segue.token."
"""A page cannot give a WebSocket headers: it offers a protocol that begins so, then the token as a
URL would have it."""
_HEADERS: Final = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
"""What every answer tells a browser, unless it says something else itself."""


class Guard:
    """Lets requests through to an app, or turns them away."""

    def __init__(self, app: ASGIApp, token: str | None = None) -> None:
        """Stand before an app.

        Args:
            app: what is behind.
            token: what a request must bring; None: whoever comes by a loopback name may enter.
        """
        self._app = app
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take a request."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message.setdefault("headers", []))
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            self._check(scope)
        except RequestError as error:
            await _turn_away(error, scope, receive, send_guarded)
            return
        await self._app(scope, receive, send_guarded)

    def _check(self, scope: Scope) -> None:
        """Refuse whoever may not come in."""
        headers = Headers(scope=scope)
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        if len(hosts) != 1 or len(origins) > 1:
            raise ForeignError("a request must have one Host and at most one Origin")
        if self._token is None:
            own = set(_own_names(scope))
            if hosts[0].lower() not in own:
                raise ForeignError(f"this server is not {hosts[0]}; use {min(own)}")
        else:
            own = {hosts[0].lower()}
            if scope["type"] != "http" or scope["path"] != PANEL_PATH:  # which holds no secret
                self._check_token(headers, self._token)
        if origins and origins[0].lower() not in {f"http://{name}" for name in own}:
            raise ForeignError(f"pages of {origins[0]} may not use this server")

    def _check_token(self, headers: Headers, token: str) -> None:
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            given = _offered_token(headers)
        if not secrets.compare_digest(given.strip().encode(), token.encode()):
            raise TokenError("this server asks for its token: send `Authorization: Bearer TOKEN`")


def _own_names(scope: Scope) -> Iterable[str]:
    """Give what the Host of a request to us may be."""
    _, port = scope.get("server") or ("", None)
    for name in LOOPBACK_NAMES:
        yield f"{name}:{port}"
        if port in (None, 80):
            yield name


def _offered_token(headers: Headers) -> str:
    """Give the token that a WebSocket offers as a protocol."""
    offered = headers.get("sec-websocket-protocol", "").split(",")
    tokens = [name.strip() for name in offered if name.strip().startswith(TOKEN_PROTOCOL)]
    return unquote(tokens[0].removeprefix(TOKEN_PROTOCOL)) if tokens else ""


async def _turn_away(error: RequestError, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer in words; a WebSocket gets none, and status 403."""
    if scope["type"] == "http":
        await error_answer(error)(scope, receive, send)
    else:
        await receive()
        await send({"type": "websocket.close", "code": 1008, "reason": str(error)[:120]})
