"""What was taken out of footage, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from bridge.errors import check_range
from bridge.schema.timelines import Host, Loss

if TYPE_CHECKING:
    from opentimelineio.opentime import TimeRange

RemovedKind = Literal["silence", "bad", "repeats"]
"""What can be taken out: silence, bad pictures, worse takes."""
REMOVED_KINDS: Final[tuple[RemovedKind, ...]] = ("silence", "bad", "repeats")
"""All of them."""


@dataclass(frozen=True, slots=True)
class Unwanted:
    """A part of a film that it can do without."""

    frames: range
    """Of the film, from 0."""
    kind: RemovedKind
    """What it is."""
    reason: str
    """Why it can go, for a person: `black for 1.2 s`."""

    def __post_init__(self) -> None:
        check_range("frames", len(self.frames), 1, 1 << 40)


@dataclass(frozen=True, slots=True)
class Removed:
    """A part of a film that was taken out."""

    film: str
    """Path of the film, absolute."""
    span: TimeRange
    """From the film's first frame on, on its frames."""
    at: str
    """Timecode in the new timeline at which it would be."""
    kind: RemovedKind
    """What it is."""
    reason: str
    """Why, for a person; all reasons where there are several."""


@dataclass(frozen=True, slots=True)
class Removal:
    """Footage without what it can do without."""

    host: Host
    """For whom it was written."""
    frame_rate: float
    """Of the timeline, frames a second."""
    kept_seconds: float
    """How long the timeline is."""
    removed: tuple[Removed, ...]
    """All that was taken out, film by film."""
    written: tuple[str, ...]
    """The timelines, the one that was asked for first."""
    preview: str
    """Its film; empty: none was asked for."""
    losses: tuple[Loss, ...]
    """What the timelines could not hold, clip by clip."""
    notes: tuple[str, ...]
    """What was left out or taken for granted, each a sentence for a person."""
