"""What is heard: notes as they are played, and the phrase that they make.

A note-off may be lost: a cable is pulled out, a keyboard is switched off. A key that nobody holds
must not keep a phrase open for ever: one that was down for four bars before another note, which has
come and gone since, is taken as released, and so is a pedal that was down for four bars when a key
goes up. Whoever holds a chord for longer and plays nothing else is not interrupted.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import Final

from bridge.schema.live import CALL_PART
from bridge.schema.notes import Note, NoteSequence, Part, TempoChange, TimeSignature
from bridge.server.stage.song import Song

MOST_NOTES: Final = 2048
"""A phrase that has more forgets its first ones."""
_EARLY_TICKS: Final = 60
"""A note so little before a beat is meant for the beat."""
_SUSTAIN: Final = 64
"""The controller that is the sustain pedal."""
_PRESSED: Final = 64
"""A pedal is down from this value on."""


@dataclass(slots=True)
class HeardNote:
    """A note that somebody plays to us."""

    channel: int
    """0..15, as on the wire."""
    pitch: int
    """MIDI note number, 0..127."""
    velocity: int
    """1..127."""
    onset_ticks: float
    """In song ticks."""
    end_ticks: float | None = None
    """In song ticks; None while it sounds."""


class Phrase:
    """Notes that belong together, and what of them still sounds."""

    def __init__(self) -> None:
        self.stuck_ticks = math.inf
        """A key or a pedal that is down for so long, while others come and go, is stuck."""
        self.notes: list[HeardNote] = []
        self.end_ticks = 0.0
        """When the last note ended, in song ticks."""
        self._keys: dict[tuple[int, int], HeardNote] = {}
        self._held: dict[int, list[HeardNote]] = {}
        self._pedals: dict[int, float] = {}
        """Since when those are down that are."""

    @property
    def is_sounding(self) -> bool:
        """Whether a key is down, or a pedal holds a note."""
        return bool(self._keys) or any(self._held.values())

    def hear(self, payload: bytes, at_ticks: float) -> HeardNote | None:
        """Take note of a channel message.

        Args:
            payload: status byte 0x80..0xEF and its data bytes.
            at_ticks: when, in song ticks.

        Returns:
            The note that it began, if it is a note-on.
        """
        kind, channel = payload[0] & 0xF0, payload[0] & 0x0F
        if kind == 0x90 and payload[2]:
            return self._begin(channel, payload[1], payload[2], at_ticks)
        if kind in (0x80, 0x90):
            self._release(channel, payload[1], at_ticks)
        elif kind == 0xB0 and payload[1] == _SUSTAIN:
            self._press_pedal(channel, payload[2] >= _PRESSED, at_ticks)
        elif kind == 0xB0 and payload[1] >= 120:  # all sound off .. all notes off
            self.end_all(at_ticks)
        return None

    def end_all(self, at_ticks: float) -> None:
        """End whatever sounds: the song stopped, or whoever played it is gone."""
        self._pedals.clear()
        for note in [*self._keys.values(), *(n for held in self._held.values() for n in held)]:
            self._end(note, at_ticks)
        self._keys.clear()
        self._held.clear()

    def forget(self, *, but: HeardNote | None = None) -> None:
        """Begin anew, with one note or none; what else still sounds belongs to nothing."""
        self.notes = [] if but is None else [but]

    def music(
        self, song: Song, *, start_ticks: int, end_ticks: float, answer_ticks: int | None = None
    ) -> NoteSequence:
        """Give the notes of a stretch, from its start, as music.

        Args:
            song: gives tempo and metre.
            start_ticks: a beat, in song ticks; what began up to a 32nd before counts as on it.
            end_ticks: in song ticks; what began later is left out, what sounds ends there.
            answer_ticks: where the answer to it begins, in song ticks, so that it knows its place
                in the bar; None: on the beat after the last note.
        """
        inside = [n for n in self.notes if start_ticks - _EARLY_TICKS <= n.onset_ticks < end_ticks]
        channels = Counter(note.channel for note in inside)
        channel = channels.most_common(1)[0][0] if channels else 0
        notes = tuple(sorted((_as_note(n, start_ticks, end_ticks) for n in inside), key=_in_order))
        return NoteSequence(
            parts=(Part(name=CALL_PART, channel=channel, notes=notes),),
            tempos=(TempoChange(0, song.tempo_bpm),),
            time_signatures=(_metre_from(song, start_ticks),),
            duration_ticks=0 if answer_ticks is None else answer_ticks - start_ticks,
        )

    def _begin(self, channel: int, pitch: int, velocity: int, at_ticks: float) -> HeardNote:
        self._release(channel, pitch, at_ticks)
        note = HeardNote(channel, pitch, velocity, at_ticks)
        self._keys[channel, pitch] = note
        self.notes = [*self.notes[-MOST_NOTES + 1 :], note]
        return note

    def _release(self, channel: int, pitch: int, at_ticks: float) -> None:
        note = self._keys.pop((channel, pitch), None)
        if note is None:
            return
        if at_ticks - self._pedals.get(channel, at_ticks) >= self.stuck_ticks:
            self._press_pedal(channel, False, at_ticks)
        if channel in self._pedals:
            self._held.setdefault(channel, []).append(note)
        else:
            self._end(note, at_ticks)
        self._let_go(note.onset_ticks - self.stuck_ticks, at_ticks)

    def _let_go(self, since_ticks: float, at_ticks: float) -> None:
        """Take as released what was pressed before a moment, if no other key is down."""
        if all(note.onset_ticks <= since_ticks for note in self._keys.values()):
            for note in self._keys.values():
                self._end(note, at_ticks)
            self._keys.clear()

    def _press_pedal(self, channel: int, is_down: bool, at_ticks: float) -> None:
        if is_down:
            self._pedals.setdefault(channel, at_ticks)
            return
        self._pedals.pop(channel, None)
        for note in self._held.pop(channel, []):
            self._end(note, at_ticks)

    def _end(self, note: HeardNote, at_ticks: float) -> None:
        note.end_ticks = at_ticks
        self.end_ticks = max(self.end_ticks, at_ticks)


def start_of(song: Song, onset_ticks: float) -> int:
    """Give the beat that a phrase begins with, in song ticks, by the onset of its first note."""
    return song.beat_before(onset_ticks + _EARLY_TICKS)


def _as_note(heard: HeardNote, start_ticks: int, end_ticks: float) -> Note:
    onset = max(0, round(heard.onset_ticks - start_ticks))
    end = end_ticks if heard.end_ticks is None else min(heard.end_ticks, end_ticks)
    duration = max(1, round(end - start_ticks) - onset)
    return Note(heard.pitch, onset, duration, heard.velocity)


def _in_order(note: Note) -> tuple[int, int]:
    return note.onset_ticks, note.pitch


def _metre_from(song: Song, start_ticks: int) -> TimeSignature:
    """Give the metre of a phrase; its onset is the first bar line in it."""
    metre = song.metre
    first = song.bar_from(start_ticks) - start_ticks
    return TimeSignature(first, metre.numerator, metre.denominator)
