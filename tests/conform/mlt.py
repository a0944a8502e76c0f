"""A timeline as MLT plays it, laid as Kdenlive's own importer of .otio files lays it.

Only OpenTimelineIO reads the file here, and only melt plays it: nothing of ours is asked. What the
importer of Kdenlive 25 does is done in the same order: the first track is the topmost; a clip lies
where `trimmed_range_in_parent` says, and is slipped by its `trimmed_range` less the timecode that
its file says of itself; `enabled`, effects and metadata are not looked at.
"""

from __future__ import annotations

import shutil
import subprocess
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import av
import numpy as np
import opentimelineio as otio

from tests.conform.counting import HEIGHT, WIDTH

MELT = shutil.which("melt")


def lay_as_kdenlive(path: Path) -> bytes:
    """Give MLT XML of the pictures of an .otio file."""
    timeline = otio.adapters.read_from_file(str(path))
    rate = timeline.duration().rate
    mlt = ElementTree.Element("mlt", LC_NUMERIC="C")
    _profile(mlt, Fraction(rate).limit_denominator(1001))
    tractor = ElementTree.Element("tractor", id="timeline")
    black = ElementTree.SubElement(mlt, "producer", id="black")
    frames = round(timeline.duration().value)
    for key, value in (("resource", "black"), ("mlt_service", "color"), ("length", str(frames))):
        ElementTree.SubElement(black, "property", name=key).text = value
    ElementTree.SubElement(
        tractor, "track", {"producer": "black", "in": "0", "out": str(frames - 1)}
    )
    for number, track in enumerate(reversed(timeline.video_tracks())):
        playlist = ElementTree.Element("playlist", id=f"track{number}")
        at = 0
        for place, clip in enumerate(track.find_clips()):
            span = clip.trimmed_range_in_parent()
            begin = round(span.start_time.rescaled_to(rate).value)
            frames = round(span.duration.rescaled_to(rate).value)
            url = clip.media_reference.target_url
            first = round(clip.trimmed_range().start_time.rescaled_to(rate).value) - _stamp(
                url, rate
            )
            producer = f"clip{number}_{place}"
            _producer(mlt, producer, url)
            if begin > at:
                ElementTree.SubElement(playlist, "blank", length=str(begin - at))
            span_in_media = {"in": str(first), "out": str(first + frames - 1)}
            ElementTree.SubElement(playlist, "entry", producer=producer, **span_in_media)
            at = begin + frames
        mlt.append(playlist)
        ElementTree.SubElement(tractor, "track", producer=f"track{number}", hide="audio")
    mlt.append(tractor)
    return ElementTree.tostring(mlt, xml_declaration=True, encoding="utf-8")


def play(document: Path, frames: int) -> list[np.ndarray]:
    """Let melt play the first frames of a document: uint8 [row, column, rgb=3] for each."""
    assert MELT is not None
    film = document.with_suffix(".played.avi")
    settings = ("vcodec=huffyuv", "pix_fmt=yuv422p", "an=1", "real_time=-1")
    subprocess.run(
        [
            MELT,
            "-silent",
            str(document),
            f"out={frames - 1}",
            "-consumer",
            f"avformat:{film}",
            *settings,
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    with av.open(str(film)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def _profile(mlt: ElementTree.Element, rate: Fraction) -> None:
    ElementTree.SubElement(
        mlt,
        "profile",
        frame_rate_num=str(rate.numerator),
        frame_rate_den=str(rate.denominator),
        width=str(WIDTH),
        height=str(HEIGHT),
        progressive="1",
        sample_aspect_num="1",
        sample_aspect_den="1",
        display_aspect_num=str(WIDTH),
        display_aspect_den=str(HEIGHT),
        colorspace="709",
    )


def _producer(mlt: ElementTree.Element, name: str, url: str) -> None:
    producer = ElementTree.SubElement(mlt, "producer", id=name)
    for key, value in (("resource", url), ("mlt_service", "avformat"), ("seekable", "1")):
        ElementTree.SubElement(producer, "property", name=key).text = value


def _stamp(url: str, rate: float) -> int:
    """Give the timecode that a file says of its first frame, as Kdenlive asks ffprobe for it."""
    with av.open(url) as container:
        tags = [container.metadata, *(stream.metadata for stream in container.streams)]
        code = next((tag["timecode"] for tag in tags if "timecode" in tag), None)
    return 0 if code is None else round(otio.opentime.RationalTime.from_timecode(code, rate).value)
