"""How high sound reaches: true peak by ITU-R BS.1770-4 annex 2, and a waveform to draw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from bridge.film.sound.filters import BlockFir, lowpass

if TYPE_CHECKING:
    from bridge.schema.arrays import AnyArray

_OVERSAMPLING: Final = 4
_PHASE_TAPS: Final = 24
_STEPS: Final = 32
_BETA: Final = 7.0
_CELLS: Final = 8192
_FIRST_CELL_SAMPLES: Final = 16


class TruePeakMeter:
    """Finds the highest peak, between samples too, at four times the sample rate."""

    def __init__(self) -> None:
        taps = _OVERSAMPLING * _PHASE_TAPS + 1
        kernel = lowpass(taps, cutoff=1 / _OVERSAMPLING, beta=_BETA) * _OVERSAMPLING
        phases = np.stack([kernel[phase::_OVERSAMPLING][:_PHASE_TAPS] for phase in range(4)])
        self._between = BlockFir(phases[1:], step=1, steps=_STEPS)
        self.highest = 0.0
        """The highest amplitude so far; 1 is full scale."""

    def hear(self, sound: AnyArray) -> None:
        """Take the next samples: float32 [channel, sample], whole rows of 32."""
        self.highest = max(self.highest, _reach(sound), _reach(self._between(sound)))

    def finish(self, channels: int) -> None:
        """Hear out what the filter still holds."""
        rows = -(-_PHASE_TAPS // _STEPS)
        self.highest = max(
            self.highest, _reach(self._between(np.zeros((channels, rows * _STEPS), np.float32)))
        )

    @property
    def dbtp(self) -> float | None:
        """The highest peak in dBTP; None: digital silence."""
        return 20.0 * float(np.log10(self.highest)) if self.highest > 0.0 else None


class Waveform:
    """Peaks of equal stretches of sound, as fine as a fixed number of cells allows."""

    def __init__(self) -> None:
        self._cells: AnyArray = np.zeros(_CELLS, np.float32)
        self._cell_samples = _FIRST_CELL_SAMPLES
        self._samples = 0

    def hear(self, sound: AnyArray) -> None:
        """Take the next samples: float32 [channel, sample]."""
        peaks = np.abs(sound).max(axis=0)
        while self._samples + len(peaks) > _CELLS * self._cell_samples:
            halved = self._cells.reshape(-1, 2).max(1)
            self._cells = np.concatenate((halved, np.zeros_like(halved)))
            self._cell_samples *= 2
        cells = np.arange(self._samples, self._samples + len(peaks)) // self._cell_samples
        starts = np.flatnonzero(np.diff(cells, prepend=-1))
        if len(starts):
            maxima = np.maximum.reduceat(peaks, starts)
            self._cells[cells[starts]] = np.maximum(self._cells[cells[starts]], maxima)
        self._samples += len(peaks)

    def parts(self, count: int) -> tuple[float, ...]:
        """Give the peak of each of `count` equal parts, 0..1."""
        cells = -(-self._samples // self._cell_samples)
        if not cells:
            return (0.0,) * count
        starts = np.arange(count) * cells // count
        ends = np.maximum(starts + 1, np.arange(1, count + 1) * cells // count)
        peaks = [float(self._cells[a:b].max()) for a, b in zip(starts, ends, strict=True)]
        return tuple(round(min(1.0, peak), 4) for peak in peaks)


def _reach(sound: AnyArray) -> float:
    """Give the largest amplitude."""
    return float(max(sound.max(initial=0.0), -sound.min(initial=0.0)))
