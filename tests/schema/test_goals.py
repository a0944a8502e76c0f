"""Goals refuse what no melody could come to, and moods are found by name."""

from __future__ import annotations

import pytest

from bridge.errors import NotFoundError, RangeError, RequestError
from bridge.schema.codec import from_plain, to_plain
from bridge.schema.goals import MOODS, ChordSpan, MelodyGoals, mood_named
from bridge.schema.notes import Mode, Note, TimeSignature


def test_goals_survive_a_trip_through_plain_values():
    goals = MelodyGoals(
        tonic_pitch_class=9,
        mode=Mode.MINOR,
        scale="harmonic-minor",
        chords=(ChordSpan(0, 1920, 9, "m7"), ChordSpan(1920, 960, None)),
        metre=TimeSignature(0, 3, 4),
        bars=16,
        tempo_bpm=93.5,
        density=1.5,
        lowest_pitch=55,
        highest_pitch=79,
        valence=-0.7,
        arousal=0.8,
        motif=(Note(60, 0, 240), Note(64, 240, 240)),
        novelty=0.4,
        style="folk",
    )
    assert from_plain(MelodyGoals, to_plain(goals)) == goals


def test_a_length_is_counted_by_the_metre():
    goals = MelodyGoals(metre=TimeSignature(0, 6, 8), bars=4)
    assert (goals.length_ticks, goals.beats) == (5760, 12.0)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("tonic_pitch_class", 12, "tonic_pitch_class must be 0..11, not 12"),
        ("bars", 0, "bars must be 1..1024, not 0"),
        ("tempo_bpm", float("nan"), "tempo_bpm must be 20.0..400.0, not nan"),
        ("density", 7.0, "density must be 0.1..6.0, not 7.0"),
        ("valence", -1.5, "valence must be -1.0..1.0, not -1.5"),
        ("novelty", 1.1, "novelty must be 0.0..1.0, not 1.1"),
    ],
)
def test_a_number_outside_its_range_is_refused(field, value, message):
    with pytest.raises(RangeError, match=message):
        MelodyGoals(**{field: value})


def test_an_unknown_scale_is_refused():
    with pytest.raises(RequestError, match="no scale 'ionian'; one of: major, minor"):
        MelodyGoals(scale="ionian")


def test_a_range_the_wrong_way_round_is_refused():
    with pytest.raises(RangeError, match="lowest_pitch 70 is above highest_pitch 60; swap them"):
        MelodyGoals(lowest_pitch=70, highest_pitch=60)


def test_chords_that_overlap_are_refused():
    with pytest.raises(RangeError, match="one begins at 960, before the one before ends at 1920"):
        MelodyGoals(chords=(ChordSpan(0, 1920, 0), ChordSpan(960, 960, 7)))


def test_a_chord_of_unknown_quality_is_refused():
    with pytest.raises(RequestError, match="no chord quality 'add9'"):
        ChordSpan(0, 1920, 0, "add9")


def test_no_chord_has_no_quality():
    with pytest.raises(RequestError, match="no chord has no quality, but quality is 'm'"):
        ChordSpan(0, 1920, None, "m")


def test_a_mood_is_found_by_its_name_in_any_case():
    assert mood_named(" Happy") == (0.8, 0.6)


def test_a_mood_that_is_not_there_names_the_nearest():
    with pytest.raises(NotFoundError, match="no mood 'hapy'; near: happy"):
        mood_named("hapy")


@pytest.mark.parametrize(
    ("name", "signs"),
    [("happy", (1, 1)), ("angry", (-1, 1)), ("sad", (-1, -1)), ("calm", (1, -1))],
)
def test_each_quadrant_of_the_circumplex_has_its_mood(name, signs):
    valence, arousal = MOODS[name]
    assert (valence * signs[0] > 0.5, arousal * signs[1] >= 0.5) == (True, True)
