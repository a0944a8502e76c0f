"""The player: asks for bars ahead of the clock, hands their notes to it, and keeps the take.

It runs in the parent process and does nothing in a hurry: a bar is on its way to the clock about
two bars before it sounds. A bar that does not come in time leaves a rest; when it comes, it begins
on the next bar line.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import count
from multiprocessing.connection import wait
from typing import Final

from bridge.errors import check_range
from bridge.schema.notes import Part
from bridge.schema.performance import Bar
from bridge.server.events import (
    BarQueued,
    BarStarted,
    ListenersChanged,
    Moved,
    NotesDropped,
    PlayEvent,
    PortLost,
    PortMissing,
    PortOpened,
    TakeNotSaved,
    TakeSaved,
    WorkerRestarted,
)
from bridge.server.links import BarLink, ClockLink
from bridge.server.offline import OfflineClock
from bridge.server.take import Take, TakeFile
from bridge.server.timeline import Slot, Timeline
from bridge.server.worker import BarMade, Finished, Restarted
from bridge.transports.base import NANOSECONDS_PER_SECOND, TimedMessage, TimedNote, control_bytes
from bridge.transports.midi import how_to_get_one
from bridge.transports.talk import Listening, Lost, News, NotOpened, Opened, Progress, Stopped

SOONEST_NS: Final = 50_000_000
"""A bar that is to begin earlier than this from now is too late: it waits for the next bar line."""
SHORTEST_NS: Final = 1_000_000
"""A note of no length still sounds for so long."""
SAVE_EVERY_BARS: Final = 8
"""The take is saved so often; less often when it has grown so long that saving takes time."""

_STEP_SECONDS: Final = 0.05
_STOP_NS: Final = 2 * NANOSECONDS_PER_SECOND
"""A clock that has not said goodbye by then is killed."""
_SAVING_SHARE: Final = 20
"""At most one part in so many of the time goes into saving."""
_GIVE_UP_NS: Final = 2 * NANOSECONDS_PER_SECOND
"""So long after its planned end, a note that was never reported is given up."""


class Ending(StrEnum):
    """Why a performance ended."""

    COMPLETE = "complete"
    """All bars that were asked for, or that there were, have been played."""
    STOPPED = "stopped"
    """Somebody stopped it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How long to play, and how far ahead."""

    bars: int | None = None
    """End after so many bars of music, >= 1; None: when stopped."""
    lookahead_bars: int = 2
    """Bars on their way to the clock before they sound, 1..64."""
    fast_without_port: bool = False
    """Where no MIDI port can be opened, do not play in real time, but as fast as bars are made."""

    def __post_init__(self) -> None:
        check_range("lookahead_bars", self.lookahead_bars, 1, 64)
        if self.bars is not None:
            check_range("bars", self.bars, 1, 1_000_000)


@dataclass(slots=True)
class Tally:
    """What a performance came to."""

    rests: int = 0
    """Bars for which no music came in time."""
    restarts: int = 0
    """How often the model process was started again."""
    dropped: int = 0
    """Notes that came too late to be sent."""
    overruns: int = 0
    """How often the MIDI system said that somebody was too slow."""
    port: str | None = None
    """The MIDI port that was opened last; None: there was none."""


class Player:
    """Plays bars from a source through a clock into a take."""

    def __init__(
        self,
        clock: ClockLink,
        source: BarLink,
        take_file: TakeFile,
        *,
        plan: Plan,
        on_event: Callable[[PlayEvent], None],
    ) -> None:
        """Begin to get ready: the first bar is asked for.

        Args:
            clock: sends the notes.
            source: makes the bars.
            take_file: where the take is saved.
            plan: how long to play.
            on_event: is told what happens, in this thread.
        """
        self._clock = clock
        self._source = source
        self._file = take_file
        self._plan = plan
        self._tell = on_event
        self.timeline = Timeline()
        self.take = Take(self.timeline)
        self.tally = Tally()
        self.ending: Ending | None = None
        """Why it ended; None while it plays."""
        self._bars: dict[int, Bar] = {}
        self._waiting: deque[Bar] = deque()
        self._note_ids = count()
        self._programs: dict[int, int] = {}
        self._last_off_ns = 0
        self._placed = 0
        self._port_is_known = False
        self._has_started = False
        self._is_finished = False
        self._stop_is_asked = False
        self._stopping_ns: int | None = None
        self._has_stopped = False
        self._number_told = 0
        self._dropped_told = 0
        self._save_at_bar = 1
        source.ask()

    # --- what one may ask

    @property
    def is_done(self) -> bool:
        """Whether everything is silent and the clock has ended."""
        return self._has_stopped

    def stop(self) -> None:
        """End soon, with every note-off; may be called from a signal handler."""
        self._stop_is_asked = True

    def panic(self) -> None:
        """End every note that sounds now; the music goes on."""
        self._clock.panic()

    def run(self) -> None:
        """Play until the end.

        Raises:
            PortError: the clock process dies again and again.
            SegueError: what the factory raised before its first bar.
            WorkerError: the model process fails again and again.
        """
        while not self.is_done:
            links = [self._clock.link, None if self._is_finished else self._source.link]
            wait([link for link in links if link is not None], _STEP_SECONDS)
            self.step()

    def step(self) -> None:
        """Do once what there is to do."""
        self._hear_clock()
        if not self._is_finished:
            self._hear_source()
        if self._stopping_ns is None:
            self._go_on()
        elif time.perf_counter_ns() - self._stopping_ns > _STOP_NS:
            self._has_stopped = True

    def close(self) -> None:
        """End the clock and the source, and save the take, whatever happened before.

        Raises:
            StorageError: the disk is full, or may not be written.
        """
        if self._stopping_ns is None:
            self._begin_to_stop(Ending.STOPPED)
        deadline_ns = time.perf_counter_ns() + _STOP_NS
        while not self._has_stopped and time.perf_counter_ns() < deadline_ns:
            if self._clock.link is not None:
                wait([self._clock.link], _STEP_SECONDS)
            self._hear_clock()
        self._clock.close(timeout_seconds=1.0)
        self._source.close()
        if len(self.timeline):
            self._file.save(self.take.sequence())
            self._tell(TakeSaved(self._file.path, self.take.bars))

    # --- one step

    def _go_on(self) -> None:
        if not self._has_started:
            self._start_when_ready()
        if self._has_started:
            self._place_bars()
            self._tell_position()
            self._autosave()
        if self._stop_is_asked:
            self._begin_to_stop(Ending.STOPPED)
        elif self._is_over():
            self._begin_to_stop(Ending.COMPLETE)
        elif self._wants_a_bar():
            self._source.ask()

    def _hear_clock(self) -> None:
        for news in self._clock.receive():
            match news:
                case Progress():
                    self._note_progress(news)
                case Stopped():
                    self._note_end()
                case _:
                    self._note_port(news)

    def _note_port(self, news: News) -> None:
        match news:
            case Opened(api, name):
                self.tally.port = name
                self._port_is_known = True
                self._tell(PortOpened(api, name))
            case NotOpened(reasons):
                self._do_without_port(reasons)
            case Lost(reason):
                self._tell(PortLost(reason))
            case Listening(names):
                self._tell(ListenersChanged(names))

    def _note_end(self) -> None:
        self._has_stopped = True
        if self.ending is None:  # somebody stopped the clock, not us
            self.ending, self._stopping_ns = Ending.STOPPED, time.perf_counter_ns()

    def _do_without_port(self, reasons: tuple[str, ...]) -> None:
        self._port_is_known = True
        self._tell(PortMissing(reasons, how_to_get_one()))
        if self._plan.fast_without_port and self._plan.bars is not None:
            self._clock.stop()
            self._clock.close(timeout_seconds=1.0)
            self._clock = OfflineClock(self.timeline)

    def _note_progress(self, progress: Progress) -> None:
        for report in progress.reports:
            self.take.report(report)
        self.tally.dropped = max(self.tally.dropped, progress.dropped)
        self.tally.overruns = max(self.tally.overruns, progress.overruns)

    def _hear_source(self) -> None:
        for news in self._source.receive():
            match news:
                case BarMade(bar):
                    self._waiting.append(bar)
                case Finished():
                    self._is_finished = True
                case Restarted(reason):
                    self.tally.restarts += 1
                    self._tell(WorkerRestarted(reason))

    def _start_when_ready(self) -> None:
        if self._port_is_known and (self._waiting or self._is_finished):
            self._has_started = True
            self._clock.start()

    def _place_bars(self) -> None:
        """Put the bars that came on the timeline, after rests where they came too late."""
        while self._waiting:
            self._rest_until_there_is_time()
            self._place(self._waiting.popleft())
        if not self._is_finished:
            self._rest_until_there_is_time()

    def _rest_until_there_is_time(self) -> None:
        if not self._clock.is_real_time or not len(self.timeline):
            return
        soonest_ns = self._clock.song_ns() + SOONEST_NS
        last = self.timeline[-1]
        while self.timeline.end_ns < soonest_ns:
            self.timeline.append(duration_ticks=last.duration_ticks, tempo_bpm=last.tempo_bpm)
            self.tally.rests += 1

    def _place(self, bar: Bar) -> None:
        slot = self.timeline.append(duration_ticks=bar.duration_ticks, tempo_bpm=bar.tempo_bpm)
        self._bars[slot.number] = bar
        self._placed += 1
        self.take.add_bar(bar, slot)
        notes = tuple(note for part in bar.parts for note in self._timed_notes(part, slot))
        messages = tuple(m for part in bar.parts for m in self._timed_messages(part, slot))
        self._clock.play(notes, messages)
        self._tell(BarQueued(slot.number, bar))
        self._is_finished = self._is_finished or self._placed == self._plan.bars

    def _timed_notes(self, part: Part, slot: Slot) -> list[TimedNote]:
        timed: list[TimedNote] = []
        for note in part.notes:
            on_ns = slot.ns_at(note.onset_ticks)
            off_ns = max(slot.ns_at(note.end_ticks), on_ns + SHORTEST_NS)
            note_id = next(self._note_ids)
            timed.append(
                TimedNote(
                    note_id=note_id,
                    channel=part.channel,
                    pitch=note.pitch,
                    velocity=note.velocity,
                    on_ns=on_ns,
                    off_ns=off_ns,
                    release_velocity=note.release_velocity,
                )
            )
            placed = replace(note, onset_ticks=slot.start_ticks + note.onset_ticks)
            self.take.plan(note_id, part, placed, off_ns=off_ns)
            self._last_off_ns = max(self._last_off_ns, off_ns)
        return timed

    def _timed_messages(self, part: Part, slot: Slot) -> list[TimedMessage]:
        timed: list[TimedMessage] = []
        if self._programs.get(part.channel, 0) != part.program:  # 0 leaves a host's own preset
            self._programs[part.channel] = part.program
            timed.append(TimedMessage(slot.start_ns, bytes((0xC0 | part.channel, part.program))))
        for control in part.controls:
            payload = control_bytes(control, channel=part.channel)
            timed.append(TimedMessage(slot.ns_at(control.onset_ticks), payload))
        return timed

    def _wants_a_bar(self) -> bool:
        if self._is_finished or self._source.is_asked or self._waiting:
            return False
        if not self._has_started:
            return True
        sounding = self.timeline.slot_at(self._clock.song_ns())
        ahead = len(self.timeline) - (sounding.number if sounding else 0)
        return ahead < self._plan.lookahead_bars or not self._clock.is_real_time

    def _is_over(self) -> bool:
        if not self._has_started or not self._is_finished or self._waiting:
            return False
        song_ns = self._clock.song_ns()
        if song_ns < self.timeline.end_ns:
            return False
        if self.take.is_complete or not self._clock.is_real_time:
            return True
        return song_ns > self._last_off_ns + _GIVE_UP_NS

    def _begin_to_stop(self, ending: Ending) -> None:
        self.ending = ending
        self._stopping_ns = time.perf_counter_ns()
        self._clock.stop()

    # --- telling, saving

    def _tell_position(self) -> None:
        song_ns = self._clock.song_ns()
        slot = self.timeline.slot_at(song_ns)
        if slot is None:
            return
        if slot.number > self._number_told:
            self._number_told = slot.number
            bar = self._bars.pop(slot.number, None)
            self._bars = {number: bar for number, bar in self._bars.items() if number > slot.number}
            self._tell(BarStarted(slot.number, bar, slot.tempo_bpm, slot.duration_ticks))
            if self.tally.dropped > self._dropped_told:
                self._dropped_told = self.tally.dropped
                self._tell(NotesDropped(self.tally.dropped))
        self._tell(Moved(slot.number, slot.ticks_at(song_ns)))

    def _autosave(self) -> None:
        for error in self._file.outcomes():
            if error is None:
                self._tell(TakeSaved(self._file.path, self.take.bars))
            else:
                self._tell(TakeNotSaved(str(error)))
        if self._number_told < self._save_at_bar or self._file.is_busy:
            return
        slot = self.timeline[self._number_told - 1]
        bar_seconds = (slot.end_ns - slot.start_ns) / NANOSECONDS_PER_SECOND
        pause = int(self._file.seconds_to_save * _SAVING_SHARE / bar_seconds)
        self._save_at_bar = self._number_told + max(SAVE_EVERY_BARS, pause)
        self.take.forget_before(slot.start_ticks - 64 * slot.duration_ticks)
        self._file.save_behind(self.take.sequence())
