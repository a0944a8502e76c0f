"""How far a film has been read."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Hear how far a film has been read."""

    def __call__(self, done: int, total: int, what: str) -> None:
        """Take note that `done` of `total` pieces of `what` are read."""
