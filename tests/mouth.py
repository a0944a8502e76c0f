"""A JACK client inside a test: it plays to us, listens and moves the transport, by frames."""

from __future__ import annotations

import time
from collections import deque

import jack

from bridge.transports.frames import unwrapped
from tests.conftest import JackServer

_TRIES = 20


def _client(name: str, server: JackServer) -> jack.Client:
    """Open a client; a server that has just come after one was killed may refuse the first."""
    for _ in range(_TRIES):
        try:
            return jack.Client(name, no_start_server=True, servername=server.name)
        except jack.JackOpenError:
            time.sleep(0.1)
    return jack.Client(name, no_start_server=True, servername=server.name)


class Mouth:
    """One output `out` and one input `in`; what it writes and hears is kept with its frame."""

    def __init__(self, server: JackServer, name: str = "mouth") -> None:
        self.client = _client(name, server)
        self._out = self.client.midi_outports.register("out")
        self._in = self.client.midi_inports.register("in")
        self._to_say: deque[tuple[int | None, int, bytes]] = deque()
        self._frame = 0
        self.said: list[tuple[int, int, bytes]] = []
        """Frame, moment by `time.perf_counter_ns` at which it was written, and bytes of each."""
        self.heard: list[tuple[int, bytes]] = []
        """Frame and bytes of each."""
        self.song: tuple[int, int, int] = (0, 0, 0)
        """State of the transport, and its frame, at a frame of JACK: the last cycle that rolled."""
        self.client.set_process_callback(self._process)
        self.client.activate()

    @property
    def frame(self) -> int:
        """The first frame of this cycle, or the last."""
        return self._frame

    def say(self, payload: bytes, *, offset: int = 0) -> None:
        """Write a message into the next cycle, one message a cycle.

        Args:
            payload: what.
            offset: frames after the cycle's first.
        """
        self._to_say.append((None, offset, payload))

    def say_at(self, frame: int, payload: bytes) -> None:
        """Write a message at a frame of JACK; call it in the order of the frames."""
        self._to_say.append((frame, 0, payload))

    def connect(self, source: str, target: str) -> None:
        """Connect two ports, as soon as both are there."""
        deadline = time.monotonic() + 5.0
        while True:
            try:
                self.client.connect(source, target)
            except jack.JackError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
            else:
                return

    def sources(self) -> set[str]:
        """Who is connected to our input."""
        return {port.name for port in self.client.get_all_connections(self._in)}

    def close(self) -> None:
        self.client.close()

    def _process(self, frames: int) -> None:
        self._frame = unwrapped(self.client.last_frame_time, near=self._frame)
        state, position = self.client.transport_query_struct()
        if state == 1:
            self.song = (state, position.frame, self._frame)
        for offset, data in self._in.incoming_midi_events():
            self.heard.append((self._frame + offset, bytes(data)))
        self._out.clear_buffer()
        while self._to_say:
            frame, offset, payload = self._to_say[0]
            if frame is not None and frame >= self._frame + frames:
                break
            self._to_say.popleft()
            offset = offset if frame is None else max(0, frame - self._frame)
            self._out.write_midi_event(offset, payload)
            self.said.append((self._frame + offset, time.perf_counter_ns(), payload))
            if frame is None:
                break
