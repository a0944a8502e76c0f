"""What each frame of a film looks like, as far as bad ones are told by it: six numbers a frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from bridge.film.sound.rows import Rows
from bridge.schema.frames import Tap

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bridge.schema.arrays import AnyArray, FloatArray
    from bridge.schema.frames import Frame

LOOK_TAP: Final = Tap(width=128, height=72, grey=True)
"""The picture of each frame that is looked at, whatever its shape."""
_BURNT_FROM: Final = 250
_LEAST_LIKENESS: Final = 0.1
"""Frames that are the same but for a movement have 1; those of two scenes about 0.05."""
_COLUMNS: Final = (
    "frame",
    "luma",
    "spread",
    "highest",
    "burnt",
    "change",
    "detail",
    "right",
    "down",
)


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """All frames of a film; each field is float [frame]."""

    frame: AnyArray
    """Number at the film's nominal rate."""
    luma: AnyArray
    """Mean, 0 black .. 1 white."""
    spread: AnyArray
    """Standard deviation of luma."""
    highest: AnyArray
    """Luma that only one pixel in a hundred is above."""
    burnt: AnyArray
    """Share of the picture that is white."""
    change: AnyArray
    """The most that any pixel differs from the frame before, 0..1; 1 at the first frame."""
    detail: AnyArray
    """How fine what is seen is, whatever its contrast."""
    right: AnyArray
    """How far the picture moved since the frame before, in shares of its width."""
    down: AnyArray
    """The same, in shares of its height."""


class Looker:
    """Looks at frames as they pass; keeps 36 bytes of each."""

    def __init__(self) -> None:
        self._rows = Rows(len(_COLUMNS))
        self._before: FloatArray | None = None
        self._waves: AnyArray | None = None
        rows, columns = np.hanning(LOOK_TAP.height or 1), np.hanning(LOOK_TAP.width)
        self._window = np.outer(rows, columns).astype(np.float32)

    def see(self, frames: Iterable[tuple[int, Frame]]) -> Looks:
        """Look at all frames.

        Args:
            frames: each with its number at the film's nominal rate.
        """
        for number, frame in frames:
            grey = frame.pictures[LOOK_TAP].astype(np.float32)
            self._rows.add(np.array([[number, *self._seen(grey)]], np.float32))
        columns = self._rows.all().T
        return Looks(**dict(zip(_COLUMNS, columns, strict=True)))

    def _seen(self, grey: FloatArray) -> tuple[float, ...]:
        """Describe a frame: float32 [row, column], 0..255."""
        change = 1.0 if self._before is None else float(np.abs(grey - self._before).max()) / 255
        self._before = grey
        right, down = self._moved(grey)
        return (
            float(grey.mean()) / 255,
            float(grey.std()) / 255,
            float(np.percentile(grey, 99)) / 255,
            float((grey >= _BURNT_FROM).mean()),
            change,
            _detail(grey),
            right,
            down,
        )

    def _moved(self, grey: FloatArray) -> tuple[float, float]:
        """Give how far the picture moved, by the phase of its waves."""
        waves = np.fft.rfft2((grey - grey.mean()) * self._window)
        before, self._waves = self._waves, waves
        if before is None:
            return 0.0, 0.0
        cross = waves * np.conj(before)
        cross /= np.abs(cross) + 1e-3 * np.abs(cross).max() + 1e-9
        likeness = np.fft.irfft2(cross, grey.shape)
        if likeness.max() < _LEAST_LIKENESS:
            return 0.0, 0.0  # something else is seen, or much moves on its own
        row, column = np.unravel_index(int(likeness.argmax()), likeness.shape)
        tall, wide = grey.shape
        down = (int(row) + tall // 2) % tall - tall // 2
        right = (int(column) + wide // 2) % wide - wide // 2
        return right / wide, down / tall


def _detail(grey: FloatArray) -> float:
    """Give how much of a picture's contrast is between neighbours: about 0.3 sharp, 0.02 soft."""
    spread = float(grey.std())
    if spread < 1.0:
        return 0.0
    fine = (
        4 * grey[1:-1, 1:-1] - grey[:-2, 1:-1] - grey[2:, 1:-1] - grey[1:-1, :-2] - grey[1:-1, 2:]
    )
    return float(np.sqrt((fine**2).mean()) / 4 / spread)
