"""The studio process: runs operations beside the process that is asked, and loads models ahead.

Each lane is a thread that does one thing after the other, so that the lane `live` never waits for
a long job in the lane `jobs`. A request that is wrong, or an operation that fails, is told; only a
crash or a hang ends the process, and `bridge.server.office` then starts another.
"""

from __future__ import annotations

import contextlib
import ctypes
import queue
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from bridge.errors import NotFoundError, SegueError
from bridge.operations.studio import Studio
from bridge.operations.table import Operation, find_operation
from bridge.runtime.session import load_libraries
from bridge.schema.rating import FeedbackPlace
from bridge.server.forms import Form, gives_stream, read_request, write_result
from bridge.transports.child import leave_signals_to_the_parent

LANES: Final = ("live", "jobs")
"""What is answered at once, and what may take its time."""

_AHEAD: Final = "music/"
"""Models whose name begins so are loaded before anybody asks."""
_LOOK_SECONDS: Final = 1.0
"""So often it is seen whether a model that was trained here has taken the place of another."""
_TELL_SECONDS: Final = 0.05
"""Progress is told no more often, except that all is done."""

_SWITCH_SECONDS: Final = 0.0005
"""So long may one lane keep the other from running Python."""
_TRIM_THRESHOLD: Final = -1
_MMAP_THRESHOLD: Final = -3
_ARENA_MAX: Final = -8
"""What mallopt(3) calls its options."""

Finder = Callable[[str], Operation[Any, Any]]
"""Gives the operation of a name; a function of a module."""


@dataclass(frozen=True, slots=True)
class Do:
    """Do this, after what was asked before in the same lane."""

    job_id: str
    """What the answers bear."""
    operation: str
    """`room.verb`."""
    request: object
    """As `read_request` takes it."""
    form: Form
    """How the result, or each item of a stream, is wanted."""
    lane: str
    """One of LANES."""
    door: str = ""
    """Where it came in: `http`, `osc`; empty: it is our own wish."""


@dataclass(frozen=True, slots=True)
class Next:
    """Give the next item of a stream."""

    job_id: str
    """That of its `Do`."""
    lane: str
    """That of its `Do`."""


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Stop as soon as can be; what runs or waits in a lane is still answered, with `Refused`."""

    job_id: str
    """That of its `Do`."""


Command = Do | Next | GiveUp


@dataclass(frozen=True, slots=True)
class Started:
    """The process is there."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """The models that are loaded ahead are there."""


@dataclass(frozen=True, slots=True)
class Advanced:
    """A job has come so far."""

    job_id: str
    """Which."""
    done: int
    """Pieces that are finished."""
    total: int
    """Pieces in all."""
    what: str
    """What a piece is: `bars`."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A job is done, a stream gave an item."""

    job_id: str
    """Which."""
    result: Any
    """In the form that was wanted."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The job is a stream, and ready to be asked for its first item."""

    job_id: str
    """Which."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A stream has no more items."""

    job_id: str
    """Which."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A job ended with an error."""

    job_id: str
    """Which."""
    error: SegueError
    """What to tell the person who asked."""
    details: str
    """The traceback, where the fault is ours; else empty."""


Answer = Answered | Opened | Ended | Refused
"""What ends a turn: after it, the lane is free."""
News = Started | Loaded | Advanced | Answer


def run_studio(
    link: Connection,
    models: Path | None,
    find: Finder = find_operation,
    place: FeedbackPlace | None = None,
) -> None:
    """Be the studio process until the parent is gone or ends us.

    Args:
        link: takes a `Command`, gives `News`.
        models: folder of models; None: those that came with Segue.
        find: gives the operation of a name.
        place: where feedback is kept; None: where the environment says.
    """
    leave_signals_to_the_parent()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # nothing here is worth keeping
    sys.setswitchinterval(_SWITCH_SECONDS)
    _give_memory_back()
    load_libraries()
    studio = Studio(models=models, place=(lambda: place) if place else None)
    desk = _Desk(link, studio, find)
    desk.greet()
    with contextlib.suppress(EOFError, OSError):  # the parent is gone
        while True:
            desk.take(link.recv())


def _give_memory_back() -> None:
    """Have glibc give freed memory back to the system at once; a long job leaves 60 MB otherwise.

    Other C libraries do so by themselves.
    """
    with contextlib.suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL("libc.so.6").mallopt
        mallopt(_TRIM_THRESHOLD, 1_000_000)
        mallopt(_MMAP_THRESHOLD, 131_072)
        mallopt(_ARENA_MAX, 1)


@dataclass(slots=True)
class _Running:
    """A job that was asked for and has not ended."""

    studio: Studio
    form: Form
    items: Iterator[Any] | None = None


class _Desk:
    """Takes commands on the main thread, and has the lanes do them."""

    def __init__(self, link: Connection, studio: Studio, find: Finder) -> None:
        self._link = link
        self._studio = studio
        self._find = find
        self._sending = threading.Lock()
        self._running: dict[str, _Running] = {}
        self._lanes = {name: _Lane(name) for name in LANES}

    def greet(self) -> None:
        """Say that the process is there, and load models on a thread of their own.

        Whoever asks meanwhile waits for no more than the graph that is being loaded. Models that
        are put in the place of others later are loaded there, too, as soon as they are noticed.
        """
        self._send(Started())
        threading.Thread(target=self._keep_loaded, name="loading", daemon=True).start()

    def take(self, command: Command) -> None:
        """Take a command; quick, whatever it asks for."""
        match command:
            case Do():
                told = partial(self._tell_progress, _Teller(), command.job_id)
                running = _Running(self._studio.for_job(told, door=command.door), command.form)
                self._running[command.job_id] = running
                self._lanes[command.lane].put(partial(self._do, command, running))
            case Next(job_id, lane):
                self._lanes[lane].put(partial(self._next, job_id))
            case GiveUp(job_id):
                self._give_up(job_id)

    def _keep_loaded(self) -> None:
        self._load()
        while True:
            time.sleep(_LOOK_SECONDS)
            with contextlib.suppress(NotFoundError):  # there is no folder of models
                self._studio.registry.refresh()

    def _load(self) -> None:
        with contextlib.suppress(SegueError):  # whoever asks for that model is told
            for name in self._studio.registry.names():
                if name.startswith(_AHEAD):
                    self._studio.model(name).load()
        self._send(Loaded())

    def _do(self, command: Do, running: _Running) -> None:
        """Do a job on its lane's thread, and tell how it ended."""
        self._answer(command.job_id, partial(self._result, command, running))

    def _result(self, command: Do, running: _Running) -> Answer:
        operation = self._find(command.operation)
        request = read_request(operation, command.request)
        running.studio.stop_if_cancelled()
        noun = operation(request, running.studio)
        if gives_stream(operation):
            running.items = iter(noun)
            return Opened(command.job_id)
        return Answered(command.job_id, write_result(noun, command.form))

    def _next(self, job_id: str) -> None:
        """Give the next item of a stream on its lane's thread."""
        self._answer(job_id, partial(self._item, job_id))

    def _item(self, job_id: str) -> Answer:
        running = self._running.get(job_id)
        if running is None or running.items is None:
            return Ended(job_id)
        running.studio.stop_if_cancelled()
        for item in running.items:
            return Answered(job_id, write_result(item, running.form))
        return Ended(job_id)

    def _answer(self, job_id: str, turn: Callable[[], Answer]) -> None:
        """Take a turn and tell what came of it: whatever happens, the lane goes on."""
        try:
            answer = turn()
        except SegueError as error:
            answer = Refused(job_id, error, "")
        except Exception as error:  # noqa: BLE001 - a fault of ours is told, and ends one job only
            words = f"this is a bug: {type(error).__name__}: {error}"
            answer = Refused(job_id, SegueError(words), traceback.format_exc())
        running = self._running.get(job_id)
        if running is not None and (running.items is None or isinstance(answer, Ended | Refused)):
            del self._running[job_id]
        self._send(answer)

    def _give_up(self, job_id: str) -> None:
        running = self._running.get(job_id)
        if running is not None:
            running.studio.cancel()
            if running.items is not None:
                self._running.pop(job_id, None)

    def _tell_progress(
        self, teller: _Teller, job_id: str, done: int, total: int, what: str
    ) -> None:
        if done == total or teller.is_time():
            self._send(Advanced(job_id, done, total, what))

    def _send(self, news: News) -> None:
        with self._sending, contextlib.suppress(OSError):  # the parent is gone: so are we, soon
            self._link.send(news)


class _Teller:
    """Knows when it is time to tell progress again."""

    def __init__(self) -> None:
        self._told_seconds = -1.0

    def is_time(self) -> bool:
        """Say whether enough time has passed since it last said so."""
        now_seconds = time.monotonic()
        is_time = now_seconds - self._told_seconds >= _TELL_SECONDS
        if is_time:
            self._told_seconds = now_seconds
        return is_time


class _Lane:
    """A thread that does one thing after the other."""

    def __init__(self, name: str) -> None:
        self._turns: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        threading.Thread(target=self._run, name=name, daemon=True).start()

    def put(self, turn: Callable[[], None]) -> None:
        """Have something done after all that was put before."""
        self._turns.put(turn)

    def _run(self) -> None:
        while True:
            self._turns.get()()
