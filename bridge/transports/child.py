"""Child processes on a pipe: how Segue starts one, talks to it, and is sure that it ends."""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any, Final

_starting: Final = threading.Lock()
"""Held while a child is started; several threads start children."""
_TERMINAL_SIGNALS: Final = ("SIGINT", "SIGHUP", "SIGTSTP", "SIGBREAK")
"""What a terminal sends to every process in it; names, because not every system has all."""


class Child:
    """A process of ours, and our end of the pipe to it."""

    def __init__(self, target: Callable[..., None], *arguments: object, name: str) -> None:
        """Start a fresh Python (never a fork) that calls `target(pipe, *arguments)`.

        Args:
            target: a function of a module; gets its end of the pipe first.
            arguments: picklable.
            name: what the process is called in messages.
        """
        context = multiprocessing.get_context("spawn")
        self.link, theirs = context.Pipe()
        self._process = context.Process(
            target=target, args=(theirs, *arguments), name=name, daemon=True
        )
        with _signals_held_back(), _main_left_out():
            self._process.start()
        theirs.close()  # so that the pipe ends when the child does

    @property
    def pid(self) -> int:
        """Its process number."""
        return self._process.pid or 0

    def send(self, message: object) -> bool:
        """Send a message; False: the child is gone."""
        try:
            self.link.send(message)
        except OSError:
            return False
        return True

    def receive(self) -> list[Any]:
        """Take every message that has arrived.

        Raises:
            EOFError: the child is gone, and everything it said was taken before.
        """
        messages: list[Any] = []
        try:
            while self.link.poll():
                messages.append(self.link.recv())
        except (EOFError, OSError) as error:
            if not messages:
                raise EOFError(f"{self._process.name} is gone") from error
        return messages

    def wait(self, timeout_seconds: float) -> bool:
        """Wait for its end; say whether it ended."""
        self._process.join(timeout_seconds)
        return not self._process.is_alive()

    def strike(self) -> None:
        """End it at once, and leave the pipe to the thread that reads it: it reads the end."""
        self._process.kill()

    def kill(self) -> None:
        """End it at once, if it is still there, and give the pipe back."""
        if self._process.is_alive():
            self._process.kill()
        self._process.join(1.0)
        self.link.close()


def leave_signals_to_the_parent() -> Callable[[], bool]:
    """Ignore, in a child, what a terminal sends to all of us, and note SIGTERM.

    Returns:
        Tells whether SIGTERM came.
    """
    asked: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: asked.append(number))
    for name in _TERMINAL_SIGNALS:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _held_back())
    return lambda: bool(asked)


@contextlib.contextmanager
def _signals_held_back() -> Iterator[None]:
    """Keep Ctrl-C from a child that has not yet said that it ignores it; ours comes a bit later."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # which would undo the mask if it came after it
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _held_back())
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def _main_left_out() -> Iterator[None]:
    """Keep a child from importing the program that we are: it needs no command line.

    That would take 20 ms and 5 MB, and `target` is a function of a module anyway.
    """
    main = sys.modules["__main__"]
    names = {name: getattr(main, name, None) for name in ("__spec__", "__file__")}
    with _starting:
        vars(main).update(dict.fromkeys(names))
        try:
            yield
        finally:
            vars(main).update(names)


def _held_back() -> set[signal.Signals]:
    names = ("SIGINT", "SIGHUP", "SIGTERM")
    return {getattr(signal, name) for name in names if hasattr(signal, name)}
