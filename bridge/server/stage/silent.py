"""Off: Segue listens and keeps silent."""

from __future__ import annotations

from bridge.errors import RequestError
from bridge.schema.live import LiveSettings, LiveVerb
from bridge.server.stage.mode import Mode
from bridge.server.stage.phrase import HeardNote


class SilentMode(Mode):
    """Does nothing."""

    def begin(self, note: HeardNote) -> None:
        """Forget it."""
        self.phrase.forget()

    def fall_silent(self) -> None:
        """Keep silent."""

    def look(self, now_ticks: float) -> None:
        """Have nothing to do."""

    def next_look_ticks(self) -> float | None:
        """Never need to look."""
        return None

    def perform(self, verb: LiveVerb) -> None:
        """Refuse what would make a sound."""
        if verb in (LiveVerb.ANSWER, LiveVerb.AGAIN, LiveVerb.VARY, LiveVerb.UNDO):
            raise RequestError("Segue is off; set the mode to call, duet, loop or band first")

    def settle(self, before: LiveSettings) -> None:
        """Have nothing to settle."""

    def restart(self) -> None:
        """Have nothing to begin."""

    def leave(self) -> None:
        """Have nothing to end."""
