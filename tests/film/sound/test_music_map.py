"""Music is heard as an editor hears it: its beats, its bars, where something new begins."""

from __future__ import annotations

import numpy as np
import pytest

from bridge.errors import RequestError
from bridge.film.sound.form import first_of_bars, new_sections
from bridge.film.sound.music_map import SAMPLE_RATE_HZ, MusicListener
from bridge.film.sound.score_map import map_score
from bridge.schema.notes import (
    Marker,
    MarkerKind,
    Note,
    NoteSequence,
    Part,
    TempoChange,
    TimeSignature,
)

BEAT_SECONDS = 0.5


def band(bars=16, *, quiet_bars=8):
    """Play a bass drum on every beat, a chord on every bar, and loud noise after some bars."""
    rng = np.random.default_rng(3)
    beats = bars * 4
    sound = np.zeros(int((beats * BEAT_SECONDS + 0.5) * SAMPLE_RATE_HZ), np.float32)
    time = np.arange(int(0.4 * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    for beat in range(beats):
        at = int(beat * BEAT_SECONDS * SAMPLE_RATE_HZ)
        first, loud = beat % 4 == 0, beat >= 4 * quiet_bars
        drum = np.sin(2 * np.pi * (90 if first else 300) * time) * np.exp(-12 * time)
        sound[at : at + len(time)] += drum * (0.5 if first else 0.2)
        root = 220 * 2 ** ((0, 5, 7, 3)[beat // 4 % 4] / 12) * (2 if loud else 1)
        sound[at : at + len(time)] += 0.1 * np.sin(2 * np.pi * root * time)
        if loud:
            sound[at : at + len(time)] += 0.2 * rng.standard_normal(len(time)) * np.exp(-5 * time)
    return sound[None]


def heard(sound):
    listener = MusicListener()
    for block in np.array_split(sound, 7, axis=1):
        listener.hear(block)
    return listener.finish("/music/song.wav")


@pytest.fixture(scope="module")
def song():
    return heard(band())


def test_beats_fall_where_they_are_played(song):
    beats = np.array(song.beats)
    off = np.abs(beats / BEAT_SECONDS - np.rint(beats / BEAT_SECONDS)) * BEAT_SECONDS
    assert len(beats) >= 60
    assert np.median(off) < 0.03


def test_bars_begin_with_the_accented_beats(song):
    steps = np.rint(np.array(song.bars) / BEAT_SECONDS).astype(int)
    assert set(steps % 4) == {0}
    assert set(song.bars) <= set(song.beats)


def test_a_section_begins_where_the_music_changes(song):
    assert song.sections[0] == song.bars[0]
    assert min(abs(second - 16.0) for second in song.sections) < 0.1


def test_energy_rises_with_what_goes_on(song):
    quiet, loud = np.array_split(np.array(song.energy[:64]), 2)
    assert loud.mean() > quiet.mean() + 0.1
    assert 0 <= min(song.energy) <= max(song.energy) <= 1
    assert song.seconds == pytest.approx(32.5)


@pytest.mark.parametrize("length", [0.0, 0.01, 1.0, 20.0])
def test_silence_has_no_beats_and_no_energy(length):
    found = heard(np.zeros((2, int(length * SAMPLE_RATE_HZ)), np.float32))
    assert (found.beats, found.bars, found.sections) == ((), (), ())
    assert set(found.energy) == {0.0}


def test_noise_without_a_pulse_has_no_beats():
    rng = np.random.default_rng(0)
    found = heard(0.1 * rng.standard_normal((1, 20 * SAMPLE_RATE_HZ)).astype(np.float32))
    assert found.beats == ()


def test_three_beats_make_a_bar_where_they_plainly_do():
    accents = np.array([3.0, 0.1, 0.0] * 8)
    assert first_of_bars(accents).tolist() == list(range(0, 24, 3))


def test_bars_alike_are_one_section():
    assert new_sections(np.ones((16, 4))).tolist() == [0]
    assert new_sections(np.zeros((0, 4))).tolist() == []


def score(*, tempos=(), metres=(), markers=(), notes=None):
    made = notes or tuple(Note(60 + bar % 5, bar * 1920, 1920) for bar in range(16))
    return NoteSequence((Part(notes=made),), tempos, metres, markers=markers)


def test_a_score_has_the_beats_and_bars_that_are_written():
    found = map_score(score(tempos=(TempoChange(0, 60),)), "/music/song.mid")
    assert found.beats[:5] == (0.0, 1.0, 2.0, 3.0, 4.0)
    assert found.bars == tuple(4.0 * bar for bar in range(16))
    assert found.seconds == 64.0


def test_a_score_follows_its_tempo_and_metre():
    found = map_score(
        score(
            tempos=(TempoChange(0, 60), TempoChange(1920, 120)),
            metres=(TimeSignature(0, 4, 4), TimeSignature(3840, 3, 4)),
        ),
        "/music/song.mid",
    )
    assert found.bars[:4] == (0.0, 4.0, 6.0, 7.5)


def test_sections_of_a_score_are_its_markers():
    markers = tuple(Marker(bar * 1920, "Verse", MarkerKind.MARKER) for bar in (0, 5, 9))
    found = map_score(score(markers=markers, tempos=(TempoChange(0, 60),)), "/music/song.mid")
    assert found.sections == (0.0, 20.0, 36.0)


def test_without_markers_a_section_begins_where_the_notes_change():
    calm = tuple(Note(60, bar * 1920, 1920) for bar in range(8))
    busy = tuple(Note(67 + step % 3, 15360 + step * 240, 240, 110) for step in range(64))
    found = map_score(score(notes=calm + busy, tempos=(TempoChange(0, 60),)), "/music/song.mid")
    assert found.sections == (0.0, 32.0)
    assert np.mean(found.energy[70:]) > np.mean(found.energy[:60])


def test_a_score_without_notes_is_refused():
    with pytest.raises(RequestError, match="holds no notes"):
        map_score(NoteSequence(), "/music/empty.mid")
