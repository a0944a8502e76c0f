"""Bins of a cut's shots, by what kind each is."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from bridge.files.timelines.cut_footage import Stock, stock_of
from bridge.schema.cutting import Cut
from bridge.schema.layout import Bin, Piece
from bridge.schema.shot_words import short_name
from bridge.schema.shots import Shot, ShotScale

_NAMES: Final[dict[ShotScale, str]] = {
    "ECU": "Extreme close-ups",
    "CU": "Close-ups",
    "MCU": "Medium close-ups",
    "MS": "Medium shots",
    "FS": "Full shots",
    "LS": "Long shots",
    "none": "Nobody in the picture",
}


def bin_name(shot: Shot) -> str:
    """Say in which bin a shot lies."""
    return _NAMES[shot.scale]


def bins(cut: Cut, known: Mapping[str, Stock], rate: Fraction) -> tuple[Bin, ...]:
    """Give the shots that a cut uses or offers, whole, in bins from near to far.

    Args:
        cut: of whose shots.
        known: its films, by their paths.
        rate: of the cut.
    """
    used = {(piece.film, piece.shot) for piece in cut.pieces}
    used |= {(alternate.film, alternate.shot) for alternate in cut.alternates}
    filled: dict[str, list[Piece]] = {name: [] for name in _NAMES.values()}
    for film, number in sorted(used):
        stock = stock_of(known, film)
        shot = stock.shot(number)
        filled[bin_name(shot)].append(_whole(stock, shot, rate))
    return tuple(Bin(name, tuple(clips)) for name, clips in filled.items() if clips)


def _whole(stock: Stock, shot: Shot, rate: Fraction) -> Piece:
    """Give a shot from its first frame to its last."""
    shown = stock.clean(shot)
    length = max(1, int(len(shown) * rate / stock.rate))
    return Piece(
        name=f"{stock.film.path.stem} {short_name(shot)}",
        record=range(length),
        source_start=stock.medium.start + shown.start,
        rate=stock.rate,
        medium=stock.medium,
    )
