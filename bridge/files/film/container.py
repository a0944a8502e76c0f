"""A film file opened by FFmpeg's libraries: that one file, and nothing else.

Only containers of films are let in: those that name other files or addresses, as playlists do, have
no way to be read at all, nor does any protocol but that of plain files.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import av
import av.error
import av.logging

from bridge.errors import FileFormatError

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.packet import Packet
    from av.stream import Stream
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

MOST_SIDE_PIXELS: Final = 16_384
"""The widest or highest picture that is read."""
MOST_PIXELS: Final = 1 << 26
"""The largest picture that is read: about 11,500 by 5,800."""

_FORMATS: Final = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpeg,mpegts,mpegvideo,mxf,flv,live_flv,asf,gxf,dv,"
    "h264,hevc,vvc,av1,obu,m4v,ivf,ogg,nut,yuv4mpegpipe,rm,vc1,dnxhd,wtv,gif,apng,dirac,swf,"
    "mjpeg,h263,h261,lxf,mpegtsraw,ipu,film_cpk,smjpeg"
)
SOUND_FORMATS: Final = f"{_FORMATS},wav,w64,aiff,caf,au,flac,mp3,aac,ac3,eac3,wv,tta"
"""Containers of films, and those of sound alone."""
_UNSTAMPED: Final = frozenset(
    {"h264", "hevc", "vvc", "av1", "obu", "m4v", "mpegvideo", "vc1", "dnxhd", "dirac", "mjpeg"}
    | {"h263", "h261", "ipu"}
)
"""Streams of pictures without a container, which say nothing of time."""
_UNINDEXED: Final = frozenset({"mpeg", "mpegts", "mpegtsraw", "mpegvideo", "wtv"})
_OPEN_SECONDS: Final = 60.0
_MOST_FAILURES: Final = 100
"""So many packets in a row that cannot be read, and the rest of the file is given up."""


@dataclass(slots=True)
class Damage:
    """What was found broken while a file was read."""

    unreadable: int = 0
    """Places where the container makes no sense."""
    undecodable: int = 0
    """Packets that gave no picture or sound."""
    torn: int = 0
    """Frames that were decoded, and are said to be damaged."""
    lost: int = 0
    """Frames that should have been there and did not come."""
    misplaced: int = 0
    """Frames that claim a time of another one, or one out of order."""
    strange: list[str] = field(default_factory=list)
    """Anything else, in words."""

    @property
    def is_any(self) -> bool:
        """Whether anything is broken."""
        return bool(self.told())

    def told(self) -> tuple[str, ...]:
        """Say it in sentences."""
        counted = (
            (self.unreadable, "The file makes no sense in {} places, which were passed over."),
            (self.undecodable, "{} pieces could not be decoded and were left out."),
            (self.torn, "{} pictures are damaged."),
            (self.lost, "{} frames could not be shown."),
            (self.misplaced, "{} pictures are out of order and were left out."),
        )
        return (*(text.format(count) for count, text in counted if count), *self.strange)


@contextlib.contextmanager
def opened(path: Path, *, formats: str = _FORMATS) -> Iterator[InputContainer]:
    """Open a film file.

    Args:
        path: the file.
        formats: containers that are let in, as FFmpeg calls them.

    Raises:
        FileFormatError: it is damaged beyond reading, or no film.
    """
    options = {
        "protocol_whitelist": "file",
        "format_whitelist": formats,
        "max_pixels": str(MOST_PIXELS),
    }
    try:
        container = av.open(
            f"file:{path.absolute()}",
            options=options,
            metadata_errors="replace",
            timeout=_OPEN_SECONDS,
        )
    except (av.error.FFmpegError, ValueError, UnicodeError, OverflowError) as error:
        raise no_film(path, error) from error
    try:
        yield container
    finally:
        container.close()


def no_film(path: Path, error: Exception | None = None) -> FileFormatError:
    """Say that a file cannot be read as a film."""
    reason = getattr(error, "strerror", None) or (str(error) if error else "")
    detail = f" ({reason})" if reason else ""
    return FileFormatError(
        f"{path} is no film, or damaged or cut off beyond reading{detail}; copy it again from where"
        " it came"
    )


def picture_stream(container: InputContainer, path: Path) -> VideoStream:
    """Give the stream of pictures.

    Raises:
        FileFormatError: there is none, its codec is unknown, or its pictures are too large.
    """
    from av.stream import Disposition

    films = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    if not films:
        what = "sound without a picture" if container.streams.audio else "no film"
        raise FileFormatError(f"{path} is {what}; name a film")
    best = container.streams.best("video")
    stream = next((film for film in films if film is best), films[0])
    if stream.codec_context is None:
        raise FileFormatError(
            f"{path} has a codec that is not known here; convert it, as to ProRes"
        )
    width, height = stream.codec_context.width, stream.codec_context.height
    if max(width, height) > MOST_SIDE_PIXELS or width * height > MOST_PIXELS:
        raise FileFormatError(
            f"{path} has pictures of {width} x {height}; at most {MOST_SIDE_PIXELS} a side and"
            f" {MOST_PIXELS} in all are read: convert it to a smaller size"
        )
    return stream


def sound_stream(container: InputContainer) -> AudioStream | None:
    """Give the stream of sound; None: it is silent."""
    heard = [s for s in container.streams.audio if s.codec_context is not None]
    best = container.streams.best("audio")
    return next((stream for stream in heard if stream is best), heard[0] if heard else None)


def bears_stamps(container: InputContainer) -> bool:
    """Tell whether this kind of container says when a frame is shown."""
    return not _UNSTAMPED & set(container.format.name.split(","))


def has_index(container: InputContainer) -> bool:
    """Tell whether this kind of container knows all its frames, as those for broadcast do not.

    Without an index, stamps are guesses after a leap, and the first frames may lean on others that
    are not in the file.
    """
    return not _UNINDEXED & set(container.format.name.split(","))


def only(container: InputContainer, wanted: Stream) -> None:
    """Let the reader skip all streams but one."""
    from av.stream import Discard

    for stream in container.streams:
        stream.discard = Discard.default if stream is wanted else Discard.all


def packets(container: InputContainer, stream: Stream, damage: Damage) -> Iterator[Packet[Stream]]:
    """Give the packets of a stream in the order of the file, past what cannot be read."""
    failures = 0
    while failures < _MOST_FAILURES:
        try:
            for packet in container.demux(stream):
                if packet.size:
                    failures = 0
                    yield packet
            return
        except IndexError:  # PyAV's, at the end, if streams came to light while it read
            return
        except (av.error.FFmpegError, ValueError, OverflowError):
            damage.unreadable += failures == 0
            failures += 1


def frames(container: InputContainer, stream: VideoStream, damage: Damage) -> Iterator[VideoFrame]:
    """Decode the pictures of a stream in the order they are shown, past what cannot be decoded."""
    for packet in packets(container, stream, damage):
        try:
            decoded = stream.decode(packet)
        except (av.error.FFmpegError, ValueError, OverflowError):
            damage.undecodable += 1
            continue
        for frame in decoded:
            damage.torn += frame.is_corrupt
            yield frame
    with contextlib.suppress(av.error.FFmpegError):
        yield from stream.decode(None)
