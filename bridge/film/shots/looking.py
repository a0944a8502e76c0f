"""Run the shot boundary model over frames as they come, in constant memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from bridge.schema.frames import Tap

if TYPE_CHECKING:
    from bridge.runtime.session import Model
    from bridge.schema.arrays import AnyArray, FloatArray

MODEL_NAME: Final = "film/shot_boundary"
COLUMNS: Final = 96
ROWS: Final = 54
TAP: Final = Tap(COLUMNS, ROWS)
"""What the model sees of each frame."""
BEFORE: Final = 3
"""Frames that must be known before one that is looked at."""
AFTER: Final = 2
"""Frames that must be known after it."""
LOOKED_AT: Final = 64
"""Frames that are looked at in one go."""
_MARGIN: Final = 48
"""Frames on both sides of those that are judged in one go, which are seen as well."""
_JUDGED: Final = 160
"""Frames that are judged in one go."""
IN_VIEW: Final = _MARGIN + _JUDGED + _MARGIN
"""Frames that the model judges by."""


class FrameJudge:
    """Says of each frame what happens there; it holds a few hundred frames' worth of numbers.

    Args:
        model: `film/shot_boundary`.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self._frames: list[AnyArray] = []
        self._seen = np.empty((0, 0), np.float32)
        self._context = 0
        self._boundary: list[FloatArray] = []
        self._during: list[FloatArray] = []

    def see(self, picture: AnyArray) -> None:
        """Take the next frame: uint8 [row=54, column=96, rgb=3]."""
        if not self._frames and not self._seen.size:
            self._frames = [picture] * BEFORE  # as if it had stood still before
        self._take(picture)

    def finish(self) -> tuple[FloatArray, FloatArray]:
        """Judge what is left.

        Returns:
            Probability that a new shot counts as begun, float32 [frame]; and of each kind of
            transition, and of none, float32 [frame, kind=7].
        """
        for picture in self._frames[-1:] * AFTER:  # as if it stood still after
            self._take(picture)
        if len(self._frames) > BEFORE + AFTER:
            self._look()
        while len(self._seen) > self._context:
            self._judge()
        if not self._boundary:
            return np.empty(0, np.float32), np.empty((0, 7), np.float32)
        return (
            np.concatenate(self._boundary).astype(np.float32),
            np.concatenate(self._during).astype(np.float32),
        )

    def _take(self, picture: AnyArray) -> None:
        self._frames.append(picture)
        if len(self._frames) == BEFORE + LOOKED_AT + AFTER:
            self._look()

    def _look(self) -> None:
        """Compare the frames that are there; the last ones stand still until there are enough."""
        count = len(self._frames) - BEFORE - AFTER
        lacking = LOOKED_AT - count
        frames = np.stack(self._frames + self._frames[-1:] * lacking).astype(np.float32) / 255
        seen = self._model.run("look", frames=frames[None])["seen"][0, :count]
        self._seen = np.concatenate([self._seen, seen]) if self._seen.size else seen
        self._frames = self._frames[-(BEFORE + AFTER) :]
        while len(self._seen) >= self._context + _JUDGED + _MARGIN:
            self._judge()

    def _judge(self) -> None:
        """Judge the next frames, with those before and after them in view."""
        begin = self._context
        end = min(begin + _JUDGED, len(self._seen))
        view = self._seen[: end + _MARGIN]
        whole = np.pad(view, ((0, IN_VIEW - len(view)), (0, 0)), mode="edge")
        said = self._model.run("judge", seen=whole[None])
        self._boundary.append(said["boundary"][0, begin:end].astype(np.float16))
        self._during.append(said["during"][0, begin:end].astype(np.float16))
        kept = max(end - _MARGIN, 0)
        self._seen, self._context = self._seen[kept:], end - kept
