"""Song time and real time as frames of a sample clock."""

from __future__ import annotations

from typing import Final

from bridge.transports.agenda import Agenda
from bridge.transports.base import NANOSECONDS_PER_SECOND

_FRAMES_MODULUS: Final = 1 << 32
"""JACK counts frames in 32 bits: it wraps after a day at 48 kHz."""
_RATE_PARTS: Final = 1 << 32
"""A rate is kept as a whole number of so many parts, so that no error adds up."""
NEVER_NS: Final = -(1 << 62)
"""Before every song time: nothing is due until then."""

_SETTLING_NS: Final = 30_000_000_000
"""In about this time the clock of frames is where it is measured to be: so slowly that a sample
clock which stumbles, or is looked at too late, does not move what is sent by it."""
_LARGEST_DRIFT: Final = 300e-6
"""How much a sample clock may go wrong, and ours with it, as a share."""
_LOST_NS: Final = 4_000_000
"""Moments so far from where they were expected, all of them: the frames stood still meanwhile."""
_LOST_LOOKS: Final = 3
"""So many in a row."""
_FAR_NS: Final = 100_000_000
"""One moment so far off is enough."""


class FrameGrid:
    """Song time as frames of a sample clock."""

    def __init__(self, *, rate_hz: int) -> None:
        """Begin with song time 0 at frame 0, at rate 1.

        Args:
            rate_hz: frames in a second.
        """
        self._rate_hz = rate_hz
        self._origin_frame = 0
        self._origin_ns = 0
        self._step_ns = NANOSECONDS_PER_SECOND  # song time of so many frames:
        self._step_frames = rate_hz

    @property
    def stands_still(self) -> bool:
        """Whether song time is the same at every frame."""
        return self._step_ns == 0

    def align(self, *, frame: int, song_ns: int, rate: float = 1.0) -> None:
        """Make `frame` the moment `song_ns`.

        Args:
            frame: any.
            song_ns: of that frame.
            rate: song time in real time, >= 0; 1.0 is exact for ever.
        """
        self._origin_frame = frame
        self._origin_ns = song_ns
        if rate == 1.0:
            self._step_ns, self._step_frames = NANOSECONDS_PER_SECOND, self._rate_hz
        else:
            self._step_ns = round(rate * _RATE_PARTS) * NANOSECONDS_PER_SECOND
            self._step_frames = self._rate_hz * _RATE_PARTS

    def frame_of(self, song_ns: int) -> int:
        """The frame nearest to a song time, halves up; where time stands still, the origin."""
        if self._step_ns == 0:
            return self._origin_frame
        doubled = 2 * (song_ns - self._origin_ns) * self._step_frames + self._step_ns
        return self._origin_frame + doubled // (2 * self._step_ns)

    def song_ns_of(self, frame: int) -> int:
        """The song time of a frame, rounded down."""
        return self._origin_ns + (frame - self._origin_frame) * self._step_ns // self._step_frames

    def first_ns_at(self, frame: int) -> int:
        """The first song time whose nearest frame is `frame` or a later one."""
        halves = (2 * (frame - self._origin_frame) - 1) * self._step_ns
        return self._origin_ns - (-halves // (2 * self._step_frames))

    def song_ns_in(self, real_ns: int) -> int:
        """The song time that passes in some real time."""
        return (
            real_ns * self._step_ns * self._rate_hz // (self._step_frames * NANOSECONDS_PER_SECOND)
        )


class FrameTime:
    """Real time of frames: a delay-locked loop."""

    def __init__(self, *, rate_hz: int) -> None:
        """Know nothing yet.

        Args:
            rate_hz: frames in a second, as the sample clock calls it.
        """
        self._nominal_ns = NANOSECONDS_PER_SECOND / rate_hz
        self._drift = 0.0
        self._frame = 0
        self._at_ns = 0.0
        self._looks = 0
        self._lost = 0

    def look(self, *, frame: int, at_ns: int) -> int:
        """Take a measured moment in.

        Args:
            frame: later than the last one.
            at_ns: when it was or will be, as far as one could measure.

        Returns:
            When it was or will be, by all that was measured so far.
        """
        passed_ns = (frame - self._frame) * self._nominal_ns
        expected_ns = self._at_ns + passed_ns * (1.0 + self._drift)
        error_ns = at_ns - expected_ns
        self._frame = frame
        self._lost = self._lost + 1 if abs(error_ns) > _LOST_NS else 0
        is_lost = self._lost >= _LOST_LOOKS or abs(error_ns) > _FAR_NS
        if self._looks == 0 or is_lost or passed_ns <= 0:
            self._looks, self._lost, self._at_ns, self._drift = 1, 0, float(at_ns), 0.0
            return at_ns
        self._looks += 1
        settled = passed_ns / _SETTLING_NS
        self._at_ns = expected_ns + error_ns * max(1.0 / self._looks, 2.0 * settled)
        drift = self._drift + error_ns / _SETTLING_NS * settled
        self._drift = min(max(drift, -_LARGEST_DRIFT), _LARGEST_DRIFT)
        return round(self._at_ns)

    def at_ns(self, frame: int) -> int:
        """When a frame near the last one was or will be."""
        passed_ns = (frame - self._frame) * self._nominal_ns * (1.0 + self._drift)
        return round(self._at_ns + passed_ns)


def unwrapped(frame_32: int, *, near: int) -> int:
    """Give a 32-bit frame count as the full count that lies nearest to a known one."""
    half = _FRAMES_MODULUS // 2
    return near + (frame_32 - near + half) % _FRAMES_MODULUS - half


def cycle(
    agenda: Agenda, grid: FrameGrid, *, first_frame: int, frames: int, latest_ns: int
) -> list[tuple[int, str, bytes]]:
    """Take what belongs into one process cycle.

    Args:
        agenda: what is to be sent.
        grid: where song time lies in frames.
        first_frame: of the cycle.
        frames: length of the cycle, >= 1.
        latest_ns: real time; a note-on that is later than this is not sent.

    Returns:
        Messages in order, each with its offset 0..frames-1 from `first_frame` and the short name of
        its output.
    """
    due = agenda.take_due(
        NEVER_NS if grid.stands_still else grid.first_ns_at(first_frame + frames),
        now_ns=grid.song_ns_of(first_frame),
        latest_ns=grid.song_ns_in(latest_ns),
    )
    written: list[tuple[int, str, bytes]] = []
    offset = 0
    for at_ns, port, payload in due:
        offset = min(max(offset, grid.frame_of(at_ns) - first_frame), frames - 1)
        written.append((offset, port, payload))
    return written
