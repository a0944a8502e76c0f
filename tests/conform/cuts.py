"""Random cuts of numbered films, and what each of their frames must show."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from opentimelineio.opentime import RationalTime

from bridge.schema.layout import Change, Lane, Layout, Piece
from bridge.schema.timecode import frame_number
from tests.conform.counting import CountingFilm, Seen, make_counting_film

MIXED = "mixed"
"""What a frame shows within a dissolve: nothing that can be read."""


@dataclass(frozen=True)
class Speed:
    """How fast a film and a timeline run."""

    rate: Fraction
    drop_frame: bool = False


SPEEDS = {
    "23.976": Speed(Fraction(24000, 1001)),
    "24": Speed(Fraction(24)),
    "25": Speed(Fraction(25)),
    "29.97 DF": Speed(Fraction(30000, 1001), drop_frame=True),
    "29.97 NDF": Speed(Fraction(30000, 1001)),
    "30": Speed(Fraction(30)),
    "50": Speed(Fraction(50)),
    "59.94": Speed(Fraction(60000, 1001)),
    "60": Speed(Fraction(60)),
    "120": Speed(Fraction(120)),
}
STAMPS = {"without timecode": "", "from one hour": "01:00:00:00", "from an odd time": "09:59:58:17"}


def films(folder: Path, speed: Speed, stamp: str) -> list[CountingFilm]:
    """Make two films of numbered frames."""
    code = stamp[:8] + ";" + stamp[9:] if speed.drop_frame and stamp else stamp
    first = _frame_of(code, speed) if code else 0
    return [
        make_counting_film(folder, number, speed.rate, count=count, stamp=first, code=code)
        for number, count in ((1, 140), (2, 90))
    ]


def _frame_of(code: str, speed: Speed) -> int:
    """Count frames as OpenTimelineIO does, which knows no timecode of 120 frames a second."""
    if speed.rate <= 60:
        return round(RationalTime.from_timecode(code, float(speed.rate)).value)
    hours, minutes, seconds, frames = (int(part) for part in code.split(":"))
    return ((hours * 60 + minutes) * 60 + seconds) * int(speed.rate) + frames


def random_cut(
    made: Sequence[CountingFilm],
    speed: Speed,
    seed: int,
    *,
    speeds: Sequence[Fraction] = (Fraction(1),),
    is_plain: bool = False,
) -> Layout:
    """Cut films at random: gaps, a dissolve, disabled alternates above, sound below.

    Args:
        made: the films.
        speed: of the timeline.
        seed: which cut.
        speeds: of its clips, one after the other.
        is_plain: leave dissolves and gaps out.
    """
    dice = random.Random(seed)
    pieces: list[Piece] = []
    at = 0
    for place in range(7):
        film = dice.choice(made)
        length = dice.randint(1, 14) if place % 3 else dice.randint(12, 20)
        pace = speeds[place % len(speeds)]
        taken = -(-length * abs(pace).numerator // abs(pace).denominator)
        first = film.stamp + dice.randint(8, film.count - taken - 8)
        at += 0 if is_plain or place != 4 else dice.randint(1, 9)
        pieces.append(_piece(film, range(at, at + length), first, speed.rate, pace, f"L{place}"))
        at += length
    changes = () if is_plain else tuple(_dissolve(pieces))
    above = tuple(
        _piece(
            made[0], piece.record, made[0].stamp + 10, speed.rate, Fraction(1), "", enabled=False
        )
        for piece in pieces[1::2]
    )
    lanes = (
        Lane("Video", "Video 1", tuple(pieces), changes),
        Lane("Video", "Video 2", above),
        Lane("Audio", "Audio 1", tuple(pieces)),
    )
    start = frame_number(1, float(speed.rate), drop_frame=speed.drop_frame)
    return Layout(f"cut {seed}", speed.rate, lanes, start, speed.drop_frame, size=(256, 96))


def _piece(
    film: CountingFilm,
    record: range,
    first: int,
    rate: Fraction,
    pace: Fraction,
    link: str,
    *,
    enabled: bool = True,
) -> Piece:
    medium = film.medium
    return Piece(
        medium.name, record, Fraction(first), rate, medium, pace, enabled=enabled, link=link
    )


def _dissolve(pieces: Sequence[Piece]) -> list[Change]:
    """Put a dissolve between the first two clips that are long enough, and meet."""
    for before, after in pairwise(pieces):
        is_long = len(before.record) > 6 and len(after.record) > 6
        if (
            is_long
            and before.record.stop == after.record.start
            and before.speed == after.speed == 1
        ):
            return [Change(after.record.start, 3, 3)]
    return []


def expected(layout: Layout, made: Sequence[CountingFilm]) -> list[Seen | str | None]:
    """Say what each frame of a timeline must show, by arithmetic on its lowest track alone."""
    films = {film.medium.url: film for film in made}
    lowest = layout.lanes[0]
    shown: list[Seen | str | None] = [None] * layout.frame_count
    for piece in lowest.pieces:
        film = films[piece.medium.url]
        for passed, frame in enumerate(piece.record):
            offset = piece.source_start - film.stamp
            if piece.speed >= 0:
                number = int(offset + passed * piece.speed)
            else:
                number = int(offset + len(piece.record) * -piece.speed) - 1
                number -= int(passed * -piece.speed)
            shown[frame] = Seen(film.film, number, film.stamp + number)
    for change in lowest.changes:
        for frame in range(change.cut - change.before, change.cut + change.after):
            shown[frame] = MIXED
    return shown
