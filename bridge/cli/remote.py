"""How the command line asks a running `segue serve`: one HTTP request to this machine."""

from __future__ import annotations

import http.client
import json
from typing import Any, Final

from bridge import errors
from bridge.errors import PortError, SegueError
from bridge.schema.codec import Plain, to_plain

_LOOPBACK: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}
"""Where to ask a server that listens everywhere."""
_SECONDS: Final = 10.0


def call_server(operation: str, request: object) -> Plain:
    """Have an operation done by the server that runs where this person's settings say.

    Args:
        operation: `room.verb`.
        request: the operation's request, or its plain form.

    Returns:
        What came out, in plain form.

    Raises:
        PortError: no server answers there.
        RequestError: the settings make no sense.
        SegueError: what the operation raised, of the same kind.
    """
    from bridge.settings import read_settings

    settings = read_settings()
    host, port = _LOOPBACK.get(settings.listen, settings.listen), settings.http_port
    body = json.dumps(to_plain(request) if not isinstance(request, dict) else request)
    connection = http.client.HTTPConnection(host, port, timeout=_SECONDS)
    try:
        path = "/" + operation.replace(".", "/")
        connection.request("POST", path, body, _headers(settings.token))
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


def _headers(token: str | None) -> dict[str, str]:
    headers = {"Content-Type": "application/json"}
    return headers | {"Authorization": f"Bearer {token}"} if token else headers


def _error(content: Any) -> SegueError:
    """Give the error that a server told."""
    told = content if isinstance(content, dict) else {}
    kind = getattr(errors, str(told.get("kind")), SegueError)
    is_ours = isinstance(kind, type) and issubclass(kind, SegueError)
    return (kind if is_ours else SegueError)(str(told.get("message", content)))
