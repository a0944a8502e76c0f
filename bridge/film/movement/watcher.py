"""Watch a film eight times a second, and say afterwards what the camera did in any span of it."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Final, get_args

import numpy as np

from bridge.film.movement.fitting import FEATURES, features
from bridge.film.movement.flow import HEIGHT, WIDTH, Look, flow, look
from bridge.schema.frames import Tap
from bridge.schema.shots import CameraMovement

if TYPE_CHECKING:
    from opentimelineio.opentime import RationalTime, TimeRange

    from bridge.runtime.session import Model
    from bridge.schema.arrays import FloatArray
    from bridge.schema.frames import Frame

MODEL_NAME: Final = "film/camera_movement"
LOOKS_PER_SECOND: Final = 8.0
MOVEMENTS: Final[tuple[CameraMovement, ...]] = get_args(CameraMovement)
"""In the order of the model's answers."""
LONGEST: Final = 80
"""Looks that the model judges at once, ten seconds; longer spans are judged in parts."""
UNKNOWN: Final = 1.0 / len(MOVEMENTS)
"""Confidence where nothing could be compared: that of a guess."""
BUSY: Final = 0.25
"""Picture widths a second; a picture whose parts move so fast on average has a motion of 0.63."""
_SPEED: Final = FEATURES.index("speed")
_LIVELY: Final = FEATURES.index("lively")
_SLACK: Final = 1e-6
"""Seconds by which two times may differ and be one."""


class MovementWatcher:
    """Follows the picture's parts as frames pass; keeps 64 bytes of each look.

    Args:
        model: `film/camera_movement`.
    """

    tap: Final = Tap(WIDTH, HEIGHT, grey=True, per_second=LOOKS_PER_SECOND)
    """The pictures that it wants."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._last: tuple[RationalTime, Look] | None = None
        self._times = array("d")
        self._rows = array("f")

    def see(self, frame: Frame) -> None:
        """Compare a frame that has a picture of this tap with the one before."""
        now = look(frame.pictures[self.tap])
        if self._last is not None:
            at, before = self._last
            seconds = (frame.at - at).to_seconds()
            self._times.extend((at.to_seconds(), frame.at.to_seconds()))
            self._rows.extend(features(flow(before, now), max(seconds, 1e-3)))
        self._last = (frame.at, now)

    def movement(self, span: TimeRange) -> tuple[CameraMovement, float]:
        """Say what the camera does during a span.

        Args:
            span: a shot.

        Returns:
            Its movement, and how sure that is, 0..1. A span too short to hold two looks, or without
            anything to follow, is called static, with the confidence of a guess.
        """
        rows = self._within(span)
        rows = rows[rows[:, _LIVELY] > 0.0]
        if not len(rows):
            return "static", UNKNOWN
        chances = judge(self._model, rows)
        best = int(chances.argmax())
        return MOVEMENTS[best], float(chances[best])

    def motion(self, span: TimeRange) -> float:
        """Say how much the picture moves during a span, camera and all it films.

        Args:
            span: a shot.

        Returns:
            0 for a still .. 1; 1 - exp(-v / 0.25), where v is the mean speed of the picture's
            parts in picture widths a second. 0 for a span too short to hold two looks.
        """
        rows = self._within(span)
        if not len(rows):
            return 0.0
        return float(1.0 - np.exp(-rows[:, _SPEED].mean() / BUSY))

    def _within(self, span: TimeRange) -> FloatArray:
        """Give the comparisons of two looks that both lie in a span, [comparison, feature=12]."""
        times = np.frombuffer(self._times, np.float64).reshape(-1, 2)
        start = span.start_time.to_seconds() - _SLACK
        end = span.end_time_exclusive().to_seconds() - _SLACK
        first = int(np.searchsorted(times[:, 0], start))
        last = int(np.searchsorted(times[:, 1], end))
        rows = np.frombuffer(self._rows, np.float32).reshape(-1, len(FEATURES))
        return rows[first : max(first, last)].copy()


def judge(model: Model, rows: FloatArray) -> FloatArray:
    """Ask the model what the camera does.

    Args:
        model: `film/camera_movement`.
        rows: float32 [comparison, feature=12], of one shot, at least one.

    Returns:
        float32 [movement=9]: how likely each is; parts of a long shot count by their length.
    """
    parts = np.array_split(rows, -(-len(rows) // LONGEST))
    chances = np.zeros(len(MOVEMENTS), np.float32)
    for part in parts:
        logits = model.run("movement", features=part[None])["logits"][0]
        likely = np.exp(logits - logits.max())
        chances += likely / likely.sum() * (len(part) / len(rows))
    return chances
