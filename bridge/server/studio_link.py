"""The hub's end of the studio process: two threads on a pipe, and an event loop that hears."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import queue
import threading
from collections.abc import Callable
from typing import Any, Protocol

from bridge.server.studio_process import Command, News


class StudioChild(Protocol):
    """What a `StudioLink` needs of a process; `Child` is one."""

    @property
    def link(self) -> Any:
        """Our end of the pipe."""

    def send(self, message: object) -> bool:
        """Send a message; False: the process is gone."""

    def strike(self) -> None:
        """End it at once, and leave the pipe."""

    def kill(self) -> None:
        """End it at once, and give the pipe back."""


Starter = Callable[[], StudioChild]
"""Starts a studio process."""

_log = logging.getLogger(__name__)


class StudioLink:
    """One studio process, from its start to its end.

    A pipe is read and written by threads: that works on every system, and neither a slow start nor
    a large request holds up the event loop.
    """

    def __init__(
        self,
        starter: Starter,
        *,
        hear: Callable[[News], None],
        lost: Callable[[], None],
    ) -> None:
        """Start the process; at once, but not yet when this returns.

        Args:
            starter: starts it.
            hear: called on the event loop with all that the process says.
            lost: called on the event loop, once, after the process has ended.
        """
        self._starter = starter
        self._hear = hear
        self._lost = lost
        self._loop = asyncio.get_running_loop()
        self._commands: queue.SimpleQueue[Command | None] = queue.SimpleQueue()
        self._child: StudioChild | None = None
        self._is_unwanted = False
        self._starting = threading.Lock()
        self._keeper = threading.Thread(target=self._keep, name="studio", daemon=True)
        self._keeper.start()

    def send(self, command: Command) -> None:
        """Send a command, as soon as the process is there; lost if it is gone."""
        self._commands.put(command)

    def strike(self) -> None:
        """End the process at once; `lost` tells when it has ended."""
        with self._starting:
            self._is_unwanted = True
            if self._child is not None:
                self._child.strike()

    async def close(self) -> None:
        """End the process, and wait until it has."""
        self.strike()
        await asyncio.to_thread(self._keeper.join)

    def _keep(self) -> None:
        """Start the process and read what it says until it ends."""
        child = self._start()
        if child is not None:
            writer = threading.Thread(target=self._write, args=(child,), daemon=True)
            writer.start()
            self._read(child)
            self._commands.put(None)
            writer.join()
            child.kill()
        self._call(self._lost)

    def _start(self) -> StudioChild | None:
        with self._starting:
            if not self._is_unwanted:
                try:
                    self._child = self._starter()
                except OSError as error:
                    _log.error("the studio process cannot be started: %s", error)
            return self._child

    def _read(self, child: StudioChild) -> None:
        with contextlib.suppress(EOFError, OSError):  # it has ended
            while True:
                self._call(self._hear, child.link.recv())

    def _write(self, child: StudioChild) -> None:
        while (command := self._commands.get()) is not None:
            child.send(command)

    def _call(self, listener: Callable[..., None], *news: News) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended, and nobody is left to hear
            self._loop.call_soon_threadsafe(listener, *news)
