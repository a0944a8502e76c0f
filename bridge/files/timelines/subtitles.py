"""Markers as subtitles (.srt), which every program shows over the picture."""

from __future__ import annotations

from fractions import Fraction

from bridge.files.timelines.edl_writing import all_marks
from bridge.schema.layout import Layout

_SHORTEST_SECONDS = 2


def format_srt(layout: Layout) -> str:
    """Write the markers of a timeline as subtitles, each until the next, two seconds at least.

    Times count from the first frame, as players do, and are rounded up to the millisecond, so that
    each begins inside the frame that it belongs to.
    """
    marks = list(all_marks(layout))
    lines = []
    for number, mark in enumerate(marks, 1):
        start = Fraction(mark.frame) / layout.rate
        end = start + max(Fraction(mark.frames) / layout.rate, Fraction(_SHORTEST_SECONDS))
        if number < len(marks):
            following = Fraction(marks[number].frame) / layout.rate
            end = min(end, following) if following > start else end
        text = "\n".join(part.strip() for part in (mark.name, mark.comment) if part.strip())
        lines += [str(number), f"{_clock(start)} --> {_clock(end)}", text or "-", ""]
    return "\n".join(lines)


def _clock(seconds: Fraction) -> str:
    milliseconds = -int(-max(seconds, Fraction(0)) * 1000 // 1)
    whole, rest = divmod(milliseconds, 1000)
    minutes, second = divmod(whole, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{second:02},{rest:03}"
