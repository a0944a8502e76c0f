"""A sample is of its metre, length, key and tempo."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.music.playing import METRES, improviser, named, notes_of
from tests.music.toy_vaes import silent_line, write_melody_toy
from tests.music.tunes import FOUR_FOUR


@pytest.mark.parametrize("bars", [1, 2, 3, 5])
@pytest.mark.parametrize("metre", METRES, ids=named)
def test_a_sample_lasts_its_bars_and_no_longer(melody_toy, metre, bars):
    made = improviser(melody_toy).sample(metre, bars=bars)
    last = notes_of(made)[-1]
    assert (bars - 1) * metre.bar_ticks() <= last.end_ticks <= bars * metre.bar_ticks()
    assert made.time_signatures == (metre,)


def test_a_longer_sample_begins_as_a_shorter_one(melody_toy):
    short, long = (
        [(note.pitch, note.onset_ticks, note.duration_ticks) for note in notes_of(made)]
        for made in (improviser(melody_toy, seed=3).sample(FOUR_FOUR, bars=n) for n in (2, 8))
    )
    assert long[: len(short) - 1] == short[:-1]


def test_a_sample_is_of_middling_loudness(melody_toy):
    velocities = [
        note.velocity for note in notes_of(improviser(melody_toy).sample(FOUR_FOUR, bars=8))
    ]
    assert sum(velocities) / len(velocities) == pytest.approx(84, abs=8)


def test_more_phrases_than_are_decoded_at_once_are_all_heard(melody_toy):
    made = improviser(melody_toy).sample(FOUR_FOUR, bars=520)
    bars_with_notes = {note.onset_ticks // 1920 for note in notes_of(made)}
    assert bars_with_notes == set(range(520))


def test_a_sample_in_another_key_is_the_same_music_moved(melody_toy):
    in_c, in_eb = (
        improviser(melody_toy, seed=1, tonic_pitch_class=tonic).sample(FOUR_FOUR, bars=4)
        for tonic in (0, 3)
    )
    pairs = zip(notes_of(in_c), notes_of(in_eb), strict=True)
    assert {(b.pitch - a.pitch) % 12 for a, b in pairs} == {3}


def test_the_tempo_knob_is_the_tempo_of_a_sample(melody_toy):
    assert improviser(melody_toy, tempo_bpm=77.0).sample(FOUR_FOUR, bars=1).tempo_bpm == 77.0


def test_a_model_that_says_nothing_makes_an_empty_melody(tmp_path):
    model = write_melody_toy(tmp_path, line=silent_line())
    assert notes_of(improviser(model).sample(FOUR_FOUR, bars=2)) == ()


def test_progress_is_told_phrase_by_phrase(melody_toy):
    told = []
    player = replace(improviser(melody_toy), progress=lambda *news: told.append(news))
    player.sample(FOUR_FOUR, bars=5)
    assert told == [(0, 3, "phrases"), (1, 3, "phrases"), (2, 3, "phrases")]
