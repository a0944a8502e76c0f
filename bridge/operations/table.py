"""The one table of what Segue can do; every door is read off it.

An operation is a function `(request, studio) -> noun` in the module of its room:

    @operation("music.continue")
    def continue_melody(request: ContinueRequest, studio: Studio) -> NoteSequence:
        \"\"\"Continue a melody in its own style.\"\"\"

The decorator makes an `Operation` of it, which is still called as the function was. Nothing is
registered when a module is imported: the table looks into a room's module when asked.
"""

from __future__ import annotations

import difflib
import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, Final, Generic, TypeVar, get_type_hints

from bridge.errors import NotFoundError
from bridge.operations.studio import Studio

ROOMS: Final[dict[str, tuple[str, ...]]] = {
    "music": (
        "bridge.operations.music",
        "bridge.operations.compose",
        "bridge.operations.learning",
    ),
    "film": (
        "bridge.operations.film",
        "bridge.operations.timelines",
        "bridge.operations.cutting",
        "bridge.operations.removing",
        "bridge.operations.film_learning",
    ),
    "character": ("bridge.operations.characters", "bridge.operations.character_files"),
    "live": ("bridge.operations.live",),
    "map": ("bridge.operations.mapping",),
    "feedback": ("bridge.operations.feedback",),
    "ratings": ("bridge.operations.ratings",),
    "taste": ("bridge.operations.taste",),
    "models": ("bridge.operations.models",),
    "plugins": ("bridge.operations.plugins",),
    "doctor": ("bridge.operations.doctor",),
}
"""The modules of each room's operations; they are imported when one of them is asked for."""

_NAME: Final = re.compile(r"[a-z]+(\.[a-z]+)?")

RequestT = TypeVar("RequestT")
NounT = TypeVar("NounT")


@dataclass(frozen=True, slots=True)
class Operation(Generic[RequestT, NounT]):
    """One thing that a person may ask for."""

    name: str
    """`room.verb`, the same at every door; or `room` alone, where it has only one."""
    function: Callable[[RequestT, Studio], NounT]
    """What does it."""

    def __call__(self, request: RequestT, studio: Studio) -> NounT:
        """Do it."""
        return self.function(request, studio)

    @property
    def room(self) -> str:
        """The part of the name before the dot."""
        return self.name.partition(".")[0]

    @property
    def verb(self) -> str:
        """The part of the name after the dot; empty where there is none."""
        return self.name.partition(".")[2]

    @property
    def summary(self) -> str:
        """The first line of the function's docstring."""
        return (inspect.getdoc(self.function) or "").partition("\n")[0]

    @property
    def request_type(self) -> type[RequestT]:
        """The dataclass that it takes."""
        found: type[RequestT] = next(iter(_hints(self.function).values()))
        return found

    @property
    def noun_type(self) -> type[NounT]:
        """What it gives back."""
        found: type[NounT] = _hints(self.function)["return"]
        return found


@cache
def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    """Give what the annotations of a function mean: doors ask with every message."""
    return get_type_hints(function)


def operation(
    name: str,
) -> Callable[[Callable[[RequestT, Studio], NounT]], Operation[RequestT, NounT]]:
    """Make an operation of a function `(request, studio) -> noun`.

    Args:
        name: `room.verb` in small letters.

    Raises:
        ValueError: the name is of another form, or the function has no docstring.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"an operation is called room.verb in small letters, not {name!r}")

    def decorate(function: Callable[[RequestT, Studio], NounT]) -> Operation[RequestT, NounT]:
        if not function.__doc__:
            raise ValueError(f"{name} needs a docstring: its first line is what the doors show")
        return Operation(name, function)

    return decorate


def room_operations(room: str) -> tuple[Operation[Any, Any], ...]:
    """Give the operations of one room, in the order they are written.

    Raises:
        NotFoundError: there is no such room.
    """
    if room not in ROOMS:
        raise NotFoundError(f"no room {room}; there are: {', '.join(ROOMS)}")
    found = [thing for module in ROOMS[room] for thing in vars(import_module(module)).values()]
    return tuple(thing for thing in found if isinstance(thing, Operation) and thing.room == room)


def all_operations() -> tuple[Operation[Any, Any], ...]:
    """Give every operation there is, room by room."""
    return tuple(operation for room in ROOMS for operation in room_operations(room))


def find_operation(name: str) -> Operation[Any, Any]:
    """Give the operation of that name.

    Raises:
        NotFoundError: there is none; the message names those nearby.
    """
    room = name.partition(".")[0]
    if room in ROOMS:
        for candidate in room_operations(room):
            if candidate.name == name:
                return candidate
    names = [candidate.name for candidate in all_operations()]
    near = difflib.get_close_matches(name, names, n=3) or names
    raise NotFoundError(f"no operation {name}; near: {', '.join(near)}")
