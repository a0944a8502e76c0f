"""The clock of a film: which frame is shown when, and the other way round.

A file stamps its frames in ticks of its own, and rounds: 23.976 frames a second in a container of
milliseconds come at 41, 42, 42.. ms and last equally long all the same. `read_clock` tells such a
film from one whose frames really last differently, where the stamps alone are the truth.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import numpy as np
from opentimelineio.opentime import RationalTime

from bridge.errors import RangeError

if TYPE_CHECKING:
    from bridge.schema.arrays import IntArray

STANDARD_RATES: Final = tuple(
    Fraction(rate)
    for rate in (
        *(Fraction(24000, 1001), 24, 25, Fraction(30000, 1001), 30),
        *(Fraction(60000, 1001), 60, 50, Fraction(48000, 1001), 48),
        *(Fraction(120000, 1001), 120, 100, 15, Fraction(15000, 1001), Fraction(25, 2)),
        *(12, Fraction(12000, 1001), 10, 240, Fraction(240000, 1001), 90, 72, 20, 18, 16, 8, 5, 1),
    )
)
"""Frames a second of what cameras and editors write."""

DEFAULT_RATE: Final = Fraction(25)
"""For a file that says nothing at all of its speed."""

_NEAR: Final = Fraction(1, 50_000)
"""Two rates so near, as 23.976 and 24000/1001, are one, written down differently."""
_ROUGHLY: Final = Fraction(1, 5_000)
_MOST_JITTER_SECONDS: Final = 0.0022
"""Stamps that were milliseconds once, then rounded again, lie this far off at most."""
_MOST_JITTER_FRAMES: Final = 0.125
_MOST_ROUNDING_FRAMES: Final = 0.5
_SLOWEST: Final = Fraction(1)
_FASTEST: Final = Fraction(300)


@dataclass(frozen=True, slots=True, eq=False)
class Clock:
    """When each frame of a film is shown."""

    tick_seconds: Fraction
    """How long one tick of the file's stamps lasts."""
    first_tick: int
    """The stamp of the first frame."""
    frame_rate: Fraction
    """Frames a second, the nominal one."""
    steady_rate: Fraction
    """Frames a second by the stamps, where all last equally long: `frame_rate`, or next to it."""
    ticks: IntArray | None
    """int64 [frame], rising: each frame's stamp, where frames last differently; else None."""
    frame_count: int
    """>= 1."""
    last_ticks: int
    """How long the last frame lasts, in ticks, >= 1."""
    is_counted: bool = False
    """The frames' own stamps cannot be used: they are numbered as they come."""

    @property
    def time_rate(self) -> float:
        """Units a second of every time of this film."""
        return float(self.frame_rate if self.ticks is None else 1 / self.tick_seconds)

    @property
    def duration(self) -> RationalTime:
        """From the first frame to the end of the last one."""
        if self.ticks is None:
            return RationalTime(self.frame_count, self.time_rate)
        return RationalTime(self._last_tick - self.first_tick + self.last_ticks, self.time_rate)

    @property
    def _last_tick(self) -> int:
        return self.tick(self.frame_count - 1)

    def at(self, index: int) -> RationalTime:
        """Tell when a frame is shown, from the first one."""
        if self.ticks is None:
            return RationalTime(index, self.time_rate)
        return RationalTime(int(self.ticks[index]) - self.first_tick, self.time_rate)

    def tick(self, index: int) -> int:
        """Give the stamp of a frame, or next to it where stamps are rounded."""
        if self.ticks is None:
            return self.first_tick + round(index / (self.steady_rate * self.tick_seconds))
        return int(self.ticks[index])

    def index(self, tick: int) -> int | None:
        """Tell which frame has this stamp; None: none of this film."""
        if self.ticks is None:
            near = round((tick - self.first_tick) * self.tick_seconds * self.steady_rate)
            return near if 0 <= near < self.frame_count else None
        place = int(np.searchsorted(self.ticks, tick))
        if place < self.frame_count and int(self.ticks[place]) == tick:
            return place
        return None

    def shown(self, at: RationalTime) -> int:
        """Tell which frame is seen at a time.

        Raises:
            RangeError: the film has not begun then, or is over.
        """
        units = at.rescaled_to(self.time_rate).value
        whole = round(units) if abs(units - round(units)) < 1e-3 else int(np.floor(units))
        if not 0 <= whole < self.duration.value:
            raise RangeError(
                f"the film shows nothing at {at.to_seconds():.3f} s; it lasts from 0 to"
                f" {self.duration.to_seconds():.3f} s"
            )
        if self.ticks is None:
            return whole
        return int(np.searchsorted(self.ticks, whole + self.first_tick, side="right")) - 1


def read_clock(
    ticks: IntArray,
    *,
    tick_seconds: Fraction,
    declared: Sequence[Fraction],
    last_ticks: int = 0,
    lacks_frames: bool = False,
) -> Clock:
    """Find out how fast a film runs, and whether its frames last equally long.

    Args:
        ticks: int64 [frame], rising, no two alike: the stamps of all frames; one at least.
        tick_seconds: how long a tick lasts.
        declared: what the file says of its frames a second, the most trustworthy first.
        last_ticks: how long the last frame lasts by the file; 0: it does not say.
        lacks_frames: the file is damaged, so that frames which are not there do not show that the
            others last differently: they keep their numbers.
    """
    first_tick = int(ticks[0])
    steps = ticks - first_tick
    plausible = [rate for rate in declared if rate > 0]
    numbers = np.arange(len(ticks))
    rates = list(_candidates(steps, tick_seconds, plausible))
    rate = next((rate for rate in rates if _fits(steps, numbers, rate, tick_seconds)), None)
    if rate is None and lacks_frames:
        rate = next(
            (rate for rate in plausible if _fits_with_holes(steps, rate, tick_seconds)), None
        )
    if rate is not None:
        nominal = _standard(rate, _NEAR)
        last = max(1, round(1 / (rate * tick_seconds)))
        count = round(int(steps[-1]) * rate * tick_seconds) + 1
        return Clock(tick_seconds, first_tick, nominal, rate, None, count, last)
    typical = int(np.median(np.diff(ticks)))
    nominal = _nominal(steps, typical, tick_seconds, plausible)
    return Clock(
        tick_seconds, first_tick, nominal, nominal, ticks, len(ticks), last_ticks or typical
    )


def count_clock(frame_count: int, *, declared: Sequence[Fraction]) -> Clock:
    """Make the clock of a film whose frames bear no usable stamps, from its rate alone."""
    rate = next((rate for rate in declared if _SLOWEST <= rate <= _FASTEST), DEFAULT_RATE)
    rate = _standard(rate, _ROUGHLY)
    return Clock(1 / rate, 0, rate, rate, None, frame_count, 1, is_counted=True)


def _candidates(
    steps: IntArray, tick_seconds: Fraction, declared: Sequence[Fraction]
) -> Iterator[Fraction]:
    """Give the rates that a film may have, the likeliest first."""
    for rate in declared:
        yield _standard(rate, _ROUGHLY)
        yield rate
    if len(steps) == 1:
        yield DEFAULT_RATE
        return
    yield from STANDARD_RATES
    average = (len(steps) - 1) / (int(steps[-1]) * tick_seconds)
    yield average.limit_denominator(1001)
    yield average


def _fits(steps: IntArray, numbers: IntArray, rate: Fraction, tick_seconds: Fraction) -> bool:
    """Tell whether these stamps are those of frames that come at a steady rate, but for rounding.

    Args:
        steps: int64 [frame]: ticks from the first frame.
        numbers: int64 [frame]: which frame each is.
        rate: frames a second.
        tick_seconds: how long a tick lasts.
    """
    frames_per_tick = rate * tick_seconds
    is_rounded = frames_per_tick.numerator != 1
    rounding = 1.02 * float(frames_per_tick) if is_rounded else 0.0
    jitter = min(_MOST_JITTER_SECONDS * float(rate), _MOST_JITTER_FRAMES)
    allowed = jitter if rounding > _MOST_ROUNDING_FRAMES else max(jitter, rounding)
    off = steps * float(frames_per_tick) - numbers
    return float(off.max() - off.min()) <= allowed + 1e-6


def _fits_with_holes(steps: IntArray, rate: Fraction, tick_seconds: Fraction) -> bool:
    """Tell whether frames come at a steady rate, where some of them are lost."""
    numbers = np.round(steps * float(rate * tick_seconds)).astype(np.int64)
    is_one_each = len(numbers) == 1 or bool(np.diff(numbers).min() > 0)
    return is_one_each and _fits(steps, numbers, rate, tick_seconds)


def _standard(rate: Fraction, nearness: Fraction) -> Fraction:
    """Give the standard rate that this one is, written down differently; else itself."""
    nearest = min(STANDARD_RATES, key=lambda standard: abs(standard - rate))
    return nearest if abs(nearest - rate) <= rate * nearness else rate


def _nominal(
    steps: IntArray, typical: int, tick_seconds: Fraction, declared: Sequence[Fraction]
) -> Fraction:
    """Choose the rate to call a film by whose frames last differently."""
    average = (len(steps) - 1) / (int(steps[-1]) * tick_seconds)
    for rate in declared:
        if max(_SLOWEST, average * Fraction(9, 10)) <= rate <= min(_FASTEST, 20 * average):
            return _standard(rate, _ROUGHLY)
    rate = 1 / (max(typical, 1) * tick_seconds)
    return _standard(rate, Fraction(1, 100)).limit_denominator(100_000)
