"""Onsets, tempo and beats of music whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from bridge.film.sound.beats import find_beats, find_pulse
from bridge.film.sound.mono import Mono
from bridge.film.sound.onsets import onset_rows
from bridge.film.sound.spectrum import NoveltyMeter
from tests.film.sound.sounds import band, silence, sine


def f_measure(found, wanted, tolerance):
    """Count what is found within a tolerance, each truth once."""
    found, hits = list(found), 0
    for truth in wanted:
        near = [one for one in found if abs(one - truth) <= tolerance]
        if near:
            found.remove(min(near, key=lambda one: abs(one - truth)))
            hits += 1
    return 2 * hits / (hits + len(found) + len(wanted))


def seconds_of(times):
    return [time.to_seconds() for time in times]


@pytest.mark.parametrize("tempo_bpm", [84.0, 96.0, 120.0, 150.0])
def test_beats_of_a_band_are_found_to_seventy_milliseconds(listen, tempo_bpm):
    beats = 0.3 + np.arange(0, 20.0, 60 / tempo_bpm)
    film = listen(band(beats)).finish()
    assert film.tempo_bpm == pytest.approx(tempo_bpm, rel=0.02)
    within = [beat for beat in seconds_of(film.beats) if beat < beats[-1]]
    assert f_measure(within, beats[:-1], 0.07) > 0.9


def test_beats_follow_a_change_of_tempo(listen):
    beats = np.concatenate((np.arange(0.3, 15, 60 / 90), np.arange(15.0, 30, 60 / 126)))
    within = [beat for beat in seconds_of(listen(band(beats)).finish().beats) if beat < beats[-1]]
    assert f_measure(within, beats[:-1], 0.07) > 0.85


def test_a_regular_train_of_pulses_has_its_tempo_and_its_beats():
    novelty = np.zeros(2000)
    novelty[7::50] = 1.0
    pulse = find_pulse(novelty)
    assert pulse.tempo_bpm[10] == pytest.approx(120.0, rel=0.01)
    assert pulse.clarity[3:-4].min() > 0.9
    assert set(find_beats(novelty, pulse.tempo_bpm)) == set(range(7, 2000, 50))


def test_onsets_lie_within_fifty_milliseconds_of_the_notes(listen):
    beats = np.arange(0.3, 15.0, 0.5)
    truth = np.sort(np.concatenate((beats[:-1], beats[:-1] + 0.25)))
    onsets = seconds_of(listen(band(beats)).finish().onsets)
    assert f_measure(onsets, truth, 0.05) > 0.95


def test_a_tone_that_stays_begins_once():
    meter = NoveltyMeter()
    sound = np.concatenate((silence(1.0), sine(-12, 3.0)), axis=1)
    meter.hear(Mono().hear(sound))
    assert [round(row / 100, 1) for row in onset_rows(meter.novelty.all())] == [1.0]


def test_nothing_has_neither_onsets_nor_pulse():
    assert len(onset_rows(np.zeros(0))) == 0
    assert len(find_pulse(np.zeros(0)).tempo_bpm) == 0
    assert len(find_beats(np.zeros(0), np.zeros(0))) == 0
