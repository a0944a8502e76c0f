"""A timeline as a film that any player shows: MP4 with H.264 and AAC.

H.264 is made by whichever encoder came with PyAV: x264 in its own wheels, else OpenH264; where
there is neither, it is MPEG-4. Nothing of them is part of this project.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import av
import av.error
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter

from bridge.errors import RequestError, StorageError, check_range
from bridge.files.disk import replacing
from bridge.files.film.edit_media import EditMedia, Find, local_file
from bridge.files.film.edit_pictures import edit_pictures
from bridge.files.film.edit_sound import SAMPLE_RATE_HZ, edit_sound
from bridge.files.film.limiter import limited
from bridge.schema.layout import USUAL_SIZE
from bridge.schema.timecode import timecode

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import OutputContainer
    from av.video.stream import VideoStream

    from bridge.files.film.progress import Progress
    from bridge.schema.arrays import AnyArray, FloatArray
    from bridge.schema.layout import Layout

SMALLEST_HEIGHT: Final = 16
"""In pixels."""
LARGEST_HEIGHT: Final = 4096
"""In pixels."""
_ENCODERS: Final = {
    "libx264": {"preset": "veryfast", "crf": "20"},
    "libopenh264": {},
    "mpeg4": {"qmin": "2", "qmax": "6"},
}
"""With their settings, the best first."""
_BT709: Final = 1
_LIMITED: Final = 1
_SOUND_BITS_PER_SECOND: Final = 160_000
_TOLD_EVERY: Final = 24


def render(
    layout: Layout,
    path: Path,
    *,
    find: Find = local_file,
    height: int = 360,
    progress: Progress | None = None,
) -> tuple[str, ...]:
    """Write a timeline as a film: exactly its frames, and its sound.

    Args:
        layout: the timeline.
        path: of the film, ending in .mp4 or .mov.
        find: says where its media lie.
        height: of the picture, in pixels, 16..4096; made even.
        progress: is told how many frames of how many are done.

    Returns:
        What could not be shown, each a sentence for a person.

    Raises:
        RangeError: `height` is outside its range.
        RequestError: the timeline shows nothing, or its film cannot be of that kind.
        OutputExistsError: the file is there; nothing is ever replaced.
        StorageError: the disk is full.
    """
    check_range("height", height, SMALLEST_HEIGHT, LARGEST_HEIGHT)
    if not layout.frame_count:
        raise RequestError(f"{layout.name or 'the timeline'} is empty; there is nothing to show")
    if path.suffix.lower() not in (".mp4", ".mov", ".m4v"):
        raise RequestError(f"{path.name}: a film is written as .mp4 or .mov; end it so")
    media = EditMedia(find)
    with contextlib.closing(media), replacing(path) as draft:
        size = picture_size(layout, media, height)
        try:
            _write(layout, media, draft, size, progress)
        except av.error.FFmpegError as error:
            raise StorageError(f"{path} could not be written: {error}") from error
        return media.notes


def picture_size(layout: Layout, media: EditMedia, height: int) -> tuple[int, int]:
    """Give width and height in pixels of a timeline that is shown so high; both are even.

    Args:
        layout: where it doesn't say its size, it has that of the first film on its lowest track.
        media: opens that film.
        height: wanted, in pixels.
    """
    size = layout.size or _first_size(layout, media) or USUAL_SIZE
    return max(2, round(height * size[0] / size[1] / 2) * 2), height // 2 * 2


def _first_size(layout: Layout, media: EditMedia) -> tuple[int, int] | None:
    for lane in layout.of_kind("Video"):
        for piece in lane.pieces:
            film = media.film(piece.medium)
            if film is not None:
                return film.facts.width, film.facts.height
    return None


def _write(
    layout: Layout,
    media: EditMedia,
    draft: Path,
    size: tuple[int, int],
    progress: Progress | None,
) -> None:
    """Encode a timeline to a file that is there and empty."""
    blocks = limited(edit_sound(layout, media))
    block = next(blocks, None)
    with av.open(str(draft), "w", options={"movflags": "+faststart"}) as container:
        rate = float(layout.rate)
        code = timecode(layout.start, rate, drop_frame=layout.drop_frame)
        film = _film_stream(container, layout.rate, size, code)
        sound = None if block is None else _sound_stream(container)
        pictures = _framed(edit_pictures(layout, media, size), layout.rate)
        heard = 0
        for index, picture in enumerate(pictures):
            container.mux(film.encode(picture))
            while block is not None and sound and heard * layout.rate <= index * SAMPLE_RATE_HZ:
                container.mux(sound.encode(_sounding(block, heard)))
                heard += block.shape[1]
                block = next(blocks, None)
            if progress is not None and index % _TOLD_EVERY == 0:
                progress(index, layout.frame_count, "frames")
        container.mux(film.encode(None))
        if sound is not None:
            container.mux(sound.encode(None))
    if progress is not None:
        progress(layout.frame_count, layout.frame_count, "frames")


def _film_stream(
    container: OutputContainer, rate: Fraction, size: tuple[int, int], code: str
) -> VideoStream:
    name = next(name for name in _ENCODERS if name in av.codecs_available)
    stream = cast("VideoStream", container.add_stream(name, rate=rate, options=_ENCODERS[name]))
    stream.width, stream.height = size
    stream.pix_fmt = "yuv420p"
    stream.metadata["timecode"] = code
    context = stream.codec_context
    context.time_base = 1 / rate
    # players leap to any frame at once, and none of them shows one too early
    context.max_b_frames = 0
    context.gop_size = max(1, round(rate))
    context.colorspace = context.color_primaries = context.color_trc = _BT709
    context.color_range = _LIMITED
    return stream


def _sound_stream(container: OutputContainer) -> AudioStream:
    stream = container.add_stream("aac", rate=SAMPLE_RATE_HZ, layout="stereo")
    stream.bit_rate = _SOUND_BITS_PER_SECOND
    return stream


def _framed(pictures: Iterator[AnyArray], rate: Fraction) -> Iterator[av.VideoFrame]:
    """Give pictures as encoders take them: uint8 [row, column, rgb=3], numbered from 0."""
    reformatter = VideoReformatter()
    for index, picture in enumerate(pictures):
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
        frame = reformatter.reformat(
            frame,
            format="yuv420p",
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
        )
        frame.pts, frame.time_base = index, 1 / rate
        yield frame


def _sounding(block: FloatArray, first: int) -> av.AudioFrame:
    """Give float32 [left and right=2, sample] as encoders take it."""
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block), format="fltp", layout="stereo")
    frame.sample_rate = SAMPLE_RATE_HZ
    frame.pts, frame.time_base = first, Fraction(1, SAMPLE_RATE_HZ)
    return frame
