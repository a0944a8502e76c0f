"""Ableton Link: one tempo and one beat for everybody on a network.

The library (`LinkPython-extern`, the extra `link`) is imported when a session is joined, never
before. It was taken because it tells the beat of any moment; `aalink` tells the beat of now alone,
and wants an asyncio loop. Link counts microseconds by a clock of its own (on Linux the raw
monotonic one), which is compared with ours once a second.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from bridge.errors import NotFoundError
from bridge.schema.live import SyncSource
from bridge.transports.sync.base import Reading, SyncWish
from bridge.transports.sync.jumps import JumpWatch
from bridge.units import PPQ

if TYPE_CHECKING:
    from link import Link

_COMPARE_NS: Final = 1_000_000_000
"""Our clock and Link's are compared this often."""
_COMPARISONS: Final = 5
"""How often in a row, of which the quickest counts."""
_NS_PER_MINUTE: Final = 60_000_000_000


def has_link() -> bool:
    """Whether the extra `link` is installed."""
    return find_spec("link") is not None and find_spec("_link") is not None


def join_link(wish: SyncWish) -> LinkFollower:
    """Join the session of this network, or begin one at the wish's tempo.

    Raises:
        NotFoundError: the extra `link` is not installed.
    """
    try:
        from link import Link
    except ImportError as error:
        raise NotFoundError(
            "Ableton Link is not installed; pip install 'segue[link]', or choose another --sync"
        ) from error
    session = Link(wish.tempo_bpm)
    session.startStopSyncEnabled = True
    session.enabled = True
    return LinkFollower(session, wish)


class LinkFollower:
    """Follows a Link session, and is a peer in it.

    A session rolls while somebody else is in it. Once a peer has started or stopped it, it rolls
    from start to stop: then beat 0 is the first bar line after the start, for every peer.
    """

    def __init__(
        self, session: Link, wish: SyncWish, *, now_ns: Callable[[], int] = time.perf_counter_ns
    ) -> None:
        """Take a session over.

        Args:
            session: enabled; is disabled with the follower.
            wish: its metre's bar is what the peers' bars are laid on.
            now_ns: our clock.
        """
        self._session = session
        self._clock = session.clock()
        self._now_ns = now_ns
        self._wished_bpm = wish.tempo_bpm
        self._bar_beats = _bar_beats(wish)
        self._compared_ns: int | None = None
        self._ahead_ns = 0
        self._is_playing = False
        self._has_start = False
        self._watch = JumpWatch()

    @property
    def source(self) -> SyncSource:
        """It follows `link`."""
        return SyncSource.LINK

    def heed(self, wish: SyncWish, at_ns: int) -> None:
        """Take the metre, and tell everybody the tempo if it is another wish."""
        self._bar_beats = _bar_beats(wish)
        if wish.tempo_bpm != self._wished_bpm:
            self._wished_bpm = wish.tempo_bpm
            state = self._session.captureAppSessionState()
            state.setTempo(wish.tempo_bpm, self._clock.micros())
            self._session.commitAppSessionState(state)

    def close(self) -> None:
        """Leave the session."""
        self._session.enabled = False

    def reading(self, at_ns: int) -> Reading | None:
        """Say what the session's clock shows; None: nobody else is there."""
        if self._session.numPeers() == 0:
            self._watch.rest()
            return None
        micros, rest_ns = divmod(self._link_ns(at_ns), 1000)
        state = self._session.captureAppSessionState()
        if state.isPlaying() != self._is_playing:
            self._is_playing, self._has_start = state.isPlaying(), True
            state.requestBeatAtStartPlayingTime(0.0, self._bar_beats)
            self._session.commitAppSessionState(state)
        tempo_bpm = state.tempo()
        beats = state.beatAtTime(micros, self._bar_beats) + rest_ns * tempo_bpm / _NS_PER_MINUTE
        is_rolling = not self._has_start or (
            self._is_playing and micros >= state.timeForIsPlaying()
        )
        if is_rolling:
            self._watch.see(at_ns, beats * PPQ, tempo_bpm)
        else:
            self._watch.rest()
        return Reading(at_ns, is_rolling, tempo_bpm, beats * PPQ, jumps=self._watch.count)

    def _link_ns(self, at_ns: int) -> int:
        """A moment of our clock by Link's."""
        if self._compared_ns is None or at_ns - self._compared_ns >= _COMPARE_NS:
            self._compared_ns = at_ns
            self._ahead_ns = min(self._compare() for _ in range(_COMPARISONS))[1]
        return at_ns + self._ahead_ns

    def _compare(self) -> tuple[int, int]:
        """How long a comparison took, and how far Link's clock is ahead."""
        before_ns = self._now_ns()
        link_ns = self._clock.micros() * 1000
        after_ns = self._now_ns()
        return after_ns - before_ns, link_ns - (before_ns + after_ns) // 2


def _bar_beats(wish: SyncWish) -> float:
    return wish.metre.bar_ticks() / PPQ
