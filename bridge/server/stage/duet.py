"""Duet: Segue plays along, one bar behind: each bar is the answer to the bar before.

The answer is made half a beat before the bar line, with what was heard by then; what is heard in
that half beat makes a better one, which takes over where the first has not begun.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from bridge.errors import RequestError
from bridge.schema.live import LiveSettings, LiveVerb
from bridge.schema.notes import NoteSequence
from bridge.server.stage.asking import answer_request
from bridge.server.stage.desk import Asking
from bridge.server.stage.mode import LEAD_TICKS, Mode, played_part
from bridge.server.stage.phrase import HeardNote

_LONGEST_BARS: Final = 16
"""A take has at most so many bars."""


class DuetMode(Mode):
    """Answers each bar in the next."""

    _line_ticks: int | None = None
    """The bar line that comes next; None while nothing was heard."""
    _from_ticks = 0
    """The bar line before it: from there on is heard what the answer on the line answers."""
    _begun_ticks = 0
    """The bar line with which the take begins."""
    _is_asked = False
    """Whether the bar before the line was answered, if only with what was heard by then."""
    _asking: Asking | None = None
    _notes: frozenset[int] = frozenset()
    """Those that sound or are to come."""
    _taken: frozenset[int] = frozenset()
    """Everything that was played in this take."""
    _heard = 0
    """Notes that the answer to the bar knows of."""

    def begin(self, note: HeardNote) -> None:
        """Hear a note: from the next bar line on, it is answered."""
        if self._line_ticks is None:
            song = self.desk.song
            self._begun_ticks = self._from_ticks = song.bar_before(note.onset_ticks)
            self._line_ticks = self._begun_ticks + song.bar_ticks
            self.desk.doing = "playing along"

    def fall_silent(self) -> None:
        """Go on: bars decide, not rests."""

    def look(self, now_ticks: float) -> None:
        """Answer the bar: before its end, and once more at its end where more was heard."""
        line = self._line_ticks
        if line is None:
            return
        if now_ticks >= line:
            self._answer_bar(line, again=True)
            self._turn_over(line)
        elif now_ticks >= line - LEAD_TICKS and not self._is_asked:
            self._answer_bar(line, again=False)

    def next_look_ticks(self) -> float | None:
        """Look half a beat before the bar line, and on it."""
        if self._line_ticks is None:
            return None
        return self._line_ticks if self._is_asked else self._line_ticks - LEAD_TICKS

    def perform(self, verb: LiveVerb) -> None:
        """End; a duet can do no more at once."""
        match verb:
            case LiveVerb.STOP | LiveVerb.CLEAR | LiveVerb.THUMB_DOWN:
                self.leave()
            case LiveVerb.START | LiveVerb.THUMB_UP:
                pass
            case _:
                raise RequestError(f"a duet knows no {verb.value}; set the mode to call or loop")

    def settle(self, before: LiveSettings) -> None:
        """Go by the new settings from the next bar on."""

    def restart(self) -> None:
        """Wait for a note."""
        self._notes = frozenset()
        self._rest()

    def _rest(self) -> None:
        """Wait for a note, while what was planned is played to its end."""
        if self._asking is not None:
            self._asking.drop()
        self._asking, self._line_ticks, self._is_asked, self._heard = None, None, False, 0
        self._taken = frozenset()
        self.phrase.forget()
        self.desk.doing = "listening"

    def leave(self) -> None:
        """End what plays, and keep the take."""
        self.desk.forget(self._notes)
        self._keep()
        self.restart()

    def _answer_bar(self, line: int, *, again: bool) -> None:
        """Have the bar before a line answered from the line on."""
        bar = self.phrase.music(
            self.desk.song, start_ticks=self._from_ticks, end_ticks=line, answer_ticks=line
        )
        heard = len(bar.parts[0].notes)
        if again and heard == self._heard:
            return
        self._is_asked, self._heard = True, heard
        if self._asking is not None:
            self._asking.drop()
            self._asking = None
        if heard:
            request = answer_request(bar, self.desk.settings.answer, self.desk.settings, bars=1)
            self._asking = self.desk.ask(request, lambda music: self._take(music, line), self._lose)

    def _take(self, music: NoteSequence, line: int) -> None:
        """Play an answer; where an earlier one to the same bar has begun, its rest gives way."""
        self._asking = None
        now_ticks = self.desk.song.now_ticks
        kept = self.desk.played(self.desk.forget_from(self._notes, max(now_ticks, line)))
        sounding = frozenset(p.note_id for p in kept if p.note.end_ticks > now_ticks)
        part = "drums" if music.parts and music.parts[0].is_drums else "duet"
        notes = music.parts[0].notes if music.parts else ()
        self._notes = sounding | self.desk.play(part, notes, start_ticks=line)
        self._taken |= self._notes

    def _lose(self) -> None:
        """Do without an answer to this bar."""
        self._asking = None

    def _turn_over(self, line: int) -> None:
        """Go on to the next bar; after a silent one, wait for a note."""
        if not self._heard:
            self._keep()
            self._rest()
            return
        song = self.desk.song
        self._from_ticks = line
        self._line_ticks = song.bar_from(line + song.bar_ticks / 2)  # its metre may be another now
        self._is_asked, self._heard = False, 0
        if line - self._begun_ticks >= _LONGEST_BARS * self.desk.song.bar_ticks:
            self._keep()

    def _keep(self) -> None:
        """Keep what was heard and played as a take, and begin another."""
        line = self._line_ticks
        played = self.desk.played(self._taken)
        if line is None or not played:
            return
        call = self.phrase.music(
            self.desk.song, start_ticks=self._begun_ticks, end_ticks=self.desk.song.now_ticks
        )
        channel = self.desk.settings.route(played[0].part).channel
        part = played_part("Duet", played, start_ticks=self._begun_ticks, channel=channel)
        self.on_take(replace(call, parts=(*call.parts, part)))
        self._begun_ticks, self._taken = line, frozenset()
