"""The stage: hears what is played, follows the song, and lets a mode play along."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, Protocol

from bridge.errors import RequestError
from bridge.schema.live import (
    PARTS,
    HostState,
    LiveMode,
    LiveSettings,
    LiveStatus,
    LiveVerb,
    SyncSource,
    Take,
)
from bridge.schema.notes import KeySignature, NoteSequence
from bridge.server.stage.band import BandMode
from bridge.server.stage.call import CallMode
from bridge.server.stage.click import count_in
from bridge.server.stage.desk import Desk, Maker, Planned, Sender
from bridge.server.stage.duet import DuetMode
from bridge.server.stage.loop import LoopMode
from bridge.server.stage.mode import Mode, TakeMade
from bridge.server.stage.phrase import HeardNote, Phrase
from bridge.server.stage.silent import SilentMode
from bridge.server.stage.song import Song, to_ticks
from bridge.server.state import MOST_TAKES
from bridge.transports.base import HeardMessage
from bridge.transports.sync.base import Lead
from bridge.units import PPQ

_START_SECONDS: Final = 0.1
"""A song that we start begins so much later, so that its first notes are on their way by then."""
_STUCK_BARS: Final = 4
"""A key that is down for so long while others come and go is taken as released."""
_MODES: Final[dict[LiveMode, Callable[[Desk, Phrase, TakeMade], Mode]]] = {
    LiveMode.OFF: SilentMode,
    LiveMode.CALL: CallMode,
    LiveMode.DUET: DuetMode,
    LiveMode.LOOP: LoopMode,
    LiveMode.BAND: BandMode,
}


class Clock(Sender, Protocol):
    """What the stage needs of the clock process."""

    def transport(self, is_rolling: bool, position_ticks: float | None) -> None:
        """Start or stop the song, where nobody else leads it."""

    def panic(self) -> None:
        """End every note that sounds."""

    def conduct(self, settings: LiveSettings) -> None:
        """Take tempo and metre for where nobody else tells them."""


@dataclass(slots=True)
class Watchers:
    """Who is told what happens; nobody, at first."""

    heard: Callable[[HeardNote], None] = lambda note: None
    """A note was played to us."""
    played: Callable[[Planned], None] = lambda planned: None
    """A note was handed to the clock."""
    forgotten: Callable[[tuple[int, ...]], None] = lambda note_ids: None
    """Notes that were handed to the clock will not be heard."""
    host: Callable[[HostState], None] = lambda state: None
    """The song started, stopped, jumped or changed its tempo."""
    changed: Callable[[LiveSettings], None] = lambda settings: None
    """Something was set."""
    taken: Callable[[Take], None] = lambda take: None
    """Something was played that is worth keeping."""
    marked: Callable[[Take], None] = lambda take: None
    """It is known what somebody thinks of a take, or that they take it back."""
    rated: Callable[[Take], None] = lambda take: None
    """Somebody said what they think of a take, by a control: that is to be kept."""
    looked: Callable[[], None] = lambda: None
    """What was due is done; `seconds_to_next_look` may be another now."""


class LiveStage:
    """What is played live.

    Args:
        settings: what is set at first.
        takes: those of earlier days, the latest first.
        clock: plays.
        maker: makes music when asked.
        now_ns: a clock that never goes back, in nanoseconds.
    """

    def __init__(
        self,
        settings: LiveSettings,
        takes: tuple[Take, ...],
        clock: Clock,
        maker: Maker,
        *,
        now_ns: Callable[[], int] = time.perf_counter_ns,
    ) -> None:
        self.watchers = Watchers()
        self.song = Song(settings.metre, now_ns=now_ns)
        self.ports: tuple[str, ...] = ()
        self.listeners: tuple[str, ...] = ()
        self._troubles: dict[str, str] = {}
        self._clock = clock
        self._takes = takes
        self._calls = 0
        self._heard_key: KeySignature | None = None
        self._jumps = 0
        self._phrase = Phrase()
        self._desk = Desk(self.song, settings, clock, maker)
        self._desk.on_played = lambda planned: self.watchers.played(planned)
        self._desk.on_forgotten = lambda note_ids: self.watchers.forgotten(note_ids)
        self._desk.on_told = self.look
        self._mode: Mode = self._new_mode()
        clock.conduct(settings)

    # --- what the operations ask (bridge.operations.studio.Stage)

    def status(self) -> LiveStatus:
        """Say how things stand."""
        return LiveStatus(
            settings=self.settings(),
            host=self.song.state(),
            ports=self.ports,
            listeners=self.listeners,
            heard_key=self._heard_key,
            calls=self._calls,
            doing=self._desk.doing,
            trouble=self.trouble,
        )

    def settings(self) -> LiveSettings:
        """Give what is set."""
        return self._desk.settings

    def change(self, settings: LiveSettings) -> None:
        """Set everything, from now on."""
        before = self._desk.settings
        if settings == before:
            return
        if before.mode is not settings.mode:
            self._mode.leave()
            self._phrase.forget()
        self._desk.settings = settings
        self.song.metre_wanted = settings.metre
        if (before.tempo_bpm, before.metre) != (settings.tempo_bpm, settings.metre):
            self._clock.conduct(settings)
        for part in PARTS:
            if settings.route(part).is_muted and not before.route(part).is_muted:
                self._desk.forget_part(part)
        if before.mode is settings.mode:
            self._mode.settle(before)
        else:
            self._mode = self._new_mode()
        self.look()
        self.watchers.changed(settings)

    def perform(self, verb: LiveVerb) -> None:
        """Do something at once."""
        match verb:
            case LiveVerb.PANIC:
                self._panic()
            case LiveVerb.START:
                self._start()
            case LiveVerb.THUMB_UP | LiveVerb.THUMB_DOWN:
                self._thumb(verb)
            case _:
                self._mode.perform(verb)
        if verb is LiveVerb.STOP and self.song.source is SyncSource.INTERNAL:
            self._clock.transport(False, None)
        self.look()

    def takes(self) -> tuple[Take, ...]:
        """Give the last takes, the latest first."""
        return self._takes

    def rate(self, number: int, rating: int) -> None:
        """Note what somebody thinks of a take: 1 thumb up, -1 thumb down, 0 neither."""
        self.mark(number, rating)
        for take in self._takes:
            if take.number == number:
                self.watchers.rated(take)

    def mark(self, number: int, rating: int) -> None:
        """Show on a take what somebody thinks of it; it is kept elsewhere."""
        takes = [replace(t, rating=rating) if t.number == number else t for t in self._takes]
        self._takes = tuple(takes)
        for take in takes:
            if take.number == number:
                self.watchers.marked(take)

    # --- what may be wrong

    @property
    def trouble(self) -> str:
        """What is wrong, in one line; empty where all is well."""
        return "; ".join(self._troubles.values())

    def note_trouble(self, topic: str, trouble: str) -> None:
        """Note what is wrong with something.

        Args:
            topic: what: `music`, `ports` ..; each can be in one trouble at a time.
            trouble: in one line; empty: it is well again.
        """
        self._troubles.pop(topic, None)
        if trouble:
            self._troubles[topic] = trouble

    def start_over(self) -> None:
        """End whatever sounds and forget everything, after a fault of ours."""
        self._phrase = Phrase()
        self._desk.forget_all()
        self._mode = self._new_mode()

    # --- what the clock tells

    def hear(self, message: HeardMessage) -> None:
        """Hear something that was played to us."""
        self._mode.look(self.song.now_ticks)  # what was due before belongs before
        at_ticks = to_ticks(message.song_ns)
        was_sounding = self._phrase.is_sounding
        self._phrase.stuck_ticks = _STUCK_BARS * self.song.bar_ticks
        note = self._phrase.hear(message.payload, at_ticks)
        if note is not None:
            self.watchers.heard(note)
            self._mode.begin(note)
        elif was_sounding and not self._phrase.is_sounding:
            self._mode.fall_silent()
        self.look()

    def lead(self, lead: Lead, *, is_broken: bool = False) -> None:
        """Follow the song.

        Args:
            lead: who leads, and where the song is.
            is_broken: whether everything that was planned before is out of time and forgotten.
        """
        before, was_rolling = self.song.source, self.song.is_rolling
        self.song.follow(lead)
        if is_broken:
            self._phrase.end_all(self.song.now_ticks)
            self._phrase.forget()
            self._desk.forget_plans()
            self._mode.restart()
        if (before, was_rolling, self._jumps) != (lead.source, lead.is_rolling, lead.jumps):
            self._jumps = lead.jumps
            self.watchers.host(self.song.state())
        if lead.is_rolling and not was_rolling and self.song.is_counting_in:
            count_in(self._desk)
        self.look()

    def look(self) -> None:
        """Do what is due."""
        self._mode.look(self.song.now_ticks)
        self.watchers.looked()

    def seconds_to_next_look(self) -> float:
        """How long nothing is due; infinite: until something is heard."""
        ticks = self._mode.next_look_ticks()
        return math.inf if ticks is None else max(0.0, self.song.seconds_until(ticks))

    # --- inside

    def _new_mode(self) -> Mode:
        return _MODES[self._desk.settings.mode](self._desk, self._phrase, self._keep)

    def _start(self) -> None:
        """Run the song after the count-in, where nobody else leads it."""
        self._mode.perform(LiveVerb.START)
        if self.song.source is SyncSource.INTERNAL and not self.song.is_rolling:
            lead_ticks = _START_SECONDS * self.song.tempo_bpm / 60.0 * PPQ
            bars = self._desk.settings.count_in_bars
            self._clock.transport(True, -lead_ticks - bars * self.song.bar_ticks)

    def _panic(self) -> None:
        self._phrase.end_all(self.song.now_ticks)
        self._phrase.forget()
        self._desk.forget_all()
        self._clock.panic()
        self._mode.restart()

    def _thumb(self, verb: LiveVerb) -> None:
        """Note what somebody thinks of the last take; what they do not like ends."""
        if not self._takes:
            raise RequestError("nothing was played yet that could be rated")
        self.rate(self._takes[0].number, 1 if verb is LiveVerb.THUMB_UP else -1)
        self._mode.perform(verb)

    def _keep(self, music: NoteSequence) -> None:
        """Make a take of what was played."""
        number = self._takes[0].number + 1 if self._takes else 1
        made_at = datetime.now(UTC).isoformat(timespec="seconds")
        take = Take(number, made_at, self._desk.settings.mode, music)
        self._takes = (take, *self._takes)[:MOST_TAKES]
        self._calls += self._desk.settings.mode is LiveMode.CALL
        self._heard_key = music.key_signatures[0] if music.key_signatures else self._heard_key
        self.watchers.taken(take)
