"""A stage on which one take was played: it takes note of what it is asked."""

from __future__ import annotations

from dataclasses import replace

from bridge.schema.live import HostState, LiveMode, LiveSettings, LiveStatus, LiveVerb, Take
from bridge.schema.notes import Note, NoteSequence, Part

TAKE = Take(
    number=3,
    made_at="2026-11-22T14:00:00Z",
    mode=LiveMode.CALL,
    music=NoteSequence(parts=(Part(name="Call", notes=(Note(60, 0, 480), Note(64, 480, 480))),)),
)


class FakeStage:
    """What the operations of `live` see."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.performed: list[LiveVerb] = []
        self._settings = LiveSettings()
        self._take = TAKE

    def status(self) -> LiveStatus:
        return LiveStatus(
            settings=self._settings,
            host=HostState(),
            ports=("Segue:midi_out",),
            listeners=(),
            heard_key=None,
            calls=0,
            doing="listening",
            trouble="",
        )

    def settings(self) -> LiveSettings:
        return self._settings

    def change(self, settings: LiveSettings) -> None:
        self._settings = settings

    def perform(self, verb: LiveVerb) -> None:
        self.performed.append(verb)

    def takes(self) -> tuple[Take, ...]:
        return (self._take,)

    def mark(self, number: int, rating: int) -> None:
        self._take = replace(self._take, rating=rating)
