"""A controller with lights on JACK: `python -m tests.controller`.

It sends each line of its stdin, a MIDI message as hex, and writes each message that it gets. It is
a program of its own, because only so can a test choose the JACK server.
"""

from __future__ import annotations

import queue
import subprocess
import sys
import threading
from pathlib import Path

from tests.conftest import JackServer

NAME = "controller"
_SECONDS = 10.0


class Controller:
    """A controller's program, as a test sees it."""

    def __init__(self, server: JackServer) -> None:
        self._server = server
        self._heard: queue.Queue[str] = queue.Queue()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.controller"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
            env=server.environment,
            cwd=Path(__file__).parents[1],
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"
        threading.Thread(target=self._listen, daemon=True).start()

    def connect(self, *, their_input: str, their_output: str) -> None:
        """Connect its knobs and its lights."""
        for source, target in ((their_output, f"{NAME}:in"), (f"{NAME}:out", their_input)):
            subprocess.run(
                ["jack_connect", source, target],
                env=self._server.environment,
                check=True,
                capture_output=True,
            )

    def move(self, *messages: str) -> None:
        """Send messages as hex, one after the other."""
        assert self._process.stdin is not None
        for message in messages:
            self._process.stdin.write(f"{message}\n")
        self._process.stdin.flush()

    def next_light(self) -> str:
        """Wait for the next message to its lights, as hex."""
        return self._heard.get(timeout=_SECONDS)

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._heard.put(line.strip())


def main() -> None:
    """Send what comes in at stdin, and write what comes in from JACK."""
    import jack

    client = jack.Client(NAME, no_start_server=True)
    out = client.midi_outports.register("out")
    into = client.midi_inports.register("in")
    moves: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    lights: queue.SimpleQueue[str] = queue.SimpleQueue()

    def process(frames: int) -> None:
        out.clear_buffer()
        while not moves.empty():
            out.write_midi_event(0, moves.get_nowait())
        for _, data in into.incoming_midi_events():
            lights.put(bytes(data).hex(" "))

    def tell() -> None:
        while True:
            sys.stdout.write(f"{lights.get()}\n")
            sys.stdout.flush()

    client.set_process_callback(process)
    with client:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        threading.Thread(target=tell, daemon=True).start()
        for line in sys.stdin:
            moves.put(bytes.fromhex(line))


if __name__ == "__main__":
    main()
