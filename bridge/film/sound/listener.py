"""Listen to a film as it passes, and say afterwards what was heard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from bridge.errors import RequestError, ShapeError
from bridge.film.sound.hearing import Heard, Kept, heard_in
from bridge.film.sound.loudness import LoudnessMeter
from bridge.film.sound.mono import Mono
from bridge.film.sound.peak import TruePeakMeter, Waveform
from bridge.film.sound.spectrum import NoveltyMeter, ToneMeter
from bridge.film.sound.speech import SpeechMeter

if TYPE_CHECKING:
    from opentimelineio.opentime import TimeRange

    from bridge.runtime.session import Model
    from bridge.schema.arrays import AnyArray, FloatArray
    from bridge.schema.shots import FilmSound, ShotSound

SAMPLE_RATE_HZ: Final = 48_000
"""What `SoundListener` listens to."""
_PART_SAMPLES: Final = SAMPLE_RATE_HZ
"""Sound is taken second by second, however it comes."""
_ROW_SAMPLES: Final = 960
"""The end is filled up to whole rows of all meters."""
_ENVELOPE_PARTS: Final = 400
_LOUDEST: Final = 64.0
"""Samples beyond are damage."""


class SoundListener:
    """Listens to a film's sound; keeps about 1 KB a second of it, however many channels it has.

    Args:
        speech: the model `film/speech`.
    """

    def __init__(self, speech: Model) -> None:
        self._loudness = LoudnessMeter()
        self._peak = TruePeakMeter()
        self._waveform = Waveform()
        self._mono = Mono()
        self._novelty = NoveltyMeter()
        self._tones = ToneMeter()
        self._speech = SpeechMeter(speech)
        self._waiting: list[FloatArray] = []
        self._waiting_samples = 0
        self._samples = 0
        self._channels: int | None = None
        self._heard: Heard | None = None

    @property
    def nbytes(self) -> int:
        """How much memory is kept for what was heard so far."""
        rows = (
            self._loudness.powers,
            self._novelty.novelty,
            self._tones.tones,
            self._tones.noise,
            self._speech.chances,
        )
        return sum(kept.nbytes for kept in rows)

    def hear(self, block: AnyArray) -> None:
        """Take the next samples; the first one of all is at the film's first frame.

        Args:
            block: float32 [channel, sample] at SAMPLE_RATE_HZ, -1..1 as a rule, of any length;
                six channels are L R C LFE Ls Rs. What is not a number counts as silence.

        Raises:
            ShapeError: the block has other axes, or other channels than those before.
            RequestError: the film has ended already.
        """
        if self._heard is not None:
            raise RequestError("this film has ended; make a new SoundListener for the next one")
        sound = self._checked(block)
        self._waiting.append(sound)
        self._waiting_samples += sound.shape[1]
        if self._waiting_samples < _PART_SAMPLES:
            return
        whole = np.concatenate(self._waiting, axis=1)
        end = whole.shape[1] // _PART_SAMPLES * _PART_SAMPLES
        for first in range(0, end, _PART_SAMPLES):
            self._take(whole[:, first : first + _PART_SAMPLES], _PART_SAMPLES)
        self._waiting = [whole[:, end:].copy()]
        self._waiting_samples = whole.shape[1] - end

    def finish(self) -> FilmSound:
        """Say what was heard in the whole film."""
        return self._all().film

    def shot(self, span: TimeRange) -> ShotSound:
        """Say what is heard in a part of the film.

        Args:
            span: in film time.
        """
        return self._all().during(span)

    def _all(self) -> Heard:
        if self._heard is None:
            self._end()
            self._heard = heard_in(
                Kept(
                    powers=self._loudness.powers.all(),
                    novelty=self._novelty.novelty.all(),
                    tones=self._tones.tones.all(),
                    noise=self._tones.noise.all(),
                    voices=self._speech.chances.all(),
                    seconds=self._samples / SAMPLE_RATE_HZ,
                    true_peak_dbtp=self._peak.dbtp,
                    envelope=self._waveform.parts(_ENVELOPE_PARTS),
                )
            )
        return self._heard

    def _checked(self, block: AnyArray) -> FloatArray:
        """Refuse what is no sound, and make damaged samples silent."""
        sound: FloatArray = np.asarray(block, np.float32)
        if sound.ndim != 2 or not len(sound):
            raise ShapeError(f"sound must be [channel, sample], not {list(sound.shape)}")
        if len(sound) != (self._channels or len(sound)):
            raise ShapeError(f"sound had {self._channels} channels, now it has {len(sound)}")
        self._channels = len(sound)
        if not np.isfinite(sound.sum(dtype=np.float64)):
            sound = np.nan_to_num(sound, nan=0.0, posinf=0.0, neginf=0.0)
        return np.clip(sound, -_LOUDEST, _LOUDEST)

    def _take(self, sound: FloatArray, count: int) -> None:
        """Let every meter hear whole rows, of which `count` samples are the film's."""
        self._samples += count
        self._loudness.hear(sound, count)
        self._peak.hear(sound)
        self._waveform.hear(sound[:, :count])
        self._pass_on(self._mono.hear(sound))

    def _pass_on(self, mono: FloatArray) -> None:
        self._novelty.hear(mono)
        self._tones.hear(mono)
        self._speech.hear(mono)

    def _end(self) -> None:
        """Hear out what waits, in the meters too."""
        if self._channels is None:
            return
        rest = np.concatenate(self._waiting, axis=1)
        self._waiting = []
        count = rest.shape[1]
        if count:
            self._take(np.pad(rest, ((0, 0), (0, -count % _ROW_SAMPLES))), count)
        self._peak.finish(self._channels)
        self._pass_on(self._mono.finish())
        self._novelty.finish()
        self._tones.finish()
        self._speech.finish()
