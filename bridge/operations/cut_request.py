"""What may be said of a rough cut that is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bridge.errors import RequestError, check_range
from bridge.operations.film import check_path
from bridge.schema.cutting import LONGEST_CUT_SECONDS, CutStyle
from bridge.schema.timelines import Host

MOST_VERSIONS: Final = 3
"""No more versions are made at once: `A`, `B` and `C`."""
_MOST_FILMS: Final = 10_000
_MOST_SEEDS: Final = 1 << 63


@dataclass(frozen=True, slots=True)
class CutRequest:
    """Ask for a rough cut."""

    films: tuple[str, ...]
    """Films and folders on this machine, absolute: `/footage`."""
    output: str
    """Where the timeline goes, absolute; its ending says the form: `/cuts/cut.otio`. If that is
    taken, the next free name is: `cut-2.otio`."""
    seconds: float = 60.0
    """How long it should be, 1..14,400."""
    style: CutStyle = "documentary"
    """What it should feel like."""
    outline: str | None = None
    """The story, a step on each line, with its share if you like: `30% the harbour at night`."""
    music: str | None = None
    """Music to cut to, absolute: a recording, or a score in MIDI."""
    keep_speech: bool = False
    """Nobody is cut off while they speak, and who speaks is heard under music, too."""
    host: Host = "portable"
    """Who will read it."""
    versions: int = 3
    """So many versions that differ on purpose, 1..3."""
    seed: int = 0
    """The same seed gives the same cut; 0..2**63 - 1."""
    twins: bool = False
    """Also write the other forms that the host reads, beside it."""
    storyboard: str | None = None
    """Where a page goes that shows all versions, absolute: `/cuts/cut.html`."""
    preview: str | None = None
    """Where a film of each version goes, absolute: `/cuts/cut.mp4`."""
    preview_height: int = 360
    """Of that film, in pixels, 16..2160."""
    person: str | None = None
    """Whose habits and taste it follows; None: as Segue is set up."""
    project: str | None = None
    """From which project; None: as Segue is set up."""

    def __post_init__(self) -> None:
        if not 1 <= len(self.films) <= _MOST_FILMS:
            raise RequestError(f"films must name 1..{_MOST_FILMS} films and folders")
        for place, path in enumerate(self.films):
            check_path(f"films[{place}]", path)
        check_path("output", self.output)
        for field in ("music", "storyboard", "preview"):
            path = getattr(self, field)
            if path is not None:
                check_path(field, path)
        check_range("seconds", self.seconds, 1.0, LONGEST_CUT_SECONDS)
        check_range("versions", self.versions, 1, MOST_VERSIONS)
        check_range("seed", self.seed, 0, _MOST_SEEDS - 1)
        check_range("preview_height", self.preview_height, 16, 2160)
