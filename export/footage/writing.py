"""Write frames as a film, by whatever encoder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO, cast

import av

from bridge.schema.arrays import AnyArray


@dataclass(frozen=True, slots=True)
class Encoding:
    """How frames are encoded."""

    codec: str = "libx264"
    """As FFmpeg calls its encoder."""
    options: Mapping[str, str] = field(default_factory=dict)
    """The encoder's own."""
    rate: Fraction = Fraction(24)
    """Frames a second."""
    key_every: int = 48
    """Frames from one that stands alone to the next."""
    pixels: str = "yuv420p"
    """How colours are stored."""


def write_film(
    target: Path | BinaryIO,
    frames: Iterable[AnyArray],
    how: Encoding,
    *,
    container: str | None = None,
) -> None:
    """Write a silent film.

    Args:
        target: a file, or a place in memory.
        frames: uint8 [row, column, rgb=3] each, all of one size, both even.
        how: the encoder and its settings.
        container: its format; None: as the file's ending says.
    """
    with av.open(
        target if not isinstance(target, Path) else str(target), "w", format=container
    ) as film:
        stream = cast(Any, film.add_stream(how.codec, rate=how.rate))
        stream.pix_fmt = how.pixels
        stream.codec_context.gop_size = how.key_every
        stream.codec_context.thread_count = 1
        stream.options = dict(how.options)
        for number, frame in enumerate(frames):
            if number == 0:
                stream.height, stream.width = frame.shape[:2]
            film.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        film.mux(stream.encode(None))
