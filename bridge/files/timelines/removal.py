"""Footage without its unwanted parts as a timeline: film after film, sound linked to pictures.

Each cut bears a marker that says what was taken out before it, and why, in a colour for each kind.
What was taken out can lie above the cut, disabled, to be pulled back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final

from opentimelineio.opentime import RationalTime, TimeRange

from bridge.errors import RequestError
from bridge.files.timelines.building import build
from bridge.files.timelines.cut_footage import medium_of
from bridge.files.timelines.names import OURS
from bridge.files.timelines.reading import Opened
from bridge.schema.codec import Plain
from bridge.schema.layout import Lane, Layout, Mark, Medium, Piece, can_drop, exact_rate
from bridge.schema.removal import Removed, RemovedKind, Unwanted
from bridge.schema.timecode import first_frame, timecode
from bridge.schema.timelines import Host

if TYPE_CHECKING:
    from bridge.schema.media import MediaFacts

REMOVAL_KEY: Final = "removal"
"""Key, below our own, of what was asked for."""
COLOURS: Final[Mapping[RemovedKind, str]] = {
    "silence": "CYAN",
    "bad": "RED",
    "repeats": "ORANGE",
}
"""Of markers, by the first kind of what was taken out."""
_NAMES: Final = {"silence": "silence", "bad": "bad picture", "repeats": "another take"}


@dataclass(frozen=True, slots=True)
class Trimmed:
    """A film, and what stays of it."""

    path: Path
    """Of the film, absolute."""
    media: MediaFacts
    """The file."""
    kept: Sequence[range]
    """Frames at its nominal rate, in order."""
    removed: Sequence[tuple[range, tuple[Unwanted, ...]]]
    """The frames between, with all reasons."""


@dataclass(frozen=True, slots=True)
class LaidRemoval:
    """A timeline of what stays."""

    opened: Opened
    """As if it had been read, not dressed for its host yet."""
    removed: tuple[Removed, ...]
    """What was taken out."""


def lay_removal(
    films: Sequence[Trimmed], path: Path, host: Host, told: dict[str, Plain], *, keep_removed: bool
) -> LaidRemoval:
    """Lay out what stays of films, one after the other.

    Args:
        films: in order.
        path: of the timeline, which is named after it.
        host: who will read it.
        told: what is kept of the request.
        keep_removed: put what was taken out above, disabled.

    Raises:
        RequestError: nothing stays, or the name of a film cannot be written.
    """
    rate = _rate(films)
    maker = _Maker(rate, host)
    for film in films:
        maker.lay(film)
    if not maker.pictures:
        raise RequestError("nothing would stay; leave out fewer kinds, or name other films")
    drop_frame = can_drop(rate) and all(film.media.drop_frame for film in films)
    start = first_frame(float(rate), drop_frame=drop_frame)
    above = tuple(_fitting(maker.above, maker.pictures[-1].record.stop)) if keep_removed else ()
    lanes = (
        Lane("Video", "Video 1", tuple(maker.pictures)),
        Lane("Video", "Video 2", above),
        Lane("Audio", "Audio 1", tuple(maker.sounds)),
    )
    first = films[0].media
    layout = Layout(
        name=path.stem,
        rate=rate,
        lanes=tuple(lane for lane in lanes if lane.pieces),
        start=start,
        drop_frame=drop_frame,
        size=(first.width, first.height),
    )
    timeline = build(layout)
    timeline.metadata[OURS] = {**timeline.metadata[OURS], REMOVAL_KEY: told}
    opened = Opened(path.with_suffix(".cut"), "OpenTimelineIO", timeline, layout)
    codes = (timecode(start + at, float(rate), drop_frame=drop_frame) for at in maker.places)
    removed = (made(code) for made, code in zip(maker.removed, codes, strict=True))
    return LaidRemoval(opened, tuple(removed))


class _Maker:
    """Lays films end to end."""

    def __init__(self, rate: Fraction, host: Host) -> None:
        self._rate, self._host = rate, host
        self._at = 0
        self.pictures: list[Piece] = []
        self.sounds: list[Piece] = []
        self.above: list[Piece] = []
        self.removed: list[_Told] = []
        self.places: list[int] = []

    def lay(self, film: Trimmed) -> None:
        """Lay what stays of one film."""
        rate = exact_rate(film.media.frame_rate)
        medium = medium_of(film.path, film.media, self._host)
        gaps = {gap.stop: (gap, why) for gap, why in film.removed}
        for part in film.kept:
            marks = self._mark(film, medium, gaps.pop(part.start, None))
            length = max(1, int(len(part) * self._rate / rate))
            has_sound = film.media.sound is not None
            link = str(len(self.pictures) + 1) if has_sound else ""
            record = range(self._at, self._at + length)
            first = medium.start + part.start
            self.pictures.append(
                Piece(medium.name, record, first, rate, medium, link=link, marks=marks)
            )
            if has_sound:
                self.sounds.append(Piece(medium.name, record, first, rate, medium, link=link))
            self._at += length
        for rest in gaps.values():
            self._mark_end(self._mark(film, medium, rest))

    def _mark(
        self, film: Trimmed, medium: Medium, gap: tuple[range, tuple[Unwanted, ...]] | None
    ) -> tuple[Mark, ...]:
        """Note what was taken out here, and give the marker that says so."""
        if gap is None:
            return ()
        frames, reasons = gap
        self.removed.append(_Told(film, frames, reasons))
        self.places.append(self._at)
        rate = exact_rate(film.media.frame_rate)
        length = max(1, int(len(frames) * self._rate / rate))
        comment = "; ".join(_words(reasons))
        self.above.append(
            Piece(
                medium.name,
                range(self._at, self._at + length),
                medium.start + frames.start,
                rate,
                medium,
                enabled=False,
                comments=(f"taken out: {comment}",),
            )
        )
        kinds = list(dict.fromkeys(one.kind for one in reasons)) or ["bad"]
        seconds = float(len(frames) / rate)
        name = f"{seconds:.1f} s of {' and '.join(_NAMES[kind] for kind in kinds)} out"
        return (Mark(0, 1, name, comment, COLOURS[kinds[0]]),)

    def _mark_end(self, marks: tuple[Mark, ...]) -> None:
        """Put what is said of a film's end on its last frame."""
        if not (self.pictures and marks):
            return
        last = self.pictures[-1]
        moved = replace(marks[0], frame=len(last.record) - 1)
        self.pictures[-1] = replace(last, marks=(*last.marks, moved))


@dataclass(frozen=True, slots=True)
class _Told:
    """What was taken out of a film, without its place in the timeline yet."""

    film: Trimmed
    frames: range
    reasons: tuple[Unwanted, ...]

    def __call__(self, code: str) -> Removed:
        rate = float(exact_rate(self.film.media.frame_rate))
        span = TimeRange(
            RationalTime(self.frames.start, rate), RationalTime(len(self.frames), rate)
        )
        kind: RemovedKind = self.reasons[0].kind if self.reasons else "bad"
        return Removed(str(self.film.path), span, code, kind, "; ".join(_words(self.reasons)))


def _words(reasons: Sequence[Unwanted]) -> list[str]:
    return list(dict.fromkeys(one.reason for one in reasons)) or ["too short to keep"]


def _fitting(pieces: Sequence[Piece], end: int) -> Iterator[Piece]:
    """Give what fits of clips above: none over another, none beyond the end."""
    for place, piece in enumerate(pieces):
        following = pieces[place + 1].record.start if place + 1 < len(pieces) else end
        stop = min(piece.record.stop, following, end)
        if stop > piece.record.start:
            yield replace(piece, record=range(piece.record.start, stop))


def _rate(films: Sequence[Trimmed]) -> Fraction:
    """Give the rate that most seconds have."""
    seconds: Counter[Fraction] = Counter()
    for film in films:
        rate = exact_rate(film.media.frame_rate)
        seconds[rate] += int(sum(len(part) for part in film.kept) / rate * 1000) + 1
    return seconds.most_common(1)[0][0]
