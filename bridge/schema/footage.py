"""A film with all that is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bridge.schema.shots import FilmAnalysis


@dataclass(frozen=True, slots=True)
class WatchedFilm:
    """A film and what was seen and heard in it."""

    path: Path
    """Of the film, absolute."""
    analysis: FilmAnalysis
    """What is in it."""
