"""The rate of an edit decision list, which the form doesn't say.

Told by what is in it: how high frames are numbered, whether numbers are dropped, and at which rate
source and record of every event last equally long, as without a change of speed they must.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

from bridge.files.timelines.edl_events import Event, EventList
from bridge.schema.layout import exact_rate
from bridge.schema.timecode import frame_of

_USUAL: Final = (24, 25, 30, 48, 50, 60, 100, 120)
_SAID: Final = re.compile(r"FRAME RATE:?\s*(\d+(?:\.\d+)?)(?:/(\d+))?", re.IGNORECASE)
_NTSC: Final = Fraction(1000, 1001)


def rate_of_list(found: EventList, *, media_rate: Fraction | None = None) -> tuple[Fraction, str]:
    """Find the rate of a list.

    Args:
        found: the list.
        media_rate: frames a second of a file that it names, where one is there.

    Returns:
        The rate, and what was taken for granted; empty: the list itself says so.
    """
    said = _said(found)
    if said is not None:
        return said, ""
    counts = _counts(found)
    if drops_numbers(found) and counts % 30 == 0:
        return counts * _NTSC, ""
    if media_rate is not None and round(media_rate) == counts:
        return media_rate, f"its rate, {float(media_rate):.3f}, is that of the media it names"
    return Fraction(counts), (
        f"an edit list doesn't say its rate: {counts} frames a second was taken, from its frame"
        " numbers; say another with --rate"
    )


def drops_numbers(found: EventList) -> bool:
    """Say whether the timecode of a list leaves out numbers: its record timecode decides."""
    record = [code for event in found.events for code in event.codes[2:]]
    if any(";" in code for code in record):
        return True
    if any(event.codes[0].count(";") for event in found.events):
        return False
    said = found.counts[0] if found.counts else ""
    return said.startswith("DROP") and _highest(found) < 60


def _said(found: EventList) -> Fraction | None:
    """Give the rate that a comment names."""
    comments = [*found.head, *(line for event in found.events[:1] for line in event.comments)]
    for line in comments:
        match = _SAID.fullmatch(line)
        if match and float(match[1]) > 0 and float(match[2] or 1) > 0:
            number = Fraction(match[1]) / Fraction(match[2] or 1)
            return exact_rate(float(number))
    return None


def _highest(found: EventList) -> int:
    frames = [int(re.split("[:;.,]", code)[-1]) for code in found.codes()]
    return max(frames, default=0)


def _counts(found: EventList) -> int:
    """Give how many frames are counted in a second."""
    able = [rate for rate in _USUAL if rate > _highest(found)] or [_highest(found) + 1]
    if drops_numbers(found):
        able = [rate for rate in able if rate % 30 == 0] or able
    return min(able, key=lambda rate: (_disagreements(found, rate), able.index(rate)))


def _disagreements(found: EventList, rate: int) -> int:
    """Count the events whose source and record last differently at a rate."""
    return sum(_disagrees(event, rate) for event in found.events if event.motion is None)


def _disagrees(event: Event, rate: int) -> bool:
    frames = [frame_of(code, rate) for code in event.codes]
    if None in frames:
        return True
    source_in, source_out, record_in, record_out = (frame or 0 for frame in frames)
    return source_out - source_in != record_out - record_in
