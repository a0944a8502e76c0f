"""How dense the rest of a melody must be, so that all of it is as dense as was asked for.

Whoever writes event by event drifts: told the same density all along, a melody ends with a third
more or fewer notes. So the agent is told, before each event, what is still missing, and more than
that while much is; for the network leans on the number without obeying it.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from bridge.music.melody_conditions import COLUMNS
from bridge.music.melody_grid import SLOTS_PER_BEAT
from bridge.schema.arrays import FloatArray, IntArray

_AHEAD_BEATS: Final = 4.0
"""So many beats of what was asked for are added to what is left, so that a last short rest of the
melody is not asked to make everything good."""
_FARTHEST_OCTAVES: Final = 2.0
_STRENGTH: Final = 2.0
"""What is missing is asked for so many times over, in octaves."""
_LOWEST, _HIGHEST = np.log2(0.05), np.log2(8.0)


def led_rows(rows: FloatArray, notes: IntArray, slots: IntArray, ends: IntArray) -> FloatArray:
    """Ask for the density that is still missing, where one is asked for.

    Args:
        rows: float32 [.., CONDITION], see `bridge.music.melody_conditions.condition_rows`.
        notes: int64 [..], how many notes have begun before each event.
        slots: int64 [..], where each event begins, counted from the start of the melody.
        ends: int64 [..], how many slots the melody has.

    Returns:
        float32 [.., CONDITION]; only the value of the density differs.
    """
    column = COLUMNS["density"].start
    asked = np.exp2(rows[..., column].astype(np.float64))
    left = np.maximum(0, ends - slots) / SLOTS_PER_BEAT
    missing = asked * ends / SLOTS_PER_BEAT - notes + asked * _AHEAD_BEATS
    need = np.maximum(missing, 1e-6) / (left + _AHEAD_BEATS)
    off = np.clip(np.log2(need / asked), -_FARTHEST_OCTAVES, _FARTHEST_OCTAVES)
    led = np.clip(np.log2(asked) + _STRENGTH * off, _LOWEST, _HIGHEST)
    found = rows.copy()
    found[..., column] = np.where(rows[..., column + 1] > 0.0, led, rows[..., column])
    return found
