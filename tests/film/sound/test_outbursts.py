"""Applause and explosions are outbursts; slams, voices, music and steady noise are none."""

from __future__ import annotations

import numpy as np
import pytest

from tests.film.sound.sounds import applause, band, noise, silence, slam, voice

QUIET = noise(-55, 6.0)


def peaks(film):
    return [
        (one.span.start_time.to_seconds(), one.span.duration.to_seconds())
        for one in film.moments
        if one.what == "peak"
    ]


def after_quiet(sound):
    return np.concatenate((QUIET, sound, QUIET), axis=1)


@pytest.mark.parametrize("claps_per_second", [60.0, 300.0])
def test_applause_is_an_outburst_with_its_beginning_and_length(listen, claps_per_second):
    sound = applause(3.0, claps_per_second=claps_per_second)
    found = peaks(listen(after_quiet(sound)).finish())
    assert len(found) == 1
    assert found[0][0] == pytest.approx(6.0, abs=0.15)
    assert found[0][1] == pytest.approx(3.0, abs=0.3)


def test_applause_after_speech_is_an_outburst(listen):
    sound = np.concatenate((0.3 * voice(8.0), applause(3.0), QUIET), axis=1)
    assert [round(start) for start, _ in peaks(listen(sound).finish())] == [8]


NO_OUTBURST = {
    "door slam": slam,
    "voice": lambda: voice(5.0),
    "music": lambda: band(np.arange(0.0, 8.0, 0.5)),
    "noise no louder than before": lambda: noise(-50, 4.0),
}


@pytest.mark.parametrize("name", NO_OUTBURST)
def test_slams_voices_music_and_faint_noise_are_none(listen, name):
    assert peaks(listen(after_quiet(NO_OUTBURST[name]())).finish()) == []


def test_noise_that_is_there_from_the_first_frame_is_none(listen):
    assert peaks(listen(np.concatenate((noise(-20, 5.0), silence(5.0)), axis=1)).finish()) == []
