"""A goal is hit or missed, and what was not asked for is neither."""

from __future__ import annotations

import pytest

from bridge.music.chords import parse_chords
from bridge.music.rewards.hits import goal_hits
from bridge.schema.goals import MelodyGoals
from bridge.schema.notes import Mode
from tests.music.rewards.phrases import FOUR_FOUR
from tests.music.tunes import TWINKLE, melody

SCALE = "C4 D4 E4 F4 G4 A4 B4 C5"


def hits(text, **goals) -> dict[str, bool]:
    return goal_hits(melody(text), MelodyGoals(**{"bars": 2, **goals}))


def test_what_was_not_asked_for_is_neither_hit_nor_missed():
    assert hits(SCALE) == {}


@pytest.mark.parametrize(
    ("goals", "name", "hit"),
    [
        ({"tonic_pitch_class": 0, "mode": Mode.MAJOR}, "key", True),
        ({"tonic_pitch_class": 1, "mode": Mode.MAJOR}, "key", False),
        ({"tonic_pitch_class": 0, "scale": "major-pentatonic"}, "key", False),
        ({"density": 1.2}, "density", True),
        ({"density": 1.5}, "density", False),
        ({"lowest_pitch": 60, "highest_pitch": 72}, "range", True),
        ({"lowest_pitch": 62}, "range", False),
        ({"register": 68.0}, "register", True),
        ({"register": 72.0}, "register", False),
        ({"arousal": 0.9, "tempo_bpm": 240.0}, "mood", True),
        ({"arousal": -0.9, "tempo_bpm": 240.0}, "mood", False),
        ({"motif": melody("D4 E4 F4 G4")}, "motif", True),
        ({"motif": melody("C4:1/4 G4:1/4 C4:1/4 G4:1/4")}, "motif", False),
        ({"chords": parse_chords("C G", FOUR_FOUR)}, "chords", True),
        ({"chords": parse_chords("F# C#", FOUR_FOUR)}, "chords", False),
    ],
)
def test_a_goal_is_hit_or_missed(goals, name, hit):
    assert hits(SCALE, **goals)[name] is hit


def test_a_real_tune_hits_the_key_and_chords_it_is_in():
    chords = parse_chords("C | F C | F C | G C", FOUR_FOUR, bars=12)
    goals = MelodyGoals(0, Mode.MAJOR, chords=chords, bars=12, density=0.9)
    assert goal_hits(TWINKLE.notes, goals) == {"key": True, "chords": True, "density": True}


def test_silence_hits_nothing():
    missed = hits("-:8", tonic_pitch_class=0, density=1.0, valence=0.5)
    assert missed == {"key": False, "density": False, "mood": False}
