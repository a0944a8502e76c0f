"""What a leader's clock tells, and the line of song time that is drawn from it.

Live, song time counts *beats*: 1e9 nanoseconds of song time are one beat (a quarter note), at every
tempo. It never goes back: where the host jumps, its position moves against song time, and song time
goes on. A *line* maps song time to real time until the next line is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from bridge.errors import check_range
from bridge.schema.live import SyncSource
from bridge.schema.notes import TimeSignature

BEAT_NS: Final = 1_000_000_000
"""Song time of one beat, live."""


LARGEST_OFFSET_MS: Final = 1000.0
"""What we send may be shifted by this much, either way."""


@dataclass(frozen=True, slots=True)
class SyncWish:
    """Whom to follow, and what holds where nobody leads."""

    source: SyncSource | None = None
    """Who shall lead; None: whoever rolls."""
    offset_ms: float = 0.0
    """Shifts what we send, never what we hear: + is later, -1000..1000."""
    tempo_bpm: float = 120.0
    """Beats per minute while nobody else tells, 20..400."""
    metre: TimeSignature = field(default_factory=lambda: TimeSignature(0, 4, 4))
    """Of every bar, where the leader does not tell."""
    is_master: bool = False
    """Whether we send MIDI clock."""

    def __post_init__(self) -> None:
        check_range("offset_ms", self.offset_ms, -LARGEST_OFFSET_MS, LARGEST_OFFSET_MS)
        check_range("tempo_bpm", self.tempo_bpm, 20.0, 400.0)

    @property
    def offset_ns(self) -> int:
        """The shift of what we send, + is later."""
        return round(self.offset_ms * 1_000_000)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a leader's clock says at one moment."""

    at_ns: int
    """The moment, by `time.perf_counter_ns`."""
    is_rolling: bool
    """Whether the song runs."""
    tempo_bpm: float
    """Beats per minute."""
    position_ticks: float
    """Where the song is at that moment, PPQ 480 from its beginning; negative before it."""
    metre: TimeSignature | None = None
    """Of the bar, `onset_ticks` on a bar line of the song; None: the leader does not tell."""
    has_tempo: bool = True
    """Whether the tempo is the leader's own; False: it has none, and goes by what we wish."""
    jumps: int = 0
    """How often the position has jumped so far: a locate, a loop's wrap, a start. While it stays,
    the position moves as the tempo says, and what is missing to it is the follower's error."""
    is_exact: bool = False
    """Whether the position is that of the moment to the frame, so that nothing is to be smoothed:
    what a line lacks to it is the error of the clock by which the moment was measured."""


class Follower(Protocol):
    """Follows one leader's clock."""

    @property
    def source(self) -> SyncSource:
        """Whom it follows."""

    def reading(self, at_ns: int) -> Reading | None:
        """Say what the leader's clock shows at a moment; None: there is no leader now.

        Args:
            at_ns: by `time.perf_counter_ns`; never earlier than the last call's.
        """

    def heed(self, wish: SyncWish, at_ns: int) -> None:
        """Take what holds where the leader does not tell, and tell it what it shall hold."""

    def close(self) -> None:
        """Give back what it holds."""


@dataclass(frozen=True, slots=True)
class Line:
    """Song time against real time."""

    at_ns: int
    """A moment, by `time.perf_counter_ns`."""
    song_ns: int
    """Song time at that moment; BEAT_NS is one beat."""
    rate: float
    """Nanoseconds of song time in a nanosecond: tempo / 60 live, 1 where song time is real time;
    0: song time stands still and nothing is sent."""
    is_broken: bool = False
    """Whether what was planned by earlier lines is out of time: it ends and is forgotten."""

    def song_ns_at(self, at_ns: int) -> int:
        """Song time of a moment."""
        return self.song_ns + round((at_ns - self.at_ns) * self.rate)

    def shifted(self, by_ns: int) -> Line:
        """The same line later by so much, as what we send is by an offset."""
        return replace(self, at_ns=self.at_ns + by_ns)


@dataclass(frozen=True, slots=True)
class Lead:
    """Who leads, and where the song is: what the clock process tells about a line."""

    source: SyncSource
    """Who leads."""
    is_rolling: bool
    """Whether the song runs."""
    tempo_bpm: float
    """Beats per minute."""
    line: Line
    """Song time against real time."""
    position_ticks: float
    """Where the song is at `line.at_ns`, PPQ 480 from its beginning."""
    metre: TimeSignature | None
    """Of the bar, `onset_ticks` on a bar line of the song; None: the leader does not tell."""
    jumps: int
    """How often the host has jumped: a locate, a loop's wrap, a start."""
