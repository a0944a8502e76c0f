"""The control surface: it watches the name of the clip that is shown, and does what it asks."""

import os

from ableton.v2.base import liveobj_valid
from ableton.v2.control_surface import SimpleControlSurface

from .clips import ClipError, clip_head
from .commands import CommandError, is_command, parse
from .errand import Errand
from .exchange import ExchangeError
from .follow import Follower
from .memory import Memory
from .opinion import THUMBS, Deletions, Lesson, Thumb

DEFAULT_PORT = 5757
_TICK = 1
"""Live calls again after so many tenths of a second."""


class SegueSurface(SimpleControlSurface):
    """Look at the shown clip's name ten times a second; its thread is the one that draws Live.

    A name that begins with a slash is a command. It is obeyed when the clip had another name
    before, and gets that name back; a command that an undo or redo brought back is left alone.
    """

    def __init__(self, c_instance):
        super().__init__(c_instance)
        self._live_song = c_instance.song()
        self._port = int(os.environ.get("SEGUE_HTTP_PORT") or DEFAULT_PORT)
        self._clip = None
        self._name = ""
        self._errands = []
        self._follower = Follower(self._live_song, self._port)
        self._memory = Memory(self._live_song)
        self._deletions = Deletions(self._memory, self._port)
        self._is_on = True
        self.schedule_message(_TICK, self._tick)
        self.show_message("Segue: name a clip /vary, /continue, /harmony or /drums")

    def disconnect(self):
        """Stop; Live calls this when it is closed, or another surface is chosen."""
        self._is_on = False
        for errand in self._errands:
            errand.close()
        self._errands = []
        self._follower.close()
        self._deletions.close()
        super().disconnect()

    def _tick(self):
        """Be called again whatever happens, look at the name, and go on with what was asked."""
        if not self._is_on:
            return
        self.schedule_message(_TICK, self._tick)
        self._look()
        self._go_on()
        self._follower.poll()
        self._deletions.poll()

    def _look(self):
        """See whether the shown clip was given a command for a name."""
        clip = self._live_song.view.detail_clip
        if not liveobj_valid(clip) or not clip.is_midi_clip:
            self._clip = None
            return
        name = clip.name
        if clip != self._clip or not is_command(name):
            self._clip, self._name = clip, name
        elif name != self._name:
            before, self._name = self._name, name
            if not is_command(before) and not self._live_song.can_redo:
                self._obey(clip, name, before)

    def _obey(self, clip, name, before):
        """Do what a name asks, and give the clip its own name back."""
        try:
            command = parse(name)
            self._errands.append(self._errand(clip, before, command))
        except (ClipError, CommandError, ExchangeError) as error:
            self._say(str(error))
            return
        clip.name = self._name = before
        self._say(f"{command.verb} {before} ...")

    def _errand(self, clip, name, command):
        """Begin what a command asks for."""
        kept = self._memory.of(clip)
        if command.verb == "learn":
            return Lesson(name, kept, self._port)
        if command.verb in THUMBS:
            head = clip_head(self._live_song, clip)
            return Thumb(clip, command.verb, kept, head, self._port)
        return Errand(self._memory, clip, name, command, self._port)

    def _go_on(self):
        """Go on with everything that was asked for."""
        for errand in list(self._errands):
            try:
                done = errand.poll()
            except (ClipError, ExchangeError) as error:
                done = str(error)
            if done is not None:
                self._errands.remove(errand)
                self._say(done)

    def _say(self, message):
        """Show a line at the bottom of Live's window, and keep it in its Log.txt."""
        self.show_message(f"Segue: {message}")
        self._c_instance.log_message(f"Segue: {message}")
