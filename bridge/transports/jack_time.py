"""When a frame of JACK is, by our clock.

JACK smooths the times of its cycles. While it recovers from one that came too late, what it says
may lie seconds or hours off, because it divides by how far away the next cycle is. So it is
believed only where the cycle began a moment ago; else the cycle began when we are asked.
"""

from __future__ import annotations

import time
from typing import Any, Final

from bridge.transports.base import NANOSECONDS_PER_SECOND
from bridge.transports.frames import FrameTime, unwrapped

_MEASUREMENTS: Final = 3
_INTERRUPTED_NS: Final = 30_000
"""To ask two clocks takes less; if not, somebody else ran in between."""
_LONGEST_NS: Final = 5_000_000
"""A cycle is asked about sooner after its beginning, unless somebody before us takes that long."""


class JackTime:
    """Compares JACK's frames, which its server smooths, with `time.perf_counter_ns`."""

    def __init__(self, client: Any) -> None:
        """Know nothing yet.

        Args:
            client: a `jack.Client`.
        """
        self._client = client
        self._rate_hz = client.samplerate
        self._time = FrameTime(rate_hz=self._rate_hz)
        self._measured_none = True

    def measure(self, frame: int) -> int:
        """Compare anew, and say when a frame was; called in the cycle that begins with it.

        A measurement that was interrupted counts for nothing, unless it is all there is.
        """
        for _ in range(_MEASUREMENTS):
            before_ns = time.perf_counter_ns()
            since = unwrapped(self._client.frame_time, near=frame) - frame
            after_ns = time.perf_counter_ns()
            if is_exact := after_ns - before_ns < _INTERRUPTED_NS:
                break
        if not (is_exact or self._measured_none):
            return self._time.at_ns(frame)
        self._measured_none = False
        since_ns = since * NANOSECONDS_PER_SECOND // self._rate_hz
        is_believed = 0 <= since_ns < _LONGEST_NS
        at_ns = (before_ns + after_ns) // 2 - (since_ns if is_believed else 0)
        return self._time.look(frame=frame, at_ns=at_ns)

    def at_ns(self, frame: int) -> int:
        """When a frame near the last one that was measured was or will be."""
        return self._time.at_ns(frame)
