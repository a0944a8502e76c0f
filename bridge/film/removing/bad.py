"""Parts of shots that nobody wants: black, frozen, burnt out, out of focus, shaken.

Where a whole shot is alike, it may be meant: a title stands still on purpose, a night is dark.
So freezes and lost focus count only beside better frames of the same shot.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from bridge.film.sound.spans import Run, at_least, joined, runs
from bridge.schema.removal import Unwanted

if TYPE_CHECKING:
    from bridge.film.removing.looking import Looks
    from bridge.schema.arrays import AnyArray

_BLACK_LUMA: Final = 0.05
_BLACK_SPREAD: Final = 0.02
_DARK_HIGHEST: Final = 0.12
_BURNT_SHARE: Final = 0.6
_SAME: Final = 1.5 / 255
"""Frames whose every pixel is so near are one, decoded twice."""
_MOVES_SHARE: Final = 0.2
_SOFT_SHARE: Final = 0.35
"""Of the detail that the shot's sharper frames have."""
_SHAKE_PER_FRAME: Final = 0.02
"""Of the picture's width, by how much its movement changes from frame to frame."""
_MOST_FRAME_MOVE: Final = 0.25
_GAP_SECONDS: Final = 0.1


def bad_parts(looks: Looks, shots: Sequence[range], rate: float) -> Iterator[Unwanted]:
    """Find what is bad in a film.

    Args:
        looks: its frames.
        shots: their frames, in order; together they are the film.
        rate: frames a second.
    """
    for shot in shots:
        rows = slice(*np.searchsorted(looks.frame, (shot.start, shot.stop)))
        if rows.stop <= rows.start:
            continue
        for what, least_seconds, flags in _findings(looks, rows, rate):
            found = joined(runs(flags), gap=max(1, round(_GAP_SECONDS * rate)))
            for run in at_least(found, max(2, round(least_seconds * rate))):
                frames = _frames(looks.frame[rows], run, shot)
                yield Unwanted(frames, "bad", f"{what} for {len(frames) / rate:.1f} s")


def _findings(looks: Looks, rows: slice, rate: float) -> Iterator[tuple[str, float, AnyArray]]:
    """Give what may be wrong, how many seconds of it matter, and where: bool [frame]."""
    luma, spread = looks.luma[rows], looks.spread[rows]
    black = (luma < _BLACK_LUMA) & (spread < _BLACK_SPREAD)
    yield "black", 0.15, black
    dark = (looks.highest[rows] < _DARK_HIGHEST) & ~black
    yield "too dark", 0.5, dark
    yield "burnt out", 0.4, looks.burnt[rows] > _BURNT_SHARE
    stands = looks.change[rows] < _SAME
    moving = ~stands & ~black
    if moving.mean() > _MOVES_SHARE:
        yield "frozen", 1.0, stands & ~black
    yield "out of focus", 0.6, _soft(looks, rows) & ~black & ~dark & ~stands
    yield "shaken", 0.5, _shaken(looks, rows, rate) & ~black


def _soft(looks: Looks, rows: slice) -> AnyArray:
    """Say where focus is lost, beside the sharper half of a shot: bool [frame]."""
    detail = looks.detail[rows]
    usual = float(np.percentile(detail, 75))
    flags: AnyArray = (detail < _SOFT_SHARE * usual) & (looks.spread[rows] > _BLACK_SPREAD)
    return flags


def _shaken(looks: Looks, rows: slice, rate: float) -> AnyArray:
    """Say where the camera is shaken: it jumps to and fro, as no pan does: bool [frame]."""
    right, down = looks.right[rows], looks.down[rows]
    if len(right) < 3:
        return np.zeros(len(right), bool)
    sane = (np.abs(right) < _MOST_FRAME_MOVE) & (np.abs(down) < _MOST_FRAME_MOVE)
    jerk = np.hypot(np.diff(right, prepend=right[0]), np.diff(down, prepend=down[0]))
    jerk = np.where(sane, jerk, 0.0)
    window = max(3, round(0.4 * rate))
    usual = np.convolve(jerk, np.full(window, 1 / window), "same")
    # a slower film moves more from one frame to the next
    flags: AnyArray = usual > _SHAKE_PER_FRAME * 25 / rate
    return flags


def _frames(numbers: AnyArray, run: Run, shot: range) -> range:
    """Give the frames of a stretch of rows, up to the next frame that is kept."""
    stop = int(numbers[run.end]) if run.end < len(numbers) else shot.stop
    start = shot.start if run.start == 0 else int(numbers[run.start])
    return range(start, max(start + 1, stop))
