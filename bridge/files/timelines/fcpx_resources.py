"""What an FCPXML file says of its media, formats and effects, with times as exact fractions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from bridge.files.timelines.fcpx_writing import OFFLINE
from bridge.schema.layout import Medium, exact_rate

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_TIME: Final = re.compile(r"(-?\d{1,18})(?:/([1-9]\d{0,17}))?s|(-?\d{1,12}\.\d{1,12})s")
_NAMED_RATE: Final = re.compile(r"[pi](2398|2997|5994|\d{2,3})$")
_USUAL_RATE: Final = Fraction(24)


@dataclass(frozen=True, slots=True)
class Asset:
    """A file, or what is made up."""

    medium: Medium
    """Where it lies and how far it reaches."""
    rate: Fraction
    """Frames a second."""
    has_video: bool
    """It shows something."""
    has_audio: bool
    """It sounds."""


def seconds_of(text: str | None, otherwise: Fraction = Fraction(0)) -> Fraction:
    """Give an exact time in seconds.

    Raises:
        ValueError: the text is none.
    """
    if text is None:
        return otherwise
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text[:40]!r} is no time")
    if match[3]:
        return Fraction(match[3])
    return Fraction(int(match[1]), int(match[2] or 1))


class Resources:
    """All that clips refer to."""

    def __init__(self, root: Element) -> None:
        """Look through the resources of a file."""
        self.formats = {child.get("id", ""): child for child in root.iterfind("resources/format")}
        self.media = {child.get("id", ""): child for child in root.iterfind("resources/media")}
        self.effects = {
            child.get("id", ""): child.get("name", "")
            for child in root.iterfind("resources/effect")
        }
        sequence = first_sequence(root)
        self.form = None if sequence is None else self.formats.get(sequence.get("format", ""))
        self.rate = self._rate_of(self.form) or self._first_rate()
        self.assets = {
            child.get("id", ""): self._asset(child) for child in root.iterfind("resources/asset")
        }

    @property
    def size(self) -> tuple[int, int] | None:
        """Give the width and height of the timeline in pixels; None: not said."""
        sides = [None if self.form is None else self.form.get(key) for key in ("width", "height")]
        width, height = sides
        return (int(width), int(height)) if width and height else None

    def _first_rate(self) -> Fraction:
        rates = (self._rate_of(form) for form in self.formats.values())
        return next((rate for rate in rates if rate is not None), _USUAL_RATE)

    def _rate_of(self, form: Element | None) -> Fraction | None:
        """Give the rate of a format: as it says, or as its usual name has it."""
        if form is None:
            return None
        length = seconds_of(form.get("frameDuration"))
        if length > 0:
            return exact_rate(float(1 / length))
        match = _NAMED_RATE.search(form.get("name", ""))
        if match is None:
            return None
        digits = match[1]
        return exact_rate(float(digits) / (100 if len(digits) == 4 else 1))

    def _asset(self, element: Element) -> Asset:
        rate = self._rate_of(self.formats.get(element.get("format", ""))) or self.rate
        source = element.find("media-rep")
        url = element.get("src") or (source.get("src") if source is not None else "") or ""
        offline = url.startswith(OFFLINE) or not url
        count = seconds_of(element.get("duration")) * rate
        medium = Medium(
            name=element.get("name", ""),
            url="" if offline else url,
            kind="missing" if offline else "file",
            start=seconds_of(element.get("start")) * rate,
            count=count or None,
        )
        has_video, has_audio = (element.get(key) == "1" for key in ("hasVideo", "hasAudio"))
        return Asset(medium, rate, has_video or not has_audio, has_audio)


def first_sequence(root: Element) -> Element | None:
    """Give the sequence of the first project of a file."""
    project = next(root.iter("project"), None)
    return None if project is None else project.find("sequence")
