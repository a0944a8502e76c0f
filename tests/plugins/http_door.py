"""The door of a running Segue, and what went through it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen


@dataclass
class HttpDoor:
    """Where it is, and what went through it."""

    url: str
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    """Operation and request, as they came."""
    answered: list[Any] = field(default_factory=list)
    """What went back where all was well, as JSON has it."""


@contextmanager
def http_door(served: str) -> Iterator[HttpDoor]:
    """Hand everything on to a server and its answers back, as long as the block lasts."""
    door = HttpDoor("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            door.asked.append((self.path[1:].replace("/", "."), json.loads(body)))
            kind = self.headers["Content-Type"]
            status, content = _handed_on(served.rstrip("/") + self.path, body, kind)
            if status == 200:
                door.answered.append(json.loads(content))
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            with suppress(ConnectionError):  # a panel that is closed does not wait
                self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Keep silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    door.url = f"http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield door
    server.shutdown()
    thread.join()
    server.server_close()


def _handed_on(url: str, body: bytes, kind: str) -> tuple[int, bytes]:
    try:
        with urlopen(Request(url, body, {"Content-Type": kind}), timeout=60.0) as answer:
            return answer.status, answer.read()
    except HTTPError as refusal:
        return refusal.code, refusal.read()
