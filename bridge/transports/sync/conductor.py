"""The conductor: one line of song time, drawn from whoever leads."""

from __future__ import annotations

from collections.abc import Sequence

from bridge.schema.live import SyncSource
from bridge.transports.sync.base import Follower, Lead, Line, SyncWish


class Conductor:
    """Draws the line.

    Everything happens in `line`, which one thread calls; the others may be called from any thread
    and take effect at the next line.
    """

    def __init__(self, wish: SyncWish, followers: Sequence[Follower] = ()) -> None:
        """Begin with song time 0 at the first line.

        Args:
            wish: whom to follow.
            followers: of JACK and Link, where they are; our own clock and the follower of MIDI
                clock are the conductor's.
        """
        self._wish = wish
        self._followers = tuple(followers)
        self._line: Line | None = None

    def conduct(self, wish: SyncWish, at_ns: int) -> None:
        """Follow another wish from now on."""
        self._wish = wish

    def follow(self, followers: Sequence[Follower]) -> None:
        """Take other followers of JACK and Link, in place of those there were; the caller closes
        the old ones."""
        self._followers = tuple(followers)

    def hear(self, payload: bytes, at_ns: int) -> None:
        """Take a real-time message or a song position that came in at a moment."""

    def transport(self, is_rolling: bool, position_ticks: float | None, at_ns: int) -> None:
        """Start or stop our own song.

        Args:
            is_rolling: whether it shall run.
            position_ticks: where it goes on; None: where it is.
            at_ns: the moment, by `time.perf_counter_ns`.
        """

    def line(self, at_ns: int) -> Line:
        """Give the line that holds at a moment, the very same one while nothing changes.

        It is as heard: what is sent goes by `line.shifted(wish.offset_ns)`. A line with `is_broken`
        is given once; from the next call on the same line is not broken.

        Args:
            at_ns: by `time.perf_counter_ns`; never earlier than the last call's.
        """
        if self._line is None:
            self._line = Line(at_ns, 0, self._wish.tempo_bpm / 60)
        return self._line

    def lead(self) -> Lead:
        """Say who leads and where the song is, as of the last line."""
        line = self._line or Line(0, 0, 0.0)
        return Lead(SyncSource.INTERNAL, False, self._wish.tempo_bpm, line, 0.0, None, 0)
