"""Loop: what is played comes back, layer over layer, for 1 to 16 bars; vary, undo, clear."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

from bridge.errors import RequestError
from bridge.schema.live import LiveSettings, LiveVerb
from bridge.schema.notes import Note, NoteSequence, Part, TempoChange, TimeSignature
from bridge.server.stage.asking import vary_request
from bridge.server.stage.desk import Asking
from bridge.server.stage.mode import LEAD_TICKS, Mode
from bridge.server.stage.phrase import HeardNote, start_of
from bridge.units import PPQ

_MOST_STATES: Final = 32
"""So many steps can be taken back."""
_MOST_LAYERS: Final = 64
"""Of more than so many, the oldest become one."""

Layer = tuple[Note, ...]
"""Notes of one time round, onsets from the start of the loop."""


class LoopMode(Mode):
    """Repeats what is played into it."""

    _start_ticks: int | None = None
    """Where the loop began for the first time; None while it is empty."""
    _length_ticks = 0
    _played_from_ticks = 0
    """Where it is heard for the first time: after it was recorded."""
    _planned_ticks = 0
    """Up to where it is with the clock."""
    _layers: tuple[Layer, ...] = ()
    _before: tuple[tuple[Layer, ...], ...] = ()
    """What the layers were, the latest last."""
    _kept: tuple[Layer, ...] = ()
    """What they were when a take was made of them."""
    _varied: Layer | None = None
    """A variation that begins when the loop comes round."""
    _asking: Asking | None = None
    _notes: frozenset[int] = frozenset()

    def begin(self, note: HeardNote) -> None:
        """Hear a note; the first one begins the loop on its bar line."""
        if self._start_ticks is not None:
            return
        song, bars = self.desk.song, self.desk.settings.loop_bars
        self._start_ticks = song.bar_before(start_of(song, note.onset_ticks))
        self._length_ticks = bars * song.bar_ticks
        self._planned_ticks = self._played_from_ticks = self._start_ticks + self._length_ticks
        self.desk.doing = "recording the loop"

    def fall_silent(self) -> None:
        """Go on: the loop's length decides, not rests."""

    def look(self, now_ticks: float) -> None:
        """Hand the next beats to the clock, half a beat ahead."""
        if self._start_ticks is None:
            return
        if self._planned_ticks < now_ticks - self._length_ticks:  # this machine was asleep
            self._planned_ticks = self._beat_after(now_ticks)
        while self._planned_ticks - LEAD_TICKS <= now_ticks:
            if (self._planned_ticks - self._start_ticks) % self._length_ticks == 0:
                self._come_round()
            end = min(self._planned_ticks + PPQ, self._end_of_round())
            self._plan(self._planned_ticks, end)
            self._planned_ticks = end

    def next_look_ticks(self) -> float | None:
        """Look half a beat before what is not with the clock yet."""
        return None if self._start_ticks is None else self._planned_ticks - LEAD_TICKS

    def perform(self, verb: LiveVerb) -> None:
        """Vary the loop, take something back, empty it."""
        match verb:
            case LiveVerb.VARY | LiveVerb.AGAIN | LiveVerb.ANSWER:
                self._vary()
            case LiveVerb.UNDO | LiveVerb.THUMB_DOWN:
                self._undo()
            case LiveVerb.CLEAR | LiveVerb.STOP:
                self.leave()
            case _:
                pass

    def settle(self, before: LiveSettings) -> None:
        """Go by the new settings; a loop that runs keeps its length."""

    def restart(self) -> None:
        """Keep the layers and play them from the next bar line on."""
        self._drop_question()
        self._notes = frozenset()
        if not self._layers:
            self._empty()
            return
        song = self.desk.song
        self._start_ticks = song.bar_from(song.now_ticks)
        self._planned_ticks = self._played_from_ticks = self._start_ticks
        self.phrase.forget()

    def leave(self) -> None:
        """End what plays and empty the loop."""
        self._close_layer()
        self.desk.forget(self._notes)
        self._keep()
        self._drop_question()
        self._empty()

    # --- layers

    def _beat_after(self, ticks: float) -> int:
        """Give the next beat of the loop; every round begins with one."""
        start = self._start_ticks or 0
        begun = start + math.floor((ticks - start) / self._length_ticks) * self._length_ticks
        beats = math.floor((ticks - begun) / PPQ) + 1
        return min(begun + beats * PPQ, begun + self._length_ticks)

    def _end_of_round(self) -> int:
        start = self._start_ticks or 0
        rounds = (self._planned_ticks - start) // self._length_ticks
        return start + (rounds + 1) * self._length_ticks

    def _come_round(self) -> None:
        """Close the layer, and begin the variation that was asked for."""
        self._close_layer()
        if self._varied is not None:
            self._change((self._varied,))
            self._varied = None
        self.desk.doing = "looping"

    def _open_layer(self, *, now_ticks: float | None = None) -> Layer:
        """Give what was played since the last layer was closed.

        Args:
            now_ticks: where notes end that still sound; None leaves them out.
        """
        ended = ((h, now_ticks if h.end_ticks is None else h.end_ticks) for h in self.phrase.notes)
        return tuple(self._looped(heard, end) for heard, end in ended if end is not None)

    def _looped(self, heard: HeardNote, end_ticks: float) -> Note:
        """Give a note by its place in the loop."""
        duration = round(end_ticks - heard.onset_ticks)
        return Note(
            pitch=heard.pitch,
            onset_ticks=round(heard.onset_ticks - (self._start_ticks or 0)) % self._length_ticks,
            duration_ticks=max(1, min(duration, self._length_ticks)),
            velocity=heard.velocity,
        )

    def _close_layer(self) -> None:
        """Make a layer of what was played since the last one; what still sounds waits."""
        layer = self._open_layer()
        if layer:
            self.phrase.notes = [heard for heard in self.phrase.notes if heard.end_ticks is None]
            self._change((*self._layers, layer))

    def _change(self, layers: tuple[Layer, ...]) -> None:
        self._before = (*self._before, self._layers)[-_MOST_STATES:]
        if len(layers) > _MOST_LAYERS:
            layers = (layers[0] + layers[1], *layers[2:])
        self._layers = layers
        self._keep()

    def _plan(self, from_ticks: int, to_ticks: int) -> None:
        """Hand a stretch of the loop to the clock."""
        start = self._start_ticks or 0
        first = (from_ticks - start) % self._length_ticks
        last = first + to_ticks - from_ticks
        notes = [
            replace(note, onset_ticks=note.onset_ticks - first)
            for layer in (*self._layers, self._open_layer(now_ticks=self.desk.song.now_ticks))
            for note in layer
            if first <= note.onset_ticks < last
        ]
        fresh = self.desk.play("loop", notes, start_ticks=from_ticks)
        sounding = self.desk.played(self._notes)
        self._notes = fresh | {p.note_id for p in sounding if p.note.end_ticks > from_ticks - PPQ}

    def _vary(self) -> None:
        """Have a variation made, which begins when the loop comes round."""
        self._close_layer()
        if not self._layers:
            raise RequestError("the loop is empty; play something first, then vary it")
        self._drop_question()
        request = vary_request(self._music(), self.desk.settings)
        self._asking = self.desk.vary(request, self._take, self._lose)

    def _take(self, music: NoteSequence) -> None:
        self._asking = None
        notes = music.parts[0].notes if music.parts else ()
        self._varied = tuple(note for note in notes if note.onset_ticks < self._length_ticks)

    def _lose(self) -> None:
        """Go on without a variation."""
        self._asking = None

    def _undo(self) -> None:
        """Take the last layer or variation back, from the next beat on."""
        self._close_layer()
        if not self._before:
            raise RequestError("there is nothing to take back; the loop is empty")
        self._varied = None
        *before, self._layers = self._before
        self._before = tuple(before)
        self._replan()

    def _replan(self) -> None:
        """Have the clock forget the beats that it was handed, and hand them anew."""
        if not self._layers:
            self.desk.forget(self._notes)
            self._empty()
            return
        now_ticks = self.desk.song.now_ticks
        self._notes = self.desk.forget_from(self._notes, now_ticks)
        self._planned_ticks = max(self._played_from_ticks, self._beat_after(now_ticks))

    def _empty(self) -> None:
        self._start_ticks = None
        self._layers, self._before, self._varied = (), (), None
        self._notes = frozenset()
        self.phrase.forget()
        self.desk.doing = "listening"

    def _drop_question(self) -> None:
        if self._asking is not None:
            self._asking.drop()
            self._asking = None

    # --- takes

    def _music(self) -> NoteSequence:
        """Give the loop as music, from its start."""
        notes = sorted(
            (note for layer in self._layers for note in layer),
            key=lambda note: (note.onset_ticks, note.pitch),
        )
        metre = self.desk.song.metre
        return NoteSequence(
            parts=(
                Part(
                    name="Loop",
                    channel=self.desk.settings.route("loop").channel,
                    notes=tuple(notes),
                ),
            ),
            tempos=(TempoChange(0, self.desk.song.tempo_bpm),),
            time_signatures=(TimeSignature(0, metre.numerator, metre.denominator),),
            duration_ticks=self._length_ticks,
        )

    def _keep(self) -> None:
        if self._layers and self._layers != self._kept:
            self.on_take(self._music())
        self._kept = self._layers
