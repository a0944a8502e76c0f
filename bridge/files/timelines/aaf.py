"""Compositions of Avid Media Composer, by the adapter of OpenTimelineIO."""

from __future__ import annotations

import gc
import logging
import struct
import traceback
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bridge.errors import FileFormatError
from bridge.files.timelines.names import first_of
from bridge.schema.layout import exact_rate

if TYPE_CHECKING:
    from opentimelineio.schema import Timeline


def read_aaf(path: Path) -> tuple[Timeline, tuple[str, ...]]:
    """Read the first composition of a file; rates as 29.97 become exactly what they mean.

    Returns:
        It, and what was taken for granted.

    Raises:
        FileFormatError: it is damaged, cut off, or holds no composition.
    """
    import opentimelineio as otio
    from aaf2.exceptions import AAFError

    logger = logging.getLogger()
    level = logger.level
    logger.setLevel(logging.ERROR)  # the adapter warns of empty rates of every tape
    try:
        found = otio.adapters.read_from_file(str(path), "AAF")
    except (
        AAFError, otio.exceptions.OTIOError, ValueError, TypeError, AttributeError, KeyError,
        IndexError, OSError, EOFError, struct.error, AssertionError, RecursionError,
        NotImplementedError, ArithmeticError, MemoryError,
    ) as error:  # fmt: skip
        with warnings.catch_warnings():
            # what the adapter gave up stays open until its frames and rings are forgotten
            warnings.simplefilter("ignore", ResourceWarning)
            traceback.clear_frames(error.__traceback__)
            gc.collect()
        raise FileFormatError(
            f"{path} is no AAF that can be understood, or cut off"
            f" ({str(error) or type(error).__name__});"
            " export it again as an edit-only AAF, or as EDL"
        ) from error
    finally:
        logger.setLevel(level)
    timelines = [each for each in _all(found) if each.schema_name() == "Timeline"]
    if not timelines:
        raise FileFormatError(f"{path} holds no composition; export a sequence from Media Composer")
    _make_exact(timelines[0])
    return timelines[0], first_of([each.name for each in timelines])


def _all(found: Any) -> list[Any]:
    """Give what an adapter has read, also what lies in bins."""
    if found.schema_name() != "SerializableCollection":
        return [found]
    return [thing for child in found for thing in _all(child)]


def _make_exact(timeline: Timeline) -> None:
    """Let every time count at the rate that is meant: 29.97 is 30000/1001."""
    start = timeline.global_start_time
    if start is not None:
        timeline.global_start_time = _exact(start)
    for item in timeline.tracks.find_children():
        if item.schema_name() == "Transition":
            item.in_offset, item.out_offset = _exact(item.in_offset), _exact(item.out_offset)
            continue
        if item.source_range is not None:
            item.source_range = _exact_range(item.source_range)
        reference = getattr(item, "media_reference", None)
        if reference is not None and reference.available_range is not None:
            reference.available_range = _exact_range(reference.available_range)
        for marker in item.markers:
            marker.marked_range = _exact_range(marker.marked_range)


def _exact(time: Any) -> Any:
    from opentimelineio.opentime import RationalTime

    if time.rate <= 0:
        return time
    return RationalTime(time.value, float(exact_rate(time.rate)))


def _exact_range(span: Any) -> Any:
    from opentimelineio.opentime import TimeRange

    return TimeRange(_exact(span.start_time), _exact(span.duration))
