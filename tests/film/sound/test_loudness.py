"""Loudness by ITU-R BS.1770-4, with the signals of EBU Tech 3341 and 3342."""

from __future__ import annotations

import numpy as np
import pytest

from bridge.film.sound.loudness import LoudnessMeter, integrated_lufs, loudness_range_lu
from tests.film.sound.sounds import RATE, noise, silence, sine, steps


def powers_of(sound):
    meter = LoudnessMeter()
    usable = sound.shape[1] // 960 * 960
    for first in range(0, usable, RATE):
        part = sound[:, first : min(first + RATE, usable)]
        meter.hear(part, part.shape[1])
    return meter.powers.all()


def five_channels():
    """Signal 6 of Tech 3341, in the order L R C Ls Rs."""
    return np.concatenate([sine(level, 20.0, channels=1) for level in (-28, -28, -24, -30, -30)])


EBU_3341 = {
    "1: -23 dBFS": (lambda: steps((-23, 20)), -23.0),
    "2: -33 dBFS": (lambda: steps((-33, 20)), -33.0),
    "3: quieter around": (lambda: steps((-36, 10), (-23, 60), (-36, 10)), -23.0),
    "4: much quieter around": (
        lambda: steps((-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)),
        -23.0,
    ),
    "5: louder within": (lambda: steps((-26, 20), (-20, 20.1), (-26, 20)), -23.0),
    "6: five channels": (five_channels, -23.0),
}


@pytest.mark.parametrize("name", EBU_3341)
def test_integrated_loudness_meets_tech_3341_to_a_tenth(name):
    make, wanted_lufs = EBU_3341[name]
    assert integrated_lufs(powers_of(make())) == pytest.approx(wanted_lufs, abs=0.1)


@pytest.mark.parametrize(
    ("parts", "wanted_lu"),
    [
        (((-20, 20), (-30, 20)), 10.0),
        (((-20, 20), (-15, 20)), 5.0),
        (((-40, 20), (-20, 20)), 20.0),
        (((-50, 20), (-35, 20), (-20, 20), (-35, 20), (-50, 20)), 15.0),
    ],
)
def test_loudness_range_meets_tech_3342_to_one_lu(parts, wanted_lu):
    assert loudness_range_lu(powers_of(steps(*parts))) == pytest.approx(wanted_lu, abs=1.0)


@pytest.mark.parametrize("seed", range(2))
def test_it_agrees_with_pyloudnorm_on_random_programmes(seed):
    pyloudnorm = pytest.importorskip("pyloudnorm")
    rng = np.random.default_rng(seed)
    levels = rng.uniform(-50, -14, 10)
    sound = np.concatenate(
        [noise(level, rng.uniform(0.5, 3), seed=seed) for level in levels], axis=1
    )
    theirs = pyloudnorm.Meter(RATE).integrated_loudness(sound.T.astype(np.float64))
    assert integrated_lufs(powers_of(sound)) == pytest.approx(theirs, abs=0.1)


def test_the_low_frequency_channel_does_not_count():
    six = np.concatenate([silence(5, 3), sine(-10, 5, hertz=60, channels=1), silence(5, 2)])
    assert integrated_lufs(powers_of(six)) is None


def test_surround_channels_count_half_as_much_again():
    front = np.concatenate([sine(-20, 5, channels=1), silence(5, 5)])
    beside = np.concatenate([silence(5, 5), sine(-20, 5, channels=1)])
    louder = integrated_lufs(powers_of(beside)) - integrated_lufs(powers_of(front))
    assert louder == pytest.approx(1.49, abs=0.01)


def test_silence_and_what_is_shorter_than_a_block_have_no_loudness():
    assert integrated_lufs(powers_of(silence(5))) is None
    assert integrated_lufs(powers_of(sine(-20, 0.38))) is None
    assert loudness_range_lu(powers_of(sine(-20, 2.9))) == 0.0
