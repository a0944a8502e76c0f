"""A film's sound as silence is found in it: how loud it is, and how likely somebody speaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from bridge.film.sound.mono import MONO_RATE_HZ, Framer, Mono
from bridge.film.sound.rows import Rows
from bridge.film.sound.speech import SPEECH_ROWS, SpeechMeter

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bridge.runtime.session import Model
    from bridge.schema.arrays import AnyArray, FloatArray

ROWS: Final = 100
"""Rows a second: what begins or ends is known to 10 ms."""
SAMPLE_RATE_HZ: Final = 48_000
"""Of what is listened to."""
QUIETEST_DB: Final = -120.0
"""Digital silence."""
BAND_ROWS: Final = 20
"""Rows a second of bands."""
BANDS: Final = 12
"""From 300 Hz to 7 kHz, each as wide in octaves as the others."""
_BAND_EDGES_HZ: Final = (300.0, 7000.0)
_BAND_SAMPLES: Final = MONO_RATE_HZ // BAND_ROWS
_ROW_SAMPLES: Final = MONO_RATE_HZ // ROWS
_EMPHASIS: Final = 0.95
"""How much of the sample before is taken off: `s` and `f` count, rumble doesn't."""
_BLOCK_SAMPLES: Final = SAMPLE_RATE_HZ


@dataclass(frozen=True, slots=True, eq=False)
class Sounding:
    """What silence is found in."""

    levels: AnyArray
    """float [row], ROWS a second: dB, of 0 at full scale, high tones more than low ones."""
    voices: AnyArray
    """float [row], the same rows: how likely somebody speaks, 0..1."""
    bands: AnyArray
    """float32 [slot, band], BAND_ROWS a second: power of each, but for what is left over."""


def listen(blocks: Iterable[FloatArray], speech: Model) -> Sounding:
    """Listen to a film, in constant memory but for two kilobytes a second.

    Args:
        blocks: float32 [channel, sample] at SAMPLE_RATE_HZ, one second each but the last one.
        speech: the model `film/speech`.
    """
    mono, voices, powers, bands = Mono(), SpeechMeter(speech), _Powers(), _Bands()
    samples = 0
    for block in blocks:
        samples += block.shape[1]
        padded = np.pad(block, ((0, 0), (0, -block.shape[1] % _BLOCK_SAMPLES)))
        heard = mono.hear(padded)
        voices.hear(heard)
        powers.hear(heard)
        bands.hear(heard)
    rest = mono.finish()
    voices.hear(rest)
    powers.hear(rest)
    bands.hear(rest)
    voices.finish()
    count = -(-samples * ROWS // SAMPLE_RATE_HZ)
    levels = 10 * np.log10(np.maximum(powers.rows.all()[:count], 1e-12))
    chances = voices.chances.all().astype(np.float32)
    places = (np.arange(len(levels)) * SPEECH_ROWS / ROWS).astype(np.int64)
    if not len(chances):
        return Sounding(levels, np.zeros(len(levels), np.float32), bands.rows.all())
    return Sounding(levels, chances[np.minimum(places, len(chances) - 1)], bands.rows.all())


class _Powers:
    """Keeps the power of each row."""

    def __init__(self) -> None:
        self.rows = Rows()
        self._held: FloatArray = np.zeros(0, np.float32)
        self._last = np.float32(0.0)

    def hear(self, mono: FloatArray) -> None:
        """Take the next samples: float32 [sample] at 16 kHz."""
        if not len(mono):
            return
        before = np.concatenate(([self._last], mono[:-1]))
        self._last = mono[-1]
        self._held = np.concatenate((self._held, mono - _EMPHASIS * before))
        count = len(self._held) // _ROW_SAMPLES
        whole = self._held[: count * _ROW_SAMPLES].reshape(count, _ROW_SAMPLES)
        self.rows.add(np.einsum("rs,rs->r", whole, whole) / _ROW_SAMPLES)
        self._held = self._held[count * _ROW_SAMPLES :]


class _Bands:
    """Keeps the power of each band."""

    def __init__(self) -> None:
        self.rows = Rows(BANDS)
        self._framer = Framer(_BAND_SAMPLES, _BAND_SAMPLES)
        self._window = np.hanning(_BAND_SAMPLES + 1)[:-1].astype(np.float32)
        hertz = np.fft.rfftfreq(_BAND_SAMPLES, 1 / MONO_RATE_HZ)
        edges = np.geomspace(*_BAND_EDGES_HZ, BANDS + 1)
        inside = (hertz[:, None] >= edges[:-1]) & (hertz[:, None] < edges[1:])
        self._share = (inside / inside.sum(axis=0)).astype(np.float32)

    def hear(self, mono: FloatArray) -> None:
        """Take the next samples: float32 [sample] at 16 kHz."""
        frames = self._framer.hear(mono)
        if len(frames):
            spectrum = np.abs(np.fft.rfft(frames * self._window)).astype(np.float32)
            self.rows.add(spectrum**2 @ self._share)
