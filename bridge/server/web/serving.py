"""The web server inside the hub's event loop: it opens its port, serves, and ends in good order."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from bridge.errors import PortError
from bridge.server.web.events import MOST_MESSAGE_BYTES

DEFAULT_PORT: Final = 5757
"""Where the web door is."""
_TICK_SECONDS: Final = 1.0
"""How often the server wakes up, for the date in its headers."""
_FAREWELL_SECONDS: Final = 1
"""So long may answers take that are on their way when the server ends."""


class WebServer:
    """The web door, from its opening to its end."""

    def __init__(self, app: ASGIApp, *, host: str = "127.0.0.1", port: int = DEFAULT_PORT) -> None:
        """Make a server that does not listen yet.

        Args:
            app: as `make_app` gives it.
            host: the address to listen on.
            port: 0..65535; 0 takes a free one.
        """
        self._app = app
        self._host = host
        self._wanted_port = port
        self._server: _QuietServer | None = None
        self._serving: asyncio.Task[None] | None = None
        self.port = port

    @property
    def url(self) -> str:
        """Where it is, as a browser takes it."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self.port}/"

    async def open(self) -> None:
        """Listen, from now on.

        Raises:
            PortError: the port is taken, or is no port of this machine.
        """
        listening = _listen(self._host, self._wanted_port)
        self.port = listening.getsockname()[1]
        self._server = _QuietServer(_config(self._app))
        self._serving = asyncio.create_task(self._server.serve([listening]))
        await self._server.opened.wait()

    async def close(self) -> None:
        """End: what is on its way may come to its end, for a second."""
        if self._server is not None and self._serving is not None:
            self._server.end()
            await self._serving


class _QuietServer(uvicorn.Server):
    """A server that leaves signals to the hub, and sleeps while nothing happens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.opened = asyncio.Event()
        self._ending = asyncio.Event()

    def end(self) -> None:
        """Begin to end."""
        self.should_exit = True
        self._ending.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def main_loop(self) -> None:
        self.opened.set()
        while not await self.on_tick(0):
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._ending.wait(), _TICK_SECONDS)


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http="h11",
        lifespan="off",
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_FAREWELL_SECONDS,
        ws_max_size=MOST_MESSAGE_BYTES,
    )


def _listen(host: str, port: int) -> socket.socket:
    """Open a port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sends at once only where the protocol is named; else an answer waits 40 ms.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows: else another could listen too
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
    except (OSError, OverflowError) as error:
        listening.close()
        reason = getattr(error, "strerror", None) or error
        advice = "is another Segue running? choose another with --http-port"
        raise PortError(f"cannot listen on {host}:{port} ({reason}); {advice}") from error
    listening.setblocking(False)
    return listening
