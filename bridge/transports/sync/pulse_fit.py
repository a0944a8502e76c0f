"""A straight line through the arrivals of pulses: least squares, as far back as it is straight.

A long window averages jitter away, a short one follows a change. The window grows to WINDOW_NS;
when its newest pulses leave the line by more than chance explains, it is cut where two lines fit
best, one before and one after. So a jump of tempo starts it afresh, and a ramp keeps it short. Two
lines of one period are no change: so come pulses that are handed on in whole buffers of audio.

A second-order delay-locked loop (F. Adriaensen, "Using a DLL to filter time", Linux Audio
Conference 2005) keeps the same two states, phase and period, at a bandwidth chosen once for all:
one that is steady enough for jitter of some milliseconds takes seconds to follow a jump.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

WINDOW_NS: Final = 8_000_000_000
"""The longest that the line looks back."""
LARGEST_COUNT: Final = 1024
"""The most pulses it remembers."""
_FIRST_JITTER_NS: Final = 1_500_000.0
_LEAST_JITTER_NS: Final = 30_000.0
"""No clock is taken as steadier than this."""
_JITTER_SHARE: Final = 0.02
"""How much of what is known about the jitter a new pulse replaces."""
_NEWEST: Final = 12
"""Pulses, half a beat, that are asked whether they leave the line."""
_CHANCE: Final = 4.5
"""Standard deviations that chance explains."""
_OTHER_PERIOD: Final = 3.0
"""The same, where a line before and a line after are known to be two."""
_STEP_SHARE: Final = 0.4
"""Jitter, as a share of a step between two lines of one period: somebody counts in buffers."""
_LEAST: Final = 6
"""Pulses from which on a line is trusted more than what was known before."""
_LONGEST_TAIL: Final = 96

Pulse = tuple[int, int]
"""Index and moment, in nanoseconds."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Where pulses lie in time, without their jitter."""

    index: int
    """A pulse."""
    at_ns: float
    """Its moment."""
    period_ns: float
    """From one pulse to the next."""

    def index_at(self, at_ns: int) -> float:
        """The index of a moment, with its fraction."""
        return self.index + (at_ns - self.at_ns) / self.period_ns

    def time_of(self, index: int) -> float:
        """The moment of a pulse."""
        return self.at_ns + (index - self.index) * self.period_ns


class _Sums:
    """What a least-squares line needs, in whole numbers: what is taken out leaves no rest."""

    __slots__ = ("count", "x", "xx", "xy", "y", "yy")

    def __init__(self) -> None:
        self.count = self.x = self.y = self.xx = self.xy = self.yy = 0

    def add(self, x: int, y: int, sign: int = 1) -> None:
        self.count += sign
        self.x += sign * x
        self.y += sign * y
        self.xx += sign * x * x
        self.xy += sign * x * y
        self.yy += sign * y * y

    def slope(self) -> float:
        return (self.count * self.xy - self.x * self.y) / (self.count * self.xx - self.x * self.x)

    def height(self, x: int, slope: float) -> float:
        """Of the line with this slope through the middle of all points."""
        return (self.y + slope * (self.count * x - self.x)) / self.count

    def squares(self) -> float:
        """Squared distances from the line, summed."""
        if self.count < 3:
            return 0.0
        spread = self.count * self.xx - self.x * self.x
        common = self.count * self.xy - self.x * self.y
        whole = (self.count * self.yy - self.y * self.y) * spread - common * common
        return whole / (spread * self.count)

    def copy(self) -> _Sums:
        twin = _Sums()
        twin.count, twin.x, twin.y = self.count, self.x, self.y
        twin.xx, twin.xy, twin.yy = self.xx, self.xy, self.yy
        return twin


class PulseFit:
    """Period and phase of pulses that arrive unevenly."""

    def __init__(self) -> None:
        self._pulses: deque[Pulse] = deque()
        self._jitter_ns = _FIRST_JITTER_NS
        self.restart(())

    @property
    def count(self) -> int:
        """How many pulses the line goes through."""
        return self._all.count

    @property
    def is_guess(self) -> bool:
        """Whether the period is known from these pulses alone, and not from before."""
        return self._known_period_ns is None

    @property
    def grid(self) -> Grid | None:
        """Where the pulses lie; None: too few were heard."""
        return self._grid

    @property
    def jitter_ns(self) -> float:
        """Standard deviation of the arrivals."""
        return self._jitter_ns

    def restart(self, pulses: Iterable[Pulse], *, known_period_ns: float | None = None) -> None:
        """Forget all pulses and begin with these.

        Args:
            pulses: in order.
            known_period_ns: holds until enough of them are there.
        """
        kept = list(pulses)
        self._known_period_ns = known_period_ns
        self._pulses.clear()
        self._all, self._newest = _Sums(), _Sums()
        self._grid: Grid | None = None
        for index, at_ns in kept:
            self._take(index, at_ns)
        if kept:
            self._draw()

    def add(self, index: int, at_ns: int) -> None:
        """Draw the line through one more pulse, which is later than all before."""
        self._take(index, at_ns)
        while self._is_full(at_ns):
            self._all.add(*self._relative(self._pulses.popleft()), -1)
        self._draw()
        if self.count >= _NEWEST + _LEAST:
            self._judge()

    def expect_steps(self, step_ns: float) -> None:
        """Take as jitter that pulses come later or earlier by so much from time to time.

        Who hands pulses on in whole buffers does so, and the period is what it was.
        """
        self._jitter_ns = max(self._jitter_ns, _STEP_SHARE * abs(step_ns))

    def _is_full(self, at_ns: int) -> bool:
        looks_back_ns = at_ns - self._pulses[0][1]
        return self.count > LARGEST_COUNT or (looks_back_ns > WINDOW_NS and self.count > _NEWEST)

    def _take(self, index: int, at_ns: int) -> None:
        if not self._pulses:
            self._origin = (index, at_ns)
        self._pulses.append((index, at_ns))
        point = self._relative((index, at_ns))
        self._all.add(*point)
        self._newest.add(*point)
        if self._newest.count > _NEWEST:
            self._newest.add(*self._relative(self._pulses[-_NEWEST - 1]), -1)

    def _relative(self, pulse: Pulse) -> Pulse:
        return pulse[0] - self._origin[0], pulse[1] - self._origin[1]

    def _draw(self) -> None:
        period_ns = self._known_period_ns
        if self.count >= _LEAST or (period_ns is None and self.count >= 2):
            period_ns = self._all.slope()
        if period_ns is None or period_ns <= 0:
            return
        index = self._pulses[-1][0]
        height = self._all.height(index - self._origin[0], period_ns)
        self._grid = Grid(index, self._origin[1] + height, period_ns)

    def _judge(self) -> None:
        """Cut the window if the newest pulses leave the line, else learn the jitter from it."""
        x = self._pulses[-1][0] - self._origin[0]
        newest, everything = self._newest, self._all
        gap_ns = everything.height(x, everything.slope()) - newest.height(x, newest.slope())
        chance = math.sqrt(4 / newest.count - 4 / everything.count)
        if abs(gap_ns) <= _CHANCE * chance * self._jitter_ns:
            self._learn(_JITTER_SHARE)
        else:
            self._split(gap_ns)

    def _learn(self, share: float) -> None:
        variance = max(0.0, self._all.squares() / (self.count - 2))  # rounding may leave less
        known = self._jitter_ns**2
        self._jitter_ns = max(_LEAST_JITTER_NS, math.sqrt(known + share * (variance - known)))

    def _split(self, gap_ns: float) -> None:
        """Cut where two lines fit best; not yet, or not at all, where their period may be one."""
        squares, count, difference_ns = self._best_tail()
        jitter_ns = max(self._jitter_ns, math.sqrt(squares / self.count))
        if count < _LEAST:
            return
        if abs(difference_ns) <= _OTHER_PERIOD * math.sqrt(12 / count**3) * jitter_ns:
            self.expect_steps(gap_ns)
            return
        self.restart(list(self._pulses)[-count:])
        self._learn(min(1.0, count * _JITTER_SHARE))

    def _best_tail(self) -> tuple[float, int, float]:
        """Find the newest pulses that make the best second line.

        Returns:
            Squared distances from both lines, how many pulses, and how much longer their period is.
        """
        head, tail = self._all.copy(), _Sums()
        best = (math.inf, 0, 0.0)
        for count, pulse in enumerate(reversed(self._pulses), 1):
            if count > min(_LONGEST_TAIL, self.count - _LEAST):
                break
            point = self._relative(pulse)
            head.add(*point, -1)
            tail.add(*point)
            if count > 1 and (squares := head.squares() + tail.squares()) < best[0]:
                best = (squares, count, tail.slope() - head.slope())
        return best
