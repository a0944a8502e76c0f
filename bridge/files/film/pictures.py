"""Pictures for those who watch: a decoded frame scaled straight to the few pixels they asked for.

The large frame is never turned into RGB as a whole. Averaging over areas, turning colours and
choosing eight bits is one step of FFmpeg's scaler; turning upright comes after, on the small one.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from av.sidedata.sidedata import Type
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter

from bridge.schema.frames import MOST_PIXELS

if TYPE_CHECKING:
    from av.video.format import VideoFormat
    from av.video.frame import VideoFrame

    from bridge.schema.arrays import AnyArray
    from bridge.schema.frames import Tap

_SCALING: Final = (
    Interpolation.AREA
    | Interpolation.FULL_CHR_H_INT
    | Interpolation.ACCURATE_RND
    | Interpolation.BITEXACT
)
_MOST_SHRINKING: Final = 64
"""The scaler averages no more rows or columns into one; further it goes in two steps."""

_HD_WIDTH: Final = 1024
_HD_HEIGHT: Final = 576
_MATRICES: Final = {
    1: Colorspace.ITU709,
    4: Colorspace.FCC,
    5: Colorspace.ITU601,
    6: Colorspace.ITU601,
    7: Colorspace.SMPTE240M,
    9: Colorspace.BT2020,
    10: Colorspace.BT2020,
}
"""FFmpeg's numbers for how a file turns colours into brightness and two differences."""
_LUMA_ALONE: Final = Colorspace.ITU601
"""What the scaler takes grey for; told that the file is of the same, it leaves luma as it is."""
_LUMA: Final = np.array([77, 150, 29], dtype=np.uint32)
"""Of red, green and blue, in 256ths, as grey is seen."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How a stored picture becomes one that stands upright in square pixels."""

    stored_width: int
    stored_height: int
    pixel_aspect: Fraction
    """Width of a stored pixel by its height."""
    rotation_degrees: int
    """Clockwise: 0, 90, 180 or 270; after mirroring."""
    is_mirrored: bool
    """Left and right are exchanged before it is turned."""

    @property
    def lies_down(self) -> bool:
        """Whether its stored rows stand upright when it is shown."""
        return self.rotation_degrees in {90, 270}

    @property
    def size(self) -> tuple[int, int]:
        """Give width and height of the upright picture in square pixels."""
        width = max(1, round(self.stored_width * self.pixel_aspect))
        height = self.stored_height
        return (height, width) if self.lies_down else (width, height)


def shape_of(frame: VideoFrame, pixel_aspect: Fraction | None) -> Shape:
    """Read from a frame how its picture is to be turned."""
    degrees, is_mirrored = _orientation(frame)
    aspect = pixel_aspect if pixel_aspect and Fraction(1, 16) <= pixel_aspect <= 16 else Fraction(1)
    return Shape(frame.width, frame.height, aspect, degrees, is_mirrored)


def _orientation(frame: VideoFrame) -> tuple[int, bool]:
    """Give how far clockwise a frame is to be turned, and whether it is to be mirrored first."""
    side: Any = frame.side_data
    matrix = side.get(Type.DISPLAYMATRIX) if side else None
    if matrix is None:
        return 0, False
    a, b, _, c, d = np.frombuffer(bytes(matrix), dtype=np.int32)[:5].astype(np.float64)
    is_mirrored = bool(a * d - b * c < 0)
    if is_mirrored:
        a, b = -a, -b
    return round(np.degrees(np.arctan2(b, a)) / 90.0) % 4 * 90, is_mirrored


class Painter:
    """Makes the pictures of one tap."""

    def __init__(self, tap: Tap, shape: Shape) -> None:
        width, height = shape.size
        tall = tap.height or min(MOST_PIXELS, max(1, round(tap.width * height / width)))
        self._tap = tap
        self._shape = shape
        self._size = (tall, tap.width) if shape.lies_down else (tap.width, tall)
        self._scaler = VideoReformatter()
        self._first_scaler = VideoReformatter()

    def paint(self, frame: VideoFrame) -> AnyArray:
        """Make the picture of a frame.

        Returns:
            uint8 [row, column, rgb=3], or [row, column] for a grey tap.
        """
        width, height = self._size
        if frame.width > width * _MOST_SHRINKING or frame.height > height * _MOST_SHRINKING:
            between = (min(frame.width, width * 8), min(frame.height, height * 8))
            frame = self._scaled(self._first_scaler, frame, between, "rgb24")
        if _has_alpha(frame.format):
            picture = _on_black(self._scaled(self._scaler, frame, self._size, "rgba").to_ndarray())
            picture = _grey(picture) if self._tap.grey else picture
        else:
            kind = "gray" if self._tap.grey else "rgb24"
            picture = self._scaled(self._scaler, frame, self._size, kind).to_ndarray()
        return _upright(picture, self._shape)

    @staticmethod
    def _scaled(
        scaler: VideoReformatter, frame: VideoFrame, size: tuple[int, int], kind: str
    ) -> VideoFrame:
        is_full = frame.format.name.startswith("yuvj")
        matrix = None if frame.format.is_rgb else _LUMA_ALONE if kind == "gray" else _matrix(frame)
        return scaler.reformat(
            frame,
            width=size[0],
            height=size[1],
            format=kind,
            interpolation=_SCALING,
            src_colorspace=matrix,
            src_color_range=ColorRange.JPEG if is_full else frame.color_range,
            dst_color_range=ColorRange.JPEG,
            threads=1,
        )


def _matrix(frame: VideoFrame) -> int:
    """Tell how this frame's colours are stored; one that does not say goes by its size."""
    said = _MATRICES.get(frame.colorspace)
    if said is not None:
        return said
    is_hd = frame.width > _HD_WIDTH or frame.height > _HD_HEIGHT
    return Colorspace.ITU709 if is_hd else Colorspace.ITU601


def _has_alpha(form: VideoFormat) -> bool:
    """Tell whether pictures of this kind can be seen through."""
    return form.has_palette or any(part.is_alpha for part in form.components)


def _on_black(picture: AnyArray) -> AnyArray:
    """Lay a picture that can be seen through on black.

    Args:
        picture: uint8 [row, column, rgba=4], colours not yet weighed by how solid they are.

    Returns:
        uint8 [row, column, rgb=3].
    """
    solid = picture[..., 3:].astype(np.uint16)
    laid: AnyArray = ((picture[..., :3] * solid + 127) // 255).astype(np.uint8)
    return laid


def _grey(picture: AnyArray) -> AnyArray:
    """Give the brightness of uint8 [row, column, rgb=3] as uint8 [row, column]."""
    grey: AnyArray = ((picture @ _LUMA + 128) >> 8).astype(np.uint8)
    return grey


def _upright(picture: AnyArray, shape: Shape) -> AnyArray:
    """Mirror and turn a picture as its file says."""
    if shape.is_mirrored:
        picture = picture[:, ::-1]
    return np.ascontiguousarray(np.rot90(picture, -(shape.rotation_degrees // 90)))
