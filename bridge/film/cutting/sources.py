"""What is shown of a shot, in the time of its film."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentimelineio.opentime import RationalTime, TimeRange

if TYPE_CHECKING:
    from bridge.film.cutting.tables import Tables


def source_of(tables: Tables, shot: int, start: float, frames: int) -> TimeRange:
    """Give what is shown of a shot, on a frame of its film, in the film's own time."""
    media = tables.shoot.films[int(tables.shoot.film[shot])].analysis.media
    rate = media.time_rate
    span = tables.shoot.shots[shot].span
    first = round(start * rate)
    length = max(1, round(frames / tables.brief.frame_rate * rate))
    first = max(min(first, round(span.end_time_exclusive().value) - length), 0)
    return TimeRange(RationalTime(first, rate), RationalTime(length, rate))
