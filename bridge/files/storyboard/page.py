"""A storyboard as one HTML file: what each version of a cut shows, how long, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bridge.files.contact_sheet.drawing import clock
from bridge.files.html_page import as_bytes, as_text, closing, opening, picture_source
from bridge.files.storyboard.drawing import (
    edges_seconds,
    is_on_beat,
    music_strip,
    pace_strip,
    piece_strip,
    time_axis,
)
from bridge.files.timelines.cut_joints import Place
from bridge.files.timelines.cut_words import joint_words
from bridge.schema.cutting import ARC_PARTS, Alternate, Cut, CutMusic, CutPiece
from bridge.schema.footage import WatchedFilm
from bridge.schema.layout import exact_rate
from bridge.schema.shot_words import MOVEMENT_NAMES, SCALE_NAMES
from bridge.schema.timecode import first_frame, timecode, timecode_of

if TYPE_CHECKING:
    from opentimelineio.opentime import RationalTime

Pictures = Callable[[WatchedFilm, "RationalTime"], bytes | None]
"""Gives the frame that a film shows at a time as JPEG; None: it cannot be had."""

_HERE: Final = Path(__file__).parent
_JOINT_WORDS: Final = {
    "cut": "",
    "dissolve": "dissolve",
    "dip": "dip to black",
    "j_cut": "J cut",
    "l_cut": "L cut",
}


@dataclass(frozen=True, slots=True)
class BoardVersion:
    """One version of a cut, as it was laid out."""

    cut: Cut
    """Its pieces."""
    places: Sequence[Place]
    """Where each of them lies, and how it really begins."""
    file: str
    """Name of its timeline."""
    drop_frame: bool = False
    """Its timecode leaves out numbers."""


@dataclass(frozen=True, slots=True)
class Board:
    """What a storyboard shows."""

    title: str
    """Of the page."""
    facts: Sequence[tuple[str, str]]
    """What is said of all versions: a value and what it is."""
    versions: Sequence[BoardVersion]
    """`A` first."""
    films: Mapping[str, WatchedFilm]
    """All films, by their paths."""
    music: CutMusic | None = None
    """What it is cut to."""


def storyboard(board: Board, pictures: Pictures) -> Iterator[bytes]:
    """Write a page, piece by piece.

    Args:
        board: what it shows.
        pictures: gives frames of films.

    Yields:
        The bytes of an HTML file, in order.
    """
    style = (_HERE / "board.css").read_text("utf-8")
    yield as_bytes(opening(board.title, style=style, scheme="light dark") + _head(board))
    for version in board.versions:
        yield as_bytes(_version_head(version, board))
        for number, (piece, place) in enumerate(
            zip(version.cut.pieces, version.places, strict=True), 1
        ):
            film = board.films[piece.film]
            picture = pictures(film, _middle(piece))
            seen = _Seen(version, board, film, piece, place, number)
            yield as_bytes(_card(seen, picture))
        yield b"</ol></article>"
    yield as_bytes(f"{_FOOT}{closing()}")


_FOOT: Final = (
    "<footer>Pieces bear the colour of where they stand in the story: "
    + ", ".join(f'<i class="dot {part}"></i>{part}' for part in ARC_PARTS)
    + ". Made by Segue, on this machine.</footer>"
)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A piece with all that its card says."""

    version: BoardVersion
    board: Board
    film: WatchedFilm
    piece: CutPiece
    place: Place
    number: int


def _head(board: Board) -> str:
    facts = "".join(
        f"<li><b>{as_text(value)}</b> {as_text(what)}</li>" for value, what in board.facts
    )
    rows = "".join(_summary(version) for version in board.versions)
    return (
        f'<header class="head"><h1>{as_text(board.title)}</h1><ul class="facts">{facts}</ul>'
        f'</header><nav class="versions" aria-label="Versions">{rows}</nav>'
    )


def _summary(version: BoardVersion) -> str:
    """Say of a version what sets it apart, with its score part by part."""
    cut = version.cut
    parts = "".join(
        f'<li title="{as_text(part.name)}, weight {part.weight:g}">'
        f"<span>{as_text(part.name)}</span>"
        f'<meter min="0" max="1" value="{part.value:.3f}">{part.value:.2f}</meter></li>'
        for part in cut.score
    )
    return (
        f'<a class="version" href="#{as_text(cut.label)}"><b>{as_text(cut.label)}</b>'
        f'<p class="intent">{as_text(cut.intent)}</p><ul class="parts">{parts}</ul></a>'
    )


def _version_head(version: BoardVersion, board: Board) -> str:
    cut = version.cut
    edges = edges_seconds(cut)
    label = as_text(cut.label)
    anchors = [f"{cut.label}{number}" for number in range(1, len(cut.pieces) + 1)]
    rows = [
        ("Pieces", piece_strip(cut, anchors)),
        ("Length", pace_strip(cut)),
        *([("Music", music_strip(board.music, cut))] if board.music else []),
    ]
    strips = "".join(f"<dt>{name}</dt><dd>{drawn}</dd>" for name, drawn in rows)
    habits = "".join(f"<li>{as_text(line)}</li>" for line in cut.habits_used)
    told = f'<ul class="habits">{habits}</ul>' if habits else ""
    return (
        f'<article id="{label}"><header class="head"><h2><b>{label}</b>'
        f'{as_text(cut.intent)}</h2><ul class="facts">{_facts(version, board)}</ul>{told}</header>'
        f'<dl class="strips">{strips}<dt></dt><dd class="axis">{time_axis(edges[-1])}</dd></dl>'
        f'<ol class="cards">'
    )


def _facts(version: BoardVersion, board: Board) -> str:
    cut = version.cut
    seconds = cut.frames / cut.frame_rate
    facts = [
        (clock(round(seconds, 1) if seconds < 10 else round(seconds)), "long"),
        (str(len(cut.pieces)), "pieces"),
        (f"{seconds / len(cut.pieces):.1f} s", "mean length"),
        (f"{cut.total:.2f}", "score"),
        *_beat_facts(cut, board.music),
        (version.file, ""),
    ]
    return "".join(f"<li><b>{as_text(value)}</b> {what}</li>" for value, what in facts if value)


def _beat_facts(cut: Cut, music: CutMusic | None) -> list[tuple[str, str]]:
    inner = edges_seconds(cut)[1:-1]
    if music is None or not music.beats or not inner:
        return []
    hits = sum(is_on_beat(edge, music) for edge in inner)
    return [(f"{hits} of {len(inner)}", "cuts on beats")]


def _card(seen: _Seen, picture: bytes | None) -> str:
    """Write one piece."""
    piece, cut = seen.piece, seen.version.cut
    start = sum(before.frames for before in cut.pieces[: seen.number - 1])
    drop = seen.version.drop_frame
    first = first_frame(cut.frame_rate, drop_frame=drop) + start
    begins = timecode(first, cut.frame_rate, drop_frame=drop)
    return (
        f'<li class="card {piece.part}" id="{as_text(cut.label)}{seen.number}">'
        f'<div class="picture">'
        f'{_picture(seen, picture)}<span class="number">{seen.number}</span>'
        f'<span class="length">{piece.frames / cut.frame_rate:.1f} s</span></div>'
        f'<p class="when"><b>{begins}</b>{_joint(seen)}</p>'
        f'<p class="why">{as_text(piece.reason)}</p>{_source(seen)}{_alternates(seen)}</li>'
    )


def _picture(seen: _Seen, picture: bytes | None) -> str:
    if picture is None:
        return '<div class="lost">no picture</div>'
    return f'<img alt="Piece {seen.number}" loading="lazy" src="{picture_source(picture)}">'


def _joint(seen: _Seen) -> str:
    meeting = seen.place.meeting
    if not (name := _JOINT_WORDS[meeting.joint]):
        return ""
    told = joint_words(meeting, exact_rate(seen.version.cut.frame_rate))
    return f'<em title="{as_text(told)}">{name}</em>'


def _source(seen: _Seen) -> str:
    """Say where a piece comes from, and what kind of shot that is."""
    media = seen.film.analysis.media
    shot = seen.film.analysis.shots[seen.piece.shot - 1]
    at = timecode_of(seen.piece.source.start_time, media)
    kind = f"{SCALE_NAMES[shot.scale]}, {MOVEMENT_NAMES[shot.movement]}"
    return (
        f'<p class="from">{as_text(media.name)}, shot {shot.number}, {at}</p>'
        f'<p class="from">{as_text(kind)}</p>'
    )


def _alternates(seen: _Seen) -> str:
    """Say what could stand in a piece's place."""
    offered: list[Alternate] = [
        one for one in seen.version.cut.alternates if one.piece == seen.number - 1
    ]
    lines = (f"or shot {one.shot} of {Path(one.film).name}: {one.reason}" for one in offered)
    return "".join(f'<p class="or">{as_text(line)}</p>' for line in lines)


def _middle(piece: CutPiece) -> RationalTime:
    """Give the time in the middle of what a piece shows, in whole units of its film."""
    from opentimelineio.opentime import RationalTime

    span = piece.source
    half = span.duration.value // 2
    return span.start_time + RationalTime(half, span.duration.rate)
