"""A real server on a free port, with real operations and toy models, in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bridge.files.places import HOME_VARIABLE
from bridge.operations.studio import Studio
from bridge.operations.table import all_operations
from bridge.server.office import Office, starter_of
from bridge.server.osc_door import OscDoor
from bridge.server.web.app import make_app
from bridge.server.web.events import Broadcast
from bridge.server.web.serving import WebServer
from tests.server.fake_operations import FAKES, find_any
from tests.server.fake_stage import FakeStage


class RunningServer:
    """The web and OSC doors as `segue serve` has them, without MIDI."""

    def __init__(self, models: Path, *, token: str | None = None) -> None:
        self._models = models
        self._token = token
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self.stage = FakeStage()

    def start(self) -> None:
        self._thread.start()
        assert self._ready.wait(20.0)

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self._end.set)
        self._thread.join(20.0)
        assert not self._thread.is_alive()

    async def _run(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._end = asyncio.Event()
        self.office = Office(
            local=Studio(models=self._models, stage=self.stage),
            find=find_any,
            starter=starter_of(self._models, find_any),
        )
        self.broadcast = Broadcast()
        app = make_app(
            self.office,
            self.broadcast,
            token=self._token,
            operations=(*all_operations(), *FAKES),
        )
        self.server = WebServer(app, port=0)
        self.osc = OscDoor(self.office)
        await self.office.open()
        await self.server.open()
        await self.osc.open()
        self.url = self.server.url
        self._ready.set()
        await self._end.wait()
        await self.osc.close()
        await self.server.close()
        await self.office.close()


@pytest.fixture(scope="module")
def server(toy_models, tmp_path_factory) -> Iterator[RunningServer]:
    running = RunningServer(toy_models)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(HOME_VARIABLE, str(tmp_path_factory.mktemp("home")))
        yield from _run(running)


def _run(running: RunningServer) -> Iterator[RunningServer]:
    running.start()
    yield running
    running.stop()


@pytest.fixture
def client(server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=20.0) as client:
        yield client
