"""How Final Cut Pro, Media Composer and anybody else want to find a timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.files.timelines.hosts.base import (
    Sequence,
    absolute_url,
    clean_names,
)

if TYPE_CHECKING:
    from opentimelineio.schema import Timeline


def dress_for_avid(timeline: Timeline, sequence: Sequence) -> None:
    """Give names that Media Composer takes, and media by URL, in place."""
    clean_names(timeline)
    dress_for_anybody(timeline, sequence)


def dress_for_anybody(timeline: Timeline, sequence: Sequence) -> None:
    """Name media by URL, as the standard has it, in place; all metadata stays."""
    _ = sequence
    for clip in timeline.find_clips():
        absolute_url(clip)
