"""`segue serve` itself, as its users have it."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.conftest import JackServer

_PORTS = ("--http-port", "0", "--osc-port", "0", "--no-zeroconf", "--json")


class Served:
    """A server that runs."""

    def __init__(self, process: subprocess.Popen[str], ready: dict[str, Any]) -> None:
        self.process = process
        self.url: str = ready["url"]
        self.osc_port: int = ready["osc_port"]

    @property
    def http_port(self) -> int:
        return int(self.url.rsplit(":", 1)[1].strip("/"))

    def ask(self, operation: str, **request: Any) -> Any:
        """Have an operation done; gives the noun, or raises with what went wrong."""
        connection = http.client.HTTPConnection("127.0.0.1", self.http_port, timeout=20.0)
        body = json.dumps(request)
        connection.request("POST", "/" + operation.replace(".", "/"), body)
        answer = connection.getresponse()
        content = json.loads(answer.read())
        connection.close()
        if answer.status != 200:
            raise RuntimeError(f"{answer.status}: {content}")
        return content

    def next_event(self, kind: str) -> dict[str, Any]:
        """Wait for something that it says."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            event: dict[str, Any] = json.loads(line)
            if event["event"] == kind:
                return event
        raise RuntimeError(f"the server ended without saying {kind}")


@contextlib.contextmanager
def serving(home: Path, *options: str, jack: JackServer | None = None) -> Iterator[Served]:
    """Run `segue serve` on free ports as long as the block lasts.

    Args:
        home: where it keeps what is its own.
        options: more of its options.
        jack: the JACK server that it plays through; None: it has no MIDI.
    """
    midi = ("--api", "jack") if jack else ("--no-midi",)
    command = [sys.executable, "-m", "bridge", "serve", *_PORTS, *midi, *options]
    environment = (jack.environment if jack else dict(os.environ)) | {"SEGUE_HOME": str(home)}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    try:
        ready = json.loads(process.stdout.readline())
        assert ready["event"] == "Ready"
        yield Served(process, ready)
    finally:
        process.terminate()
        process.wait(20.0)
        process.stdout.close()
