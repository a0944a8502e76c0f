"""What is said of a timeline that goes from one program to another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Host = Literal["resolve", "premiere", "fcpx", "avid", "kdenlive", "portable"]
"""Who will read a timeline; `portable` is anybody."""
Weight = Literal["refuses", "damages", "loses"]
"""What a program does: takes nothing, shows something else, or leaves something out."""


@dataclass(frozen=True, slots=True)
class Loss:
    """Something of a timeline that a form or a host cannot hold."""

    track: str
    """Its name; empty: the timeline itself."""
    clip: str
    """Its name; empty: the track itself."""
    at: str
    """Timecode of its first frame in the timeline; empty: everywhere."""
    what: str
    """What was lost, and what stands in its place, in words."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """A timeline that was written anew for somebody."""

    source: str
    """The file that was read."""
    form: str
    """What it turned out to be: `EDL`, `Final Cut Pro XML`.."""
    host: Host
    """For whom it was written."""
    frame_rate: float
    """Of the timeline, frames a second."""
    drop_frame: bool
    """Its timecode leaves out numbers."""
    clips: int
    """How many were read, on all tracks."""
    written: tuple[str, ...]
    """The files, the one that was asked for first."""
    losses: tuple[Loss, ...]
    """What the files could not hold, clip by clip."""
    notes: tuple[str, ...]
    """What was taken for granted while reading, each a sentence for a person."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A reason for a host to refuse or damage a timeline."""

    weight: Weight
    """What the host does."""
    track: str
    """Its name; empty: the timeline itself."""
    clip: str
    """Its name; empty: the track itself."""
    what: str
    """What is wrong, in plain words."""
    advice: str
    """What to do about it."""


@dataclass(frozen=True, slots=True)
class TimelineCheck:
    """What a host will make of a timeline as it is."""

    path: str
    """The file that was looked at."""
    host: Host
    """Who would read it."""
    form: str
    """What the file turned out to be."""
    troubles: tuple[Trouble, ...]
    """The worst first; none: it opens as it is."""
