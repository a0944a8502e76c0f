"""What is known while Blender runs: Segue's controls and bodies, and what the panel says."""

import contextlib
from collections.abc import Iterator

import bpy

from .answers import Controls
from .body import Body
from .process import Server
from .trouble import BridgeError, GoneError
from .wire import Call, Door

_FAREWELL_SECONDS = 0.05


class Memory:
    """What is not kept in any file."""

    def __init__(self) -> None:
        self.controls: Controls | None = None
        self.bodies: dict[str, Body] = {}
        """By rig."""
        self.server = Server()
        self.is_quiet = False
        """Whether what is set on sliders comes from us, not from a person."""
        self.farewells: list[Call] = []

    def forget(self) -> None:
        """Forget what Segue said: it may be another one now."""
        self.controls = None
        self.bodies.clear()


MEMORY = Memory()


def desk() -> bpy.types.PropertyGroup:
    """Give what the panel shows."""
    return bpy.context.window_manager.segue


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Set sliders without anything happening."""
    before, MEMORY.is_quiet = MEMORY.is_quiet, True
    try:
        yield
    finally:
        MEMORY.is_quiet = before


def say(words: str, *, is_wrong: bool = False) -> None:
    """Show words on the status line."""
    here = desk()
    here.status, here.is_wrong = words[:1].upper() + words[1:], is_wrong
    redraw()


def say_wrong(error: BridgeError) -> None:
    """Show what went wrong, and remember where nobody answers any more."""
    if isinstance(error, GoneError):
        desk().is_connected = False
    say(str(error), is_wrong=True)


def connected_words(door: Door) -> str:
    """Say that Segue answers."""
    return f"Connected to Segue on port {door.port}"


def redraw() -> None:
    """Have the panels drawn anew."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                for region in area.regions:
                    if region.type == "UI":  # what is beside it may be slow to draw
                        region.tag_redraw()


def send_off(call: Call | None) -> None:
    """Let a farewell go out by itself."""
    if call is None:
        return
    MEMORY.farewells.append(call)
    if not bpy.app.timers.is_registered(_poll_farewells):
        bpy.app.timers.register(_poll_farewells)


def _poll_farewells() -> float | None:
    MEMORY.farewells = [call for call in MEMORY.farewells if not _has_gone(call)]
    return _FAREWELL_SECONDS if MEMORY.farewells else None


def _has_gone(call: Call) -> bool:
    try:
        return call.poll()
    except BridgeError:
        return True


def unregister() -> None:
    """Leave nothing behind."""
    if bpy.app.timers.is_registered(_poll_farewells):
        bpy.app.timers.unregister(_poll_farewells)
    for call in MEMORY.farewells:
        call.close()
    MEMORY.farewells.clear()
    MEMORY.server.stop()
    MEMORY.forget()
