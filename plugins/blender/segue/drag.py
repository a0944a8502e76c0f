"""Sliders that a person moves: whose they are, and that something is due. `live` does it."""

import time
from collections.abc import Callable

import bpy
import numpy as np

from .desk import MEMORY
from .errand import Work
from .people import active_person


class Drag:
    """Sliders that are being moved."""

    def __init__(self) -> None:
        self.tick: Callable[[], float | None] | None = None
        """What is called again and again while something moves; `live` gives it."""
        self.worst_seconds = 0.0
        """The longest that a change of a mesh has taken."""
        self.clear()

    def clear(self) -> None:
        """Forget what moved."""
        self.name = ""
        """Whose sliders they are; empty while nothing moves."""
        self.before: np.ndarray | None = None
        """Where the vertices were."""
        self.work: Work | None = None
        self.is_due = False
        self.moved_seconds = 0.0


DRAG = Drag()


def on_slider(slider: bpy.types.PropertyGroup, context: bpy.types.Context) -> None:
    """Take that somebody moved a slider of the shape."""
    if MEMORY.is_quiet:
        return
    within = min(max(slider.amount, slider.low), slider.high)
    if within != slider.amount:
        slider.amount = within
    else:
        _touch(active_person(context), is_seen=False)


def on_action(action: bpy.types.PropertyGroup, context: bpy.types.Context) -> None:
    """Take that somebody moved a slider of the expression: a shape key moves at once."""
    if MEMORY.is_quiet:
        return
    person = active_person(context)
    keys = person.data.shape_keys if person is not None else None
    if keys is not None and action.name in keys.key_blocks:
        keys.key_blocks[action.name].value = action.amount
    _touch(person, is_seen=keys is not None)


def on_wish(wish: bpy.types.PropertyGroup, context: bpy.types.Context) -> None:
    """Take that somebody moved a wish."""
    if MEMORY.is_quiet:
        return
    within = min(max(wish.amount, wish.lowest), wish.highest)
    if within != wish.amount:
        wish.amount = within
    else:
        wish.is_wished = True


def is_pending() -> bool:
    """Say whether sliders were moved that are not yet set."""
    return bool(DRAG.name)


def forget() -> None:
    """Leave off, and keep what is seen as it is."""
    if DRAG.work is not None:
        DRAG.work.give_up()
    DRAG.clear()


def _touch(person: bpy.types.Object | None, *, is_seen: bool) -> None:
    """Have the shape of somebody follow, unless it does so already."""
    if person is None or bpy.app.background or DRAG.tick is None:
        return
    DRAG.name = person.name
    DRAG.is_due |= not is_seen
    DRAG.moved_seconds = time.monotonic()
    if not bpy.app.timers.is_registered(DRAG.tick):
        bpy.app.timers.register(DRAG.tick)
