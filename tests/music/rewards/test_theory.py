"""What a textbook would praise scores high, and what it would mark in red scores low."""

from __future__ import annotations

import pytest

from bridge.music.chords import parse_chords
from bridge.music.rewards import theory
from bridge.music.rewards.bands import Band
from bridge.music.rewards.theory import (
    chord_tones_on_strong_beats,
    climaxes_in_eight_bars,
    density_met,
    ends_on_tonic,
    excess_repetition_share,
    in_key,
    in_range,
    in_scale_share,
    leaps_resolved,
    moves_by_step,
    no_excessive_repetition,
    register_met,
    resolved_leap_share,
    single_climax,
    starts_well,
    strong_chord_tone_share,
)
from bridge.schema.notes import Mode, TimeSignature
from tests.music.rewards.phrases import FOUR_FOUR, phrase
from tests.music.tunes import TWINKLE

ALL = [
    in_key, ends_on_tonic, starts_well, leaps_resolved, moves_by_step,
    no_excessive_repetition, single_climax, chord_tones_on_strong_beats, in_range, register_met,
]  # fmt: skip
BAND = Band(0.2, 0.6, 0.1)


@pytest.mark.parametrize(
    ("measure", "score"),
    [(0.2, 1.0), (0.4, 1.0), (0.6, 1.0), (0.15, 0.5), (0.65, 0.5), (0.05, 0.0), (5.0, 0.0)],
)
def test_a_band_is_flat_inside_and_falls_off_outside(measure, score):
    assert BAND.score(measure) == pytest.approx(score)


def test_a_band_may_be_open_at_either_end():
    assert (BAND.at_least(5.0), BAND.at_most(0.0)) == (1.0, 1.0)


@pytest.mark.parametrize("reward", ALL)
def test_silence_is_not_judged(reward):
    assert reward(phrase("-:4")) is None


@pytest.mark.parametrize("reward", [*ALL, density_met])
def test_a_real_tune_scores_well_wherever_it_is_judged(reward):
    tune = phrase(TWINKLE.text, bars=12)
    assert reward(tune) is None or reward(tune) > 0.6


def test_a_scale_is_in_its_key():
    assert in_key(phrase("C4 D4 E4 F4 G4 A4 B4 C5", bars=2)) == 1.0


def test_a_chromatic_scale_is_not_in_a_key():
    assert in_key(phrase("C4 C#4 D4 D#4 E4 F4 F#4 G4", bars=2)) == 0.0


def test_minor_has_its_leading_tone():
    assert in_scale_share(phrase("C4 Eb4 G4 Ab4 Bb4 B4 C5", mode=Mode.MINOR)) == 1.0


def test_a_named_scale_is_kept_by_every_note():
    text = "C4 D4 E4 G4 A4 G4 F4 C4"
    assert in_key(phrase(text, scale="major-pentatonic", bars=2)) == pytest.approx(0.5)


def test_the_key_is_that_of_the_goals():
    assert in_key(phrase("C4 D4 E4 F4 G4 A4 B4 C5", tonic_pitch_class=6, bars=2)) == 0.0


def test_a_long_tonic_in_the_last_bar_ends_a_melody():
    assert ends_on_tonic(phrase("G4 A4 B4 C5")) == 1.0


def test_an_end_on_the_leading_tone_is_none():
    assert ends_on_tonic(phrase("G4 A4 C5 B4")) < 0.4


def test_a_short_last_note_closes_less_than_a_long_one():
    short, long = phrase("G4 A4 B4:3/2 C5:1/4"), phrase("G4 A4 B4:1/2 C5:3/2")
    assert ends_on_tonic(short) < ends_on_tonic(long)


def test_an_end_before_the_last_bar_is_too_early():
    assert ends_on_tonic(phrase("G4 B4 C5:2", bars=2)) == pytest.approx(0.85)


@pytest.mark.parametrize("first", ["C4", "E4", "G4"])
def test_a_melody_may_begin_on_any_note_of_the_tonic_triad(first):
    assert starts_well(phrase(f"{first} D4 E4 C4")) > 0.6


def test_a_melody_that_begins_off_the_key_begins_badly():
    assert starts_well(phrase("F#4 D4 E4 C4")) < 0.4


def test_a_melody_that_begins_a_bar_late_begins_less_well():
    assert starts_well(phrase("-:4 C4 D4 E4 C4", bars=2)) == pytest.approx(0.8)


def test_leaps_that_turn_back_are_resolved():
    assert leaps_resolved(phrase("C4 A4 G4 F4 C5 B4 C5 C4", bars=2)) == 1.0


def test_leaps_that_leap_on_are_not_resolved():
    assert leaps_resolved(phrase("C4 G4 D5 A5 C4 C4", bars=2)) < 0.5


def test_half_of_two_leaps_is_half_resolved():
    assert resolved_leap_share(phrase("C4 A4 G4 A4 F5 G5", bars=2)) == 0.5


def test_a_note_struck_again_leaves_a_leap_open():
    assert resolved_leap_share(phrase("C4 A4 A4 G4")) == 1.0


def test_a_larger_turn_resolves_no_leap():
    assert resolved_leap_share(phrase("C4 G4 G3 A3")) == 0.5


def test_a_line_without_leaps_is_not_judged_by_them():
    assert leaps_resolved(phrase("C4 D4 E4 F4")) is None


def test_steps_with_a_few_leaps_move_as_melodies_do():
    assert moves_by_step(phrase("C4 D4 E4 G4 C5 B4 A4 G4 G4 E4 F4 D4 C4", bars=4)) == 1.0


@pytest.mark.parametrize("text", ["C4 A4 D4 C5 E4 B4 C4 G4", "C4 D4 E4 F4 G4 F4 E4 D4"])
def test_nothing_but_leaps_or_nothing_but_steps_does_not(text):
    assert moves_by_step(phrase(text, bars=2)) < 0.6


def test_one_pitch_on_and_on_is_excessive():
    assert no_excessive_repetition(phrase("C4:1/2 " * 16, bars=2)) == 0.0


def test_a_long_note_is_no_repetition():
    assert excess_repetition_share(phrase("C4:8 D4:8", bars=4)) == 0.0


def test_a_pitch_three_times_is_free_and_the_fourth_is_not():
    times = [excess_repetition_share(phrase(f"{'C4 ' * count} D4", bars=2)) for count in (3, 4, 5)]
    assert times == [0.0, pytest.approx(1 / 5), pytest.approx(2 / 6)]


def test_a_line_with_one_top_has_a_single_climax():
    assert single_climax(phrase("C4 E4 G4 C5 B4 G4 E4 C4", bars=2)) == 1.0


def test_a_line_that_is_always_at_its_top_has_none():
    assert single_climax(phrase("C4 G4 " * 16, bars=8)) < 0.5


def test_climaxes_are_counted_as_arrivals_in_eight_bars():
    assert climaxes_in_eight_bars(phrase("C4:2 G4 G4 C4:2 G4 C4 " * 4, bars=8)) == 8.0


def chords(text):
    return parse_chords(text, FOUR_FOUR)


def test_chord_tones_on_strong_beats_are_good():
    tune = phrase("C4 D4 E4 F4 A4 G4 F4 E4", chords=chords("C F"), bars=2)
    assert (strong_chord_tone_share(tune), chord_tones_on_strong_beats(tune)) == (1.0, 1.0)


def test_foreign_notes_on_strong_beats_are_bad():
    tune = phrase("D4 C4 F4 E4 B4 A4 G4 F4", chords=chords("C F"), bars=2)
    assert (strong_chord_tone_share(tune), chord_tones_on_strong_beats(tune)) == (0.0, 0.0)


def test_without_chords_none_is_missed():
    assert chord_tones_on_strong_beats(phrase("C4 D4 E4 F4")) is None


def test_where_no_chord_sounds_nothing_is_judged():
    tune = phrase("C4 D4 E4 F4", chords=chords("N.C."))
    assert strong_chord_tone_share(tune) is None


def test_in_three_four_only_the_first_beat_is_strong():
    waltz = phrase("C4 D4 E4 F4 G4 A4", metre=TimeSignature(0, 3, 4), bars=2)
    assert waltz.strong.tolist() == [True, False, False, True, False, False]


def test_in_six_eight_the_second_pulse_is_strong_too():
    jig = phrase("C4:1/2 D4:1/2 E4:1/2 F4:1/2 G4:1/2 A4:1/2", metre=TimeSignature(0, 6, 8))
    assert jig.strong.tolist() == [True, False, False, True, False, False]


def test_notes_beyond_the_range_are_bad():
    inside = phrase("C4 E4 G4 C5", lowest_pitch=60, highest_pitch=72)
    outside = phrase("C4 E4 G4 D5", lowest_pitch=60, highest_pitch=72)
    assert (in_range(inside), in_range(outside)) == (1.0, 0.0)


def test_a_line_over_four_octaves_is_too_wide_where_no_range_is_asked():
    assert in_range(phrase("C2 C6 C3 C5")) == 0.0


def test_the_register_may_be_missed_by_a_semitone_but_not_by_an_octave():
    near, far = phrase("C4 D4", register=62.0), phrase("C4 D4", register=76.0)
    assert (register_met(near), register_met(far)) == (1.0, 0.0)


@pytest.mark.parametrize(("asked", "score"), [(2.0, 1.0), (4.0, 0.0), (1.0, 0.0)])
def test_half_or_twice_the_density_is_no_hit(asked, score):
    assert density_met(phrase("C4:1/2 " * 8, density=asked)) == pytest.approx(score)


def test_silence_misses_every_density():
    assert density_met(phrase("-:4", density=1.0)) == 0.0


def test_a_note_every_two_bars_is_too_thin_where_nothing_is_asked():
    assert density_met(phrase("C4:8 D4:8", bars=8)) < theory.BANDS["onsets_per_beat"].score(1.0)
