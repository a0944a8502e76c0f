"""What comes of a request for a rough cut: its versions, and the files that hold them."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.schema.cutting import Cut, CutStyle
from bridge.schema.timelines import Host, Loss


@dataclass(frozen=True, slots=True)
class CutVersion:
    """One version, as it was written."""

    cut: Cut
    """Its pieces, and why each is there."""
    written: tuple[str, ...]
    """Its timelines, the one that was asked for first."""
    preview: str
    """Its film; empty: none was asked for."""
    losses: tuple[Loss, ...]
    """What the timelines could not hold, clip by clip."""
    notes: tuple[str, ...]
    """What was rounded or left out, each a sentence for a person."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A rough cut in one or more versions."""

    style: CutStyle
    """What it should feel like."""
    seconds: float
    """How long it should be."""
    seed: int
    """From which its randomness came."""
    host: Host
    """For whom it was written."""
    films: tuple[str, ...]
    """Paths of the films that it was chosen from."""
    shots: int
    """How many shots they have."""
    planned_by: str
    """`film/edit_agent 1.0.0`, or `rules` where no model was asked."""
    versions: tuple[CutVersion, ...]
    """`A` first."""
    storyboard: str
    """The page that shows all versions; empty: none was asked for."""
    notes: tuple[str, ...]
    """What was left out or taken for granted, each a sentence for a person."""
