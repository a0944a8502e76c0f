"""Frames to spare: unless somebody speaks there, a piece keeps away from the edges of its shot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.film.cutting.talk import spoken_share, talk_in

if TYPE_CHECKING:
    from bridge.film.cutting.tables import Running, Tables


def start_with_handles(tables: Tables, planned: Running, place: int) -> float:
    """Give where a piece begins, in seconds of its film, so that an editor can move both its ends.

    It is moved no further than needed, and not at all where somebody speaks there, or where another
    piece shows the same shot.

    Args:
        tables: of the cut.
        planned: the cut.
        place: of the piece, from 0.
    """
    candidate, _, frames = planned.chosen[place]
    shot = int(tables.candidates.shot[candidate])
    start, seconds = float(tables.candidates.start[candidate]), frames / tables.brief.frame_rate
    shown = [int(tables.candidates.shot[other]) for other, _, _ in planned.chosen]
    low, high = float(tables.shoot.start[shot]), float(tables.shoot.end[shot])
    handle = min(tables.brief.handle_seconds, (high - low - seconds) / 2)
    if handle <= 0 or shown.count(shot) > 1:
        return start
    moved = min(max(start, low + handle), high - handle - seconds)
    ends = min(start, moved), max(start, moved) + seconds
    speaks = spoken_share(talk_in(tables.shoot, shot), *ends) > 0
    return start if speaks else moved
