"""Band: melody, bass and drums without end, in time with the song."""

from __future__ import annotations

from typing import Final

from bridge.errors import RequestError
from bridge.schema.live import LiveSettings, LiveVerb
from bridge.schema.notes import NoteSequence, Part, TempoChange, TimeSignature
from bridge.schema.performance import Bar
from bridge.server.stage.asking import play_request
from bridge.server.stage.desk import Bars, Desk, Planned
from bridge.server.stage.mode import Mode, TakeMade, played_part
from bridge.server.stage.phrase import HeardNote, Phrase
from bridge.units import PPQ

_AHEAD_TICKS: Final = 4 * PPQ
"""A bar is handed to the clock so long before it sounds."""
_LONGEST_TICKS: Final = 64 * 4 * PPQ
"""A take is at most so long."""


class BandMode(Mode):
    """Plays on while the song runs."""

    def __init__(self, desk: Desk, phrase: Phrase, on_take: TakeMade) -> None:
        super().__init__(desk, phrase, on_take)
        self._bars: Bars | None = None
        self._waits = False
        """Whether a bar was asked for that has not come."""
        self._next_ticks: int | None = None
        """Where the next bar goes; None: nothing plays."""
        self._begun_ticks = 0
        self._notes: frozenset[int] = frozenset()
        self._is_stopped = False
        """Whether somebody stopped it, though the song runs."""

    def begin(self, note: HeardNote) -> None:
        """Play on: the band does not wait for anybody."""

    def fall_silent(self) -> None:
        """Play on."""

    def look(self, now_ticks: float) -> None:
        """Begin when the song runs, end when it stops, and stay a bar ahead."""
        wanted = self.desk.song.is_rolling and not self._is_stopped
        if wanted and self._next_ticks is None:
            self._launch(now_ticks)
        elif not wanted and self._next_ticks is not None:
            self.leave()
        if self._next_ticks is not None and not self._waits:
            self._stay_ahead(self._next_ticks, now_ticks)

    def next_look_ticks(self) -> float | None:
        """Look when the next bar is to be handed on."""
        if self._next_ticks is None or self._waits:
            return None
        return self._next_ticks - _AHEAD_TICKS

    def perform(self, verb: LiveVerb) -> None:
        """Play, stop, or play something else."""
        match verb:
            case LiveVerb.START:
                self._is_stopped = False
            case LiveVerb.STOP | LiveVerb.CLEAR:
                self.leave()
                self._is_stopped = True
            case LiveVerb.VARY | LiveVerb.AGAIN | LiveVerb.THUMB_DOWN:
                self._ask_anew()
            case LiveVerb.THUMB_UP:
                pass
            case _:
                raise RequestError(f"the band knows no {verb.value}; set the mode to call or loop")

    def settle(self, before: LiveSettings) -> None:
        """Go on with what is turned now, from the next bar that is not planned yet."""
        after = self.desk.settings
        if self._bars is not None and (before.knobs, before.style) != (after.knobs, after.style):
            self._ask_anew()

    def restart(self) -> None:
        """Begin on the next bar line, if the song still runs."""
        self._keep()
        self._notes = frozenset()
        self._next_ticks = None

    def leave(self) -> None:
        """End what plays."""
        self.desk.forget(self._notes)
        self._keep()
        if self._bars is not None:
            self._bars.drop()
        self._bars, self._waits, self._next_ticks = None, False, None
        self._notes = frozenset()
        self.desk.doing = "listening"

    def _launch(self, now_ticks: float) -> None:
        song = self.desk.song
        soonest = max(now_ticks, song.ticks_of(0.0) if song.is_counting_in else now_ticks)
        line = song.launch_from(soonest, self.desk.settings.launch)
        self._next_ticks = self._begun_ticks = max(line, song.bar_from(soonest))
        if self._bars is None:
            self._bars = self.desk.band(play_request(self.desk.settings))
        self.desk.doing = "playing"

    def _ask_anew(self) -> None:
        if self._bars is not None:
            self._bars.drop()
        self._bars, self._waits = self.desk.band(play_request(self.desk.settings)), False

    def _stay_ahead(self, next_ticks: int, now_ticks: float) -> None:
        if self._bars is not None and next_ticks - _AHEAD_TICKS <= now_ticks:
            self._waits = True
            self._bars.ask(self._take)

    def _take(self, bar: Bar) -> None:
        """Hand a bar to the clock, on the bar line that is in time."""
        self._waits = False
        if self._next_ticks is None:
            return
        song = self.desk.song
        start = max(self._next_ticks, song.bar_from(song.now_ticks))
        for part in bar.parts:
            self._notes |= self.desk.play(part.name.lower(), part.notes, start_ticks=start)
        self._next_ticks = start + bar.duration_ticks
        if start - self._begun_ticks >= _LONGEST_TICKS:
            self._keep()
            self._begun_ticks = self._next_ticks
        self.look(song.now_ticks)

    def _keep(self) -> None:
        """Keep what was played as a take."""
        played = self.desk.played(self._notes)
        if played:
            self.on_take(self._music(played))
        self._notes = frozenset(
            p.note_id for p in played if p.note.onset_ticks >= self.desk.song.now_ticks
        )

    def _music(self, played: tuple[Planned, ...]) -> NoteSequence:
        metre = self.desk.song.metre
        names = dict.fromkeys(planned.part for planned in played)
        return NoteSequence(
            parts=tuple(self._part(name, played) for name in names),
            tempos=(TempoChange(0, self.desk.song.tempo_bpm),),
            time_signatures=(TimeSignature(0, metre.numerator, metre.denominator),),
        )

    def _part(self, name: str, played: tuple[Planned, ...]) -> Part:
        mine = tuple(planned for planned in played if planned.part == name)
        return played_part(
            name.capitalize(),
            mine,
            start_ticks=self._begun_ticks,
            channel=self.desk.settings.route(name).channel,
        )
