"""Band: melody, bass and drums without end, in time with the song."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from bridge.errors import RequestError
from bridge.schema.live import LiveSettings, LiveVerb
from bridge.schema.notes import Note, NoteSequence, Part, TempoChange, TimeSignature
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
        self._again_ticks: float | None = None
        """When a band is called together again after one was lost."""

    def begin(self, note: HeardNote) -> None:
        """Play on: the band does not wait for anybody."""

    def fall_silent(self) -> None:
        """Play on."""

    def look(self, now_ticks: float) -> None:
        """Begin when the song runs, end when it stops, and stay a bar ahead."""
        is_rolling = self.desk.song.is_rolling
        self._is_stopped = self._is_stopped and is_rolling
        wanted = is_rolling and not self._is_stopped
        if wanted and self._next_ticks is None:
            self._launch(now_ticks)
        elif not wanted and self._next_ticks is not None:
            self.leave()
        self._fetch(now_ticks)
        next_ticks = self._next_ticks
        if next_ticks is None or self._hand is None or next_ticks - _AHEAD_TICKS > now_ticks:
            return
        self._place(self._hand, next_ticks)

    def next_look_ticks(self) -> float | None:
        """Look when the next bar is to be handed on."""
        if self._hand is None:
            return self._again_ticks
        return None if self._next_ticks is None else self._next_ticks - _AHEAD_TICKS

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

    def _fetch(self, now_ticks: float) -> None:
        """Have the next bar made."""
        if self._hand is not None or self._waits:
            return
        if self._again_ticks is not None and now_ticks < self._again_ticks:
            return
        self._again_ticks = None
        if self._bars is None:
            self._bars = self.desk.maker.band(play_request(self.desk.settings))
        self._waits = True
        self.desk.next_bar(self._bars, self._take, self._lose)

    def _send_home(self) -> None:
        """Have a new band called together for the next bar."""
        if self._bars is not None:
            self._bars.drop()
        self._bars, self._waits, self._hand, self._again_ticks = None, False, None, None

    def _take(self, bar: Bar) -> None:
        """Take a bar in hand."""
        self._waits, self._hand = False, bar

    def _lose(self) -> None:
        """Take note that there is no band any more; another one is called a beat later."""
        self._send_home()
        self._again_ticks = self.desk.song.now_ticks + PPQ

    def _place(self, bar: Bar, next_ticks: int) -> None:
        """Hand a bar to the clock, on the first bar line that is in time."""
        song = self.desk.song
        start = song.bar_from(max(next_ticks, song.now_ticks) - _LATE_TICKS)
        for part in bar.parts:
            notes = _fitted(part.notes, bar.duration_ticks, song.bar_ticks)
            self._notes |= self.desk.play(
                part.name.lower(), notes, start_ticks=start, late_ticks=_LATE_TICKS
            )
        self._hand, self._next_ticks = None, start + song.bar_ticks
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


def _fitted(notes: tuple[Note, ...], made_ticks: int, bar_ticks: int) -> tuple[Note, ...]:
    """Fit the notes of a bar into one of another metre.

    What is too long is cut, what is too short goes on from its beginning: so each bar of the band
    begins with one of the song, in a waltz and in five four, too.

    Args:
        notes: of a bar as it was made.
        made_ticks: length of that bar.
        bar_ticks: length of the song's bars.
    """
    if made_ticks == bar_ticks:
        return notes
    rounds = range(0, bar_ticks, made_ticks)
    moved = (replace(n, onset_ticks=n.onset_ticks + ticks) for ticks in rounds for n in notes)
    return tuple(
        replace(note, duration_ticks=min(note.duration_ticks, bar_ticks - note.onset_ticks))
        for note in moved
        if note.onset_ticks < bar_ticks
    )
