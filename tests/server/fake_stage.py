"""A stage on which nothing is played: it takes note of what it is asked."""

from __future__ import annotations

from bridge.schema.live import HostState, LiveSettings, LiveStatus, LiveVerb, Take


class FakeStage:
    """What the operations of `live` see."""

    def __init__(self) -> None:
        self.performed: list[LiveVerb] = []
        self._settings = LiveSettings()

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
        return ()
