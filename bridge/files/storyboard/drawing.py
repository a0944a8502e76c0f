"""The strips of a storyboard: pieces, their pace, and the music, all along one line of time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from typing import Final

from bridge.files.contact_sheet.drawing import clock
from bridge.files.html_page import as_text
from bridge.schema.cutting import Cut, CutMusic

_WIDTH: Final = 1200.0
"""Units of every strip, whatever its width on the page."""
_PIECES_HEIGHT: Final = 34.0
_PACE_HEIGHT: Final = 56.0
_MUSIC_HEIGHT: Final = 40.0
_MOST_TICKS: Final = 7
_STEPS_SECONDS: Final = (1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600)
_ON_BEAT_SECONDS: Final = 0.05


def edges_seconds(cut: Cut) -> list[float]:
    """Give when each piece begins, and when the last one ends."""
    frames = accumulate((piece.frames for piece in cut.pieces), initial=0)
    return [count / cut.frame_rate for count in frames]


def piece_strip(cut: Cut, anchors: Sequence[str]) -> str:
    """Draw every piece in the colour of its part, as long as it is.

    Args:
        cut: of which.
        anchors: where on the page each piece is.
    """
    edges = edges_seconds(cut)
    drawn = []
    for number, (piece, anchor) in enumerate(zip(cut.pieces, anchors, strict=True), 1):
        left, right = (_x(edge, edges[-1]) for edge in edges[number - 1 : number + 1])
        told = f"{number}, {piece.frames / cut.frame_rate:.1f} s: {piece.reason}"
        drawn.append(
            f'<a href="#{anchor}"><rect class="{piece.part}" x="{left:.2f}" y="0"'
            f' width="{right - left:.2f}" height="{_PIECES_HEIGHT:g}"><title>{as_text(told)}'
            f"</title></rect>{_joint(piece.joint, left)}</a>"
        )
    return _svg("pieces", _PIECES_HEIGHT, "".join(drawn))


def pace_strip(cut: Cut) -> str:
    """Draw how long pieces are: a step for each, and a line at their mean length."""
    edges = edges_seconds(cut)
    lengths = [after - before for before, after in pairwise(edges)]
    longest, mean = max(lengths), sum(lengths) / len(lengths)
    points = [f"M0 {_PACE_HEIGHT:g}"]
    for (before, after), length in zip(pairwise(edges), lengths, strict=True):
        y = _PACE_HEIGHT * (1 - 0.92 * length / longest)
        points.append(f"L{_x(before, edges[-1]):.1f} {y:.1f}L{_x(after, edges[-1]):.1f} {y:.1f}")
    y = _PACE_HEIGHT * (1 - 0.92 * mean / longest)
    return _svg(
        "pace",
        _PACE_HEIGHT,
        f'<path class="steps" d="{"".join(points)}L{_WIDTH:g} {_PACE_HEIGHT:g}Z"/>'
        f'<path class="mean" d="M0 {y:.1f}H{_WIDTH:g}"/>',
    )


def music_strip(music: CutMusic, cut: Cut) -> str:
    """Draw the music's energy, bars and sections, and which cuts fall on beats."""
    edges = edges_seconds(cut)
    total = edges[-1]
    step = music.seconds / max(1, len(music.energy))
    heard = [(place * step, level) for place, level in enumerate(music.energy)]
    points = [
        f"{_x(min(at + step / 2, total), total):.1f} {_MUSIC_HEIGHT * (1 - 0.8 * level):.1f}"
        for at, level in heard
        if at < total
    ]
    last = _x(min(music.seconds, total), total)
    energy = (
        f'<path class="energy" d="M0 {_MUSIC_HEIGHT:g}L{"L".join(points)}'
        f'L{last:.1f} {_MUSIC_HEIGHT:g}Z"/>'
        if points
        else ""
    )
    lines = (
        f'<path class="{name}" d="{_ticks(times, total, height)}"/>'
        for name, times, height in (
            ("beats", music.beats, 4.0),
            ("bars", music.bars, 10.0),
            ("sections", music.sections, _MUSIC_HEIGHT),
        )
    )
    dots = "".join(
        f'<path class="hit" d="M{_x(edge, total):.1f} 0v{_MUSIC_HEIGHT:g}"/>'
        for edge in edges[1:-1]
        if is_on_beat(edge, music)
    )
    return _svg("music", _MUSIC_HEIGHT, energy + "".join(lines) + dots)


def is_on_beat(seconds: float, music: CutMusic) -> bool:
    """Say whether a cut falls on a beat, as nearly as anybody hears."""
    return any(abs(beat - seconds) <= _ON_BEAT_SECONDS for beat in music.beats)


def time_axis(total_seconds: float) -> str:
    """Write the time under the strips, at round seconds."""
    step = next((s for s in _STEPS_SECONDS if total_seconds / s <= _MOST_TICKS), 7200)
    return "".join(_labels(total_seconds, step))


def _labels(total_seconds: float, step: int) -> Iterator[str]:
    for place in range(int(total_seconds / step) + 1):
        at = place * step
        if place and total_seconds - at < step * 0.35:
            return
        yield f'<span style="left:{100 * at / total_seconds:.3f}%">{clock(at)}</span>'


def _joint(joint: str, left: float) -> str:
    """Mark how a piece begins, unless by a plain cut."""
    if joint == "cut":
        return ""
    height = _PIECES_HEIGHT
    if joint in ("dissolve", "dip"):
        shape = f"M{left - 9:.1f} {height:g}L{left:.1f} 0L{left + 9:.1f} {height:g}Z"
    else:
        away = -9 if joint == "j_cut" else 9
        shape = f"M{left:.1f} {height - 6:g}h{away}v6h{-away}Z"
    return f'<path class="joint {joint}" d="{shape}"/>'


def _ticks(times: Sequence[float], total: float, height: float) -> str:
    first = _MUSIC_HEIGHT - height
    return "".join(f"M{_x(at, total):.1f} {first:g}v{height:g}" for at in times if at <= total)


def _x(seconds: float, total: float) -> float:
    return _WIDTH * seconds / total


def _svg(name: str, height: float, inside: str) -> str:
    return (
        f'<svg class="strip {name}" viewBox="0 0 {_WIDTH:g} {height:g}"'
        f' preserveAspectRatio="none">{inside}</svg>'
    )
