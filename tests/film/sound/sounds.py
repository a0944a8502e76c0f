"""Sounds that are made for the tests, at 48 kHz: float32 [channel, sample]."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from bridge.schema.arrays import FloatArray

RATE = 48_000


def seconds(length: float) -> np.ndarray:
    """Give the time of each sample."""
    return np.arange(round(length * RATE)) / RATE


def sine(
    level_dbfs: float,
    length: float,
    *,
    hertz: float = 1000.0,
    degrees: float = 0.0,
    channels: int = 2,
) -> FloatArray:
    """Make a sine whose peak has a level, as EBU Tech 3341 counts it."""
    wave = np.sin(2 * np.pi * hertz * seconds(length) + np.radians(degrees))
    return np.tile((10 ** (level_dbfs / 20) * wave).astype(np.float32), (channels, 1))


def steps(*parts: tuple[float, float], channels: int = 2) -> FloatArray:
    """Make a sine of 1 kHz that goes through (level, length) after (level, length)."""
    return np.concatenate([sine(level, length, channels=channels) for level, length in parts], 1)


def silence(length: float, channels: int = 2) -> FloatArray:
    return np.zeros((channels, round(length * RATE)), np.float32)


def noise(level_dbfs: float, length: float, *, seed: int = 0, channels: int = 2) -> FloatArray:
    """Make white noise with an RMS level."""
    wave = np.random.default_rng(seed).standard_normal(round(length * RATE))
    return np.tile((10 ** (level_dbfs / 20) * wave).astype(np.float32), (channels, 1))


def shaped_noise(colour: np.ndarray, length: float, *, seed: int) -> np.ndarray:
    """Make noise of RMS 1 with a gain at each of evenly spaced frequencies: [sample]."""
    count = round(length * RATE)
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(count))
    gains = np.interp(np.linspace(0, 1, len(spectrum)), np.linspace(0, 1, len(colour)), colour)
    wave = np.fft.irfft(spectrum * gains, count)
    return wave / wave.std()


def applause(length: float, *, seed: int = 0, claps_per_second: float = 150.0) -> FloatArray:
    """Make many people clap: each clap is a few milliseconds of noise of its own colour."""
    rng = np.random.default_rng(seed)
    wave = np.zeros(round((length + 0.1) * RATE))
    for at in rng.uniform(0, length, round(length * claps_per_second)):
        count = round(rng.uniform(0.006, 0.02) * RATE)
        clap = rng.standard_normal(count) * np.exp(-np.arange(count) / (count / 4))
        reach = rng.integers(2, 12)
        clap = np.convolve(clap, np.hanning(reach + 2)[1:-1] / reach, mode="same")
        first = round(at * RATE)
        wave[first : first + count] += rng.uniform(0.3, 1.0) * clap
    wave = wave[: round(length * RATE)]
    return np.tile((0.2 * wave / wave.std()).clip(-1, 1).astype(np.float32), (2, 1))


def slam(*, seed: int = 0) -> FloatArray:
    """Make a door slam: noise and a thud that are gone within a quarter of a second."""
    time = seconds(0.5)
    crack = np.random.default_rng(seed).standard_normal(len(time)) * np.exp(-time / 0.03)
    wave = 0.5 * crack + 0.6 * np.sin(2 * np.pi * 70 * time) * np.exp(-time / 0.06)
    return np.tile(wave.clip(-1, 1).astype(np.float32), (2, 1))


def voice(length: float, *, seed: int = 0) -> FloatArray:
    """Make something with a voice's pitch and syllables: a gliding buzz with pauses."""
    rng = np.random.default_rng(seed)
    time = seconds(length)
    knots = np.arange(0, length + 1, 0.12)
    pitch = np.interp(time, knots, rng.uniform(90, 170, len(knots)))
    buzz = sum(np.sin(2 * np.pi * part * np.cumsum(pitch) / RATE) / part for part in range(1, 30))
    syllables = np.interp(time, knots, rng.choice([0.0, 0.3, 1.0], len(knots)))
    return np.tile((0.2 * buzz * syllables).astype(np.float32), (2, 1))


def note(hertz: float, length: float) -> np.ndarray:
    """Make a plucked note with eight partials: [sample]."""
    time = seconds(length)
    return sum(
        np.sin(2 * np.pi * hertz * part * time) * np.exp(-time * part * 1.5) / part
        for part in range(1, 9)
    )  # type: ignore[return-value]


def band(beats: Sequence[float], *, seed: int = 0, drums: bool = True) -> FloatArray:
    """Make music: a chord every other beat, a bass, and drums with hi-hats between.

    Args:
        beats: when each beat falls, in seconds, and when the last one ends.
        seed: of chords and noise.
        drums: with drums.
    """
    rng = np.random.default_rng(seed)
    wave = np.zeros(round((beats[-1] + 1.0) * RATE))
    root = 45

    def put(at: float, sound: np.ndarray) -> None:
        first = round(at * RATE)
        part = sound[: len(wave) - first]
        wave[first : first + len(part)] += part

    hat = rng.standard_normal(1500) * np.exp(-np.arange(1500) / 300)
    snare = rng.standard_normal(6000) * np.exp(-np.arange(6000) / 1500)
    time = seconds(0.2)
    kick = np.sin(2 * np.pi * 60 * time) * np.exp(-time / 0.05)
    for number, (at, after) in enumerate(pairwise(beats)):
        if number % 4 == 0:
            root = 45 + int(rng.choice([0, 5, 7, -2, 3]))
        put(at, 0.3 * note(440 * 2 ** ((root - 69) / 12), after - at))
        if number % 2 == 0:
            for pitch in (12, 16, 19):
                put(at, 0.12 * note(440 * 2 ** ((root + pitch - 69) / 12), 2 * (after - at)))
        if drums:
            put(at, 0.6 * kick if number % 2 == 0 else 0.25 * snare)
            put(at, 0.1 * hat)
            put((at + after) / 2, 0.07 * hat)
    return np.tile((0.5 * wave).clip(-1, 1).astype(np.float32), (2, 1))
