"""Filters by matrix products give what filters sample by sample give."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from bridge.film.sound.filters import BlockFir, BlockIir, lowpass

SECTIONS = np.array([[0.9, -0.4, 0.2, 1.0, -1.2, 0.5], [1.0, -2.0, 1.0, 1.0, -1.98, 0.981]])


def one_by_one(sections, sound):
    """Filter sample by sample."""
    for b0, b1, b2, _, a1, a2 in sections:
        out, first, second = np.zeros_like(sound), 0.0, 0.0
        for place, sample in enumerate(sound):
            out[place] = b0 * sample + first
            first, second = b1 * sample - a1 * out[place] + second, b2 * sample - a2 * out[place]
        sound = out
    return sound


@pytest.mark.parametrize("cuts", [(0, 1920), (0, 64, 1920), (0, 640, 704, 1920)])
def test_second_order_sections_are_exact_however_the_sound_is_cut(cuts):
    sound = np.random.default_rng(1).standard_normal((2, 1920))
    block = BlockIir(SECTIONS)
    parts = [block(sound[:, a:b]).reshape(2, -1) for a, b in pairwise(cuts)]
    wanted = np.stack([one_by_one(SECTIONS, channel) for channel in sound])
    np.testing.assert_allclose(np.concatenate(parts, axis=1), wanted, atol=1e-9)


@pytest.mark.parametrize("step", [1, 3])
def test_a_finite_filter_is_a_convolution_of_which_every_so_many_samples_are_kept(step):
    sound = np.random.default_rng(2).standard_normal((1, 480))
    taps = np.arange(1.0, 8.0)
    block = BlockFir(taps[None], step=step, steps=8, dtype=np.float64)
    parts = np.concatenate((block(sound[:, :240]), block(sound[:, 240:])), axis=1)[0]
    padded = np.concatenate((np.zeros(6), sound[0]))
    wanted = np.convolve(padded, taps)[6:][: len(sound[0])]
    np.testing.assert_allclose(parts, wanted[::step], atol=1e-9)


def test_a_low_pass_keeps_low_tones_and_stops_high_ones():
    gains = np.abs(np.fft.rfft(lowpass(193, cutoff=7500 / 24000, beta=7.0), 4800))
    hertz = np.fft.rfftfreq(4800, 1 / 48_000)
    assert gains[hertz < 6_800].min() > 0.98
    assert gains[hertz > 8_200].max() < 0.001
