"""What is known of a media file before anybody has watched it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bridge.errors import check_range
from bridge.schema.frames import FieldOrder

if TYPE_CHECKING:
    from opentimelineio.opentime import RationalTime


@dataclass(frozen=True, slots=True)
class SoundTrackFacts:
    """The sound of a media file."""

    codec: str
    """As FFmpeg calls it: `aac`."""
    sample_rate_hz: int
    """Samples a second, >= 1."""
    channels: int
    """>= 1."""
    starts_after_seconds: float
    """Its first sample after the first frame; negative: before."""


@dataclass(frozen=True, slots=True)
class MediaFacts:
    """A film file: its clock, its shape and its sound."""

    name: str
    """The file's name, without its folders."""
    byte_count: int
    """Size of the file."""
    sha256: str
    """Of its bytes, in hex."""
    frame_rate: float
    """Frames a second, the nominal one: 23.976023976.. is 24000/1001."""
    time_rate: float
    """Units a second of every `RationalTime` of this file: `frame_rate` where all frames last
    equally long, so that a time is a frame's number; else ticks of the file's own time base."""
    variable_rate: bool
    """Frames do not all last equally long."""
    frame_count: int
    """How many frames there are, >= 1."""
    duration: RationalTime
    """From the first frame to the end of the last one."""
    start_timecode: RationalTime | None
    """What the file's own timecode says of its first frame, counted in frames at `frame_rate`;
    None: it has none."""
    drop_frame: bool
    """That timecode leaves out numbers, as 29.97 does."""
    reel: str
    """Name of the reel or tape; empty: not said."""
    width: int
    """Of the upright picture in square pixels, >= 1."""
    height: int
    """Of the upright picture in square pixels, >= 1."""
    rotation_degrees: int
    """Clockwise, how far the stored picture was turned to stand upright: 0, 90, 180, 270."""
    pixel_aspect: float
    """Width of a stored pixel by its height."""
    field_order: FieldOrder
    """Of the stored frames."""
    bit_depth: int
    """Bits of a stored colour value: 8, 10, 12.."""
    codec: str
    """As FFmpeg calls it: `h264`."""
    sound: SoundTrackFacts | None
    """None: silent."""
    damage: tuple[str, ...]
    """What is wrong with the file, in words, each a sentence for a person; it was read all the
    same."""

    def __post_init__(self) -> None:
        check_range("frame_count", self.frame_count, 1, 1 << 40)
        check_range("frame_rate", self.frame_rate, 0.001, 100_000)
