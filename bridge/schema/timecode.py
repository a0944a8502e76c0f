"""Frames by the timecode that people read: `01:00:04:12`, or `01:00:04;12` with dropped numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bridge.schema.media import MediaFacts

if TYPE_CHECKING:
    from opentimelineio.opentime import RationalTime

_CODE: Final = re.compile(r"(\d{1,2})[:;](\d{1,2})[:;](\d{1,2})([:;.,])(\d{1,3})")


def frame_at(at: RationalTime, media: MediaFacts) -> int:
    """Give the number that a time of a film has at its nominal rate, its first frame being 0.

    Exact where all frames last equally long; else it is the nearest one, as timelines count.
    """
    return round(float(at.value) * media.frame_rate / float(at.rate))


def source_frame(at: RationalTime, media: MediaFacts) -> int:
    """Give the same, counted on from the film's own start timecode, where it has one."""
    start = media.start_timecode
    return frame_at(at, media) + (0 if start is None else round(start.value))


def timecode_of(at: RationalTime, media: MediaFacts) -> str:
    """Give the timecode of a film at a time, counted on from its own start timecode."""
    return timecode(source_frame(at, media), media.frame_rate, drop_frame=media.drop_frame)


def timecode(frame: int, frame_rate: float, *, drop_frame: bool = False) -> str:
    """Give a frame's timecode.

    Args:
        frame: its number from 00:00:00:00, >= 0; after 24 hours it begins anew.
        frame_rate: frames a second; 23.976 counts 24, 59.94 counts 60.
        drop_frame: leave out the first numbers of nine minutes in ten, as 29.97 and 59.94 do.
    """
    counts = max(1, round(frame_rate))
    if drop_frame:
        frame = _with_dropped(frame, counts)
    seconds, frames = divmod(frame, counts)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    mark, digits = ";" if drop_frame else ":", len(str(counts - 1))
    return f"{hours % 24:02}:{minutes:02}:{seconds:02}{mark}{frames:0{max(2, digits)}}"


def first_frame(frame_rate: float, *, drop_frame: bool = False) -> int:
    """Give the number of a new timeline's first frame: 01:00:00:00, as editors expect it."""
    return frame_number(1, frame_rate, drop_frame=drop_frame)


def frame_number(hours: int, frame_rate: float, *, drop_frame: bool = False) -> int:
    """Give the number of the frame at a full hour.

    Args:
        hours: >= 0.
        frame_rate: frames a second.
        drop_frame: numbers are left out.
    """
    counts = max(1, round(frame_rate))
    left_out = 54 * 2 * (counts // 30) if drop_frame else 0
    return hours * (3600 * counts - left_out)


def rate_words(frame_rate: float) -> str:
    """Write frames a second for people: `23.976`, `25`."""
    return f"{frame_rate:.3f}".rstrip("0").rstrip(".")


def frame_of(code: str, frame_rate: float) -> int | None:
    """Give the frame that a timecode names, counted from 00:00:00:00; None: it names none.

    Args:
        code: `01:00:04:12`; with `;`, `.` or `,` before the frames numbers are left out, where the
            rate has such timecode.
        frame_rate: frames a second; 23.976 counts 24, 59.94 counts 60.
    """
    match = _CODE.fullmatch(code.strip())
    if match is None:
        return None
    hours, minutes, seconds, frames = (int(match[place]) for place in (1, 2, 3, 5))
    counts = max(1, round(frame_rate))
    if minutes > 59 or seconds > 59 or frames >= counts:
        return None
    minutes += 60 * hours
    number = (60 * minutes + seconds) * counts + frames
    if match[4] in ";,." and counts % 30 == 0:
        number -= 2 * (counts // 30) * (minutes - minutes // 10)
    return number


def _with_dropped(frame: int, counts: int) -> int:
    """Count the numbers in that were left out before a frame."""
    dropped = 2 * (counts // 30)
    minute = 60 * counts - dropped
    ten_minutes = 10 * minute + dropped
    tens, rest = divmod(frame, ten_minutes)
    left_out = 9 * dropped * tens
    if rest >= minute + dropped:
        left_out += dropped * (1 + (rest - minute - dropped) // minute)
    return frame + left_out
