"""What all that asks Segue has in common: it waits without stopping Blender, and can be ended."""

from typing import Any, Final

import bpy
from bpy.props import FloatProperty

from .desk import desk, redraw, say, say_wrong, send_off
from .errand import Steps, Work
from .preferences import door
from .trouble import BridgeError

_TICK_SECONDS: Final = 0.04


class Described:
    """An operator whose tooltip is its docstring; Blender puts the full stop itself."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.bl_description = (cls.__doc__ or "").partition("\n")[0].rstrip(".")


class Waiting(Described):
    """An operator that asks Segue.

    In a window it waits between two events, and Esc ends it; in a script, and without a window, it
    is done when it returns.
    """

    timeout_seconds: FloatProperty(
        name="Timeout",
        description="How long a script waits, in seconds",
        default=120.0,
        min=0.1,
        options={"HIDDEN", "SKIP_SAVE"},
    )

    def steps(self, context: bpy.types.Context) -> Steps:
        """Give what is asked, and what is done with the answers."""
        raise NotImplementedError

    def ended_early(self) -> None:
        """Put back what was half done."""

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Do it, and wait for it."""
        if self._is_in_vain():
            return {"CANCELLED"}
        try:
            said = Work(self.steps(context), door()).run(self.timeout_seconds)
        except BridgeError as error:
            return self._failed(error)
        return self._done(said)

    def invoke(self, context: bpy.types.Context, event: Any) -> set[str]:
        """Begin, and let Blender go on."""
        if context.window is None or bpy.app.background:
            return self.execute(context)
        if self._is_in_vain():
            return {"CANCELLED"}
        try:
            self._work = Work(self.steps(context), door())
        except BridgeError as error:
            return self._failed(error)
        manager = context.window_manager
        self._timer = manager.event_timer_add(_TICK_SECONDS, window=context.window)
        manager.modal_handler_add(self)
        here = desk()
        here.is_busy, here.is_given_up, here.share = True, False, 0.0
        here.doing = self._work.words
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: Any) -> set[str]:
        """Go on a little, at each tick of a timer."""
        here = desk()
        if here.is_given_up or (event.type == "ESC" and event.value == "PRESS"):
            self._end(context)
            self.ended_early()
            say("Given up; nothing was changed")
            return {"CANCELLED"}
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        try:
            is_done = self._work.poll()
        except BridgeError as error:
            self._end(context)
            return self._failed(error)
        except BaseException:
            self._end(context)
            raise
        if is_done:
            self._end(context)
            return self._done(self._work.said)
        if (here.doing, here.share) != (self._work.words, self._work.share):
            here.doing, here.share = self._work.words, self._work.share
            redraw()
        return {"PASS_THROUGH"}

    def cancel(self, context: bpy.types.Context) -> None:
        """End, when Blender ends it: another file is opened."""
        self._end(context)

    def _is_in_vain(self) -> bool:
        """Say that one thing is done at a time; a button that is grey stays so under the mouse."""
        if desk().is_busy:
            self.report({"WARNING"}, "Segue is at work; wait, or press Esc")
        return bool(desk().is_busy)

    def _end(self, context: bpy.types.Context) -> None:
        send_off(self._work.give_up())
        context.window_manager.event_timer_remove(self._timer)
        here = desk()
        here.is_busy, here.doing, here.share = False, "", 0.0
        redraw()

    def _failed(self, error: BridgeError) -> set[str]:
        self.ended_early()
        say_wrong(error)
        self.report({"ERROR"}, str(error))
        return {"CANCELLED"}

    def _done(self, said: str) -> set[str]:
        if said:
            say(said)
            self.report({"INFO"}, said)
        return {"FINISHED"}
