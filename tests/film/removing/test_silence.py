"""Silence goes, however loud the room is, and no syllable with it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bridge.film.removing.listening import BAND_ROWS, BANDS, ROWS, Sounding, listen
from bridge.film.removing.silence import SilenceWish, heard_runs, silences
from bridge.runtime.registry import Registry
from tests.made_speech import ESPEAK, RATE_HZ, make_speech

MODELS = Path(__file__).resolve().parents[3] / "onnx_models"
needs_voice = pytest.mark.skipif(
    ESPEAK is None, reason="needs espeak-ng: apt-get install espeak-ng"
)


def sounding(levels, voices):
    """Give sound beside whose speech nothing goes on."""
    bands = np.ones((len(levels) * BAND_ROWS // ROWS, BANDS), np.float32)
    return Sounding(np.array(levels, float), np.array(voices, float), bands)


def flags(found, count):
    up = np.zeros(count, bool)
    for run in found:
        up[run.start : run.end] = True
    return up


def heard(sound):
    model = Registry(MODELS).model("film/speech")
    return listen((sound[:, at : at + RATE_HZ] for at in range(0, sound.shape[1], RATE_HZ)), model)


def test_a_word_is_followed_to_its_last_sound_past_the_stop_in_it():
    levels = [-70.0] * 100 + [-30.0] * 40 + [-70.0] * 6 + [-50.0] * 5 + [-70.0] * 100
    voices = [0.0] * 105 + [0.9] * 30 + [0.0] * 116
    (word,) = heard_runs(sounding(levels, voices))
    assert abs(word.start - 100) <= 1
    assert abs(word.end - 151) <= 1


def test_a_breath_goes_and_laughter_stays():
    levels = np.full(900, -70.0)
    levels[100:200], levels[400:430], levels[600:680] = -30.0, -58.0, -32.0
    voices = np.zeros(900)
    voices[100:200] = 0.9
    found = flags(heard_runs(sounding(levels, voices)), 900)
    assert found[105:195].all()
    assert not found[395:435].any()
    assert found[605:675].all()


def test_what_is_left_of_a_pause_is_what_was_asked_for():
    levels = np.full(600, -70.0)
    levels[100:200], levels[400:500] = -30.0, -30.0
    voices = np.where(levels > -50, 0.9, 0.0)
    wish = SilenceWish(before_seconds=0.2, after_seconds=0.3)
    middle = silences(sounding(levels, voices), wish)[1]
    assert abs(middle.start - 230) <= 1
    assert abs(middle.end - 380) <= 1


def test_short_pauses_stay():
    levels = np.full(400, -70.0)
    levels[50:150], levels[190:350] = -30.0, -30.0
    voices = np.where(levels > -50, 0.9, 0.0)
    found = silences(sounding(levels, voices), SilenceWish())
    assert not flags(found, 400)[60:340].any()


def test_a_film_without_sound_worth_hearing_is_silent_from_end_to_end():
    (everything,) = silences(sounding([-120.0] * 300, [0.0] * 300), SilenceWish())
    assert (everything.start, everything.end) == (0, 300)


@needs_voice
@pytest.mark.parametrize("breaths", [False, True])
@pytest.mark.parametrize("noise_db", [-60.0, -50.0, -40.0])
def test_no_sound_of_speech_is_lost_and_little_silence_is_left(noise_db, breaths):
    made = make_speech(3, noise_db=noise_db, breaths=breaths)
    gone = flags(silences(heard(made.sound), SilenceWish()), len(made.spoken) + ROWS)
    gone = gone[: len(made.spoken)]
    assert not (gone & made.spoken).any()
    pauses = np.ones(len(made.spoken), bool)
    for sentence in made.sentences:
        pauses[sentence.start : sentence.stop] = False
    left_in_each = (pauses & ~gone).sum() / ROWS / (len(made.sentences) + 1)
    assert left_in_each < 0.4


def organ(seconds):
    """Play chords that change twice a second and are never softer: float32 [channel=1, sample]."""
    at = np.arange(RATE_HZ // 2) / RATE_HZ
    chords = [(0, 4, 7), (5, 9, 12), (7, 11, 14), (0, 4, 7), (9, 12, 16), (2, 5, 9)] * seconds
    tones = [
        sum(
            np.sin(2 * np.pi * 220 * 2 ** (tone / 12) * n * at) / n
            for tone in chord
            for n in range(1, 9)
        )
        for chord in chords[: 2 * seconds]
    ]
    sound = np.concatenate(tones)
    level = np.sqrt((sound.reshape(-1, RATE_HZ // 20) ** 2).mean(axis=1)).repeat(RATE_HZ // 20)
    return (0.05 * sound / level)[None].astype(np.float32)


def test_music_stays_though_nobody_speaks_and_its_level_never_changes():
    sound = np.concatenate(
        [np.zeros((1, 3 * RATE_HZ)), organ(9), np.zeros((1, 3 * RATE_HZ))], axis=1
    )
    gone = silences(heard(sound.astype(np.float32)), SilenceWish())
    assert [(round(run.start / ROWS), round(run.end / ROWS)) for run in gone] == [(0, 3), (12, 15)]


@needs_voice
def test_music_between_words_stays_and_as_loud_a_noise_goes():
    made = make_speech(5, noise_db=-90.0, breaths=False)
    beside = np.ones(made.sound.shape[1], bool)
    for one in made.sentences:
        beside[(one.start - 20) * 480 : (one.stop + 20) * 480] = False
    music = np.resize(organ(9)[0], len(beside))
    noise = np.random.default_rng(1).standard_normal(len(beside)) * np.sqrt((music**2).mean())
    share = {}
    for name, sound in (("music", music), ("noise", noise)):
        mixed = (made.sound + 0.3 * sound * beside).astype(np.float32)
        gone = flags(silences(heard(mixed), SilenceWish()), len(made.spoken) + ROWS)
        share[name] = gone[: len(made.spoken)][beside[::480][: len(made.spoken)]].mean()
    assert share["music"] < 0.1
    assert share["noise"] > 0.7


@needs_voice
def test_rows_begin_and_end_with_the_film():
    made = make_speech(1, noise_db=-60.0, breaths=False)
    found = heard(made.sound)
    assert len(found.levels) == len(found.voices) == -(-made.sound.shape[1] * ROWS // RATE_HZ)
