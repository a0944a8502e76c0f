"""Answers to a call: it goes on, says the same in other words, sings along, or drums."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from bridge.music.calls import Call, hear_call
from bridge.music.drum_answer import Drummer
from bridge.music.frame import Frame, frame_of, key_signature, melody_part
from bridge.music.harmony_line import Ground, second_voice
from bridge.music.key import scale_pitch_classes
from bridge.music.lines import cut_short, in_register, levelled, mean_pitch, shifted
from bridge.music.melodies import Improviser
from bridge.music.voices import melody_of, one_voice
from bridge.schema.live import AnswerKind
from bridge.schema.notes import (
    DRUM_CHANNEL,
    KeySignature,
    Note,
    NoteSequence,
    Part,
    TempoChange,
)
from bridge.schema.performance import Knobs
from bridge.units import PPQ

ANSWER_PART: Final = "Answer"
"""Name of the part that an answer is."""

_TAKES: Final = 8
"""Continuations that are made, to choose the one that fits best."""
_LOW: Final = 52.0
"""A call whose mean pitch lies below is harmonised from above: thirds down there are mud."""

_LATE_WEIGHT: Final = 1.0
"""Of a beat without a note at the start of an answer,"""
_REGISTER_WEIGHT: Final = 0.15
"""of a semitone between the mean pitches of call and answer,"""
_DENSITY_WEIGHT: Final = 0.5
"""of an octave, twice or half, between their notes per beat,"""
_OFF_KEY_WEIGHT: Final = 2.0
"""and of notes outside the key, as a share."""


@dataclass(frozen=True, slots=True)
class Players:
    """Those who answer; each is fetched when it is needed."""

    improviser: Callable[[], Improviser]
    """Plays melodies."""
    drummer: Callable[[], Drummer]
    """Plays drums."""
    knobs: Knobs
    """What is turned."""

    def answer(
        self, call: NoteSequence, kind: AnswerKind, *, bars: int | None, amount: float
    ) -> NoteSequence:
        """Answer a call.

        A call of drums alone is answered on the drums, whatever kind is asked for.

        Args:
            call: at any PPQ, which the answer has too; see `hear_call`.
            kind: what the answer makes of it.
            bars: length of the answer, 1..16; None: as long as the call.
            amount: 0..1; how far from the call a variation, or a beat from its rhythm, may go.

        Returns:
            One part; the first note begins at tick 0, the beat on which the answer begins, and
            none ends after `bars`.

        Raises:
            RequestError: the call has no notes.
        """
        if kind is AnswerKind.DRUMS or all(_is_silent(part) for part in call.parts):
            heard = hear_call(call)
            length_ticks = heard.answer_ticks(bars)
            notes = self._drummed(heard, kind, amount=amount, length_ticks=length_ticks)
            part = Part(name=ANSWER_PART, channel=DRUM_CHANNEL, notes=tuple(notes))
        else:
            sung = melody_part(call)
            heard = hear_call(replace(call, parts=(sung,)))
            length_ticks = heard.answer_ticks(bars)
            notes = self._sung(heard, kind, amount=amount, length_ticks=length_ticks)
            part = Part(ANSWER_PART, sung.channel, sung.program, tuple(notes))
        return _in_order(self._placed(part, heard, length_ticks).at_ppq(call.ppq))

    def _drummed(
        self, call: Call, kind: AnswerKind, *, amount: float, length_ticks: int
    ) -> list[Note]:
        """Play an answer on the drums."""
        drummer = self.drummer()
        if kind is AnswerKind.CONTINUE:
            return drummer.go_on(call, length_ticks=length_ticks)
        if kind is AnswerKind.VARY:
            return drummer.vary(call, amount=amount, length_ticks=length_ticks)
        return drummer.accompany(call, amount=amount, length_ticks=length_ticks)

    def _sung(
        self, call: Call, kind: AnswerKind, *, amount: float, length_ticks: int
    ) -> list[Note]:
        """Play a melody for an answer, from its first note to its end."""
        melody = melody_of(melody_part(call.music).notes)
        song = _Song(call, tuple(melody), frame_of(call.music, self.knobs), length_ticks)
        if kind is AnswerKind.HARMONY:
            notes = self._harmony(song)
        else:
            player = self.improviser()
            is_new = kind is AnswerKind.CONTINUE
            plain = _continuation(player, song) if is_new else _variation(player, song, amount)
            notes = player.felt(plain, song.frame)
        return cut_short(_begun(notes, melody), length_ticks)

    def _harmony(self, song: _Song) -> list[Note]:
        """Give a second voice to the call; it keeps the call's own time, to the tick."""
        call, frame, register = song.call, song.frame, self.knobs.register
        phrase = one_voice(call.repeated(song.melody, song.length_ticks))
        if not phrase:  # the call's first note comes later than the answer is long
            return []
        bar_line = -call.place_in_bar(call.start_ticks) % call.bar_ticks
        ground = Ground(frame.key, frame.scale, replace(call.metre, onset_ticks=bar_line))
        above = mean_pitch(phrase) < (_LOW if register is None else register)
        return in_register(second_voice(phrase, ground, above=above), register)

    def _placed(self, part: Part, call: Call, length_ticks: int) -> NoteSequence:
        """Put an answer under tempo, metre and key."""
        first_bar = -call.place_in_bar(call.end_ticks) % call.bar_ticks
        tempo = call.music.tempos[-1].tempo_bpm if call.music.tempos else call.music.tempo_bpm
        keys: tuple[KeySignature, ...] = ()
        if not part.is_drums:
            keys = (key_signature(frame_of(call.music, self.knobs).key),)
        return NoteSequence(
            parts=(part,),
            tempos=(TempoChange(0, self.knobs.tempo_bpm or tempo),),
            time_signatures=(replace(call.metre, onset_ticks=first_bar),),
            key_signatures=keys,
            duration_ticks=length_ticks if length_ticks > max(part.end_ticks, first_bar) else 0,
        )


def _in_order(answer: NoteSequence) -> NoteSequence:
    """Sort the notes of an answer: on a coarser grid some fall together."""
    (part,) = answer.parts
    notes = sorted(part.notes, key=lambda note: (note.onset_ticks, note.pitch))
    return replace(answer, parts=(replace(part, notes=tuple(notes)),))


def _is_silent(part: Part) -> bool:
    """Say whether a part has no melody."""
    return part.is_drums or not part.notes


@dataclass(frozen=True, slots=True)
class _Song:
    """A call's melody, and what an answer to it needs to know."""

    call: Call
    """Where it stands in the bar."""
    melody: tuple[Note, ...]
    """One note or more, as they were played."""
    frame: Frame
    """What stands around it."""
    length_ticks: int
    """Of the answer."""


def _continuation(player: Improviser, song: _Song) -> list[Note]:
    """Go on from a call, with its beats in their places in the bar.

    The model hears the call to the end of its bar and goes on from there; of that, what would have
    stood before the answer's beat is left out. Of some takes the one that fits best is chosen.
    """
    call = song.call
    sounding_end = call.start_ticks + call.length_ticks
    place = call.place_in_bar(call.end_ticks)
    takes = player.continuations(
        song.melody,
        song.frame,
        end_ticks=sounding_end + -call.place_in_bar(sounding_end) % call.bar_ticks,
        length_ticks=place + song.length_ticks,
        takes=_TAKES,
    )
    lines = [_from_tick(notes, place) for notes in takes]
    return min(lines, key=lambda notes: _misfit(notes, song, player.knobs))


def _variation(player: Improviser, song: _Song, amount: float) -> list[Note]:
    """Say a call in other words, as loud as it was."""
    place = song.call.place_in_bar(song.call.start_ticks)
    phrase = shifted(song.call.repeated(song.melody, song.length_ticks), place)
    varied = player.varied(
        phrase, song.frame, amount=amount, length_ticks=place + song.length_ticks
    )
    loudness = float(np.mean([note.velocity for note in song.melody]))
    return list(levelled(_from_tick(varied, place), mean_velocity=loudness))


def _from_tick(notes: Sequence[Note], start_ticks: int) -> list[Note]:
    """Give a line from a tick on, counted from there; what rings over it begins there."""
    return [
        replace(
            note,
            onset_ticks=max(0, note.onset_ticks - start_ticks),
            duration_ticks=note.end_ticks - max(start_ticks, note.onset_ticks),
        )
        for note in notes
        if note.end_ticks > start_ticks
    ]


def _begun(notes: Sequence[Note], melody: Sequence[Note]) -> list[Note]:
    """Let a line begin at tick 0: with its first note, or if it is silent, with the call's last."""
    if not notes:
        return [replace(melody[-1], onset_ticks=0, duration_ticks=PPQ)]
    first = notes[0]
    return [replace(first, onset_ticks=0, duration_ticks=first.end_ticks), *notes[1:]]


def _misfit(notes: Sequence[Note], song: _Song, knobs: Knobs) -> float:
    """Say how badly a continuation fits its call, by the named weights; silence fits worst."""
    if not notes:
        return float("inf")
    key, scale_name = song.frame.key, song.frame.scale or song.frame.key.scale
    scale = scale_pitch_classes(key.tonic_pitch_class, scale_name)
    off_key = sum(note.pitch % 12 not in scale for note in notes) / len(notes)
    register = knobs.register or mean_pitch(song.melody)
    density = knobs.density or len(song.melody) * PPQ / song.call.length_ticks
    heard_density = len(notes) * PPQ / song.length_ticks
    return (
        _LATE_WEIGHT * notes[0].onset_ticks / PPQ
        + _REGISTER_WEIGHT * abs(mean_pitch(notes) - register)
        + _DENSITY_WEIGHT * abs(math.log2(heard_density / density))
        + _OFF_KEY_WEIGHT * off_key
    )
