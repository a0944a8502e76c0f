"""Everything that is known of a film file before anybody watches it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from opentimelineio.opentime import RationalTime

from bridge.errors import FileFormatError, StorageError
from bridge.files.film.clock import Clock
from bridge.files.film.container import (
    MOST_PIXELS,
    Damage,
    frames,
    has_index,
    no_film,
    only,
    opened,
    picture_stream,
    sound_stream,
)
from bridge.files.film.deinterlace import field_order_of
from bridge.files.film.pictures import Shape, shape_of
from bridge.files.film.scan import Scan, clock_of, scan_packets
from bridge.files.film.sniff import check_film_file
from bridge.files.film.soundtrack import HIGHEST_RATE_HZ, LOWEST_RATE_HZ, MOST_CHANNELS
from bridge.files.film.structure import Structure, camera_timecode, read_structure
from bridge.files.film.timecode import find_reel, find_timecode
from bridge.schema.frames import FieldOrder
from bridge.schema.media import MediaFacts, SoundTrackFacts

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream

    from bridge.files.film.progress import Progress

_CHUNK_BYTES: Final = 2**23
_LOOKED_AT: Final = 12
"""So many frames are decoded to see what kind they are."""
_ANIMATED: Final = frozenset({"gif", "apng"})


@dataclass(frozen=True, slots=True, eq=False)
class Inspection:
    """A film file that was looked through once."""

    facts: MediaFacts
    clock: Clock
    shape: Shape
    starts_at: Fraction
    """The first frame, in seconds of the file's own clock."""


@dataclass(frozen=True, slots=True)
class _Look:
    """What the first pictures of a film show."""

    shape: Shape
    field_order: FieldOrder
    bit_depth: int
    stamps: tuple[int, ...]
    """Of the first frames, as they were decoded."""

    @property
    def first_tick(self) -> int | None:
        """The stamp of the first frame that can be seen."""
        return min(self.stamps, default=None)

    @property
    def is_in_order(self) -> bool:
        """Whether the stamps rise; else they are those of packets, which AVI mixes up."""
        return list(self.stamps) == sorted(self.stamps)


def inspect_film(path: Path, *, sha256: str | None = None) -> Inspection:
    """Look through a film file: its packets all, its pictures a few.

    Args:
        path: the file.
        sha256: of its bytes, in hex, where it is known already.

    Raises:
        NotFoundError: there is no such file, or it may not be read.
        FileFormatError: it is no film, or nothing of it can be read.
        StorageError: the disk failed while reading.
    """
    check_film_file(path)
    byte_count = path.stat().st_size
    structure = _checked_structure(path, byte_count)
    try:
        with opened(path) as container:
            look = _look(container, picture_stream(container, path), path)
        with opened(path) as container:
            stream = picture_stream(container, path)
            only(container, stream)
            return _inspected(path, stream, look, structure, sha256 or content_hash(path))
    except FileFormatError as error:
        if not structure.lacking_bytes:
            raise
        raise FileFormatError(
            f"{path} is cut off: {structure.lacking_bytes} bytes are missing at its end, and"
            " without them nothing of it can be read; copy it again from where it came"
        ) from error


def _inspected(
    path: Path, stream: VideoStream, look: _Look, structure: Structure, sha256: str
) -> Inspection:
    """Read all packets of a film, and put together what is known of it."""
    container = cast("InputContainer", stream.container)
    damage = Damage()
    scan = scan_packets(container, stream, damage)
    if look.is_in_order:
        scan.pair_fields(look.stamps)
    if look.first_tick is not None and not has_index(container):
        scan.leave_out_before(look.first_tick)
    if not scan.packet_count:
        raise no_film(path)
    _refuse_still(container, scan, path)
    _tell_cut_off(stream, scan, structure, damage)
    clock = clock_of(container, stream, scan, damage)
    if not look.is_in_order:
        clock = replace(clock, is_counted=True)
    first_tick = look.first_tick if clock.is_counted else clock.first_tick
    starts_at = Fraction(first_tick or 0) * Fraction(stream.time_base or 0)
    start_timecode, is_drop_frame = _start(stream, structure, clock)
    sound = _sound(container, starts_at, damage)
    facts = MediaFacts(
        name=path.name,
        byte_count=path.stat().st_size,
        sha256=sha256,
        frame_rate=float(clock.frame_rate),
        time_rate=clock.time_rate,
        variable_rate=clock.ticks is not None,
        frame_count=clock.frame_count,
        duration=clock.duration,
        start_timecode=start_timecode,
        drop_frame=is_drop_frame,
        reel=find_reel(container, stream),
        width=look.shape.size[0],
        height=look.shape.size[1],
        rotation_degrees=look.shape.rotation_degrees,
        pixel_aspect=float(look.shape.pixel_aspect),
        field_order=look.field_order,
        bit_depth=look.bit_depth,
        codec=stream.codec_context.codec.canonical_name,
        sound=sound,
        damage=damage.told(),
    )
    return Inspection(facts, clock, look.shape, starts_at)


def _start(
    stream: VideoStream, structure: Structure, clock: Clock
) -> tuple[RationalTime | None, bool]:
    """Give the timecode of the first frame, if there is one, and whether it is drop-frame."""
    container = cast("InputContainer", stream.container)
    counts = structure.timecode_counts
    timecode = find_timecode(container, stream, counts_per_second=counts)
    timecode = timecode or camera_timecode(structure)
    number = timecode.frame_number(clock.frame_rate) if timecode else None
    if timecode is None or number is None:
        return None, False
    return RationalTime(number, float(clock.frame_rate)), timecode.is_drop_frame


def content_hash(path: Path, progress: Progress | None = None) -> str:
    """Give the SHA-256 of a file's bytes, in hex.

    Args:
        path: of the file.
        progress: is told how many bytes of how many are read.

    Raises:
        StorageError: the disk failed while reading.
    """
    digest, done = hashlib.sha256(), 0
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                digest.update(chunk)
                done += len(chunk)
                if progress is not None:
                    progress(done, max(size, done), "bytes")
    except OSError as error:
        raise _unreadable(path, error) from error
    return digest.hexdigest()


def _unreadable(path: Path, error: OSError) -> StorageError:
    """Say that the disk failed."""
    reason = error.strerror or str(error)
    return StorageError(f"{path} cannot be read: {reason}; try a copy of it")


def _checked_structure(path: Path, byte_count: int) -> Structure:
    try:
        structure = read_structure(path, byte_count)
    except OSError as error:
        raise _unreadable(path, error) from error
    if structure.outgrows(byte_count):
        raise FileFormatError(
            f"{path} promises {structure.promised_frames} frames in {byte_count} bytes; its tables"
            " are damaged: copy it again from where it came"
        )
    return structure


def _look(container: InputContainer, stream: VideoStream, path: Path) -> _Look:
    """Decode the first few pictures."""
    only(container, stream)
    seen = list(islice(frames(container, stream, Damage()), _LOOKED_AT))
    if not seen:
        raise FileFormatError(
            f"{path} has no frame that can be decoded; copy it again from where it came"
        )
    first = seen[0]
    if first.width * first.height > MOST_PIXELS:
        raise no_film(path)
    orders = [field_order_of(frame, stream) for frame in seen if frame.interlaced_frame]
    shape = shape_of(first, stream.sample_aspect_ratio)
    stamps = tuple(frame.pts for frame in seen if frame.pts is not None)
    bit_depth = max((part.bits for part in first.format.components), default=8)
    return _Look(
        shape=shape,
        field_order=orders[0] if orders else "progressive",
        bit_depth=bit_depth,
        stamps=stamps,
    )


def _refuse_still(container: InputContainer, scan: Scan, path: Path) -> None:
    if scan.packet_count == 1 and container.format.name in _ANIMATED:
        raise FileFormatError(f"{path} is a still picture; name a film")


def _tell_cut_off(stream: VideoStream, scan: Scan, structure: Structure, damage: Damage) -> None:
    """Say what is missing at the end of a file."""
    if structure.lacking_bytes:
        damage.strange.append(
            f"The file is cut off: {structure.lacking_bytes} bytes are missing at its end."
        )
    elif structure.is_torn:
        damage.strange.append("The file is cut off: it ends in the middle of a frame.")
    if scan.torn:
        damage.strange.append(f"{scan.torn} of its frames are torn.")
    missing = _promised_frames(stream) - scan.packet_count - scan.left_out
    if missing > 0:
        damage.strange.append(f"{missing} of the frames that it promises are missing.")


def _promised_frames(stream: VideoStream) -> int:
    """Tell how many frames a file says it has; 0: it does not say, or not reliably."""
    names = set(stream.container.format.name.split(","))
    if "mxf" in names:
        return stream.duration or 0
    return stream.frames if names & {"mov", "mp4"} else 0


def _sound(
    container: InputContainer, starts_at: Fraction, damage: Damage
) -> SoundTrackFacts | None:
    """Tell what sound a film has."""
    stream = sound_stream(container)
    if stream is None:
        return None
    codec = stream.codec_context
    channels = codec.layout.nb_channels
    if not (
        LOWEST_RATE_HZ <= codec.sample_rate <= HIGHEST_RATE_HZ and 1 <= channels <= MOST_CHANNELS
    ):
        damage.strange.append("Its sound cannot be read.")
        return None
    begins = Fraction(stream.start_time or 0) * Fraction(stream.time_base or 0)
    return SoundTrackFacts(
        codec=codec.codec.canonical_name,
        sample_rate_hz=codec.sample_rate,
        channels=channels,
        starts_after_seconds=float(begins - starts_at) if stream.start_time is not None else 0.0,
    )
