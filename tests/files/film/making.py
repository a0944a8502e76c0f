"""Small films for tests, made by real encoders; every frame bears its number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.stream import Disposition

BITS = 12
"""Bars in a numbered picture: white is 1, the leftmost is the lowest bit."""


def numbered(index: int, width: int = 192, height: int = 96) -> np.ndarray:
    """Draw the number of a frame as bars over the whole height: uint8 [row, column, rgb=3]."""
    bits = [(index >> place) & 1 for place in range(BITS)]
    row = np.repeat(np.array(bits, np.uint8) * 255, width // BITS)
    row = np.pad(row, (0, width - len(row)))
    return np.repeat(np.repeat(row[None, :, None], height, axis=0), 3, axis=2)


def number_of(picture: np.ndarray) -> int:
    """Read the number of a frame from the middle row of its picture."""
    row = picture[picture.shape[0] // 2].astype(float)
    row = row.mean(axis=-1) if row.ndim == 2 else row
    width = len(row) / BITS
    bits = [row[int((place + 0.5) * width)] > 128 for place in range(BITS)]
    return sum(int(bit) << place for place, bit in enumerate(bits))


def plain(colour: Sequence[int], width: int = 192, height: int = 96) -> np.ndarray:
    """Draw one colour: uint8 [row, column, rgb=3]."""
    return np.full((height, width, 3), colour, np.uint8)


@dataclass(frozen=True)
class Recipe:
    """How a film is to be made."""

    codec: str = "mpeg4"
    rate: Fraction = Fraction(24)
    count: int = 48
    size: tuple[int, int] = (192, 96)
    kind: str = "yuv420p"
    draw: Callable[..., np.ndarray] = numbered
    ticks: Sequence[int] | None = None
    """Stamps in units of `time_base`; None: one a frame."""
    time_base: Fraction | None = None
    pixel_aspect: Fraction | None = None
    rotation: int = 0
    """Counter-clockwise, as FFmpeg writes it."""
    is_interlaced: bool = False
    options: dict[str, str] = field(default_factory=dict)
    context: dict[str, object] = field(default_factory=dict)
    """Attributes of the encoder: `gop_size`, `max_b_frames`, `colorspace`.."""
    film_tags: dict[str, str] = field(default_factory=dict)
    file_tags: dict[str, str] = field(default_factory=dict)
    container: str | None = None
    muxer: dict[str, str] = field(default_factory=dict)
    is_cover: bool = False
    """The picture is one that goes with the sound."""
    sound: np.ndarray | None = None
    """float32 [channel, sample]."""
    sound_codec: str = "pcm_s16le"
    sound_rate_hz: int = 48_000
    sound_starts: float = 0.0
    """Seconds after the first frame."""
    sound_hole: tuple[float, float] | None = None
    """From where to where nothing is written, in seconds of the sound."""


def make_film(path: Path, recipe: Recipe) -> Path:
    """Make a film file."""
    with av.open(
        str(path), "w", format=recipe.container, options=recipe.muxer or None
    ) as container:
        container.metadata.update(recipe.file_tags)
        film = _film_stream(container, recipe) if recipe.count else None
        sound = _sound_stream(container, recipe) if recipe.sound is not None else None
        for index in range(recipe.count):
            container.mux(film.encode(_frame(recipe, index)))
        if film is not None:
            container.mux(film.encode(None))
        if sound is not None:
            _write_sound(container, sound, recipe)
    return path


def _film_stream(container, recipe: Recipe):
    stream = container.add_stream(recipe.codec, rate=recipe.rate, options=recipe.options)
    stream.width, stream.height = recipe.size
    stream.pix_fmt = recipe.kind
    stream.metadata.update(recipe.film_tags)
    if recipe.is_cover:
        stream.disposition = Disposition.attached_pic
    context = stream.codec_context
    context.time_base = recipe.time_base or 1 / recipe.rate
    if recipe.pixel_aspect is not None:
        context.sample_aspect_ratio = recipe.pixel_aspect
    if recipe.rotation:
        stream.set_display_rotation(recipe.rotation)
    for name, setting in recipe.context.items():
        setattr(context, name, setting)
    return stream


def flat_frame(kind: str, levels: Sequence[int], width: int = 192, height: int = 96):
    """Make a frame of a kind, each of its planes at one level."""
    frame = av.VideoFrame(width, height, kind)
    depth = frame.format.components[0].bits
    for plane, level in zip(frame.planes, levels, strict=True):
        wide = level.to_bytes(1 if depth == 8 else 2, "little")
        plane.update(wide * (plane.buffer_size // len(wide)))
    return frame


def _frame(recipe: Recipe, index: int) -> av.VideoFrame:
    drawn = recipe.draw(index, *recipe.size)
    frame = drawn if isinstance(drawn, av.VideoFrame) else _converted(drawn, recipe)
    frame.pts = index if recipe.ticks is None else recipe.ticks[index]
    frame.time_base = recipe.time_base or 1 / recipe.rate
    return frame


def _converted(picture: np.ndarray, recipe: Recipe) -> av.VideoFrame:
    kind = {2: "gray", 3: "rgb24", 4: "rgba"}[
        picture.ndim if picture.ndim == 2 else picture.shape[2]
    ]
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format=kind)
    if kind != recipe.kind:
        frame = frame.reformat(
            format=recipe.kind,
            dst_colorspace=recipe.context.get("colorspace"),
            dst_color_range=recipe.context.get("color_range"),
        )
    return frame


def _sound_stream(container, recipe: Recipe):
    layout = {1: "mono", 2: "stereo", 6: "5.1"}[len(recipe.sound)]
    return container.add_stream(recipe.sound_codec, rate=recipe.sound_rate_hz, layout=layout)


def _write_sound(container, stream, recipe: Recipe) -> None:
    layout = {1: "mono", 2: "stereo", 6: "5.1"}[len(recipe.sound)]
    begin = round(recipe.sound_starts * recipe.sound_rate_hz)
    fifo = av.AudioResampler(format=stream.codec_context.format.name, layout=layout)
    size = stream.codec_context.frame_size or 1024
    for place in range(0, recipe.sound.shape[1], size):
        piece = np.ascontiguousarray(recipe.sound[:, place : place + size], np.float32)
        frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout=layout)
        frame.sample_rate = recipe.sound_rate_hz
        hole = [round(edge * recipe.sound_rate_hz) for edge in recipe.sound_hole or (0, 0)]
        if hole[0] <= place < hole[1]:
            continue
        frame.pts = begin + place
        frame.time_base = Fraction(1, recipe.sound_rate_hz)
        for ready in fifo.resample(frame):
            container.mux(stream.encode(ready))
    container.mux(stream.encode(None))
