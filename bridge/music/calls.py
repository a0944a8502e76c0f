"""A call: what was played to Segue, and where its answer stands in the bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from bridge.errors import RequestError
from bridge.music.lines import shifted
from bridge.schema.notes import Note, NoteSequence, TimeSignature
from bridge.schema.performance import MOST_ANSWER_BARS
from bridge.units import PPQ

_MOST_BEATS: Final = 128
_LOOSE_TICKS: Final = PPQ // 8
"""A note that begins so much before a beat belongs to it, and one that ends so much after it."""


@dataclass(frozen=True, slots=True)
class Call:
    """What was played, as an answer hears it."""

    music: NoteSequence
    """At PPQ 480, a beat at tick 0, one note or more."""
    metre: TimeSignature
    """Of its end; `onset_ticks` is a bar line."""
    start_ticks: int
    """The beat that its first note belongs to."""
    end_ticks: int
    """The beat on which its answer begins."""
    length_ticks: int
    """From its first note to the end of its last, in whole beats, >= one."""

    @property
    def bar_ticks(self) -> int:
        """Length of a bar."""
        return self.metre.bar_ticks()

    def place_in_bar(self, ticks: int) -> int:
        """Give how far a tick lies after the last bar line."""
        return (ticks - self.metre.onset_ticks) % self.bar_ticks

    def answer_ticks(self, bars: int | None) -> int:
        """Give the length of an answer: so many bars, or as long as the call.

        It has 16 bars at most, and, where bars are very long, 128 beats.
        """
        wanted = self.length_ticks if bars is None else bars * self.bar_ticks
        return min(wanted, MOST_ANSWER_BARS * self.bar_ticks, _MOST_BEATS * PPQ)

    def repeated(self, notes: Sequence[Note], length_ticks: int) -> list[Note]:
        """Give notes of the call from its start, again and again for a length."""
        once = [
            replace(note, onset_ticks=max(0, note.onset_ticks - self.start_ticks))
            for note in notes
            if note.onset_ticks < self.start_ticks + length_ticks
        ]
        times = range(0, length_ticks, self.length_ticks)
        return [note for start in times for note in shifted(once, start)]


def hear_call(call: NoteSequence) -> Call:
    """Take in a call.

    Its answer begins on the beat at its `duration_ticks`, or where that is 0, on the beat at which
    its last note has ended.

    Args:
        call: a beat at tick 0; the onset of its last time signature is a bar line.

    Raises:
        RequestError: it has no notes.
    """
    music = call.at_ppq()
    notes = [note for part in music.parts for note in part.notes]
    if not notes:
        raise RequestError("nothing to answer: the call has no notes; play a phrase first")
    first = min(note.onset_ticks for note in notes)
    last = max(note.end_ticks for note in notes)
    start = (first + _LOOSE_TICKS) // PPQ * PPQ
    end = max(start + PPQ, _next_beat(last - _LOOSE_TICKS))
    return Call(
        music=music,
        metre=music.time_signatures[-1] if music.time_signatures else music.time_signature,
        start_ticks=start,
        end_ticks=max(end, _next_beat(music.duration_ticks)),
        length_ticks=end - start,
    )


def _next_beat(ticks: int) -> int:
    """Give the first beat that is not before a tick."""
    return -(-ticks // PPQ) * PPQ
