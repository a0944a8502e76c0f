"""One channel at 16 kHz, which is what voices, music and onsets are found in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from bridge.film.sound.filters import BlockFir, lowpass

if TYPE_CHECKING:
    from bridge.schema.arrays import AnyArray, FloatArray

MONO_RATE_HZ: Final = 16_000
"""Of what `Mono` gives."""
_DECIMATION: Final = 3
_TAPS: Final = 193
_CUTOFF: Final = 7_500 / 24_000
_BETA: Final = 7.0
_STEPS: Final = 40
_DELAY: Final = (_TAPS - 1) // 2 // _DECIMATION
_HALF: Final = 0.5**0.5
_MIX: Final = {
    1: (1.0,),
    2: (0.5, 0.5),
    3: (0.5, 0.5, _HALF),
    5: (0.5, 0.5, _HALF, 0.35, 0.35),
    6: (0.5, 0.5, _HALF, 0.0, 0.35, 0.35),
    8: (0.5, 0.5, _HALF, 0.0, 0.35, 0.35, 0.35, 0.35),
}
"""What each channel gives to the mix: ITU-R BS.775 to stereo, then halved. Others: the mean."""
_CANCELLED: Final = 0.01
"""Channels whose mix has less than this share of their power are one another's opposites."""


class Mono:
    """Mixes 48 kHz down to one channel at 16 kHz, without delay."""

    def __init__(self) -> None:
        taps = lowpass(_TAPS, cutoff=_CUTOFF, beta=_BETA)[None]
        shifted = np.concatenate((np.zeros((1, _DECIMATION - 1)), taps), axis=1)
        self._filter = BlockFir(shifted, step=_DECIMATION, steps=_STEPS)
        self._late = _DELAY

    def hear(self, sound: AnyArray) -> FloatArray:
        """Take the next samples, and give what is ready.

        Args:
            sound: float32 [channel, sample] at 48 kHz, whole rows of 120 samples.

        Returns:
            float32 [sample]; in all, `finish` included, a third of what was taken.
        """
        ready = self._filter(_mixed(sound))[0]
        late = min(self._late, len(ready))
        self._late -= late
        mono: FloatArray = ready[late:]
        return mono

    def finish(self) -> FloatArray:
        """Give the last samples."""
        rest = self._filter(np.zeros((1, _DECIMATION * _STEPS * 2), np.float32))[0]
        mono: FloatArray = rest[: _DELAY - self._late]
        return mono


class Framer:
    """Cuts a stream into windows that overlap, the first one centred at its first sample.

    Args:
        window: samples a frame.
        hop: samples from one frame to the next.
    """

    def __init__(self, window: int, hop: int) -> None:
        self._window = window
        self._hop = hop
        self._held: FloatArray = np.zeros(window // 2, np.float32)

    def hear(self, mono: FloatArray) -> FloatArray:
        """Take the next samples: [sample]; give the frames that are full: [frame, sample]."""
        self._held = np.concatenate((self._held, mono))
        count = max(0, (len(self._held) - self._window) // self._hop + 1)
        if not count:
            return np.zeros((0, self._window), np.float32)
        views = np.lib.stride_tricks.sliding_window_view(self._held, self._window)
        frames: FloatArray = views[:: self._hop][:count]
        self._held = self._held[count * self._hop :]
        return frames

    def finish(self) -> FloatArray:
        """Give the frames that are left, with silence after the end."""
        return self.hear(np.zeros(self._window - self._window // 2 - 1, np.float32))


def _mixed(sound: AnyArray) -> AnyArray:
    """Mix down: float32 [channel=1, sample]."""
    channels = len(sound)
    weights = np.asarray(_MIX.get(channels, (1 / channels,) * channels), np.float32)
    mix = weights @ sound
    powers = np.einsum("cs,cs->c", sound, sound)
    if channels > 1 and mix @ mix < _CANCELLED * (powers @ weights**2):
        mix = sound[int(powers.argmax())]
    return mix[None]
