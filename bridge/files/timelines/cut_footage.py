"""The films of a cut as timelines name them: where they lie, how they count, how far they reach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from pathlib import Path
from typing import TYPE_CHECKING

from bridge.errors import RequestError
from bridge.files.timelines.cut_joints import Room
from bridge.files.timelines.cut_words import listed
from bridge.files.timelines.media import nominal_count
from bridge.files.timelines.names import media_url
from bridge.schema.cutting import Cut, CutPiece
from bridge.schema.footage import WatchedFilm
from bridge.schema.layout import Medium, exact_rate
from bridge.schema.media import MediaFacts
from bridge.schema.shots import Shot
from bridge.schema.timecode import frame_at, rate_words
from bridge.schema.timelines import Host

if TYPE_CHECKING:
    from opentimelineio.opentime import TimeRange


@dataclass(frozen=True, slots=True)
class Stock:
    """A film that a cut takes shots from."""

    film: WatchedFilm
    """What is known of it."""
    medium: Medium
    """As timelines name it."""
    rate: Fraction
    """Of its frames."""

    @property
    def media(self) -> MediaFacts:
        """The file."""
        return self.film.analysis.media

    def shot(self, number: int) -> Shot:
        """Give one of its shots."""
        return self.film.analysis.shots[number - 1]

    def first_frame(self, source: TimeRange, frames: int, rate: Fraction) -> Fraction:
        """Give the first frame that is shown, its own first being 0; all that follow are there.

        Args:
            source: what is shown.
            frames: for how long, in frames of the cut.
            rate: of the cut.
        """
        start = frame_at(source.start_time, self.media)
        return self.whole_frame(Fraction(start), frames, rate)

    def whole_frame(self, first: Fraction, frames: int, rate: Fraction) -> Fraction:
        """Give the nearest frame to begin at, of which so many of the cut are there."""
        last = floor((self.medium.count or 1) - frames * self.rate / rate)
        return Fraction(max(0, min(round(first), last)))

    def clean(self, shot: Shot) -> range:
        """Give the frames that show a shot alone: without its transitions to others."""
        shots = self.film.analysis.shots
        start = frame_at(shot.begins.span.end_time_exclusive(), self.media)
        start = max(start, frame_at(shot.span.start_time, self.media))
        stop = frame_at(shot.span.end_time_exclusive(), self.media)
        if shot.number < len(shots):
            following = shots[shot.number].begins.span
            stop = min(stop, frame_at(following.start_time, self.media))
        return range(start, max(start + 1, stop))


def stocks(films: Sequence[WatchedFilm], host: Host) -> Mapping[str, Stock]:
    """Name films for a host, by their paths.

    Raises:
        RequestError: the name of one cannot be written.
    """
    return {str(film.path): _stock(film, host) for film in films}


def stock_of(known: Mapping[str, Stock], film: str) -> Stock:
    """Give the film of a piece.

    Raises:
        RequestError: a cut names a film that nobody has watched.
    """
    if film not in known:
        raise RequestError(f"the cut takes a shot from {film}, which is none of its films")
    return known[film]


def room_of(piece: CutPiece, stock: Stock, rate: Fraction) -> Room:
    """Say how far a shot reaches beyond a piece of it, in frames of the cut."""
    shown = stock.clean(stock.shot(piece.shot))
    first = stock.first_frame(piece.source, piece.frames, rate)
    end = first + piece.frames * stock.rate / rate
    return Room(
        frames=piece.frames,
        head=max(0, floor((first - shown.start) * rate / stock.rate)),
        tail=max(0, floor((shown.stop - end) * rate / stock.rate)),
        has_sound=stock.media.sound is not None,
        joint=piece.joint,
        joint_frames=piece.joint_frames,
    )


def rounding_notes(cut: Cut, known: Mapping[str, Stock]) -> Iterator[str]:
    """Say of which films the timeline cannot hold every frame, each a sentence for a person."""
    rate = exact_rate(cut.frame_rate)
    used = [stock_of(known, film) for film in dict.fromkeys(piece.film for piece in cut.pieces)]
    uneven = [stock.media.name for stock in used if stock.media.variable_rate]
    if uneven:
        yield (
            f"{listed(uneven)}: frames of different lengths, so clips are rounded to the nearest"
            " frame of a steady rate, as timelines have no other; convert to a constant rate first"
            " where a frame counts"
        )
    others = [s for s in used if s.rate != rate and not s.media.variable_rate]
    if others:
        told = listed(f"{s.media.name} ({rate_words(s.media.frame_rate)})" for s in others)
        yield (
            f"{told}: another rate than the cut's {rate_words(cut.frame_rate)}, so clips begin on"
            " frames of their own, and end on frames of the cut"
        )


def medium_of(path: Path, media: MediaFacts, host: Host) -> Medium:
    """Name a film for a host, with all that it has.

    Raises:
        RequestError: its name cannot be written.
    """
    start = media.start_timecode
    return Medium(
        name=path.name,
        url=media_url(path, host),
        kind="file",
        reel=media.reel,
        start=Fraction(0) if start is None else Fraction(round(float(start.value))),
        count=Fraction(nominal_count(media)),
    )


def _stock(film: WatchedFilm, host: Host) -> Stock:
    media = film.analysis.media
    return Stock(film, medium_of(film.path, media, host), exact_rate(media.frame_rate))
