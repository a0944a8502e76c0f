"""The inference process: makes bars, one when asked, so that a model never runs beside the clock.

`run_worker` is the child. `BarSource` is the parent's end: it watches, says in words what went
wrong, and starts the process again, so that the music goes on after a crash or a hang.
"""

from __future__ import annotations

import contextlib
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Final, Protocol

from bridge.errors import SegueError, WorkerError
from bridge.schema.performance import Bar
from bridge.transports.child import Child, leave_signals_to_the_parent

BarFactory = Callable[[Any], Iterator[Bar]]
"""A function of a module that makes endless (or some) bars for a picklable request."""

FIRST_BAR_SECONDS: Final = 20.0
"""A process that has not made its first bar by then hangs; a cold disk loads models slowly."""
NEXT_BAR_SECONDS: Final = 5.0
"""A process that has not made another bar by then hangs."""
CATCH_UP_SECONDS: Final = 1.0
"""A process that was started again makes the bars that were played before once more, silently,
for at most so long; then it goes on from where it is."""
_DEATHS: Final = 3
"""So many failures in a row, without a bar between them, and we give up."""


@dataclass(frozen=True, slots=True)
class BarMade:
    """The worker made a bar."""

    bar: Bar
    """The next of its performance."""


@dataclass(frozen=True, slots=True)
class Finished:
    """The performance has no more bars."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The factory raised."""

    words: str
    """Kind and message, in one line."""
    details: str
    """The traceback, for `--debug`."""
    error: SegueError | None
    """What it raised, when it was one of ours."""


@dataclass(frozen=True, slots=True)
class Restarted:
    """The process was started again."""

    reason: str
    """In one line."""


Answer = BarMade | Finished | Failed
SourceNews = BarMade | Finished | Restarted


def run_worker(link: Connection, factory: BarFactory, request: object, bars_to_skip: int) -> None:
    """Be the inference process until the parent is gone or says stop.

    Args:
        link: every message is a wish for one bar; it is answered with an `Answer`.
        factory: makes the bars.
        request: what the factory is called with.
        bars_to_skip: bars that were played before, by a process that died.
    """
    stop_asked = leave_signals_to_the_parent()
    with contextlib.suppress(EOFError, OSError):  # the parent is gone
        answers = _answers(factory, request, bars_to_skip)
        while not stop_asked():
            link.recv()
            link.send(next(answers))


def _answers(factory: BarFactory, request: object, bars_to_skip: int) -> Iterator[Answer]:
    """Turn what the factory makes, or raises, into answers."""
    try:
        bars = iter(factory(request))
        _skip(bars, bars_to_skip)
        for bar in bars:
            yield BarMade(bar)
    except Exception as error:  # noqa: BLE001 - whatever a model raises is told to the parent
        yield _failure(error)
    while True:
        yield Finished()


def _skip(bars: Iterator[Bar], count: int) -> None:
    """Take bars away, as long as that is quick."""
    deadline = time.monotonic() + CATCH_UP_SECONDS
    for _ in range(count):
        if time.monotonic() > deadline:
            return
        next(bars, None)


def _failure(error: Exception) -> Failed:
    kind = "" if isinstance(error, SegueError) else f"{type(error).__name__}: "
    return Failed(
        words=f"{kind}{error}".replace("\n", " "),
        details="".join(traceback.format_exception(error)),
        error=error if isinstance(error, SegueError) else None,
    )


class WorkerProcess(Protocol):
    """What `BarSource` needs of a process; `Child` is one."""

    @property
    def link(self) -> object:
        """Something that `multiprocessing.connection.wait` can wait for."""

    def send(self, message: object) -> bool:
        """Send a message; False: the process is gone."""

    def receive(self) -> list[Any]:
        """Take every message that has arrived; EOFError: the process is gone."""

    def kill(self) -> None:
        """End it at once."""


Starter = Callable[[int], WorkerProcess]
"""Starts a worker process that skips so many bars."""


def starter_of(factory: BarFactory, request: object) -> Starter:
    """Give what starts a real worker process."""
    return lambda skip: Child(run_worker, factory, request, skip, name="the model process")


class BarSource:
    """Bars from another process, as the player sees it."""

    def __init__(
        self, starter: Starter, *, now_ns: Callable[[], int] = time.perf_counter_ns
    ) -> None:
        """Start the process.

        Args:
            starter: starts it, now and after it died.
            now_ns: a clock that never goes back, in nanoseconds.
        """
        self._starter = starter
        self._now_ns = now_ns
        self._process = starter(0)
        self._delivered = 0
        self._is_fresh = True
        self._asked_ns: int | None = None
        self._deaths = 0

    @property
    def link(self) -> object:
        """What to wait for until there is news."""
        return self._process.link

    @property
    def is_asked(self) -> bool:
        """Whether a bar was asked for that has not come."""
        return self._asked_ns is not None

    def ask(self) -> None:
        """Ask for the next bar."""
        self._asked_ns = self._now_ns()
        self._process.send("next bar")

    def receive(self) -> list[SourceNews]:
        """Take what came; start the process again if it died, failed or hangs.

        Raises:
            SegueError: the factory raised it before it made any bar.
            WorkerError: it died, failed or hung again and again.
        """
        try:
            answers: list[Answer] = self._process.receive()
        except EOFError:
            return [self._restart("the model process died")]
        news: list[SourceNews] = []
        for answer in answers:
            news.append(self._take(answer))
        if not news and self._is_late():
            news.append(self._restart("the model process hangs"))
        return news

    def close(self) -> None:
        """End the process."""
        self._process.kill()

    def _take(self, answer: Answer) -> SourceNews:
        self._asked_ns = None
        match answer:
            case BarMade():
                self._delivered += 1
                self._deaths = 0
                self._is_fresh = False
                return answer
            case Failed():
                return self._after_failure(answer)
            case Finished():
                return answer

    def _after_failure(self, failure: Failed) -> Restarted:
        if self._delivered == 0:
            error = failure.error or WorkerError(f"the model process failed: {failure.words}")
            error.add_note(failure.details)
            raise error
        self._asked_ns = self._now_ns()
        return self._restart(f"the model process failed: {failure.words}")

    def _is_late(self) -> bool:
        if self._asked_ns is None:
            return False
        allowed = FIRST_BAR_SECONDS if self._is_fresh else NEXT_BAR_SECONDS
        return self._now_ns() - self._asked_ns > allowed * 1e9

    def _restart(self, reason: str) -> Restarted:
        self._deaths += 1
        self._process.kill()
        if self._deaths > _DEATHS:
            raise WorkerError(f"{reason}, {self._deaths} times in a row; playing ends here")
        self._process = self._starter(self._delivered)
        self._is_fresh = True
        if self._asked_ns is not None:
            self.ask()
        return Restarted(f"{reason}: it is started again")
