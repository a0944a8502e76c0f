"""Operations that misbehave, for the studio process to live through."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bridge.errors import ModelError, NotFoundError, check_range
from bridge.operations.studio import Studio
from bridge.operations.table import Operation, find_operation, operation


@dataclass(frozen=True, slots=True)
class FakeRequest:
    """Ask for nothing in particular."""

    number: int = 3
    """0..1000."""
    until_file: str = ""
    """It goes on until there is such a file."""

    def __post_init__(self) -> None:
        check_range("number", self.number, 0, 1000)


@operation("fake.echo")
def echo(request: FakeRequest, studio: Studio) -> FakeRequest:
    """Give the request back."""
    return request


@operation("fake.wait")
def wait(request: FakeRequest, studio: Studio) -> int:
    """Wait for a file, and say so all the time."""
    done = 0
    while not Path(request.until_file).exists():
        studio.progress(done, 0, "waits")
        done += 1
        time.sleep(0.001)
    return request.number


@operation("fake.count")
def count(request: FakeRequest, studio: Studio) -> Iterator[int]:
    """Count, noting each number in a file; without end where the number is 0."""
    number = 0
    while number < request.number or not request.number:
        if request.until_file:
            Path(request.until_file).write_text(str(number))
        yield number
        number += 1


@operation("fake.break")
def break_off(request: FakeRequest, studio: Studio) -> Iterator[int]:
    """Give one number, then fail."""
    yield 1
    raise ModelError("the model answered NaN")


@operation("fake.nothing")
def nothing(request: FakeRequest, studio: Studio) -> Iterator[int]:
    """Give no number at all."""
    return iter(())


@operation("fake.bug")
def bug(request: FakeRequest, studio: Studio) -> int:
    """Divide by nothing."""
    return 1 // 0


@operation("fake.die")
def die(request: FakeRequest, studio: Studio) -> int:
    """Die as a crash of native code does."""
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


@operation("fake.hang")
def hang(request: FakeRequest, studio: Studio) -> int:
    """Say nothing any more."""
    time.sleep(3600)
    return 0


def find_fake(name: str) -> Operation:
    """Find an operation of this module."""
    for thing in globals().values():
        if isinstance(thing, Operation) and thing.name == name:
            return thing
    raise NotFoundError(f"no operation {name}")


FAKES = tuple(thing for thing in globals().values() if isinstance(thing, Operation))
"""All of them."""


def find_any(name: str) -> Operation:
    """Find an operation of this module or of the table."""
    return find_fake(name) if name.startswith("fake.") else find_operation(name)
