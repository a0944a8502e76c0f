"""What the spectrum tells: what begins, what tones last, what is mere noise."""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING, Final

import numpy as np

from bridge.film.sound.mono import MONO_RATE_HZ, Framer
from bridge.film.sound.rows import Rows

if TYPE_CHECKING:
    from bridge.schema.arrays import AnyArray, FloatArray

NOVELTY_ROWS: Final = 100
"""Rows of novelty a second."""
TONE_ROWS: Final = 2
"""Rows of tones a second."""
NOISE_ROWS: Final = 10
"""Rows of noise a second."""
_SHORT: Final = 512
_SHORT_HOP: Final = MONO_RATE_HZ // NOVELTY_ROWS
_BANDS: Final = 40
_LOWEST_HZ: Final = 60.0
_HIGHEST_HZ: Final = 7_400.0
_LAG: Final = 2
"""Novelty compares frames 20 ms apart."""
_FLOOR: Final = 1e-3
"""Amplitude in a band below which changes count little; a sine at full scale has about 1."""
_LONG: Final = 2048
_LONG_HOP: Final = 320
_TONE_FRAMES: Final = MONO_RATE_HZ // _LONG_HOP // TONE_ROWS
_NOISE_FRAMES: Final = MONO_RATE_HZ // _LONG_HOP // NOISE_ROWS
_TONE_BINS: Final = slice(10, 650)
"""80..5000 Hz."""
_BESIDE_BINS: Final = 20
_ABOVE_DB: Final = 6.0
_TONE_STEPS: Final = 5
"""Tones are counted over 2.5 s."""
_STRONGEST: Final = 5
_OCTAVES: Final = ((16, 32), (32, 64), (64, 128), (128, 256), (256, 512), (512, 960))
"""125..250 Hz and so on, as bins of the long window."""


class NoveltyMeter:
    """Keeps how much begins in each hundredth of a second."""

    def __init__(self) -> None:
        self._framer = Framer(_SHORT, _SHORT_HOP)
        self._window = (np.hanning(_SHORT + 1)[:-1] * 4 / _SHORT).astype(np.float32)
        self._bands = _mel_bands()
        self._past: FloatArray = np.full((_LAG, _BANDS), np.log10(_FLOOR), np.float32)
        self.novelty = Rows(dtype=np.float16)

    def hear(self, mono: FloatArray) -> None:
        """Take the next samples: float32 [sample]."""
        self._take(self._framer.hear(mono))

    def finish(self) -> None:
        """Hear out the last samples."""
        self._take(self._framer.finish())

    def _take(self, frames: FloatArray) -> None:
        if not len(frames):
            return
        spectrum = np.abs(np.fft.rfft(frames * self._window)).astype(np.float32)
        bands = np.concatenate((self._past, np.log10(spectrum @ self._bands + _FLOOR)))
        self._past = bands[-_LAG:]
        before = bands[:-_LAG]
        # A tone that bends into the next band begins nothing: Boeck and Widmer, SuperFlux, 2013.
        widest = before.copy()
        widest[:, 1:] = np.maximum(widest[:, 1:], before[:, :-1])
        widest[:, :-1] = np.maximum(widest[:, :-1], before[:, 1:])
        self.novelty.add(np.maximum(bands[_LAG:] - widest, 0.0).mean(1))


class ToneMeter:
    """Keeps how many steady tones there are, and how much of the sound is noise.

    Tones are counted after Seyerlehner, Pohle, Schedl and Widmer, Automatic music detection in
    television productions, DAFx 2007: a bin of the spectrum that stands out is active; music keeps
    few bins active for long, a voice many bins for a moment.
    """

    def __init__(self) -> None:
        self._framer = Framer(_LONG, _LONG_HOP)
        self._window = np.hanning(_LONG + 1)[:-1].astype(np.float32)
        self._held: AnyArray = np.zeros((0, _LONG // 2 + 1), np.float32)
        self._active: deque[AnyArray] = deque(maxlen=2 * _TONE_STEPS)
        self.tones = Rows(2, dtype=np.float16)
        """How steady the tones of the last 2.5 s are, 0..5, and how like those before, 0..1."""
        self.noise = Rows(2, dtype=np.float16)
        """How flat the spectrum is, 0..1, and how many of its octaves are loud, 0..1."""

    def hear(self, mono: FloatArray) -> None:
        """Take the next samples: float32 [sample]."""
        self._take(self._framer.hear(mono))

    def finish(self) -> None:
        """Hear out the last samples."""
        self._take(self._framer.finish())
        missing = -len(self._held) % _TONE_FRAMES
        if len(self._held):
            self._count(np.concatenate((self._held, np.repeat(self._held[-1:], missing, axis=0))))

    def _take(self, frames: FloatArray) -> None:
        if len(frames):
            power = np.abs(np.fft.rfft(frames * self._window)).astype(np.float32) ** 2
            self._held = np.concatenate((self._held, power))
        ready = len(self._held) // _TONE_FRAMES * _TONE_FRAMES
        if ready:
            self._count(self._held[:ready])
            self._held = self._held[ready:]

    def _count(self, power: AnyArray) -> None:
        """Take frames that fill whole rows: float32 [frame, bin]."""
        self.noise.add(_noise(power.reshape(-1, _NOISE_FRAMES, power.shape[1]).mean(1)))
        active = _stands_out(power[:, _TONE_BINS])
        for step in active.reshape(-1, _TONE_FRAMES, active.shape[1]):
            self._active.append(step.mean(0))
            halves = list(self._active)
            now = np.mean(halves[-_TONE_STEPS:], axis=0)
            before = np.mean(halves[:-_TONE_STEPS] or [np.zeros_like(now)], axis=0)
            self.tones.add(np.array([[_steady(now), _likeness(now, before)]]))


def _mel_bands() -> FloatArray:
    """Give triangles evenly spaced in mel: float32 [bin, band]."""
    lowest, highest = (math.log10(1 + hertz / 700) for hertz in (_LOWEST_HZ, _HIGHEST_HZ))
    mel = 2595 * np.linspace(lowest, highest, _BANDS + 2)
    edges = 700 * (10 ** (mel / 2595) - 1)
    hertz = np.fft.rfftfreq(_SHORT, 1 / MONO_RATE_HZ)[:, None]
    rise = (hertz - edges[:-2]) / np.diff(edges)[:-1]
    fall = (edges[2:] - hertz) / np.diff(edges)[1:]
    bands: FloatArray = np.maximum(0, np.minimum(rise, fall)).astype(np.float32)
    return bands


def _stands_out(power: AnyArray) -> AnyArray:
    """Say which bins rise above those around them: bool [frame, bin]."""
    level = 10 * np.log10(power + 1e-6)
    sums = np.cumsum(level, axis=1, dtype=np.float64)
    sums = np.concatenate((np.zeros((len(level), 1)), sums), axis=1)
    places = np.arange(level.shape[1])
    first = np.maximum(places - _BESIDE_BINS, 0)
    last = np.minimum(places + _BESIDE_BINS + 1, level.shape[1])
    around = (sums[:, last] - sums[:, first]) / (last - first)
    out: AnyArray = level > around + _ABOVE_DB
    return out


def _steady(activity: AnyArray) -> float:
    """Add up the highest peaks of activity over the bins around: 0.._STRONGEST.

    Args:
        activity: for how much of the time each bin was active, 0..1, [bin].
    """
    peak = activity[2:-2]
    beside = np.maximum(
        np.minimum(activity[:-4], activity[4:]), np.minimum(activity[1:-3], activity[3:-1])
    )
    trough = np.minimum(activity[:-4], activity[4:])
    heights = np.where(peak >= beside, peak - trough, 0.0)
    return float(np.sort(heights)[-_STRONGEST:].sum())


def _likeness(now: AnyArray, before: AnyArray) -> float:
    """Say how alike the activities of two times are: the cosine between them, 0..1."""
    return float(now @ before / (np.linalg.norm(now) * np.linalg.norm(before) + 1e-9))


def _noise(power: AnyArray) -> AnyArray:
    """Say how flat and how wide spectra are: float [row, 2].

    Args:
        power: [row, bin].
    """
    power = power + 1e-9
    flatness, levels = [], []
    for first, end in _OCTAVES:
        part = power[:, first:end]
        mean = part.mean(1)
        flatness.append(np.exp(np.log(part).mean(1)) / mean)
        levels.append(10 * np.log10(mean * (end - first)))
    level = np.stack(levels, 1)
    loud = level > level.max(1, keepdims=True) - 25.0
    weight = np.where(loud, 1.0, 0.0)
    flat = (np.stack(flatness, 1) * weight).sum(1) / weight.sum(1)
    return np.stack((flat, loud.mean(1)), 1)
