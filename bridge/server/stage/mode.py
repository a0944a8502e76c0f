"""What every mode of playing live is: something that hears, looks at the time, and plays."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from bridge.schema.live import LiveSettings, LiveVerb
from bridge.schema.notes import NoteSequence, Part
from bridge.server.stage.desk import Desk, Planned
from bridge.server.stage.phrase import HeardNote, Phrase

LEAD_TICKS: Final = 240
"""What is to begin on a beat or a bar line is seen to so long before: half a beat."""

TakeMade = Callable[[NoteSequence], None]
"""Is told of what was played, to keep it."""


class Mode(ABC):
    """A way to play along.

    Args:
        desk: song, settings, a way to ask for music and one to play it.
        phrase: what is heard; the stage writes it, modes read it and have it begin anew.
        on_take: is told when something is worth keeping.
    """

    def __init__(self, desk: Desk, phrase: Phrase, on_take: TakeMade) -> None:
        self.desk = desk
        self.phrase = phrase
        self.on_take = on_take
        desk.doing = "listening"

    @abstractmethod
    def begin(self, note: HeardNote) -> None:
        """Hear a note begin."""

    @abstractmethod
    def fall_silent(self) -> None:
        """Hear the last key go up: nothing sounds any more."""

    @abstractmethod
    def look(self, now_ticks: float) -> None:
        """Do what is due."""

    @abstractmethod
    def next_look_ticks(self) -> float | None:
        """Say when to look next, in song ticks; None: when something is heard."""

    @abstractmethod
    def perform(self, verb: LiveVerb) -> None:
        """Do something at once.

        Raises:
            RequestError: this mode has nothing to do it to.
        """

    @abstractmethod
    def settle(self, before: LiveSettings) -> None:
        """Take note that the settings have changed."""

    @abstractmethod
    def restart(self) -> None:
        """Begin anew: the host stopped or went elsewhere, and all that was planned is forgotten."""

    @abstractmethod
    def leave(self) -> None:
        """End what plays: another mode follows."""


def played_part(name: str, planned: tuple[Planned, ...], *, start_ticks: int, channel: int) -> Part:
    """Give what was played as a part, from a moment of song time on."""
    notes = tuple(
        replace(entry.note, onset_ticks=entry.note.onset_ticks - start_ticks)
        for entry in planned
        if entry.note.onset_ticks >= start_ticks
    )
    return Part(name=name, channel=channel, notes=notes)
