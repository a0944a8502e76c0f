"""Whole pictures out of frames that are two fields, half a frame apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

import av.error
from av.filter import Graph

from bridge.schema.frames import FieldOrder

if TYPE_CHECKING:
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

_FIELD_ORDERS: Final[dict[int, FieldOrder]] = {2: "top", 3: "bottom", 4: "bottom", 5: "top"}
"""FFmpeg's numbers; the last two are stored in the other order than they are shown."""


def field_order_of(frame: VideoFrame, stream: VideoStream) -> FieldOrder:
    """Tell which field of a film comes first; `stream` has given `frame` already."""
    said = _FIELD_ORDERS.get(stream.codec_context.field_order)
    if said is not None:
        return said
    return "top" if frame.interlaced_frame else "progressive"


class Deinterlacer:
    """Gives progressive frames as they are, and makes one whole frame of each interlaced one.

    The filter is set up when the first interlaced frame comes, so that progressive films pay
    nothing; from then on it runs one frame behind.
    """

    def __init__(self, stream: VideoStream) -> None:
        self._stream = stream
        self._order = _FIELD_ORDERS.get(stream.codec_context.field_order)
        self._graph: Graph | None = None
        self._form: tuple[int, int, str] | None = None

    def whole(self, frames: Iterable[VideoFrame]) -> Iterator[VideoFrame]:
        """Pass a film's frames on, in order, with the stamps they came with."""
        for frame in frames:
            form = (frame.width, frame.height, frame.format.name)
            if self._graph is not None and form != self._form:
                yield from self._drained()
            if self._graph is None and not frame.interlaced_frame:
                yield frame
                continue
            if self._graph is None:
                self._graph, self._form = self._new_graph(frame), form
            self._graph.push(frame)
            yield from self._pulled()
        yield from self._drained()

    def _new_graph(self, frame: VideoFrame) -> Graph:
        graph = Graph()
        source = graph.add_buffer(
            width=frame.width,
            height=frame.height,
            format=frame.format,
            time_base=frame.time_base or self._stream.time_base,
        )
        parity = {"top": "tff", "bottom": "bff"}.get(self._order or "", "auto")
        bwdif = graph.add("bwdif", f"mode=send_frame:parity={parity}:deint=interlaced")
        sink = graph.add("buffersink")
        source.link_to(bwdif)
        bwdif.link_to(sink)
        graph.configure()
        return graph

    def _pulled(self) -> Iterator[VideoFrame]:
        """Take what is ready."""
        while self._graph is not None:
            try:
                frame = self._graph.vpull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            _restamp(frame, self._stream)
            yield frame

    def _drained(self) -> Iterator[VideoFrame]:
        """Take the last frame out of the filter, and put the filter away."""
        if self._graph is not None:
            self._graph.push(None)
            yield from self._pulled()
            self._graph = None


def _restamp(frame: VideoFrame, stream: VideoStream) -> None:
    """Give a frame its stamp in the ticks of its file again: the filter counts finer ones."""
    if frame.pts is not None and frame.time_base and stream.time_base:
        frame.pts = round(frame.pts * frame.time_base / stream.time_base)
        frame.time_base = stream.time_base
