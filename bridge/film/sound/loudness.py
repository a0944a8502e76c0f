"""How loud sound is: ITU-R BS.1770-4, EBU R 128, EBU Tech 3342."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from bridge.film.sound.filters import ROW_SAMPLES, BlockIir
from bridge.film.sound.rows import Rows

if TYPE_CHECKING:
    from bridge.schema.arrays import AnyArray

LEVEL_ROWS: Final = 50
"""Rows of power a second."""
_LEVEL_SAMPLES: Final = 48_000 // LEVEL_ROWS
_ROWS_PER_STEP: Final = LEVEL_ROWS // 10
"""The standard's windows move by 100 ms."""
_MOMENT_STEPS: Final = 4
"""400 ms."""
_SHORT_STEPS: Final = 30
"""3 s."""
_ABSOLUTE_GATE_LUFS: Final = -70.0
_RELATIVE_GATE_LU: Final = -10.0
_RANGE_GATE_LU: Final = -20.0
_RANGE_PERCENTS: Final = (10, 95)
_OFFSET_LU: Final = -0.691
_SHELF: Final = (1.53512485958697, -2.69169618940638, 1.19839281085285)
_SHELF_BACK: Final = (1.0, -1.69065929318241, 0.73248077421585)
_HIGH_PASS: Final = (1.0, -2.0, 1.0)
_HIGH_PASS_BACK: Final = (1.0, -1.99004745483398, 0.99007225036621)
_K_WEIGHTING: Final = np.array([(*_SHELF, *_SHELF_BACK), (*_HIGH_PASS, *_HIGH_PASS_BACK)])
"""The head's shelf and the high-pass of BS.1770-4, tables 1 and 2, for 48 kHz."""
_BESIDE: Final = 1.41
"""What channels at 60..120 degrees count."""
_CHANNEL_WEIGHTS: Final = {
    5: (1.0, 1.0, 1.0, _BESIDE, _BESIDE),
    6: (1.0, 1.0, 1.0, 0.0, _BESIDE, _BESIDE),
    8: (1.0, 1.0, 1.0, 0.0, 1.0, 1.0, _BESIDE, _BESIDE),
}
"""L R C Ls Rs; L R C LFE Ls Rs; L R C LFE back-L back-R Ls Rs. Each channel of others counts 1."""


class LoudnessMeter:
    """Keeps the K-weighted power of sound, all channels together, fifty numbers a second."""

    def __init__(self) -> None:
        self._filter = BlockIir(_K_WEIGHTING)
        self.powers = Rows()

    def hear(self, sound: AnyArray, count: int) -> None:
        """Take the next samples.

        Args:
            sound: float32 [channel, sample] at 48 kHz, a whole number of level rows.
            count: how many of the samples are sound; the rest fills the last row up.
        """
        channels = len(sound)
        weights = np.asarray(_CHANNEL_WEIGHTS.get(channels, (1.0,) * channels))
        filtered = self._filter(sound)
        squares = np.einsum("crs,crs->cr", filtered, filtered)
        rows = squares.reshape(channels, -1, _LEVEL_SAMPLES // ROW_SAMPLES).sum(2)
        self.powers.add((weights @ rows / _LEVEL_SAMPLES)[: count // _LEVEL_SAMPLES])


def integrated_lufs(powers: AnyArray) -> float | None:
    """Measure loudness with both gates.

    Args:
        powers: float [row], LEVEL_ROWS a second.

    Returns:
        LUFS; None where everything is silent, or shorter than 400 ms.
    """
    blocks = _windows(powers, _MOMENT_STEPS)
    blocks = blocks[blocks > _power(_ABSOLUTE_GATE_LUFS)]
    if not len(blocks):
        return None
    gate = _power(_lufs(float(blocks.mean())) + _RELATIVE_GATE_LU)
    return _lufs(float(blocks[blocks > gate].mean()))


def loudness_range_lu(powers: AnyArray) -> float:
    """Measure how far the quiet and the loud lie apart, by EBU Tech 3342.

    Args:
        powers: float [row], LEVEL_ROWS a second.

    Returns:
        LU; 0 for what is silent or shorter than 3 s.
    """
    blocks = _windows(powers, _SHORT_STEPS)
    blocks = blocks[blocks >= _power(_ABSOLUTE_GATE_LUFS)]
    if not len(blocks):
        return 0.0
    gate = _power(_lufs(float(blocks.mean())) + _RANGE_GATE_LU)
    low, high = np.percentile(blocks[blocks >= gate], _RANGE_PERCENTS, method="nearest")
    return _lufs(float(high)) - _lufs(float(low))


def levels_lufs(powers: AnyArray) -> AnyArray:
    """Give the level of each row: float64 [row], -inf for digital silence."""
    with np.errstate(divide="ignore"):
        levels: AnyArray = _OFFSET_LU + 10.0 * np.log10(powers.astype(np.float64))
    return levels


def _windows(powers: AnyArray, steps: int) -> AnyArray:
    """Give the mean power of windows that begin every 100 ms: float64 [window]."""
    usable = len(powers) // _ROWS_PER_STEP * _ROWS_PER_STEP
    tenths = powers[:usable].reshape(-1, _ROWS_PER_STEP).mean(1, dtype=np.float64)
    sums = np.concatenate(([0.0], np.cumsum(tenths)))
    windows: AnyArray = (sums[steps:] - sums[:-steps]) / steps
    return np.maximum(windows, 0.0)


def _lufs(power: float) -> float:
    return _OFFSET_LU + 10.0 * float(np.log10(power))


def _power(lufs: float) -> float:
    return float(10.0 ** ((lufs - _OFFSET_LU) / 10.0))
