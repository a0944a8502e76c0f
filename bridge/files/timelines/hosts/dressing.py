"""The one table of hosts: how each wants a timeline dressed, and what it reads beside OTIO."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bridge.files.timelines.hosts.base import Sequence
from bridge.files.timelines.hosts.kdenlive import dress_for_kdenlive
from bridge.files.timelines.hosts.others import dress_for_anybody, dress_for_avid
from bridge.files.timelines.hosts.premiere import dress_for_premiere
from bridge.files.timelines.hosts.resolve import dress_for_resolve
from bridge.schema.timelines import Host

if TYPE_CHECKING:
    from opentimelineio.schema import Timeline


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of a host."""

    dress: Callable[[Timeline, Sequence], None]
    """Dresses a timeline, in place."""
    reads_otio: bool
    """It opens .otio files itself."""
    twins: tuple[str, ...]
    """Endings of the other files that it reads, the best first."""
    keeps_effects: str
    """Key of the metadata of effects that it knows; empty: none."""


PROFILES: Final[dict[Host, Profile]] = {
    "resolve": Profile(
        dress_for_resolve, True, (".fcpxml", ".xml", ".edl", ".markers.edl", ".srt"), "Resolve_OTIO"
    ),
    "premiere": Profile(dress_for_premiere, True, (".xml", ".edl", ".srt"), "PremierePro_OTIO"),
    "fcpx": Profile(dress_for_anybody, False, (".fcpxml", ".srt"), ""),
    "avid": Profile(dress_for_avid, False, (".edl", ".xml", ".srt"), ""),
    "kdenlive": Profile(dress_for_kdenlive, True, (".xml", ".edl", ".srt"), ""),
    "portable": Profile(dress_for_anybody, True, (".xml", ".fcpxml", ".edl", ".srt"), "*"),
}
"""Every host, by its name."""


def dress(timeline: Timeline, host: Host, sequence: Sequence) -> None:
    """Add what a program wants to find in a timeline, in place.

    Args:
        timeline: clips that belong together have the same `link` under `Segue`.
        host: who will read it.
        sequence: what it becomes.
    """
    PROFILES[host].dress(timeline, sequence)
