"""A door by HTTP to the real operations, for plugins that talk to Segue."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from bridge.errors import SegueError
from bridge.operations.studio import Studio
from bridge.operations.table import find_operation
from bridge.schema.codec import from_plain, to_plain


@dataclass
class HttpDoor:
    """Where it is, and what went through it."""

    url: str
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    """Operation and request, as they came."""
    answered: list[Any] = field(default_factory=list)
    """What went back, as JSON has it."""


@contextmanager
def http_door() -> Iterator[HttpDoor]:
    """Answer on a free port of this machine, as long as the block lasts."""
    door = HttpDoor("")
    studio = Studio()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            name = self.path.strip("/").replace("/", ".")
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, answer = _answer(studio, door, name, json.loads(body))
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Keep silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    door.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield door
    server.shutdown()
    thread.join()
    server.server_close()


def _answer(studio: Studio, door: HttpDoor, name: str, plain: dict[str, Any]) -> tuple[int, Any]:
    door.asked.append((name, plain))
    try:
        operation = find_operation(name)
        noun = operation(from_plain(operation.request_type, plain), studio)
    except SegueError as error:
        status = error.http_status
        return status, {"kind": type(error).__name__, "message": str(error), "status": status}
    door.answered.append(to_plain(noun))
    return 200, door.answered[-1]
