"""A timeline laid out flat: what lies where, in whole frames, as every form of file counts.

Frames of the timeline are counted from its first one, frames of media from 00:00:00:00 of their own
timecode. Rates are fractions, so that 29.97 is 30000/1001 and no frame is lost by rounding.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, Literal

from bridge.errors import check_range

LaneKind = Literal["Video", "Audio"]
"""What a track holds."""
MediumKind = Literal["file", "missing", "generator"]
"""What a clip shows: a file, nothing that is known, or something that is made up."""
USUAL_SIZE: Final = (1920, 1080)
"""Width and height in pixels that are written where nobody says them."""
_NTSC: Final = Fraction(1000, 1001)
_USUAL_RATES: Final = tuple(
    sorted(
        [Fraction(whole) for whole in (24, 25, 30, 48, 50, 60, 90, 100, 120)]
        + [whole * _NTSC for whole in (24, 30, 48, 60, 120)]
    )
)
"""Frames a second that editors have, 23.976 first."""
_NEAR: Final = 0.006
"""So near must a rate lie to a usual one: 23.98 is meant for 24000/1001."""


def exact_rate(rate: float) -> Fraction:
    """Give the rate that a rounded number means: 29.97 is 30000/1001, 23.98 is 24000/1001.

    Args:
        rate: frames a second, 0.001..100 000.

    Raises:
        RangeError: it is outside.
    """
    check_range("frame rate", rate, 0.001, 100_000)
    if abs(rate - round(rate)) < 1e-4:
        return Fraction(round(rate))
    slowed = round(rate / _NTSC) * _NTSC
    if abs(rate - slowed) < _NEAR:
        return slowed
    return Fraction(rate).limit_denominator(100_000)


def is_usual_rate(rate: Fraction) -> bool:
    """Say whether editors have a rate: 24, 25, 29.97.."""
    return rate in _USUAL_RATES


def usual_rate(rate: Fraction) -> Fraction:
    """Give a rate that editors have, at which no frame of another is lost: 15 becomes 30.

    Where none is a multiple of it, the nearest is given.
    """
    if is_usual_rate(rate):
        return rate
    multiple = next((one for one in _USUAL_RATES if one % rate == 0), None)
    return multiple or min(_USUAL_RATES, key=lambda one: abs(one - rate))


def can_drop(rate: Fraction) -> bool:
    """Say whether there is drop-frame timecode at a rate: 29.97, 59.94 and 119.88."""
    return rate.denominator == 1001 and rate.numerator % 30_000 == 0


@dataclass(frozen=True, slots=True)
class Mark:
    """A marker."""

    frame: int
    """Of the timeline, from its own first frame or from that of its clip."""
    frames: int = 1
    """How long it lasts, >= 0."""
    name: str = ""
    """Its title."""
    comment: str = ""
    """What else it says."""
    colour: str = ""
    """`RED`, as OpenTimelineIO names colours; empty: none."""


@dataclass(frozen=True, slots=True)
class Medium:
    """What a clip takes its pictures or sounds from."""

    name: str = ""
    """Of the file, as people know it."""
    url: str = ""
    """Where it lies: a path or a URL, as it was said."""
    kind: MediumKind = "missing"
    """What it is."""
    reel: str = ""
    """Name of the tape or card; empty: not said."""
    start: Fraction = Fraction(0)
    """Its first frame, by its timecode."""
    count: Fraction | None = None
    """How many frames it has; None: not known."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A clip where it lies."""

    name: str
    """As people know it."""
    record: range
    """Frames of the timeline that it fills, its first being 0."""
    source_start: Fraction
    """The lowest frame that it takes of its media, by their timecode, also if played backwards."""
    rate: Fraction
    """Of its media, frames a second."""
    medium: Medium = Medium()
    """What it shows."""
    speed: Fraction = Fraction(1)
    """2: twice as fast; 0: one frame stands still; negative: backwards."""
    enabled: bool = True
    """It is seen and heard."""
    link: str = ""
    """Clips with the same one move together; empty: alone."""
    marks: tuple[Mark, ...] = ()
    """Counted from its own first frame."""
    effects: tuple[str, ...] = ()
    """Names of those that are neither speed nor cut."""
    comments: tuple[str, ...] = ()
    """Lines for people."""

    def source_count(self, rate: Fraction) -> Fraction:
        """Say how many frames of its media it takes at a timeline's rate; 0: one stands."""
        return len(self.record) * abs(self.speed) * self.rate / rate


@dataclass(frozen=True, slots=True)
class Change:
    """A transition from one clip to the next."""

    cut: int
    """Frame of the timeline at which the second clip begins."""
    before: int
    """Frames that it begins before."""
    after: int
    """Frames that it ends after."""
    kind: str = "SMPTE_Dissolve"
    """As OpenTimelineIO calls it."""
    name: str = ""
    """As its program calls it."""


@dataclass(frozen=True, slots=True)
class Lane:
    """A track."""

    kind: LaneKind
    """Pictures or sound."""
    name: str
    """As people know it."""
    pieces: tuple[Piece, ...]
    """From left to right, none over another."""
    changes: tuple[Change, ...] = ()
    """Between them."""
    enabled: bool = True
    """It is seen and heard."""


@dataclass(frozen=True, slots=True)
class Bin:
    """A folder of clips beside a timeline."""

    name: str
    """As people know it."""
    clips: tuple[Piece, ...]
    """What lies in it; their places in the timeline mean nothing, only how long they are."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A timeline."""

    name: str
    """As people know it."""
    rate: Fraction
    """Frames a second."""
    lanes: tuple[Lane, ...]
    """The lowest first, pictures and sound as they come."""
    start: int = 0
    """Its first frame, by its timecode."""
    drop_frame: bool = False
    """Its timecode leaves out numbers."""
    marks: tuple[Mark, ...] = ()
    """Of the timeline itself."""
    size: tuple[int, int] | None = None
    """Width and height in pixels; None: not said."""
    notes: tuple[str, ...] = field(default=())
    """What was taken for granted when it was read, each a sentence for a person."""
    bins: tuple[Bin, ...] = ()
    """Folders of clips beside it, for forms that have such."""

    @property
    def frame_count(self) -> int:
        """Frames up to the end of the last clip."""
        ends = (lane.pieces[-1].record.stop for lane in self.lanes if lane.pieces)
        return max(ends, default=0)

    def of_kind(self, kind: LaneKind) -> tuple[Lane, ...]:
        """Give the tracks of pictures, or those of sound."""
        return tuple(lane for lane in self.lanes if lane.kind == kind)
