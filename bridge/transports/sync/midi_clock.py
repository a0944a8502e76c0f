"""MIDI clock: tempo and place from 24 pulses in a beat, start, stop, continue and song position.

The place is a count of pulses, so it cannot drift; `pulse_fit` says when each pulse was meant. A
pulse off its place is either late, doubled, lost, or the first of another tempo: which of them,
the pulses after it tell.
"""

from __future__ import annotations

from enum import IntEnum
from statistics import fmean
from typing import Final

from bridge.schema.live import SyncSource
from bridge.transports.sync.base import Reading, SyncWish
from bridge.transports.sync.pulse_fit import Grid, Pulse, PulseFit
from bridge.units import PPQ

PULSES_PER_BEAT: Final = 24
"""MIDI clock messages in a beat."""
PULSE_TICKS: Final = PPQ // PULSES_PER_BEAT
"""From one of them to the next."""
PULSES_PER_SIXTEENTH: Final = 6
"""Song position counts sixteenths."""
SILENCE_NS: Final = 500_000_000
"""A clock that says nothing for so long has stopped."""

_BEAT_NS_AT_1_BPM: Final = 60_000_000_000
_SHORTEST_PERIOD_NS: Final = 2_500_000
"""Of pulses that may be a tempo: 1000 BPM."""
_DOUBLE_NS: Final = 1_000_000
"""Two pulses so close are one, where no tempo is known."""
_FARTHEST: Final = 3.0
"""Pulses beyond the last one that the position may run to."""
_INFANT, _YOUNG = 4, 12
"""Up to so many pulses the line doubts none of them, or only those far off."""
_WIDEST: Final = 0.45
"""Off its place by more than this share of a period, a pulse is doubted."""
_FAR: Final = 0.75
"""Off its place by this share of a period, it cannot be jitter."""
_LEAST_DOUBT_NS: Final = 3_000_000
"""Off its place by less, it never is."""
_DOUBT: Final = 6.0
"""Standard deviations of the jitter, between the two."""
_STEADY: Final = 0.2
"""Doubted pulses that are off by a whole number of periods are so to this share."""
_GROWTH: Final = 5.0
"""Standard deviations of the jitter by which a new tempo's pulses go off, more and more."""
_WITNESSES, _WITNESSES_OF_LOSS = 3, 6
"""Doubted pulses in a row that are heard together, and that a loss is believed."""
_MOST_WITNESSES: Final = 16
"""Doubted pulses in a row that are believed, whatever they say."""
_STAYS: Final = 0.05
"""Part of a period by which they may differ and yet be off by the same."""


class Status(IntEnum):
    """First bytes of the messages."""

    SONG_POSITION = 0xF2
    """Two bytes follow: sixteenths from the song's beginning, the low seven bits first."""
    CLOCK = 0xF8
    """A pulse."""
    START = 0xFA
    """The next pulse is the song's first."""
    CONTINUE = 0xFB
    """The song goes on with the next pulse."""
    STOP = 0xFC
    """The song stands still."""


class MidiClockFollower:
    """Follows MIDI clock."""

    def __init__(self) -> None:
        self._fit = PulseFit()
        self._last_ns: int | None = None
        self._index = 0
        self._song_pulses_at_0 = 0
        self._resting_pulses = 0
        self._is_rolling = False
        self._armed_pulses: int | None = None
        self._doubted: list[Pulse] = []
        self._doubled: list[int] = []
        self._jumps = 0

    @property
    def source(self) -> SyncSource:
        """It follows `midi-clock`."""
        return SyncSource.MIDI_CLOCK

    def heed(self, wish: SyncWish, at_ns: int) -> None:
        """It needs nothing beside the clock."""

    def close(self) -> None:
        """It holds nothing."""

    def hear(self, payload: bytes, at_ns: int) -> None:
        """Take a message that came in at a moment; others than MIDI clock's are passed over."""
        match payload[0]:
            case Status.CLOCK:
                self._hear_pulse(at_ns)
            case Status.START:
                self._resting_pulses = self._armed_pulses = 0
            case Status.CONTINUE if not self._is_rolling:
                self._armed_pulses = self._resting_pulses
            case Status.STOP:
                self._stop()
            case Status.SONG_POSITION if len(payload) == 3:
                self._locate((payload[1] | payload[2] << 7) * PULSES_PER_SIXTEENTH)

    def reading(self, at_ns: int) -> Reading | None:
        """Say what the clock shows; None: no pulse has come for half a second."""
        if self._last_ns is None or (grid := self._fit.grid) is None:
            return None
        if at_ns - self._last_ns > SILENCE_NS:
            self._fall_silent(grid)
            return None
        pulses: float = self._resting_pulses
        if self._is_rolling:
            index = min(grid.index_at(at_ns), self._index + _FARTHEST)
            pulses = index + self._song_pulses_at_0
        return Reading(
            at_ns=at_ns,
            is_rolling=self._is_rolling,
            tempo_bpm=_BEAT_NS_AT_1_BPM / (grid.period_ns * PULSES_PER_BEAT),
            position_ticks=pulses * PULSE_TICKS,
            jumps=self._jumps,
        )

    # --- messages

    def _stop(self) -> None:
        if self._is_rolling:
            self._resting_pulses = self._next_song_pulse()
        self._is_rolling, self._armed_pulses = False, None

    def _locate(self, song_pulses: int) -> None:
        if self._is_rolling or self._armed_pulses is not None:
            self._armed_pulses = song_pulses
        self._resting_pulses = song_pulses

    def _fall_silent(self, grid: Grid) -> None:
        """Stop; a clock that comes back without a word goes on where its count was."""
        if self._is_rolling:
            self._stop()
            self._armed_pulses = self._resting_pulses
        self._last_ns = None
        self._doubted.clear()
        self._doubled.clear()
        self._fit.restart((), known_period_ns=grid.period_ns)

    def _next_song_pulse(self) -> int:
        return self._index + 1 + self._song_pulses_at_0

    # --- pulses

    def _hear_pulse(self, at_ns: int) -> None:
        if self._last_ns is not None and at_ns - self._last_ns > SILENCE_NS and self._fit.grid:
            self._fall_silent(self._fit.grid)
        if self._armed_pulses is not None:
            self._begin(self._armed_pulses, at_ns)
        elif self._is_double(at_ns):
            self._doubled.append(at_ns)
            if len(self._doubled) < _WITNESSES:
                return
            self._doubt_all(self._doubled)
        elif self._doubted or not self._is_in_place(at_ns):
            self._doubt(at_ns)
        else:
            self._accept(at_ns)
        self._last_ns = at_ns

    def _begin(self, song_pulses: int, at_ns: int) -> None:
        """Roll from the pulse that is heard now; its sender may have put its beat elsewhere.

        Pulses that came before a start lie where the sender's clock ran freely: they tell its
        period, and nothing of its beat.
        """
        grid = self._fit.grid
        if grid and not (self._is_rolling and self._is_in_place(at_ns)):
            self._fit.restart((), known_period_ns=grid.period_ns)
        self._doubted.clear()
        self._song_pulses_at_0 = song_pulses - (self._index + 1)
        self._is_rolling, self._armed_pulses = True, None
        self._jumps += 1
        self._accept(at_ns)

    def _accept(self, at_ns: int) -> None:
        self._index += 1
        self._fit.add(self._index, at_ns)
        self._doubled.clear()

    def _is_in_place(self, at_ns: int) -> bool:
        """Whether the pulse is about where the next one was expected."""
        grid = self._fit.grid
        if grid is None or (self._fit.is_guess and self._fit.count < _INFANT):
            return True
        return abs(at_ns - grid.time_of(self._index + 1)) <= self._tolerance_ns(grid)

    def _tolerance_ns(self, grid: Grid) -> float:
        if self._fit.count < _YOUNG:
            return _FAR * grid.period_ns
        doubtful_ns = max(_LEAST_DOUBT_NS, _DOUBT * self._fit.jitter_ns)
        return min(_WIDEST * grid.period_ns, doubtful_ns)

    def _is_double(self, at_ns: int) -> bool:
        """Whether the pulse is the last one once more."""
        grid = self._fit.grid
        if self._doubted or self._last_ns is None:
            return False
        if grid is None:
            return at_ns - self._last_ns < _DOUBLE_NS
        early_ns = grid.time_of(self._index + 1) - at_ns
        is_early = early_ns > max(_FAR * grid.period_ns, _DOUBT * self._fit.jitter_ns)
        return is_early and at_ns - self._last_ns < 0.25 * grid.period_ns

    # --- pulses out of place

    def _doubt_all(self, moments_ns: list[int]) -> None:
        for at_ns in list(moments_ns):
            self._doubt(at_ns)
        self._doubled.clear()

    def _doubt(self, at_ns: int) -> None:
        """Count the pulse; decide what is wrong once there are witnesses enough."""
        grid = self._fit.grid
        if grid is None:
            return
        if self._is_in_place(at_ns):
            self._acquit(grid)
            self._accept(at_ns)
            return
        self._index += 1
        self._doubted.append((self._index, at_ns))
        off = [(at_ns - grid.time_of(index)) / grid.period_ns for index, at_ns in self._doubted]
        if off[0] * off[-1] < 0:  # jitter, this way and that
            del self._doubted[:-1]
        elif len(off) >= _WITNESSES:
            self._decide(off, jitter=self._fit.jitter_ns / grid.period_ns)

    def _acquit(self, grid: Grid) -> None:
        """Take the doubted pulses for late ones; those that jitter explains draw the line too."""
        chance_ns = _DOUBT * self._fit.jitter_ns
        for index, at_ns in self._doubted:
            if abs(at_ns - grid.time_of(index)) <= chance_ns:
                self._fit.add(index, at_ns)
        self._doubted.clear()

    def _decide(self, off: list[float], *, jitter: float) -> None:
        """Hear the witnesses, which are so many periods off their places."""
        if lost := _lost(off, jitter):
            self._index += lost
            for index, at_ns in self._doubted[max(0, -lost) :]:
                self._fit.add(index + lost, at_ns)
            self._doubted.clear()
        elif self._is_a_tempo(off, jitter):
            self._fit.restart(self._doubted)
            self._doubted.clear()
        elif len(off) >= _MOST_WITNESSES:
            self._step(off)

    def _step(self, off: list[float]) -> None:
        """Go on with pulses that stay off by part of a period, or begin anew with them."""
        half, grid = len(off) // 2, self._fit.grid
        if grid is None or abs(fmean(off[:half]) - fmean(off[half:])) > _STAYS:
            self._fit.restart(self._doubted)
        else:
            self._fit.expect_steps(fmean(off) * grid.period_ns)
            for index, at_ns in self._doubted:
                self._fit.add(index, at_ns)
        self._doubted.clear()

    def _is_a_tempo(self, off: list[float], jitter: float) -> bool:
        """Whether the doubted pulses go farther and farther off, and not all at once."""
        first, last = self._doubted[0], self._doubted[-1]
        is_possible = last[1] - first[1] > (last[0] - first[0]) * _SHORTEST_PERIOD_NS
        grown = abs(off[-1]) - abs(off[0])
        return is_possible and abs(off[-1]) > _FAR and grown > max(_STEADY, _GROWTH * jitter)


def _lost(off: list[float], jitter: float) -> int:
    """How many pulses were lost on the way; negative, were doubled; 0: that is not what happened.

    Args:
        off: how many periods each doubted pulse is off its place, at least three.
        jitter: its standard deviation in periods.
    """
    half = len(off) // 2
    before, after = fmean(off[:half]), fmean(off[half:])
    lost = round((before + after) / 2)
    is_steady = max(abs(before - lost), abs(after - lost), abs(after - before)) <= _STEADY
    is_enough = len(off) >= max(_WITNESSES_OF_LOSS, (_GROWTH * jitter / _STEADY) ** 2)
    return lost if is_enough and is_steady else 0
