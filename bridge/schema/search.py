"""What is found when somebody looks for shots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bridge.schema.shots import ShotScale

if TYPE_CHECKING:
    from opentimelineio.opentime import RationalTime, TimeRange


@dataclass(frozen=True, slots=True)
class ShotFound:
    """One shot that fits what somebody looks for."""

    path: str
    """Of its film."""
    number: int
    """Of the shot in its film, from 1."""
    span: TimeRange
    """Where in the film it is, from the first frame."""
    timecode: str
    """Of its first frame: `01:00:04:12`; after the film's own start timecode, where it has one."""
    key_frame: RationalTime
    """The frame that shows it best."""
    scale: ShotScale
    """How near the people are."""
    tags: tuple[str, ...]
    """Words for what is seen and heard in it."""
    score: float
    """0..1, how well it fits; the best come first."""
    why: str
    """What fits, for a person: `close-up, night, calm`."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found, and where nobody has looked yet."""

    shots: tuple[ShotFound, ...]
    """The best first."""
    shots_seen: int
    """So many shots were compared."""
    clips_seen: int
    """Of so many clips."""
    missing: tuple[str, ...]
    """Clips that were not watched yet; `film.analyze` does."""
    compared_by: str
    """What shots were compared by: `meaning`, `tags`, `picture` or `importance`."""
