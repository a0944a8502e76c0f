"""Call and response: a phrase is heard, and answered on the next beat.

The answer is made and handed to the clock as soon as all keys are up, before anybody knows that the
phrase has ended; another note takes it back. So it begins on the beat even when this machine is
busy, and music that comes too late all the same is played from its first note that is in time.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from bridge.errors import RequestError
from bridge.schema.live import AnswerKind, Launch, LiveSettings, LiveVerb, PhraseEnd
from bridge.schema.notes import NoteSequence
from bridge.server.stage.asking import answer_request
from bridge.server.stage.desk import Asking
from bridge.server.stage.mode import Mode, played_part
from bridge.server.stage.phrase import HeardNote, start_of
from bridge.units import PPQ

_SOONEST_SECONDS: Final = 0.01
"""A beat that is nearer than this is not the next one: nobody could be in time for it."""
_QUIET_TICKS: Final = 60
"""A gap between two notes is shorter than this: no answer is made for it yet."""
_TOLERANCE_TICKS: Final = 2
"""A rest that is so little shorter than a beat is a beat: MIDI clocks jitter."""


@dataclass(slots=True)
class _Answer:
    """An answer on its way."""

    call: NoteSequence
    """What it answers."""
    asking: Asking | None = None
    """The question, while there is no music."""
    music: NoteSequence | None = None
    """What is to be played."""
    start_ticks: int | None = None
    """Where it begins; None while nobody has said that the call has ended."""
    notes: frozenset[int] = field(default_factory=frozenset)
    """Those that were handed to the clock."""


class CallMode(Mode):
    """Answers every phrase on the next beat."""

    _start_ticks: int | None = None
    _quiet_ticks: float | None = None
    """When the last key went up, while no answer was asked for."""
    _answer: _Answer | None = None
    _last: NoteSequence | None = None
    """The last answer that was heard."""
    _sounding: frozenset[int] = frozenset()
    """Notes of the answers that are being heard."""
    _until_ticks: int | None = None
    """Where they end; None: there are none."""

    def begin(self, note: HeardNote) -> None:
        """Hear a note: whoever plays is let finish, and what was planned is taken back."""
        if self._is_overdue(note.onset_ticks):
            self._start_ticks = None
            self.phrase.forget(but=note)
        self._take_back()
        self._quiet_ticks = None
        self._end_answers()
        if self._start_ticks is None:
            self._start_ticks = start_of(self.desk.song, note.onset_ticks)
        self.desk.doing = "hearing a call"

    def fall_silent(self) -> None:
        """Have an answer made, unless another note follows at once."""
        if self._start_ticks is not None:
            self._quiet_ticks = self.phrase.end_ticks

    def look(self, now_ticks: float) -> None:
        """Have the answer made and planned; take it as begun when its beat has come."""
        if self._quiet_ticks is not None and now_ticks >= self._quiet_until(self._quiet_ticks):
            self._plan_answer(self._quiet_ticks)
        if self._until_ticks is not None and now_ticks >= self._until_ticks:
            self._sounding, self._until_ticks = frozenset(), None
            self.desk.doing = "listening"
        if self._answer is not None and self._answer.music and self._is_overdue(now_ticks):
            self._confirm(self._answer, self._answer.music)

    def next_look_ticks(self) -> float | None:
        """Look when the gap is longer than one between notes, and when the answer begins."""
        if self._quiet_ticks is not None:
            return self._quiet_until(self._quiet_ticks)
        if self._answer is None or self._answer.music is None:
            return self._until_ticks
        return self._answer.start_ticks

    def perform(self, verb: LiveVerb) -> None:
        """Answer now, once more, or not at all."""
        match verb:
            case LiveVerb.ANSWER:
                self._answer_now()
            case LiveVerb.AGAIN:
                self._play_again()
            case LiveVerb.CLEAR | LiveVerb.STOP | LiveVerb.THUMB_DOWN:
                self.leave()
            case LiveVerb.START | LiveVerb.THUMB_UP:
                pass
            case _:
                raise RequestError(f"{verb.value} is for the loop; set the mode to loop first")

    def settle(self, before: LiveSettings) -> None:
        """Go by the new settings from the next answer on."""

    def restart(self) -> None:
        """Forget the call and the answer."""
        self._take_back()
        self._sounding, self._until_ticks = frozenset(), None
        self._forget_call()

    def leave(self) -> None:
        """End the answer."""
        self.desk.forget(self._sounding)
        self.restart()

    # --- making and planning an answer

    def _quiet_until(self, end_ticks: float) -> float:
        """Give when an answer is made to a phrase whose last key went up then."""
        if self.desk.settings.phrase_end is PhraseEnd.BAR:
            return end_ticks  # the bar line may be near
        return end_ticks + _QUIET_TICKS

    def _plan_answer(self, end_ticks: float) -> None:
        """Have an answer made, and planned where a rest or a bar line ends the call."""
        self._quiet_ticks = None
        end = self.desk.settings.phrase_end
        if end is PhraseEnd.PEDAL:
            self._prepare(end_ticks, None)
            return
        start_ticks = self._start_after(end_ticks, end)
        self._prepare(end_ticks, start_ticks)
        self._begin_at(start_ticks)

    def _prepare(self, end_ticks: float, answer_ticks: int | None) -> None:
        """Have an answer made to what was heard so far, for where it begins if that is known."""
        self._take_back()
        if self._start_ticks is None:
            return
        call = self.phrase.music(
            self.desk.song,
            start_ticks=self._start_ticks,
            end_ticks=max(end_ticks, 1.0),
            answer_ticks=answer_ticks,
        )
        if call.parts[0].notes:
            self._ask(call, self.desk.settings.answer)

    def _ask(self, call: NoteSequence, kind: AnswerKind) -> None:
        answer = self._answer = _Answer(call)
        request = answer_request(call, kind, self.desk.settings)
        answer.asking = self.desk.ask(
            request, lambda music: self._take(answer, music), lambda: self._lose(answer)
        )

    def _take(self, answer: _Answer, music: NoteSequence) -> None:
        """Take music that was made."""
        answer.asking, answer.music = None, music
        if answer.start_ticks is not None:
            self._play(answer, music, answer.start_ticks)

    def _lose(self, answer: _Answer) -> None:
        """Do without an answer; if the call has ended, the next note begins another."""
        self._answer = None
        if answer.start_ticks is not None:
            self._forget_call()

    def _begin_at(self, start_ticks: int) -> None:
        """Plan the answer."""
        answer = self._answer
        if answer is None:
            return
        answer.start_ticks = start_ticks
        if answer.music is not None:
            self._play(answer, answer.music, start_ticks)

    def _play(self, answer: _Answer, music: NoteSequence, start_ticks: int) -> None:
        self.desk.forget(answer.notes)
        notes = music.parts[0].notes if music.parts else ()
        part = "drums" if music.parts and music.parts[0].is_drums else "answer"
        answer.notes = self.desk.play(part, notes, start_ticks=start_ticks)
        self.look(self.desk.song.now_ticks)

    def _start_after(self, end_ticks: float, end: PhraseEnd) -> int:
        """Give where the answer begins to a call whose last note ended then."""
        song, launch = self.desk.song, self.desk.settings.launch
        if end is PhraseEnd.BAR:
            return song.bar_from(end_ticks, of_bars=4 if launch is Launch.FOUR_BARS else 1)
        return song.launch_from(end_ticks + PPQ - _TOLERANCE_TICKS, launch)

    def _soonest(self) -> int:
        """Give where something begins that somebody asks for now."""
        song = self.desk.song
        lead_ticks = _SOONEST_SECONDS * song.tempo_bpm / 60.0 * PPQ
        return song.launch_from(song.now_ticks + lead_ticks, self.desk.settings.launch)

    def _answer_now(self) -> None:
        """Take the call as ended."""
        if self._start_ticks is None:
            raise RequestError("nothing was played yet that could be answered; play a phrase first")
        self._quiet_ticks = None
        start_ticks = self._soonest()
        if self._answer is None:
            self._prepare(self.desk.song.now_ticks, start_ticks)
        self._begin_at(start_ticks)

    def _play_again(self) -> None:
        """Have something like the last answer."""
        if self._last is None:
            raise RequestError("there is no answer yet to play more like; play a phrase first")
        self._end_answers()
        self._take_back()
        self._quiet_ticks = None
        is_beat = self._last.parts[0].is_drums
        self._ask(self._last, AnswerKind.DRUMS if is_beat else AnswerKind.VARY)
        self._begin_at(self._soonest())

    # --- what becomes of it

    def _is_overdue(self, ticks: float) -> bool:
        """Whether an answer should have begun by then."""
        answer = self._answer
        return answer is not None and answer.start_ticks is not None and ticks >= answer.start_ticks

    def _end_answers(self) -> None:
        """End the answers that are being heard."""
        self.desk.forget(self._sounding)
        self._sounding, self._until_ticks = frozenset(), None

    def _confirm(self, answer: _Answer, music: NoteSequence) -> None:
        """The answer has begun: the call is over."""
        start = answer.start_ticks or 0
        played = self.desk.played(answer.notes)
        self._answer = None
        if music.parts and music.parts[0].notes:
            self._last = replace(answer.call, parts=music.parts[:1])
        self._sounding |= answer.notes
        self._until_ticks = max([start + 1, *(planned.note.end_ticks for planned in played)])
        self._forget_call()
        self.desk.doing = "answering"
        channel = self.desk.settings.route(played[0].part).channel if played else 0
        part = played_part("Answer", played, start_ticks=start, channel=channel)
        shift = self._call_span(answer.call)
        notes = tuple(replace(n, onset_ticks=n.onset_ticks + shift) for n in part.notes)
        parts = (*answer.call.parts, replace(part, notes=notes))
        self.on_take(replace(answer.call, parts=parts, key_signatures=music.key_signatures))

    def _call_span(self, call: NoteSequence) -> int:
        """Give where the answer stands in a take: on the first beat after the call."""
        return -(-call.end_ticks // PPQ) * PPQ

    def _take_back(self) -> None:
        """Drop the answer that was planned."""
        if self._answer is not None:
            if self._answer.asking is not None:
                self._answer.asking.drop()
            self.desk.forget(self._answer.notes)
        self._answer = None

    def _forget_call(self) -> None:
        self._start_ticks = self._quiet_ticks = None
        self.phrase.forget()
        self.desk.doing = "listening"
