"""Connect to Segue, start it, end it, leave off waiting."""

import time
from typing import Final

import bpy
from bpy.types import Operator

from . import asking
from .desk import MEMORY, connected_words, desk, say
from .errand import Pause, Steps
from .preferences import door, log_path, preferences
from .trouble import BridgeError, GoneError
from .waiting import Described, Waiting

_START_SECONDS: Final = 90.0
_PAUSE_SECONDS: Final = 0.3


class SEGUE_OT_connect(Waiting, Operator):
    """Look whether Segue listens on this machine, and learn what it can do."""

    bl_idname = "segue.connect"
    bl_label = "Connect"

    def steps(self, context: bpy.types.Context) -> Steps:
        """Ask what can be changed."""
        yield from asking.connect()
        return connected_words(door())


class SEGUE_OT_start(Waiting, Operator):
    """Start `segue serve` on this machine, unless it runs already; it ends with Blender."""

    bl_idname = "segue.start"
    bl_label = "Start"

    def steps(self, context: bpy.types.Context) -> Steps:
        """Start it, and wait until it answers."""
        try:
            yield from asking.connect()
        except GoneError:
            MEMORY.server.start(preferences().command, door(), log_path())
            yield from self._until_there()
        return connected_words(door())

    def ended_early(self) -> None:
        """Leave nothing behind that nobody asked for any more."""
        if not desk().is_connected:
            MEMORY.server.stop()

    def _until_there(self) -> Steps:
        deadline_seconds = time.monotonic() + _START_SECONDS
        while True:
            yield Pause(_PAUSE_SECONDS, "starting Segue")
            try:
                return (yield from asking.connect())
            except GoneError as error:
                if not MEMORY.server.runs:
                    raise BridgeError(
                        f"Segue did not start: {MEMORY.server.last_words() or 'it said nothing'}"
                    ) from error
                if time.monotonic() > deadline_seconds:
                    raise


class SEGUE_OT_stop(Described, Operator):
    """End the Segue that was started here."""

    bl_idname = "segue.stop"
    bl_label = "Stop"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Say whether there is one."""
        return MEMORY.server.runs and not desk().is_busy

    def execute(self, context: bpy.types.Context) -> set[str]:
        """End it."""
        MEMORY.server.stop()
        desk().is_connected = False
        say("Segue was ended; press Start when you need it")
        return {"FINISHED"}


class SEGUE_OT_give_up(Described, Operator):
    """Leave off waiting; Segue is told, and nothing is changed (Esc does the same)."""

    bl_idname = "segue.give_up"
    bl_label = "Cancel"

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Have whoever waits leave off."""
        desk().is_given_up = True
        return {"FINISHED"}


CLASSES = (SEGUE_OT_connect, SEGUE_OT_start, SEGUE_OT_stop, SEGUE_OT_give_up)
