"""The band never stops, keeps its bars, and plays the same for the same seed."""

from __future__ import annotations

from itertools import islice, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.music.band import BAR_TICKS, Band
from bridge.music.key import NAMES, scale_pitch_classes
from bridge.music.melodies import Improviser
from bridge.schema.performance import STYLES, Knobs
from tests.music.toy_vaes import Heard

BARS = 20
"""More than a period of eight bars, and not all of one."""


def played(melody_toy, drums_toy, *, seed=0, bars=BARS, style=None, **knobs):
    player = Improviser(melody_toy, Knobs(**knobs), np.random.default_rng(seed), style)
    return list(islice(Band(player, drums_toy).bars(), bars))


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32), temperature=st.sampled_from((0.1, 1.0, 2.0)))
def test_every_onset_lies_inside_its_bar(melody_toy, drums_toy, seed, temperature):
    for bar in played(melody_toy, drums_toy, seed=seed, temperature=temperature):
        for part in bar.parts:
            assert all(0 <= note.onset_ticks < BAR_TICKS for note in part.notes)
            assert all(note.duration_ticks > 0 for note in part.notes)


def test_bars_are_counted_and_of_one_length(melody_toy, drums_toy):
    bars = played(melody_toy, drums_toy)
    assert [bar.index for bar in bars] == list(range(BARS))
    assert {bar.duration_ticks for bar in bars} == {1920}


def test_three_players_have_their_channels(melody_toy, drums_toy):
    for bar in played(melody_toy, drums_toy):
        assert [(part.name, part.channel) for part in bar.parts] == [
            ("Melody", 0),
            ("Bass", 1),
            ("Drums", 9),
        ]


def test_the_same_seed_plays_the_same_bars(melody_toy, drums_toy):
    assert played(melody_toy, drums_toy, seed=4) == played(melody_toy, drums_toy, seed=4)


def test_another_seed_plays_other_bars(melody_toy, drums_toy):
    first, other = (played(melody_toy, drums_toy, seed=seed) for seed in (4, 5))
    assert all(a != b for a, b in zip(first, other, strict=True))


def test_the_melody_is_one_voice_also_over_bar_lines(melody_toy, drums_toy):
    bars = played(melody_toy, drums_toy)
    spans = [
        (bar.index * BAR_TICKS + note.onset_ticks, bar.index * BAR_TICKS + note.end_ticks)
        for bar in bars
        for note in bar.parts[0].notes
    ]
    assert all(a_end <= b_start for (_, a_end), (b_start, _) in pairwise(spans))


def test_a_note_rings_over_a_bar_line(melody_toy, drums_toy):
    bars = played(melody_toy, drums_toy)
    assert any(note.end_ticks > BAR_TICKS for bar in bars for note in bar.parts[0].notes)


@settings(max_examples=10, deadline=None)
@given(tonic=st.integers(0, 11), scale=st.sampled_from(("minor", "blues", "major-pentatonic")))
def test_with_a_scale_every_note_of_the_melody_keeps_to_it(melody_toy, drums_toy, tonic, scale):
    bars = played(melody_toy, drums_toy, bars=8, tonic_pitch_class=tonic, scale=scale)
    pitch_classes = {note.pitch % 12 for bar in bars for note in bar.parts[0].notes}
    assert pitch_classes <= scale_pitch_classes(tonic, scale)


def test_the_bass_plays_the_root_of_the_chord_that_is_shown(melody_toy, drums_toy):
    for bar in played(melody_toy, drums_toy, tonic_pitch_class=10):
        root = NAMES[bar.parts[1].notes[0].pitch % 12]
        assert bar.chord.removesuffix("m") == root


@pytest.mark.parametrize("tempo_bpm", [61.5, 180.0])
def test_every_bar_has_the_tempo_of_the_knob(melody_toy, drums_toy, tempo_bpm):
    bars = played(melody_toy, drums_toy, tempo_bpm=tempo_bpm)
    assert {bar.tempo_bpm for bar in bars} == {tempo_bpm}


def test_without_a_knob_the_tempo_is_120(melody_toy, drums_toy):
    assert {bar.tempo_bpm for bar in played(melody_toy, drums_toy)} == {120.0}


@pytest.mark.parametrize("style", STYLES)
def test_the_style_reaches_every_phrase(melody_toy, drums_toy, style):
    model = Heard(melody_toy)
    played(model, drums_toy, bars=8, style=style)
    asked = np.concatenate([rows[: len(rows) // 2] for rows in model.given("flow", "condition")])
    assert {STYLES[int(row[10:].argmax())] for row in asked} == {style}


def test_drums_that_are_not_humanised_are_on_the_grid(melody_toy, drums_toy):
    offsets = []
    for humanise in (0.0, 1.0):
        bars = played(melody_toy, drums_toy, bars=4, humanise=humanise)
        offsets.append({n.onset_ticks % 120 for bar in bars for n in bar.parts[2].notes})
    assert offsets[0] == {0}
    assert len(offsets[1]) > 10


def test_the_theme_comes_back_changed_a_little(melody_toy, drums_toy):
    like_theme, like_answer = 0, 0
    for seed in range(8):
        bars = played(melody_toy, drums_toy, seed=seed)
        theme, answer, again = (
            {
                (bar.index % 2, note.onset_ticks, note.pitch)
                for bar in bars[first : first + 2]
                for note in bar.parts[0].notes
            }
            for first in (0, 2, 4)
        )
        like_theme += len(theme & again)
        like_answer += len(theme & answer)
        assert theme != again
    assert like_theme > 2 * like_answer


def test_a_fill_is_drawn_for_the_end_of_every_period(melody_toy, drums_toy):
    model = Heard(drums_toy)
    played(melody_toy, model, bars=16)
    evaluations = zip(model.given("flow", "time"), model.given("flow", "condition"), strict=True)
    drawn = [conditions[0] for times, conditions in evaluations if times[0, 0] == 0.0]
    assert [bool(condition[6]) for condition in drawn] == [False, True, True]


def test_no_phrase_is_made_before_it_is_asked_for(melody_toy, drums_toy):
    model = Heard(melody_toy)
    bars = Band(Improviser(model, Knobs(), np.random.default_rng(0)), drums_toy).bars()
    assert model.inputs == []
    next(bars)
    decoded = len(model.given("decoder", "latent"))
    next(bars)
    assert len(model.given("decoder", "latent")) == decoded == 2
