"""Speech whose every sound is known to 10 ms: by espeak-ng, with pauses, noise and breaths."""

from __future__ import annotations

import io
import shutil
import subprocess
import wave
from dataclasses import dataclass
from functools import cache

import numpy as np

ESPEAK = shutil.which("espeak-ng")
RATE_HZ = 48_000
ROWS = 100
"""Rows a second of what is true."""
SENTENCES = (
    "This is the first take of the scene.",
    "Stop that, and start from the top.",
    "Fish and chips, please.",
    "She sells six thick thistle sticks.",
    "What a peaceful harbour at half past six.",
    "Six.",
    "We have to cut this; it's far too long.",
    "Perhaps the fox swiftly passed.",
    "Yes, that works.",
    "The last puff of smoke has left.",
    "Hush, they're asleep.",
    "I think it's a question of trust.",
)
VOICES = ("en-us", "en-gb+f3", "en-gb+m7", "en-us+f2")
PEAK = 0.3
"""The loudest sample of speech."""
_HEARD_BELOW_PEAK_DB = 40.0


@dataclass(frozen=True, eq=False)
class MadeSpeech:
    """A recording, and what is true of it."""

    sound: np.ndarray
    """float32 [channel=1, sample] at RATE_HZ."""
    spoken: np.ndarray
    """bool [row]: a sound of speech is heard, within 40 dB of the loudest."""
    sentences: list[range]
    """From the first row of each to the last."""


@cache
def say(sentence: str, voice: str, words_a_minute: int = 165) -> np.ndarray:
    """Let espeak-ng speak: float [sample] at RATE_HZ, its loudest sample 1."""
    assert ESPEAK is not None
    spoken = subprocess.run(
        [ESPEAK, "-v", voice, "-s", str(words_a_minute), "--stdout", sentence],
        check=True,
        capture_output=True,
    ).stdout
    with wave.open(io.BytesIO(spoken)) as file:
        rate = file.getframerate()
        samples = np.frombuffer(file.readframes(1 << 30), np.int16).astype(float)
    at = np.arange(int(len(samples) * RATE_HZ / rate)) * rate / RATE_HZ
    wide = np.interp(at, np.arange(len(samples)), samples)
    return wide / np.abs(wide).max()


def levels(sound: np.ndarray) -> np.ndarray:
    """Give how loud each row is: float [row], dB of 0 at full scale, low rumble left out."""
    bright = np.append(0.0, sound[1:] - 0.95 * sound[:-1])
    rows = bright[: len(bright) // 480 * 480].reshape(-1, 480)
    return 10 * np.log10((rows**2).mean(axis=1) + 1e-12)


def make_speech(seed: int, *, noise_db: float, breaths: bool) -> MadeSpeech:
    """Speak all sentences with pauses of 0.8..3 s between; see `compose`."""
    rng = np.random.default_rng(seed)
    spoken = [
        say(str(sentence), str(rng.choice(VOICES))) for sentence in rng.permutation(SENTENCES)
    ]
    return compose(rng, spoken, noise_db=noise_db, breaths=breaths)


def compose(
    rng: np.random.Generator, spoken_alone: list[np.ndarray], *, noise_db: float, breaths: bool
) -> MadeSpeech:
    """Lay speech out with pauses of 0.8..3 s between.

    Args:
        rng: which pauses, which noise.
        spoken_alone: float [sample] at RATE_HZ each, without pauses around.
        noise_db: power of the noise, of 0 at full scale; it falls by 3 dB an octave.
        breaths: a breath before every second sentence.
    """
    parts, sentences, at = [np.zeros(RATE_HZ)], [], RATE_HZ
    for alone in spoken_alone:
        clean = PEAK / np.abs(alone).max() * alone
        sentences.append(range(at, at + len(clean)))
        pause = np.zeros(int(rng.uniform(0.8, 3.0) * RATE_HZ))
        parts += [clean, pause]
        at += len(clean) + len(pause)
    clean = np.concatenate(parts)
    heard = levels(clean)
    spoken = heard > heard.max() - _HEARD_BELOW_PEAK_DB
    rows = [_rows(one, spoken) for one in sentences]
    sound = clean + _pink(rng, len(clean)) * 10 ** (noise_db / 20)
    if breaths:
        for one in sentences[::2]:
            begin = one.start - int(0.55 * RATE_HZ)
            breath = np.hanning(int(0.3 * RATE_HZ)) * rng.standard_normal(int(0.3 * RATE_HZ))
            sound[begin : begin + len(breath)] += 0.004 * breath
    return MadeSpeech(sound.astype(np.float32)[None], spoken, rows)


def _rows(samples: range, spoken: np.ndarray) -> range:
    first, last = samples.start // 480, samples.stop // 480
    found = np.flatnonzero(spoken[first:last]) + first
    return range(int(found[0]), int(found[-1]) + 1)


def _pink(rng: np.random.Generator, count: int) -> np.ndarray:
    """Make noise of power 1 that falls by 3 dB an octave: float [sample]."""
    bins = np.fft.rfft(rng.standard_normal(count))
    bins /= np.sqrt(np.maximum(np.arange(len(bins)), 20.0))
    noise = np.fft.irfft(bins, count)
    return noise / noise.std()
