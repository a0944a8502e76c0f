"""Bars and beats as a timebase master of JACK tells them, brought to ticks of our own.

Masters differ in what JACK leaves open, so what they mean is learned from what they do. A beat is
the unit of the metre, an eighth in 6/8, but the tempo may count those beats (the examples of JACK)
or quarter notes (Ardour), and so may `ticks_per_beat`. Ticks are whole, cut off (most) or rounded
(Ardour); the frames between make them exact again. `bar_start_tick` is left out: among those who
fill it in it is the ticks since the bar began, the sum of something else (Ardour), or 0.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any, Final

from bridge.schema.notes import TimeSignature
from bridge.units import PPQ

HAS_BARS, _HAS_OFFSET, _HAS_FRACTION = 0x10, 0x40, 0x200
"""Bits of `valid` in JACK's position."""

_NEAR_TICKS, _NEAR_WIDTHS = 4.0, 16.0
"""What frames may differ from the master by, in ours and in its ticks, before it is right."""
_NEAR_RUN: Final = 1.5
"""The same as a share of the way since the last cycle: the master may mean twice that tempo."""
_NEARLY_A_BEAT: Final = 0.75
"""Part of a beat after which the next beat is no surprise."""
_ROUNDING_SHARE: Final = 0.1
"""Part of a tick to which it is seen that a master rounds."""
_LONGEST_BAR: Final = 255
_UNITS: Final = (1, 2, 4, 8, 16, 32, 64, 128)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the song is."""

    frame: int
    """Of the transport."""
    position_ticks: float
    """PPQ 480 from the song's beginning."""
    tempo_bpm: float
    """Quarter notes per minute."""
    metre: TimeSignature | None = None
    """Of the bar; None: no metre that a score can write."""


@dataclass(frozen=True, slots=True)
class _Bar:
    """One bar of the master's."""

    number: int
    start_ticks: float
    length_ticks: float


@dataclass(slots=True)
class _Trail:
    """How the song has run since the last jump."""

    first_frame: int
    first_ticks: float
    frame: int
    ticks: float
    is_known: bool = False
    """Whether all was learned from it."""

    @property
    def frames(self) -> int:
        """How long it is."""
        return self.frame - self.first_frame


def has_bars(position: Any) -> bool:
    """Whether a master tells bars and beats, and a tempo to go by."""
    is_told = bool(position.valid & HAS_BARS)
    return is_told and position.ticks_per_beat > 0 and position.beats_per_minute > 0


class BarReader:
    """Reads one cycle's position after another."""

    def __init__(self) -> None:
        self._kind: tuple[float, float] | None = None
        self._counts_beats = False
        self._divides_beats = False
        self._rounding = 0.0
        self._bar: _Bar | None = None
        self._seen = (0, 0.0)
        self._trail: _Trail | None = None
        self._metre: TimeSignature | None = None

    def forget(self) -> None:
        """Forget where the song was: nobody tells bars and beats now."""
        self._trail = self._bar = None

    def read(self, position: Any) -> Place:
        """Give the place of a position that has bars.

        Args:
            position: JACK's; its frame is the cycle's first.
        """
        unit = 4 / position.beat_type if position.beat_type > 0 else 1.0
        if (kind := (unit, position.ticks_per_beat)) != self._kind:
            self._kind, self._trail = kind, None
            self._counts_beats = self._divides_beats = False
        tick = _tick(position)
        if unit != 1.0:
            self._learn_ticks(position, unit, tick)
        beat_ticks = unit * PPQ
        width_ticks = PPQ / position.ticks_per_beat * (unit if self._divides_beats else 1.0)
        bar = self._bar = self._bar_of(position, beat_ticks)
        tempo_bpm = position.beats_per_minute * (unit if self._counts_beats else 1.0)
        per_frame = tempo_bpm * PPQ / (60 * position.frame_rate)
        told_ticks = bar.start_ticks + (position.beat - 1) * beat_ticks + tick * width_ticks
        if position.valid & _HAS_OFFSET:
            told_ticks += position.bbt_offset * per_frame
        if position.valid & _HAS_FRACTION:
            width_ticks = 0.0
        exact_ticks = self._exact(told_ticks, position.frame, per_frame, width_ticks)
        self._learn(position, unit, per_frame, width_ticks)
        return Place(position.frame, exact_ticks, tempo_bpm, self._metre_of(position, bar))

    def _bar_of(self, position: Any, beat_ticks: float) -> _Bar:
        """The bar, which begins where the one before it ended, also in another metre."""
        known, length_ticks = self._bar, position.beats_per_bar * beat_ticks
        if known is None or position.bar not in (known.number, known.number + 1):
            return _Bar(position.bar, (position.bar - 1) * length_ticks, length_ticks)
        if position.bar == known.number:
            if length_ticks == known.length_ticks:
                return known
            return _Bar(position.bar, known.start_ticks, length_ticks)
        return _Bar(position.bar, known.start_ticks + known.length_ticks, length_ticks)

    def _exact(self, told_ticks: float, frame: int, per_frame: float, width_ticks: float) -> float:
        """Give the position with its fraction, which lies between the tick and the next."""
        trail, least_ticks = self._trail, told_ticks - self._rounding * width_ticks
        if trail is not None:
            counted_ticks = trail.ticks + (frame - trail.frame) * per_frame
            near_ticks = max(_NEAR_WIDTHS * width_ticks, _NEAR_TICKS)
            near_ticks = max(near_ticks, _NEAR_RUN * abs(counted_ticks - trail.ticks))
            if abs(counted_ticks - told_ticks) < near_ticks:
                trail.frame = frame
                trail.ticks = min(max(counted_ticks, least_ticks), least_ticks + width_ticks)
                return trail.ticks
        self._trail = _Trail(frame, told_ticks, frame, told_ticks)
        return told_ticks

    def _metre_of(self, position: Any, bar: _Bar) -> TimeSignature | None:
        """The metre, made anew once a bar."""
        beats, unit, start_ticks = position.beats_per_bar, position.beat_type, bar.start_ticks
        known = self._metre
        if (
            known is None
            or known.onset_ticks != round(start_ticks)
            or known.numerator != beats
            or known.denominator != unit
        ):
            is_metre = beats == int(beats) and 1 <= beats <= _LONGEST_BAR
            is_metre = is_metre and unit in _UNITS and start_ticks >= 0
            self._metre = (
                TimeSignature(round(start_ticks), int(beats), int(unit)) if is_metre else None
            )
        return self._metre

    # --- what the master means

    def _learn_ticks(self, position: Any, unit: float, tick: float) -> None:
        """See whether beats or quarter notes have `ticks_per_beat`: ticks go farther, or not."""
        (last_beat, last_tick), self._seen = self._seen, (position.beat, tick)
        fewer, more = sorted((position.ticks_per_beat, position.ticks_per_beat * unit))
        if tick >= fewer:
            per_beat = more
        elif position.beat == last_beat + 1 and _NEARLY_A_BEAT * fewer < last_tick < fewer:
            per_beat = fewer
        else:
            return
        divides_beats = per_beat == position.ticks_per_beat
        if divides_beats != self._divides_beats:
            self._divides_beats, self._trail = divides_beats, None

    def _learn(self, position: Any, unit: float, per_frame: float, width_ticks: float) -> None:
        """See which beats the tempo counts, and whether ticks are rounded."""
        trail = self._trail
        if trail is None or trail.is_known or trail.frames < position.frame_rate // 4:
            return
        trail.is_known = trail.frames > position.frame_rate
        told_bpm = position.beats_per_minute
        seen_bpm = (trail.ticks - trail.first_ticks) / PPQ * 60 * position.frame_rate / trail.frames
        self._counts_beats = abs(seen_bpm - told_bpm * unit) < abs(seen_bpm - told_bpm)
        if width_ticks and not self._rounding:
            ahead = (trail.ticks - trail.frame * per_frame) / width_ticks
            self._rounding = 0.5 if abs(ahead - 0.5) < _ROUNDING_SHARE else 0.0


def _tick(position: Any) -> float:
    """The tick in its beat, with a fraction where the master tells one.

    The field `tick_double` is younger than JACK-Client's struct: it lies where the padding was.
    """
    if not position.valid & _HAS_FRACTION:
        return float(position.tick)
    (tick,) = struct.unpack("=d", struct.pack("=ii", position.padding[0], position.padding[1]))
    return float(tick)
