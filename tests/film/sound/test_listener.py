"""The listener: alignment, shots, memory, and every odd file."""

from __future__ import annotations

import numpy as np
import pytest
from opentimelineio.opentime import RationalTime, TimeRange

from bridge.errors import RequestError, ShapeError
from bridge.film.sound.listener import SoundListener
from tests.film.sound.sounds import RATE, applause, band, noise, silence, sine


def span(start, length):
    return TimeRange(RationalTime(start * 24, 24), RationalTime(length * 24, 24))


def hear_in(listener, sound, block):
    for first in range(0, sound.shape[1], block):
        listener.hear(sound[:, first : first + block])
    return listener.finish()


@pytest.mark.parametrize("block", [1111, 48_000, 100_000])
def test_it_hears_the_same_however_the_sound_is_cut(speech_model, listen, block):
    sound = np.concatenate((band(np.arange(0.1, 6.0, 0.5)), applause(1.5), silence(1.013)), axis=1)
    assert hear_in(SoundListener(speech_model), sound, block) == listen(sound).finish()


def test_a_shot_has_its_own_loudness_silence_and_outbursts(listen):
    sound = np.concatenate((sine(-30, 4), silence(4), sine(-20, 4), silence(2), applause(2)), 1)
    listener = listen(sound)
    first, second, third = (listener.shot(span(start, 4)) for start in (0, 4, 8))
    assert first.loudness_lufs == pytest.approx(-30.0, abs=0.1)
    assert (second.loudness_lufs, second.silence) == (None, pytest.approx(1.0, abs=0.02))
    assert third.loudness_lufs == pytest.approx(-20.0, abs=0.1)
    assert third.silence == pytest.approx(0.0, abs=0.02)
    assert [listener.shot(span(start, 4)).peaks for start in (0, 4, 8, 12)] == [0, 0, 0, 1]


def test_a_shot_of_one_frame_and_one_beyond_the_end_are_answered(listen):
    listener = listen(sine(-20, 2))
    one = listener.shot(TimeRange(RationalTime(12, 24), RationalTime(1, 24)))
    beyond = listener.shot(span(10, 4))
    assert (one.loudness_lufs, one.silence) == (None, 0.0)
    assert (beyond.loudness_lufs, beyond.silence, beyond.peaks) == (None, 0.0, 0)


def test_sound_that_was_never_heard_is_no_sound(listener):
    film = listener.finish()
    assert (film.loudness_lufs, film.true_peak_dbtp, film.tempo_bpm) == (None, None, None)
    assert (film.beats, film.onsets, film.moments) == ((), (), ())
    assert film.envelope == (0.0,) * 400


@pytest.mark.parametrize("samples", [0, 1, 7, 500, 960, 48_000])
def test_files_of_few_samples_are_heard(listen, samples):
    film = listen(np.full((2, samples), 0.5, np.float32)).finish()
    assert len(film.envelope) == 400
    assert max(film.envelope) == (0.5 if samples else 0.0)
    assert all(one.span.end_time_exclusive().value <= samples / 48 + 1 for one in film.moments)


def test_silence_is_one_silent_moment_to_the_last_millisecond(listen):
    film = listen(silence(3.5)).finish()
    assert (film.loudness_lufs, film.loudness_range_lu, film.true_peak_dbtp) == (None, 0.0, None)
    assert [(m.what, m.span.start_time.value, m.span.duration.value) for m in film.moments] == [
        ("silence", 0, 3500)
    ]


@pytest.mark.parametrize("channels", [1, 2, 3, 5, 6, 8, 12])
def test_any_number_of_channels_is_heard(listen, channels):
    film = listen(sine(-20, 3, channels=channels)).finish()
    assert film.true_peak_dbtp == pytest.approx(-20.0, abs=0.3)
    assert film.loudness_lufs is not None


def test_stereo_whose_channels_cancel_out_is_heard_all_the_same(listen):
    sound = band(np.arange(0.1, 12.0, 0.5))
    sound[1] = -sound[0]
    assert "music" in {one.what for one in listen(sound).finish().moments}


def test_clipped_sound_and_samples_that_are_no_numbers_give_numbers(listen):
    sound = (20 * noise(-10, 4)).clip(-1, 1)
    sound[0, 1000:1100] = np.nan
    sound[1, 5000] = np.inf
    sound[1, 6000] = 1e30
    film = listen(sound).finish()
    assert np.isfinite([film.loudness_lufs, film.true_peak_dbtp, film.loudness_range_lu]).all()
    assert all(0.0 <= part <= 1.0 for part in film.envelope)


def test_it_keeps_less_than_a_kilobyte_and_a_half_a_second(listener):
    part = noise(-20, 30.0, channels=1)
    for _ in range(2):
        listener.hear(part)
    assert listener.nbytes < 60 * 1500


def test_channels_that_change_and_what_is_no_sound_are_refused(listener):
    listener.hear(silence(0.1))
    with pytest.raises(ShapeError, match="2 channels, now it has 1"):
        listener.hear(silence(0.1, 1))
    with pytest.raises(ShapeError, match=r"\[channel, sample\]"):
        listener.hear(np.zeros(RATE, np.float32))


def test_nothing_is_heard_after_the_end(listener):
    listener.finish()
    with pytest.raises(RequestError, match="new SoundListener"):
        listener.hear(silence(0.1))
