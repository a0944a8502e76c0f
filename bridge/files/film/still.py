"""Single pictures: read from a file to compare with, and packed as JPEG to show on a page."""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final

import av
import av.error
import numpy as np

from bridge.errors import FileFormatError
from bridge.files.disk import read_bytes
from bridge.files.film.container import MOST_PIXELS

if TYPE_CHECKING:
    from bridge.schema.arrays import AnyArray

_FORMATS: Final = {
    b"\x89PNG\r\n": "png_pipe",
    b"\xff\xd8\xff": "jpeg_pipe",
    b"BM": "bmp_pipe",
    b"II*\0": "tiff_pipe",
    b"MM\0*": "tiff_pipe",
    b"RIFF": "webp_pipe",
}
"""Pictures that are read, by how they begin."""
_MOST_BYTES: Final = 256 * 2**20


def read_picture(path: Path) -> AnyArray:
    """Read a still picture.

    Args:
        path: a PNG, JPEG, TIFF, BMP or WebP file.

    Returns:
        uint8 [row, column, rgb=3].

    Raises:
        NotFoundError: there is no such file.
        FileFormatError: it is no such picture, damaged or too large.
    """
    return parse_picture(read_bytes(path, kind="picture", max_bytes=_MOST_BYTES), name=str(path))


def parse_picture(content: bytes, *, name: str) -> AnyArray:
    """Read a still picture from the bytes of its file.

    Args:
        content: a PNG, JPEG, TIFF, BMP or WebP file.
        name: what it is called, for messages.

    Returns:
        uint8 [row, column, rgb=3].

    Raises:
        FileFormatError: it is no such picture, damaged or too large.
    """
    kind = next((kind for head, kind in _FORMATS.items() if content.startswith(head)), None)
    if kind is None:
        raise FileFormatError(f"{name} is no PNG, JPEG, TIFF, BMP or WebP; save it as one of them")
    try:
        with av.open(io.BytesIO(content), mode="r", format=kind) as container:
            for frame in container.decode(video=0):
                if frame.width * frame.height > MOST_PIXELS:
                    raise FileFormatError(f"{name} is too large; save it smaller")
                return frame.to_ndarray(format="rgb24")
    except (av.error.FFmpegError, ValueError, IndexError) as error:
        raise FileFormatError(f"{name} is damaged: {error}") from error
    raise FileFormatError(f"{name} holds no picture; save it again")


def packed_png(picture: AnyArray) -> bytes:
    """Give a picture as the bytes of a PNG file.

    Args:
        picture: uint8 [row, column, rgb=3].
    """
    codec = av.CodecContext.create("png", "w")
    codec.height, codec.width = picture.shape[:2]
    codec.pix_fmt, codec.time_base = "rgb24", Fraction(1, 25)
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
    packets = [*codec.encode(frame), *codec.encode(None)]
    return b"".join(bytes(packet) for packet in packets)


class JpegPacker:
    """Packs pictures of one size as JPEG.

    Args:
        width: in pixels, even.
        height: in pixels, even.
        quality: 1 the finest .. 31 the smallest, as FFmpeg counts.
    """

    def __init__(self, width: int, height: int, *, quality: int = 4) -> None:
        self._codec = av.CodecContext.create("mjpeg", "w")
        self._codec.width, self._codec.height = width, height
        self._codec.pix_fmt = "yuvj420p"
        self._codec.time_base = Fraction(1, 25)
        self._codec.options = {"qmin": str(quality), "qmax": str(quality)}
        self._count = 0

    def pack(self, picture: AnyArray) -> bytes:
        """Give a picture as the bytes of a JPEG file.

        Args:
            picture: uint8 [row=height, column=width, rgb=3].
        """
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
        frame = frame.reformat(format="yuvj420p")
        frame.pts = self._count
        self._count += 1
        return b"".join(bytes(packet) for packet in self._codec.encode(frame))
