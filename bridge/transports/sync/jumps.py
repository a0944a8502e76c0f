"""Sees that a position jumps: that it is not where its tempo would have brought it.

A song that fell behind its tempo without going back did not jump: whoever plays it stood still for
a while, as a machine does that has too much to do.
"""

from __future__ import annotations

from typing import Final

from bridge.units import PPQ

JUMP_NS: Final = 20_000_000
"""A position that is off by more was moved by somebody."""

_TICKS_PER_BPM_NS: Final = PPQ / 60_000_000_000


class JumpWatch:
    """Counts the jumps of a song that rolls."""

    def __init__(self) -> None:
        self._last: tuple[int, float, float] | None = None
        self.count = 0

    def see(self, at_ns: int, position_ticks: float, tempo_bpm: float) -> None:
        """Take where the song is, and how fast it goes on from there."""
        if self._last is not None:
            last_ns, last_ticks, last_per_ns = self._last
            missing_ticks = last_ticks + (at_ns - last_ns) * last_per_ns - position_ticks
            stood_still = position_ticks >= last_ticks and missing_ticks > 0
            if abs(missing_ticks) > JUMP_NS * last_per_ns and not stood_still:
                self.count += 1
        self._last = (at_ns, position_ticks, tempo_bpm * _TICKS_PER_BPM_NS)

    def rest(self) -> None:
        """Take that the song stands still: wherever it goes on, that is no jump."""
        self._last = None
