"""Bitwig's controller script in node, and Segue's own OSC door."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import subprocess
import threading
from pathlib import Path

import pytest

from bridge.server.office import Office
from bridge.server.osc_door import OscDoor

HERE = Path(__file__).resolve().parent
SCRIPTS = HERE.parents[2] / "plugins/bitwig/Segue"
SCRIPT = SCRIPTS / "Segue.control.js"


def node():
    """Give the path of node; a test without it is skipped, but never in the pipeline."""
    found = shutil.which("node")
    if found is None and os.environ.get("CI") == "true":
        pytest.fail("the pipeline needs node: apt install nodejs")
    if found is None:
        pytest.skip("needs node, a JavaScript engine: apt install nodejs")
    return found


class RunningDoor:
    """The OSC door with its office and studio, in a thread of its own."""

    def __init__(self):
        self.asked = []
        self._loop = asyncio.new_event_loop()
        self._office = Office()
        self._door = OscDoor(self._office)
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._run(self._office.open())
        self._listen()
        self._run(self._door.open())

    @property
    def port(self):
        return self._door.port

    def close(self):
        self._run(self._door.close())
        self._run(self._office.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _listen(self):
        """Take note of everything that is handed in."""
        call = self._office.call

        def noted(name, request, **options):
            plain = request if isinstance(request, dict) else json.loads(request.content)
            self.asked.append((name, plain))
            return call(name, request, **options)

        self._office.call = noted

    def _run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(60.0)


@pytest.fixture(scope="package")
def open_door():
    node()
    door = RunningDoor()
    yield door
    door.close()


@pytest.fixture
def door(open_door):
    """The door, as if nobody had come through it yet."""
    open_door.asked.clear()
    return open_door


@pytest.fixture
def bitwig(door, tmp_path):
    """Run the script in Bitwig, let a musician do something, and give what Bitwig has then."""

    def run(track, *actions, port=None):
        ports = {"door": port or door.port, "reply": 0}
        file = tmp_path / "scenario.json"
        file.write_text(
            json.dumps({"track": track, "actions": actions, "ports": ports}), encoding="utf-8"
        )
        command = [node(), HERE / "drive.js", SCRIPT, file]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


def free_port():
    """Give a UDP port that nobody listens on."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]
