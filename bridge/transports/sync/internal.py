"""Our own clock: it leads where nobody else does."""

from __future__ import annotations

from bridge.schema.live import SyncSource
from bridge.schema.notes import TimeSignature
from bridge.transports.sync.base import Reading, SyncWish
from bridge.units import PPQ

_MINUTE_NS = 60_000_000_000


class InternalClock:
    """A song that runs, stops and is moved as we say."""

    def __init__(self, wish: SyncWish) -> None:
        """Begin stopped, at the beginning of the song.

        Args:
            wish: its tempo and metre hold.
        """
        self._wished_bpm = self._tempo_bpm = wish.tempo_bpm
        self._metre = _from_the_beginning(wish)
        self._is_rolling = False
        self._anchor = (0, 0.0)
        self._jumps = 0

    @property
    def source(self) -> SyncSource:
        """It is `internal`."""
        return SyncSource.INTERNAL

    @property
    def is_rolling(self) -> bool:
        """Whether the song runs."""
        return self._is_rolling

    @property
    def tempo_bpm(self) -> float:
        """Beats per minute."""
        return self._tempo_bpm

    def close(self) -> None:
        """It holds nothing."""

    def heed(self, wish: SyncWish, at_ns: int) -> None:
        """Take metre, and the tempo if it is another wish; the song stays where it is."""
        self._metre = _from_the_beginning(wish)
        if wish.tempo_bpm != self._wished_bpm:
            self._wished_bpm = wish.tempo_bpm
            self.set_tempo(wish.tempo_bpm, at_ns)

    def set_tempo(self, tempo_bpm: float, at_ns: int) -> None:
        """Change the tempo from a moment on; the song stays where it is."""
        if tempo_bpm != self._tempo_bpm:
            self._anchor = (at_ns, self._position_ticks(at_ns))
            self._tempo_bpm = tempo_bpm

    def start(self, at_ns: int, position_ticks: float | None = None) -> None:
        """Run from a moment on, from a position or from where the song is."""
        if position_ticks is not None or not self._is_rolling:
            self._jumps += 1
        self._move(at_ns, position_ticks)
        self._is_rolling = True

    def stop(self, at_ns: int, position_ticks: float | None = None) -> None:
        """Stand still from a moment on, at a position or where the song is."""
        self._move(at_ns, position_ticks)
        self._is_rolling = False

    def reading(self, at_ns: int) -> Reading:
        """Say what it shows at a moment."""
        return Reading(
            at_ns,
            self._is_rolling,
            self._tempo_bpm,
            self._position_ticks(at_ns),
            self._metre,
            jumps=self._jumps,
        )

    def _move(self, at_ns: int, position_ticks: float | None) -> None:
        here_ticks = self._position_ticks(at_ns)
        self._anchor = (at_ns, here_ticks if position_ticks is None else position_ticks)

    def _position_ticks(self, at_ns: int) -> float:
        anchor_ns, anchor_ticks = self._anchor
        if not self._is_rolling:
            return anchor_ticks
        return anchor_ticks + (at_ns - anchor_ns) * self._tempo_bpm * PPQ / _MINUTE_NS


def _from_the_beginning(wish: SyncWish) -> TimeSignature:
    """The metre as of a song that begins with a bar."""
    return TimeSignature(0, wish.metre.numerator, wish.metre.denominator)
