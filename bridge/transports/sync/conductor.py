"""The conductor: one line of song time, drawn from whoever leads.

While the leader rolls, song time is its position plus a constant. A jump by whole bars or beats
moves the position alone: the beat goes on as it was. Any other jump moves song time on to the
beat's new phase, less than a beat, and the line is broken: what was planned is out of time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bridge.schema.live import SyncSource
from bridge.transports.sync.base import BEAT_NS, Follower, Lead, Line, Reading, SyncWish
from bridge.transports.sync.internal import InternalClock
from bridge.transports.sync.midi_clock import MidiClockFollower
from bridge.units import PPQ

PRECEDENCE: Final = (SyncSource.JACK, SyncSource.LINK, SyncSource.MIDI_CLOCK)
"""Who leads of those that roll, where nobody is wished for."""

_SAME_PHASE_NS: Final = 20_000_000
"""A jump that moves the beat by less leaves it as it was."""
_LARGEST_SHARE: Final = 1 / 16
"""The same in beats, where that is less."""
_EXACT_NS: Final = 2_000
"""What the line may be off its leader before it is drawn anew: a tenth of a frame."""
_CATCH_UP_NS: Final = 100_000_000
"""The line comes back to its leader in about this time."""
_LARGEST_HURRY: Final = 0.5
"""How much faster or slower than its leader it may go meanwhile."""
_TICK_NS: Final = BEAT_NS / PPQ
"""Song time of a tick, live."""


@dataclass(frozen=True, slots=True)
class _Stand:
    """Where things stand since the last line."""

    line: Line
    source: SyncSource
    reading: Reading | None
    """The leader's; None: there is none now."""
    offset_ns: int
    """Song time less position, while rolling."""
    rests_ticks: float
    """Where the song stands, while it does."""
    jumps: int

    @property
    def is_rolling(self) -> bool:
        return self.reading is not None and self.reading.is_rolling

    @property
    def is_in_step(self) -> bool:
        """Whether the line goes as its leader does, with nothing to catch up."""
        return self.reading is not None and self.line.rate == self.reading.tempo_bpm / 60


class Conductor:
    """Draws the line.

    Everything happens in `line`, which one thread calls; the others may be called from any thread
    and take effect at the next line.
    """

    def __init__(
        self, wish: SyncWish, followers: Sequence[Follower] = (), begin: Line | None = None
    ) -> None:
        """Begin with song time 0 at the first line.

        Args:
            wish: whom to follow.
            followers: of JACK and Link, where they are; our own clock and the follower of MIDI
                clock are the conductor's.
            begin: the line of a conductor before this one, to go on with instead.
        """
        self._begin = begin
        self._wish = wish
        self._internal = InternalClock(wish)
        self._midi_clock = MidiClockFollower()
        self._followers = self._in_order(followers)
        self._orders: deque[tuple[int, Callable[[int], None]]] = deque()
        self._stand: _Stand | None = None

    # --- what others say

    def conduct(self, wish: SyncWish, at_ns: int) -> None:
        """Follow another wish from a moment on."""
        self._orders.append((at_ns, lambda now_ns: self._heed(wish, now_ns)))

    def follow(self, followers: Sequence[Follower]) -> None:
        """Take other followers of JACK and Link, in place of those there were.

        The caller closes the old ones, once a line was drawn without them.
        """
        self._followers = self._in_order(followers)

    def hear(self, payload: bytes, at_ns: int) -> None:
        """Take a real-time message or a song position that came in at a moment."""
        self._orders.append((0, lambda _: self._midi_clock.hear(payload, at_ns)))

    def transport(self, is_rolling: bool, position_ticks: float | None, at_ns: int | None) -> None:
        """Start, stop or move our own song.

        Args:
            is_rolling: whether it shall run.
            position_ticks: where it goes on, negative in a count-in; None: where it is.
            at_ns: the moment, by `time.perf_counter_ns`; it may be one to come; None: that of the
                next line, so that a song begins on its first frame.
        """
        move = self._internal.start if is_rolling else self._internal.stop

        def order(now_ns: int) -> None:
            move(now_ns if at_ns is None else at_ns, position_ticks)

        self._orders.append((at_ns or 0, order))

    # --- what it says

    def line(self, at_ns: int) -> Line:
        """Give the line that holds at a moment, the very same one while nothing changes.

        It is as heard: what is sent goes by `line.shifted(wish.offset_ns)`. A line with `is_broken`
        is given once; after it the same line comes without.

        Args:
            at_ns: by `time.perf_counter_ns`; never earlier than the last call's.
        """
        if self._orders:
            self._obey(at_ns)
        before = self._stand or self._first(at_ns)
        source, reading = self._leader(at_ns)
        if reading is None or not reading.is_rolling:
            self._stand = self._rest(before, source, reading, at_ns)
        elif self._goes_on(before, source, reading):
            self._stand = self._keep_up(before, reading)
        else:
            self._stand = self._come_in(before, source, reading)
        return self._stand.line

    def lead(self) -> Lead:
        """Say who leads and where the song is, as of the last line."""
        stand = self._stand or self._first(0)
        reading, line = stand.reading, stand.line
        position_ticks = stand.rests_ticks
        if stand.is_rolling:
            position_ticks = (line.song_ns - stand.offset_ns) / _TICK_NS
        return Lead(
            source=stand.source,
            is_rolling=stand.is_rolling,
            tempo_bpm=reading.tempo_bpm if reading else self._internal.tempo_bpm,
            line=line,
            position_ticks=position_ticks,
            metre=reading.metre if reading else None,
            jumps=stand.jumps,
        )

    # --- orders

    def _obey(self, at_ns: int) -> None:
        """Do what was ordered up to now; what is to come waits, and what was ordered after it."""
        for _ in range(len(self._orders)):
            due_ns, order = self._orders.popleft()
            if due_ns <= at_ns:
                order(at_ns)
            else:
                self._orders.append((due_ns, order))

    def _heed(self, wish: SyncWish, at_ns: int) -> None:
        self._wish = wish
        for follower in (self._internal, *self._followers):
            follower.heed(wish, at_ns)

    def _in_order(self, followers: Sequence[Follower]) -> tuple[Follower, ...]:
        everybody = (*followers, self._midi_clock)
        return tuple(sorted(everybody, key=lambda one: PRECEDENCE.index(one.source)))

    # --- who leads

    def _leader(self, at_ns: int) -> tuple[SyncSource, Reading | None]:
        """Whoever leads now, and what its clock shows."""
        wished = self._wish.source
        hint: Reading | None = None
        for follower in self._followers:
            if wished is None or wished is follower.source:
                reading = follower.reading(at_ns)
                if wished is not None or (reading is not None and reading.is_rolling):
                    return follower.source, reading
                if reading is not None and reading.has_tempo:
                    hint = hint or reading
        if wished is not None and wished is not SyncSource.INTERNAL:
            return wished, None
        if hint is not None and not self._internal.is_rolling:
            self._internal.set_tempo(hint.tempo_bpm, at_ns)
        return SyncSource.INTERNAL, self._internal.reading(at_ns)

    # --- lines

    def _first(self, at_ns: int) -> _Stand:
        line = self._begin or Line(at_ns, 0, 0.0)
        return _Stand(line, SyncSource.INTERNAL, None, 0, 0.0, 0)

    def _rest(
        self, before: _Stand, source: SyncSource, reading: Reading | None, at_ns: int
    ) -> _Stand:
        """Draw a line while nobody rolls: our own goes on, a leader's stands still."""
        if before.is_rolling and source is SyncSource.INTERNAL:
            reading = self._take_over(before, at_ns)
        rests_ticks = reading.position_ticks if reading else _position_ticks(before, at_ns)
        rate = reading.tempo_bpm / 60 if reading and source is SyncSource.INTERNAL else 0.0
        line = before.line
        if before.is_rolling or rate != line.rate:
            line = Line(at_ns, line.song_ns_at(at_ns), rate, is_broken=before.is_rolling)
        elif line.is_broken:
            line = replace(line, is_broken=False)
        elif reading is not None and _says_the_same(before, source, reading):
            return before
        return _Stand(line, source, reading, 0, rests_ticks, before.jumps)

    def _take_over(self, before: _Stand, at_ns: int) -> Reading:
        """Stand with our own clock where a leader stopped, and keep its tempo."""
        if before.source is not SyncSource.INTERNAL and before.reading is not None:
            self._internal.set_tempo(before.reading.tempo_bpm, at_ns)
            self._internal.stop(at_ns, _position_ticks(before, at_ns))
        return self._internal.reading(at_ns)

    def _goes_on(self, before: _Stand, source: SyncSource, reading: Reading) -> bool:
        """Whether the same leader rolls on, without a jump."""
        known = before.reading
        return (
            known is not None
            and known.is_rolling
            and before.source is source
            and known.jumps == reading.jumps
            and abs(_behind_ns(before, reading)) < BEAT_NS
        )

    def _keep_up(self, before: _Stand, reading: Reading) -> _Stand:
        """Follow a leader that rolls on; what is missing to it is caught up without a step."""
        line, rate = before.line, reading.tempo_bpm / 60
        behind_ns = _behind_ns(before, reading)
        if abs(behind_ns) > _EXACT_NS * rate:
            is_error = reading.is_exact and before.is_in_step
            line = _towards(reading, line, behind_ns, is_error=is_error)
        elif line.rate != rate:
            line = Line(reading.at_ns, line.song_ns_at(reading.at_ns), rate)
        elif line.is_broken:
            line = replace(line, is_broken=False)
        elif _says_the_same(before, before.source, reading):
            return before
        return replace(before, line=line, reading=reading)

    def _come_in(self, before: _Stand, source: SyncSource, reading: Reading) -> _Stand:
        """Follow a leader that starts, jumps, or leads from now on."""
        song_ns = before.line.song_ns_at(reading.at_ns)
        offset_ns, move_ns = _offset(before, source, reading, song_ns)
        if before.line.rate and abs(move_ns) <= _same_ns(reading):
            line = _towards(reading, before.line, move_ns, is_error=False)
        else:
            line = Line(reading.at_ns, song_ns + move_ns, reading.tempo_bpm / 60, is_broken=True)
        return _Stand(line, source, reading, offset_ns, 0.0, before.jumps + 1)


def _offset(before: _Stand, source: SyncSource, reading: Reading, song_ns: int) -> tuple[int, int]:
    """Give song time less position from a jump on, and how far song time is to move.

    Where the jump is a whole number of bars, as a loop's wrap is, nothing moves, also where a bar
    is no whole number of beats; else song time moves to the position's phase of the beat.
    """
    position_ns = round(reading.position_ticks * _TICK_NS)
    bar_ns = round(reading.metre.bar_ticks() * _TICK_NS) if reading.metre else BEAT_NS
    if before.is_rolling and before.source is source:
        missing_ns = position_ns + before.offset_ns - song_ns
        rest_ns = (missing_ns + bar_ns // 2) % bar_ns - bar_ns // 2
        if abs(rest_ns) <= _same_ns(reading):
            return before.offset_ns - missing_ns + rest_ns, rest_ns
    move_ns = (position_ns - song_ns) % BEAT_NS
    if before.line.rate and move_ns > BEAT_NS - _same_ns(reading):
        move_ns -= BEAT_NS
    return song_ns + move_ns - position_ns, move_ns


def _same_ns(reading: Reading) -> float:
    """Song time by which a jump may move the beat and leave it as it was."""
    return min(_SAME_PHASE_NS * reading.tempo_bpm / 60, _LARGEST_SHARE * BEAT_NS)


def _towards(reading: Reading, line: Line, missing_ns: float, *, is_error: bool) -> Line:
    """Go on from a line that is a little off its leader.

    Args:
        reading: the leader's.
        line: the one that held until now.
        missing_ns: song time that it lacks.
        is_error: whether the moment was measured wrong, so that song time was not what the line
            said; else song time goes on from the line and catches up without a step.
    """
    song_ns, rate = line.song_ns_at(reading.at_ns), reading.tempo_bpm / 60
    if is_error:
        return Line(reading.at_ns, song_ns + round(missing_ns), rate)
    return Line(reading.at_ns, song_ns, _hurry(rate, missing_ns / rate))


def _position_ticks(stand: _Stand, at_ns: int) -> float:
    """Where the song is by the line that holds."""
    if not stand.is_rolling:
        return stand.rests_ticks
    return (stand.line.song_ns_at(at_ns) - stand.offset_ns) / _TICK_NS


def _behind_ns(stand: _Stand, reading: Reading) -> float:
    """Song time that the line lacks to be where its leader is."""
    goal_ns = reading.position_ticks * _TICK_NS + stand.offset_ns
    return goal_ns - stand.line.song_ns_at(reading.at_ns)


def _hurry(rate: float, behind_ns: float) -> float:
    """The rate at which a line catches up that is so much of real time behind."""
    share = behind_ns / _CATCH_UP_NS
    return rate * (1 + max(-_LARGEST_HURRY, min(_LARGEST_HURRY, share)))


def _says_the_same(stand: _Stand, source: SyncSource, reading: Reading) -> bool:
    """Whether nothing is to be told about a leader but that time goes by."""
    known = stand.reading
    return (
        known is not None
        and stand.source is source
        and known.is_rolling == reading.is_rolling
        and known.tempo_bpm == reading.tempo_bpm
        and known.jumps == reading.jumps
        and known.metre == reading.metre
        and (reading.is_rolling or known.position_ticks == reading.position_ticks)
    )
