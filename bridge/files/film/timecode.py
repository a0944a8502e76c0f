"""The timecode that a camera or an editor has put into a film, and the name of its reel."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream

_TIMECODE: Final = re.compile(r"\s*(\d{1,2}):(\d{2}):(\d{2})([:;.,])(\d{2,3})\s*")
_REEL_TAGS: Final = ("reel_name", "com.apple.proapps.reel", "reel", "tape", "tape_name")


@dataclass(frozen=True, slots=True)
class Timecode:
    """A timecode as it is written down."""

    hours: int
    minutes: int
    seconds: int
    frames: int
    is_drop_frame: bool
    counts_per_second: int | None = None
    """How many frames it counts in a second; None: as many as the film has."""

    def frame_number(self, frame_rate: Fraction) -> int | None:
        """Count the frames from 00:00:00:00.

        Args:
            frame_rate: frames a second of the film.

        Returns:
            The number, in frames of the film; None: there is no such timecode at this rate.
        """
        whole = round(frame_rate)
        counted = self.counts_per_second or whole
        if whole < 1 or whole % counted or self.frames >= counted:
            return None
        minutes = self.hours * 60 + self.minutes
        number = (minutes * 60 + self.seconds) * counted + self.frames
        if self.is_drop_frame:
            left_out = 2 * max(1, counted // 30)
            number -= left_out * (minutes - minutes // 10)
        return number * (whole // counted)


def parse_timecode(text: str, *, counts_per_second: int | None = None) -> Timecode | None:
    """Read `HH:MM:SS:FF`, or `HH:MM:SS;FF` for drop-frame; None: it is not one."""
    match = _TIMECODE.fullmatch(text)
    if match is None:
        return None
    hours, minutes, seconds, frames = (int(match[place]) for place in (1, 2, 3, 5))
    if hours > 23 or minutes > 59 or seconds > 59:
        return None
    is_drop_frame = match[4] in ";,"
    return Timecode(hours, minutes, seconds, frames, is_drop_frame, counts_per_second)


def find_timecode(
    container: InputContainer, film: VideoStream, *, counts_per_second: int | None = None
) -> Timecode | None:
    """Find the timecode of a film's first frame in what the container says.

    Args:
        container: the film's file.
        film: its pictures.
        counts_per_second: how many frames its track of timecode counts in a second; None: as many
            as the film has.

    Returns:
        The timecode; None: it says nothing.
    """
    tagged = (film.metadata, container.metadata, *(s.metadata for s in container.streams))
    said = (_tag(tags, ("timecode",)) for tags in tagged)
    read = (parse_timecode(text, counts_per_second=counts_per_second) for text in said)
    return next((timecode for timecode in read if timecode is not None), None)


def find_reel(container: InputContainer, film: VideoStream) -> str:
    """Find the name of a film's reel in what the container says; empty: it does not."""
    places = (film.metadata, *(s.metadata for s in container.streams), container.metadata)
    return next((reel for tags in places if (reel := _tag(tags, _REEL_TAGS))), "")


def _tag(tags: Mapping[str, str], names: Sequence[str]) -> str:
    """Give the first of some tags that is there, however it is capitalized."""
    said = {name.lower(): text.strip() for name, text in tags.items()}
    return next((said[name] for name in names if said.get(name)), "")
