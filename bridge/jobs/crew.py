"""A crew of processes that do many items side by side, each the same kind of work.

An item that crashes its process, or makes it hang, fails by itself: another process goes on with
the next one. A process is replaced after so many items, so that what a library loses over time does
not add up; and nothing is held here but the items that are in work.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import pickle
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Any, Final

from bridge.errors import SegueError, WorkerError
from bridge.jobs.crew_member import Finished, Message, Ready, Refused, Task, Told

TURNS: Final = 48
"""A process does so many items, and is then replaced."""
PATIENCE_SECONDS: Final = 900.0
"""A process that says nothing for so long hangs; a file of 100 GB is read in less."""
_TICK_SECONDS: Final = 0.5
_START: Final = "from bridge.jobs.crew_member import main; main()"
_LEAVE_SECONDS: Final = 5.0
_ONE_CORE: Final = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)
"""Keeps a process to one core, as the crew has one for each; sums come out the same then, too."""


@dataclass(frozen=True, slots=True)
class Begun:
    """An item was handed to a process."""

    item: Any


@dataclass(frozen=True, slots=True)
class Advanced:
    """An item has come so far."""

    item: Any
    done: int
    """Pieces that are finished."""
    total: int
    """Pieces in all."""
    what: str
    """What a piece is: `frames`."""


@dataclass(frozen=True, slots=True)
class Done:
    """An item is done."""

    item: Any
    result: Any
    """What came of it."""


@dataclass(frozen=True, slots=True)
class Failed:
    """An item cannot be done; the others go on."""

    item: Any
    error: SegueError
    """Why."""
    details: str = ""
    """The traceback, where the fault is ours."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nothing has happened for a moment: a good time to look whether anybody still waits."""


Event = Begun | Advanced | Done | Failed | Waiting


class Crew:
    """Processes that do items of one kind.

    Args:
        prepare: a function of a module; called once in each process, it gives what does an item.
        arguments: what it is called with; picklable.
        size: how many items are in work at once, >= 1.
        turns: a process does so many items, and is then replaced.
        patience_seconds: a process that says nothing for so long hangs.
    """

    def __init__(
        self,
        prepare: Callable[..., Task],
        *arguments: object,
        size: int,
        turns: int = TURNS,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._begin_with = pickle.dumps((prepare, arguments))
        self._size = size
        self._turns = turns
        self._patience_seconds = patience_seconds
        self._news: queue.SimpleQueue[tuple[_Member, Message | None]] = queue.SimpleQueue()
        self._members: list[_Member] = []

    def work(self, items: Iterable[Any]) -> Generator[Event, None, None]:
        """Do items, in any order; whoever asks for no more ends those in work at once.

        Args:
            items: picklable; taken one by one, as there is room.

        Yields:
            What happens to each, `Done` or `Failed` last.

        Raises:
            WorkerError: the processes do not even start.
            SegueError: they cannot be prepared, and say why.
        """
        waiting = iter(items)
        try:
            for item in itertools.islice(waiting, self._size):
                yield self._hand_out(self._new_member(), item)
            while self._members:
                try:
                    member, message = self._news.get(timeout=_TICK_SECONDS)
                except queue.Empty:
                    self._strike_who_hangs()
                    yield Waiting()
                    continue
                yield from self._take(member, message, waiting)
        finally:
            for member in self._members:
                member.kill()
            self._members.clear()

    def _take(
        self, member: _Member, message: Message | None, waiting: Iterator[Any]
    ) -> Iterator[Event]:
        """Take what a member says, and see that somebody goes on."""
        member.heard_seconds = time.monotonic()
        match message:
            case Ready():
                member.is_ready = True
            case Told(done, total, what):
                yield Advanced(member.item, done, total, what)
            case Refused(error=error) if not member.is_ready:
                raise error
            case Finished(result):
                yield Done(member.item, result)
                yield from self._go_on(member, waiting)
            case Refused(error, details):
                yield Failed(member.item, error, details)
                yield from self._go_on(member, waiting)
            case None if member in self._members:
                yield Failed(member.item, self._death(member))
                member.turns = self._turns
                yield from self._go_on(member, waiting)

    def _go_on(self, member: _Member, waiting: Iterator[Any]) -> Iterator[Event]:
        """Hand out the next item, to this member or to one in its place."""
        member.turns += 1
        for item in itertools.islice(waiting, 1):
            if member.turns >= self._turns:
                self._dismiss(member)
                member = self._new_member()
            yield self._hand_out(member, item)
            return
        self._dismiss(member)

    def _hand_out(self, member: _Member, item: Any) -> Begun:
        member.hand_out(item)
        return Begun(item)

    def _new_member(self) -> _Member:
        member = _Member(self._begin_with, self._news)
        self._members.append(member)
        return member

    def _dismiss(self, member: _Member) -> None:
        self._members.remove(member)
        member.leave()

    def _strike_who_hangs(self) -> None:
        for member in self._members:
            if time.monotonic() - member.heard_seconds > self._patience_seconds:
                member.hung = True
                member.strike()

    def _death(self, member: _Member) -> WorkerError:
        """Say why a member is gone."""
        if not member.is_ready:
            raise WorkerError(f"no process of ours can be started here: {member.last_words()}")
        if member.hung:
            return WorkerError(
                f"nothing was heard of {member.item} for {self._patience_seconds:g} s, so it was"
                " given up; the file may be damaged: try a copy that another program has written"
            )
        return WorkerError(
            f"the process that did {member.item} died ({member.how_it_ended()}); the file may be"
            " damaged: try a copy that another program has written"
        )


class _Member:
    """Our end of one process."""

    def __init__(
        self, begin_with: bytes, news: queue.SimpleQueue[tuple[_Member, Message | None]]
    ) -> None:
        self.item: Any = None
        self.turns = 0
        self.is_ready = False
        self.hung = False
        self.heard_seconds = time.monotonic()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the process
        self._process = subprocess.Popen(
            [sys.executable, "-c", _START],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env=_ONE_CORE | os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            **_APART,
        )
        self._send(begin_with)
        listening = (self._process.stdout, news)
        threading.Thread(target=self._listen, args=listening, name="crew", daemon=True).start()

    def hand_out(self, item: Any) -> None:
        """Have an item done; where the process is gone, its end is heard soon."""
        self.item = item
        self.heard_seconds = time.monotonic()
        self._send(pickle.dumps(item))

    def strike(self) -> None:
        """End it at once."""
        self._process.kill()

    def leave(self) -> None:
        """Let it end by itself, soon."""
        self._close_stdin()
        try:
            self._process.wait(_LEAVE_SECONDS)
        except subprocess.TimeoutExpired:
            self.strike()
            self._process.wait()
        self._errors.close()

    def kill(self) -> None:
        """End it at once, and wait for that."""
        self.strike()
        self._process.wait()
        self._close_stdin()
        self._errors.close()

    def how_it_ended(self) -> str:
        """Say what ended it: a signal, or a code."""
        code = self._process.wait()
        if code < 0:
            with contextlib.suppress(ValueError):
                return signal.Signals(-code).name
        return f"exit code {code}"

    def last_words(self) -> str:
        """Give the last line that it wrote on stderr."""
        self._process.wait()
        self._errors.seek(0)
        lines = self._errors.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else self.how_it_ended()

    def _listen(
        self, pipe: IO[bytes], news: queue.SimpleQueue[tuple[_Member, Message | None]]
    ) -> None:
        """Pass on what it says, and then that it is gone."""
        with pipe, contextlib.suppress(EOFError, OSError, pickle.UnpicklingError):
            while True:
                news.put((self, pickle.load(pipe)))
        news.put((self, None))

    def _send(self, content: bytes) -> None:
        with contextlib.suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.write(content)
                self._process.stdin.flush()

    def _close_stdin(self) -> None:
        with contextlib.suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.close()


_APART: Final[dict[str, Any]] = (
    {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
    if sys.platform == "win32"
    else {"start_new_session": True}
)
"""Keeps what a terminal sends to us, as Ctrl-C, from the processes."""
