"""How the command line asks a running `segue serve`: one HTTP request to this machine."""

from __future__ import annotations

import http.client
import json
import os
from typing import Any, Final

from bridge import errors
from bridge.errors import PortError, SegueError
from bridge.schema.codec import Plain, to_plain

DEFAULT_PORT: Final = 5757
"""Where `segue serve` listens unless somebody wants it otherwise."""
PORT_VARIABLE: Final = "SEGUE_HTTP_PORT"
"""Names another port, for the server and for those who ask it."""
_HOST: Final = "127.0.0.1"
_SECONDS: Final = 10.0


def server_port() -> int:
    """Give the port to ask, by the environment."""
    named = os.environ.get(PORT_VARIABLE, "")
    return int(named) if named.isdecimal() else DEFAULT_PORT


def call_server(operation: str, request: object, *, port: int | None = None) -> Plain:
    """Have an operation done by the server that runs.

    Args:
        operation: `room.verb`.
        request: the operation's request, or its plain form.
        port: where the server listens; None: as the environment says.

    Returns:
        What came out, in plain form.

    Raises:
        PortError: no server answers there.
        SegueError: what the operation raised, of the same kind.
    """
    port = server_port() if port is None else port
    body = json.dumps(to_plain(request) if not isinstance(request, dict) else request)
    connection = http.client.HTTPConnection(_HOST, port, timeout=_SECONDS)
    try:
        path = "/" + operation.replace(".", "/")
        connection.request("POST", path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        content: Any = json.loads(answer.read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise PortError(
            f"no Segue answers on port {port} of this machine; start one with `segue serve`"
        ) from error
    finally:
        connection.close()
    if answer.status >= 400:
        raise _error(content)
    plain: Plain = content
    return plain


def _error(content: Any) -> SegueError:
    """Give the error that a server told."""
    told = content if isinstance(content, dict) else {}
    kind = getattr(errors, str(told.get("kind")), SegueError)
    is_ours = isinstance(kind, type) and issubclass(kind, SegueError)
    return (kind if is_ours else SegueError)(str(told.get("message", content)))
