"""Reshape somebody while a slider is dragged: the vertices at once, all else when it rests."""

import contextlib
import time
from typing import Final

import bpy

from . import asking, drag, making, people, reshaping, showing
from .desk import desk, redraw, say_wrong
from .drag import DRAG
from .errand import Steps, Work
from .preferences import door
from .trouble import BridgeError

_TICK_SECONDS: Final = 0.015
_REST_SECONDS: Final = 0.4
"""Sliders that stand still so long are taken as set."""


def steps(name: str) -> Steps:
    """Ask for somebody with the sliders as they are now, and move the vertices there."""
    person = people.find(name)
    past = people.past_of(person)
    character = yield from asking.edited(past.base, showing.sliders(), showing.amounts())
    has_keys = reshaping.has_keys(person)
    seen = character | {"expression": []} if has_keys else character
    _, shape = yield from asking.shape_of(seen, past, has_keys=False)
    begun_seconds = time.perf_counter()
    reshaping.show(people.find(name), shape.vertices)
    DRAG.worst_seconds = max(DRAG.worst_seconds, time.perf_counter() - begun_seconds)
    return ""


def tick() -> float | None:
    """Do the next bit of what sliders asked for."""
    if not drag.is_pending():
        return None
    if desk().is_busy:
        return 0.1
    try:
        return _go_on()
    except BridgeError as error:
        give_back()
        say_wrong(error)
    return None


def _go_on() -> float | None:
    if DRAG.work is not None:
        if DRAG.work.poll():
            DRAG.work = None
            redraw()
        return _TICK_SECONDS
    if DRAG.is_due:
        person = people.find(DRAG.name)
        if DRAG.before is None:
            DRAG.before = reshaping.vertices_of(person)
        DRAG.is_due = False
        DRAG.work = Work(steps(DRAG.name), door())
    elif time.monotonic() - DRAG.moved_seconds > _REST_SECONDS:
        _set_down()
        return None
    return _TICK_SECONDS


def _set_down() -> None:
    """Have bones, shape keys and the past follow: one step that can be undone."""
    window = bpy.context.window_manager.windows[0]
    with bpy.context.temp_override(window=window):
        bpy.ops.segue.shape("INVOKE_DEFAULT", True, target=DRAG.name)


def give_back() -> None:
    """Put the vertices back to where they were, and the sliders."""
    name, before = DRAG.name, DRAG.before
    drag.forget()
    with contextlib.suppress(BridgeError):  # they may be gone, with nothing left to put back
        person = people.find(name)
        if before is not None:
            reshaping.show(person, before)
        if reshaping.has_keys(person):
            making.set_amounts(person, people.character_of(person)["expression"])
    showing.refresh()


def register() -> None:
    """Begin to listen to sliders."""
    DRAG.tick = tick


def unregister() -> None:
    """Listen no more."""
    drag.forget()
    if bpy.app.timers.is_registered(tick):
        bpy.app.timers.unregister(tick)
    DRAG.tick = None
