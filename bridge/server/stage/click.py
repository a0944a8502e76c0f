"""Clicks: the count-in before a song that Segue leads."""

from __future__ import annotations

from typing import Final

from bridge.schema.notes import Note
from bridge.server.stage.desk import Desk

_FIRST: Final = 76
"""High wood block, for the first beat of a bar."""
_OTHER: Final = 77
"""Low wood block."""
_LENGTH_TICKS: Final = 60


def count_in(desk: Desk) -> frozenset[int]:
    """Click the beats from now to the beginning of the song, which lies ahead.

    Returns:
        Ids of the clicks.
    """
    song = desk.song
    start = song.ticks_of(0.0)
    ids: frozenset[int] = frozenset()
    beat = song.beat_from(song.now_ticks)
    while beat < start:
        is_first = song.bar_before(beat) == beat
        note = Note(_FIRST if is_first else _OTHER, 0, _LENGTH_TICKS, 110 if is_first else 90)
        ids |= desk.play("click", [note], start_ticks=beat)
        beat = song.beat_from(beat + 1)
    return ids
