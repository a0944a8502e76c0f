"""Signals that ask a long-running process to end in good order."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Final

_SIGNALS: Final = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
"""Names, because not every system has all."""


@contextlib.contextmanager
def stopping(stop: Callable[[int], object]) -> Iterator[None]:
    """Have a function called with the number of each signal that asks to end.

    Args:
        stop: is called in the main thread, between any two steps of it; what it raises is raised
            there. Outside the main thread nothing is changed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def note(number: int, _: FrameType | None) -> None:
        stop(number)

    numbers = [getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)]
    before = {number: signal.signal(number, note) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
