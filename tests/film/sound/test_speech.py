"""Speech: the model that ships, and stretches of its answers."""

from __future__ import annotations

import numpy as np

from bridge.film.sound.mono import Mono
from bridge.film.sound.spans import Run
from bridge.film.sound.speech import SpeechMeter, speech_runs
from tests.film.sound.sounds import noise, voice

HEARD_SPEAKING_SECONDS = ((1.4, 4.7), (5.2, 10.3), (10.8, 12.9), (13.9, 17.2))
"""Where somebody speaks in ae_example.mp4, by its waveform; from 17.3 to 40 s nobody does."""


def test_answers_are_the_same_however_the_sound_is_cut(speech_model):
    mono = Mono().hear(voice(4.0))
    whole, parts = SpeechMeter(speech_model), SpeechMeter(speech_model)
    whole.hear(mono)
    for first in range(0, len(mono), 1111):
        parts.hear(mono[first : first + 1111])
    for meter in (whole, parts):
        meter.finish()
    np.testing.assert_allclose(whole.chances.all(), parts.chances.all(), atol=1e-3)


def test_noise_is_no_speech(speech_model):
    meter = SpeechMeter(speech_model)
    meter.hear(Mono().hear(noise(-20, 6.0)))
    assert speech_runs(meter.chances.all()) == []


def test_a_short_doubt_does_not_divide_speech_and_a_lone_syllable_is_none():
    chances = np.full(200, 0.02)
    chances[20:60] = 0.9
    chances[40:43] = 0.1
    chances[120:124] = 0.9
    assert speech_runs(chances) == [Run(20, 60)]


def test_a_real_speaker_is_heard_where_he_speaks(clip_sound, listen):
    film = listen(clip_sound("ae_example.mp4")).finish()
    spoken = np.zeros(425, bool)
    for moment in film.moments:
        if moment.what == "speech":
            first, length = moment.span.start_time.value, moment.span.duration.value
            spoken[int(first / 100) : int((first + length) / 100)] = True
    for start, end in HEARD_SPEAKING_SECONDS:
        assert spoken[int(start * 10) : int(end * 10)].mean() > 0.85
    assert spoken[175:395].mean() == 0.0
