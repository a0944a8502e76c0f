"""Where somebody speaks, by Silero VAD."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from bridge.film.sound.mono import MONO_RATE_HZ
from bridge.film.sound.rows import Rows
from bridge.film.sound.spans import Run, at_least, held_runs, joined

if TYPE_CHECKING:
    from bridge.runtime.session import Model
    from bridge.schema.arrays import AnyArray, FloatArray

SPEECH_MODEL: Final = "film/speech"
"""What finds voices."""
FRAME_SAMPLES: Final = 512
"""One answer for so many samples at 16 kHz: 32 ms."""
CONTEXT_SAMPLES: Final = 64
"""Samples before each frame that the model hears again."""
STATE_SIZE: Final = 128
"""Numbers that the model remembers, twice."""
SPEECH_ROWS: Final = MONO_RATE_HZ / FRAME_SAMPLES
"""Answers a second."""
_BEGINS: Final = 0.5
_LASTS: Final = 0.35
_GAP_SECONDS: Final = 0.2
_SHORTEST_SECONDS: Final = 0.25


class SpeechMeter:
    """Keeps how likely somebody speaks, thirty-one numbers a second.

    Args:
        model: `film/speech`.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self._hidden: FloatArray = np.zeros((1, 1, STATE_SIZE), np.float32)
        self._cell = self._hidden
        self._held: FloatArray = np.zeros(CONTEXT_SAMPLES, np.float32)
        self.chances = Rows(dtype=np.float16)

    def hear(self, mono: FloatArray) -> None:
        """Take the next samples: float32 [sample] at 16 kHz, about -1..1."""
        self._held = np.concatenate((self._held, np.clip(mono, -1.0, 1.0)))
        count = (len(self._held) - CONTEXT_SAMPLES) // FRAME_SAMPLES
        if not count:
            return
        width = CONTEXT_SAMPLES + FRAME_SAMPLES
        views = np.lib.stride_tricks.sliding_window_view(self._held, width)
        frames = np.ascontiguousarray(views[::FRAME_SAMPLES][:count])
        answer = self._model.run("voice", frames=frames, hidden=self._hidden, cell=self._cell)
        self._hidden, self._cell = answer["next_hidden"], answer["next_cell"]
        self.chances.add(answer["chance"])
        self._held = self._held[count * FRAME_SAMPLES :]

    def finish(self) -> None:
        """Hear out the last samples."""
        rest = len(self._held) - CONTEXT_SAMPLES
        if rest:
            self.hear(np.zeros(FRAME_SAMPLES - rest, np.float32))


def speech_runs(chances: AnyArray) -> list[Run]:
    """Give where somebody speaks: stretches of rows, SPEECH_ROWS a second."""
    found = held_runs(chances, begins=_BEGINS, lasts=_LASTS)
    found = joined(found, gap=round(_GAP_SECONDS * SPEECH_ROWS))
    return at_least(found, round(_SHORTEST_SECONDS * SPEECH_ROWS))
