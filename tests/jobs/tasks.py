"""What the crew of the tests does: sums, and everything that can go wrong."""

from __future__ import annotations

import os
import signal
import time
from functools import partial
from pathlib import Path

from bridge.errors import NotFoundError


def doubling():
    """Give what doubles numbers, and fails, dies or hangs where it is told to."""
    return _do


def no_crew(said: str):
    """Be unable to prepare."""
    raise NotFoundError(said)


def journal(folder: Path):
    """Give what notes where it begins an item, and takes a moment for each."""
    return partial(_note, folder)


def _note(folder: Path, item, tell):
    import ray

    node = ray.get_runtime_context().get_node_id()
    with (folder / "journal").open("a") as stream:
        stream.write(f"{item} {node}\n")
    time.sleep(0.4)
    tell(1, 1, "pieces")
    return item * 2


def _do(item, tell):  # noqa: C901 - a case for each thing that can happen
    match item:
        case "fail":
            raise NotFoundError("it is not there")
        case "bug":
            raise KeyError("melody")
        case "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "hang":
            time.sleep(60)
        case "print":
            os.write(1, b"a library says something\n")
        case "who":
            return os.getpid()
        case Path():
            item.write_text("begun")
            for done in range(10_000):
                time.sleep(0.01)
                tell(done, 10_000, "pieces")
    tell(1, 2, "halves")
    return item * 2
