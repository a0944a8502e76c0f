"""One process of a crew: prepares itself once, then does one item after the other.

It speaks pickle on the pipes that were its stdin and stdout. What a library prints goes to stderr.
"""

from __future__ import annotations

import faulthandler
import os
import pickle
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any, Protocol

from bridge.errors import SegueError


class Tell(Protocol):
    """Hear how far an item has come."""

    def __call__(self, done: int, total: int, what: str) -> None:
        """Take note that `done` of `total` pieces of `what` are finished."""


Task = Callable[[Any, Tell], Any]
"""Does one item; raises a SegueError where that cannot be done."""


@dataclass(frozen=True, slots=True)
class Ready:
    """The process is prepared."""


@dataclass(frozen=True, slots=True)
class Told:
    """An item has come so far."""

    done: int
    """Pieces that are finished."""
    total: int
    """Pieces in all."""
    what: str
    """What a piece is."""


@dataclass(frozen=True, slots=True)
class Finished:
    """An item is done."""

    result: Any
    """What came of it."""


@dataclass(frozen=True, slots=True)
class Refused:
    """An item cannot be done, or all of this process cannot."""

    error: SegueError
    """Why."""
    details: str = ""
    """The traceback, where the fault is ours."""


Message = Ready | Told | Finished | Refused


def main() -> None:
    """Be such a process, until nobody sends anything more."""
    faulthandler.enable()
    said = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    heard = sys.stdin.buffer
    prepare, arguments = pickle.load(heard)
    try:
        task = prepare(*arguments)
    except SegueError as error:
        _say(said, Refused(error))
        return
    _say(said, Ready())

    def tell(done: int, total: int, what: str) -> None:
        _say(said, Told(done, total, what))

    while True:
        try:
            item = pickle.load(heard)
        except EOFError:
            return
        _say(said, do_turn(task, item, tell))


def do_turn(task: Task, item: Any, tell: Tell) -> Finished | Refused:
    """Do one item: whatever comes of it is given, and nothing raised."""
    try:
        return Finished(task(item, tell))
    except SegueError as error:
        return Refused(error)
    except Exception as error:  # noqa: BLE001 - a fault of ours ends one item only
        words = f"this is a bug: {type(error).__name__}: {error}"
        return Refused(SegueError(words), traceback.format_exc())


def _say(said: IO[bytes], message: Message) -> None:
    """Send a message; who is gone needs no more of us."""
    try:
        pickle.dump(message, said)
        said.flush()
    except OSError:
        os._exit(1)
