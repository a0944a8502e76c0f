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
_LATE_TICKS: Final = PPQ // 8
"""A bar that is late by no more than this begins at once: the host has just been started."""
_LONGEST_TICKS: Final = 64 * 4 * PPQ
"""A take is at most so long."""


class BandMode(Mode):
    """Plays on while the song runs."""

    def __init__(self, desk: Desk, phrase: Phrase, on_take: TakeMade) -> None:
        super().__init__(desk, phrase, on_take)
        self._bars: Bars | None = None
        self._waits = False
        """Whether a bar was asked for that has not come."""
        self._hand: Bar | None = None
        """The next bar, made ahead so that the first one is there when the song starts."""
        self._next_ticks: int | None = None
        """Where it goes; None: nothing plays."""
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
        self._fetch()
        next_ticks = self._next_ticks
        if next_ticks is None or self._hand is None or next_ticks - _AHEAD_TICKS > now_ticks:
            return
        self._place(self._hand, next_ticks)

    def next_look_ticks(self) -> float | None:
        """Look when the next bar is to be handed on."""
        if self._next_ticks is None or self._hand is None:
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
                self._send_home()
            case LiveVerb.THUMB_UP:
                pass
            case _:
                raise RequestError(f"the band knows no {verb.value}; set the mode to call or loop")

    def settle(self, before: LiveSettings) -> None:
        """Go on with what is turned now, from the next bar that is not planned yet."""
        after = self.desk.settings
        if (before.knobs, before.style) != (after.knobs, after.style):
            self._send_home()

    def restart(self) -> None:
        """Begin on the next bar line, if the song still runs."""
        self._keep()
        self._notes = frozenset()
        self._next_ticks = None

    def leave(self) -> None:
        """End what plays."""
        self.desk.forget(self._notes)
        self._keep()
        self._send_home()
        self._next_ticks = None
        self._notes = frozenset()
        self.desk.doing = "listening"

    def _launch(self, now_ticks: float) -> None:
        """Begin on the next bar line, or on the one that has just passed."""
        song, launch = self.desk.song, self.desk.settings.launch
        soonest = song.ticks_of(0.0) if song.is_counting_in else now_ticks - _LATE_TICKS
        line = max(song.launch_from(soonest, launch), song.bar_from(soonest))
        self._next_ticks = self._begun_ticks = line
        self.desk.doing = "playing"

    def _fetch(self) -> None:
        """Have the next bar made."""
        if self._hand is not None or self._waits:
            return
        if self._bars is None:
            self._bars = self.desk.band(play_request(self.desk.settings))
        self._waits = True
        self._bars.ask(self._take)

    def _send_home(self) -> None:
        """Have a new band called together for the next bar."""
        if self._bars is not None:
            self._bars.drop()
        self._bars, self._waits, self._hand = None, False, None

    def _take(self, bar: Bar) -> None:
        """Take a bar in hand."""
        self._waits, self._hand = False, bar
        self.look(self.desk.song.now_ticks)

    def _place(self, bar: Bar, next_ticks: int) -> None:
        """Hand a bar to the clock, on the first bar line that is in time."""
        song = self.desk.song
        start = max(next_ticks, song.bar_from(song.now_ticks - _LATE_TICKS))
        for part in bar.parts:
            self._notes |= self.desk.play(
                part.name.lower(), part.notes, start_ticks=start, late_ticks=_LATE_TICKS
            )
        self._hand, self._next_ticks = None, start + bar.duration_ticks
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
