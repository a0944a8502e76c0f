"""Music is told from speech and noise."""

from __future__ import annotations

import numpy as np
import pytest

from tests.film.sound.sounds import RATE, band, noise, seconds, shaped_noise, sine, voice


def share(film, what, length):
    return sum(one.span.duration.to_seconds() for one in film.moments if one.what == what) / length


@pytest.mark.parametrize("drums", [True, False])
def test_a_band_is_music(listen, drums):
    sound = band(np.arange(0.2, 16.0, 0.5), drums=drums)
    assert share(listen(sound).finish(), "music", sound.shape[1] / RATE) > 0.9


def pink():
    wave = 0.05 * shaped_noise(1 / np.sqrt(np.arange(1, 2000)), 15.0, seed=1)
    return np.tile(wave.astype(np.float32), (2, 1))


def siren():
    pitch = 700 + 300 * np.sin(2 * np.pi * 0.3 * seconds(15.0))
    wave = 0.1 * np.sin(2 * np.pi * np.cumsum(pitch) / RATE)
    return np.tile(wave.astype(np.float32), (2, 1))


def hum():
    return sum(sine(-30, 15.0, hertz=50.0 * part) / part for part in range(1, 9))


NOT_MUSIC = {
    "white noise": lambda: noise(-25, 15.0),
    "pink noise": pink,
    "siren": siren,
    "mains hum": hum,
    "voice": lambda: voice(15.0),
}


@pytest.mark.parametrize("name", NOT_MUSIC)
def test_noise_sirens_hum_and_voices_are_no_music_and_have_no_tempo(listen, name):
    film = listen(NOT_MUSIC[name]()).finish()
    assert share(film, "music", 15.0) == 0.0
    assert film.tempo_bpm is None
    assert film.beats == ()


def test_music_that_begins_after_noise_begins_within_two_and_a_half_seconds(listen):
    sound = np.concatenate((noise(-50, 10.0), band(np.arange(0.0, 16.0, 0.5))), axis=1)
    music = [one for one in listen(sound).finish().moments if one.what == "music"]
    assert len(music) == 1
    assert music[0].span.start_time.to_seconds() == pytest.approx(10.0, abs=2.5)


def test_real_speech_is_no_music_and_has_no_tempo(clip_sound, listen):
    film = listen(clip_sound("ae_example.mp4")).finish()
    assert share(film, "music", 42.4) == 0.0
    assert film.tempo_bpm is None


def test_the_music_of_a_cartoon_is_heard(clip_sound, listen):
    assert share(listen(clip_sound("mpy_chaplin.mp4")).finish(), "music", 9.6) > 0.8
