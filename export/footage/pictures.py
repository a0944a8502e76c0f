"""Pictures at rest: read any, write a JPEG, see a panorama as a camera would."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import av
import numpy as np

from bridge.errors import FileFormatError
from bridge.schema.arrays import AnyArray, FloatArray

WHITE_SHARE: Final = 0.97
"""Which share of a panorama's light fits below white: lamps and the sun burn out, as in film."""


def read_picture(path: Path) -> AnyArray:
    """Read a picture.

    Args:
        path: any that FFmpeg knows: JPEG, PNG, WebP, EXR ..

    Returns:
        uint8 [row, column, rgb=3].

    Raises:
        FileFormatError: it holds no picture.
    """
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            return frame.to_ndarray(format="rgb24")
    raise FileFormatError(f"{path} holds no picture")


def read_light(path: Path) -> FloatArray:
    """Read a picture of light, such as an EXR panorama.

    Args:
        path: an EXR file of 16 or 32 bits.

    Returns:
        float32 [row, column, rgb=3], linear, 0 is dark and 1 no limit.

    Raises:
        FileFormatError: it holds no picture.
    """
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            planes = [np.frombuffer(bytes(plane), np.uint8) for plane in frame.planes]
            kind = np.float16 if "16" in frame.format.name else np.float32
            green, blue, red = (
                plane.reshape(frame.height, -1).view(kind)[:, : frame.width] for plane in planes
            )
            return np.maximum(np.stack([red, green, blue], axis=2).astype(np.float32), 0.0)
    raise FileFormatError(f"{path} holds no picture")


def shrunk(picture: AnyArray, *, long_side: int) -> AnyArray:
    """Scale a picture down, by averaging areas, until its long side is `long_side` or less.

    Args:
        picture: uint8 [row, column, rgb=3].
        long_side: in pixels.

    Returns:
        uint8 [row, column, rgb=3], of even sides.
    """
    rows, columns = picture.shape[:2]
    share = min(1.0, long_side / max(rows, columns))
    return resized(picture, width=round(columns * share), height=round(rows * share))


def resized(picture: AnyArray, *, width: int, height: int) -> AnyArray:
    """Scale a picture by averaging areas.

    Args:
        picture: uint8 [row, column, rgb=3].
        width: in pixels.
        height: in pixels.

    Returns:
        uint8 [row, column, rgb=3].
    """
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
    return frame.reformat(width=width, height=height, interpolation="AREA").to_ndarray()


def write_jpeg(path: Path, picture: AnyArray) -> None:
    """Write a picture as a JPEG of high quality.

    Args:
        path: overwritten.
        picture: uint8 [row, column, rgb=3]; an odd last row or column is cut off.
    """
    rows, columns = picture.shape[0] // 2 * 2, picture.shape[1] // 2 * 2
    even = np.ascontiguousarray(picture[:rows, :columns])
    codec = av.CodecContext.create("mjpeg", "w")
    codec.width, codec.height, codec.pix_fmt = columns, rows, "yuvj420p"
    codec.time_base = 1  # type: ignore[assignment]  # any will do for one picture
    codec.flags |= av.codec.context.Flags.qscale
    codec.global_quality = 3 * 118  # FF_QP2LAMBDA: quality 3 of 1..31
    frame = av.VideoFrame.from_ndarray(even, format="rgb24").reformat(format="yuvj420p")
    path.write_bytes(b"".join(bytes(packet) for packet in [*codec.encode(frame), *codec.encode()]))


def developed(light: FloatArray) -> AnyArray:
    """Expose a picture of light as a film camera would.

    Args:
        light: float32 [row, column, rgb=3], linear.

    Returns:
        uint8 [row, column, rgb=3], sRGB.
    """
    white = max(float(np.quantile(light.max(axis=2), WHITE_SHARE)), 1e-6)
    exposed = light / white
    toned = np.clip(exposed * 1.25 / (exposed + 0.25), 0.0, 1.0)
    return (toned ** (1 / 2.2) * 255.0 + 0.5).astype(np.uint8)


def looked_at(
    panorama: AnyArray, *, heading: float, width: int, height: int, view: float = 1.4
) -> AnyArray:
    """Look into a panorama with a camera.

    Args:
        panorama: [row, column, rgb=3], the whole sphere: columns around, rows from up to down.
        heading: where to look, in radians around.
        width: of the picture, in pixels.
        height: in pixels.
        view: how much is seen from left to right, in radians.

    Returns:
        [row, column, rgb=3] of the panorama's kind, at its nearest pixels blended.
    """
    focal = width / 2 / np.tan(view / 2)
    right, down = np.meshgrid(np.arange(width) - width / 2, np.arange(height) - height / 2)
    around = heading + np.arctan2(right, focal)
    above = np.arctan2(-down, np.hypot(right, focal))
    rows, columns = panorama.shape[:2]
    x = around / (2 * np.pi) * columns
    y = np.clip((0.5 - above / np.pi) * rows, 0, rows - 1.001)
    return _blended(panorama, x, y)


def _blended(panorama: AnyArray, x: FloatArray, y: FloatArray) -> AnyArray:
    """Mix the four pixels around each point; columns go around."""
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    across, downward = (x - left)[..., None], (y - top)[..., None]
    columns = panorama.shape[1]

    def row(at: AnyArray) -> FloatArray:
        first, second = panorama[at, left % columns], panorama[at, (left + 1) % columns]
        mixed: FloatArray = first * (1 - across) + second * across
        return mixed

    return (row(top) * (1 - downward) + row(top + 1) * downward).astype(panorama.dtype)
