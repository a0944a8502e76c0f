"""Our JACK outputs, as the process callback writes to them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Any, Final

JACK_2: Final = "1.9."
"""How the version of JACK 2 begins, whose outputs stay as they were left: it is enough to clear
those that were written to. Others (JACK 1, PipeWire) want every output cleared in every cycle."""

Written = tuple[int, str, bytes]
"""Frames after the cycle's first, short name of the output, and message."""


class JackOutputs:
    """Writes messages; what finds no room in a cycle goes out with the next."""

    def __init__(self, client: Any, names: Iterable[str], *, version: str) -> None:
        """Register the ports.

        Args:
            client: a `jack.Client`, not yet active.
            names: short names, the main one first.
            version: of the JACK library.
        """
        self.ports = {name: client.midi_outports.register(name) for name in names}
        """By short name, the main one first."""
        self.main = next(iter(self.ports))
        """Short name of the one that takes what is meant for an output that is not there."""
        self._keeps = version.startswith(JACK_2)
        self._to_clear = set(self.ports)
        self._backlog: deque[tuple[str, bytes]] = deque()

    @property
    def has_backlog(self) -> bool:
        """Whether something waits for the next cycle."""
        return bool(self._backlog)

    def clear(self) -> None:
        """Begin a cycle."""
        for name in self._to_clear:
            self.ports[name].clear_buffer()
        if self._keeps:
            self._to_clear = set()

    def put_off(self, messages: Iterable[tuple[str, bytes]]) -> None:
        """Have messages written first in the next cycle."""
        self._backlog.extend(messages)

    def write(self, outgoing: list[Written]) -> bool:
        """Write what waited, and this; say if all of it found room."""
        if self._backlog:
            late = [(0, *self._backlog.popleft()) for _ in range(len(self._backlog))]
            outgoing = late + outgoing
        for written, (offset, name, payload) in enumerate(outgoing):
            if not self._write(offset, name, payload):
                self.put_off((name, payload) for _, name, payload in outgoing[written:])
                return False
        return True

    def _write(self, offset: int, name: str, payload: bytes) -> bool:
        if name not in self.ports:
            name = self.main
        self._to_clear.add(name)
        buffer = self.ports[name].reserve_midi_event(offset, len(payload))
        if len(buffer) == 0:
            return False
        buffer[:] = payload
        return True
