"""Features say what a melody has more of than others, whoever plays it."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from bridge.errors import RequestError
from bridge.music.chords import parse_chords
from bridge.music.rewards.measured import FEATURE_NORMS
from bridge.music.taste_features import FEATURES, NAMES, features
from bridge.schema.goals import MelodyGoals
from bridge.schema.notes import KeySignature, Mode, NoteSequence, Part, TempoChange
from tests.music.tunes import FOUR_FOUR, GREENSLEEVES, TUNES, TWINKLE, melody, sequence_of

PLAIN = "C4 D4 E4 F4 G4 F4 E4 D4 C4 D4 E4 F4 G4:2 C4:2"


def measured(text, **changes) -> dict[str, float]:
    sequence = replace(sequence_of(*melody(text)), **changes)
    return dict(zip(NAMES, features(sequence), strict=True))


def test_every_feature_has_its_norm():
    assert set(NAMES) == set(FEATURE_NORMS)


def test_every_feature_has_words_of_its_own_for_both_ends():
    words = [word for feature in FEATURES for word in (feature.more, feature.less)]
    assert len(set(words)) == 2 * len(FEATURES)


@pytest.mark.parametrize("tune", TUNES, ids=str)
def test_features_of_a_real_tune_are_finite_and_within_three_deviations(tune):
    found = features(tune.sequence)
    assert found.shape == (len(FEATURES),) and bool((np.abs(found) <= 3.0).all())


@pytest.mark.parametrize(
    ("name", "more", "less"),
    [
        ("density", "C4:1/2 D4:1/2 E4:1/2 F4:1/2 " * 4, "C4:2 D4:2 E4:2 F4:2"),
        ("syncopation", "C4:1/2 D4 E4 F4 G4:1/2 " * 2, PLAIN),
        ("off_beat", "-:1/2 C4:1/2 " * 8, PLAIN),
        ("triplets", "C4:1/3 D4:1/3 E4:1/3 " * 8, PLAIN),
        ("rests", "C4 - D4 - E4 - F4 -", PLAIN),
        ("legato", PLAIN, "C4:1/4 -:3/4 D4:1/4 -:3/4 E4:1/4 -:3/4 F4:1/4 -:3/4"),
        ("long_notes", "C4:4 D4:4", PLAIN),
        ("rhythm_variety", "C4:1/4 D4:3/4 E4:1/2 F4:3/2 G4 F4:1/3 E4:2/3 D4:3", PLAIN),
        ("rhythm_repetition", PLAIN, "C4 D4:3 E4:2 F4:2 G4:3 F4 E4:1/2 D4:7/2"),
        ("steps", PLAIN, "C4 E4 G4 C5 A4 F4 C4 E4"),
        ("leaps", "C4 A4 C4 G4 C5 E4 B4 C4", PLAIN),
        ("repeated_pitches", "C4 C4 C4 D4 D4 D4 E4 E4", PLAIN),
        ("turns", "C4 E4 D4 F4 E4 G4 F4 A4", "C4 D4 E4 F4 G4 A4 B4 C5"),
        ("range", "C3 C4 C5 C6", PLAIN),
        ("register", "C6 D6 E6 F6", "C3 D3 E3 F3"),
        ("rising", "C4 D4 E4 F4 G4 A4", "A4 G4 F4 E4 D4 C4"),
        ("arch", "C4 D4 A4 B4 D4 C4", "B4 A4 C4 D4 A4 B4"),
        ("pitch_variety", "C4 D4 E4 F4 G4 A4 B4 C5", "C4 G4 C4 G4 C4 G4 C4 C4"),
        ("ends_home", PLAIN, "C4 D4 E4 F4 G4 F4 E4 D4 C4 D4 E4 F4 G4:2 D4:2"),
        ("motif_return", "C4 E4 G4 C5 D4 F4 A4 D5 E4 G4 B4 E5", "C4 E4 G4 C5 B4:3 A4:1/2 F4:1/2"),
    ],
)
def test_more_of_a_thing_is_a_higher_feature(name, more, less):
    key = (KeySignature(0, 0, Mode.MAJOR),)
    high, low = (measured(text, key_signatures=key)[name] for text in (more, less))
    assert high > low + 0.2


def test_a_faster_tempo_is_a_higher_feature():
    fast, slow = (measured(PLAIN, tempos=(TempoChange(0, bpm),))["tempo"] for bpm in (180.0, 70.0))
    assert fast > slow + 1.0


def test_minor_is_heard_without_being_told():
    assert features(GREENSLEEVES.sequence)[NAMES.index("minor")] > 0.5


def test_notes_off_the_scale_are_chromatic():
    key = (KeySignature(0, 0, Mode.MAJOR),)
    assert measured("C4 C#4 D4 D#4 E4 F4 F#4 G4", key_signatures=key)["chromaticism"] > 1.0


def test_what_leans_away_from_the_tonic_triad_is_tense():
    key = (KeySignature(0, 0, Mode.MAJOR),)
    tense, calm = (
        measured(text, key_signatures=key)["tension"]
        for text in ("D4:2 F4:2 A4:2 B4:2", "C4:2 E4:2 G4:2 C5:2")
    )
    assert tense > calm + 2.0


def test_chord_tones_count_only_where_chords_are_known():
    goals = MelodyGoals(0, Mode.MAJOR, chords=parse_chords("C", FOUR_FOUR))
    tune = sequence_of(*melody("C4 E4 G4 C5"))
    at = NAMES.index("chord_tones")
    assert (features(tune)[at], features(tune, goals)[at] > 1.0) == (0.0, True)


def test_loudness_that_nobody_gave_is_typical():
    assert measured(PLAIN)["loudness"] == 0.0


def test_loud_notes_and_soft_ones_are_dynamics():
    notes = [replace(n, velocity=40 + 20 * (at % 4)) for at, n in enumerate(melody(PLAIN))]
    found = dict(zip(NAMES, features(sequence_of(*notes)), strict=True))
    assert found["dynamics"] > 1.0


@pytest.mark.parametrize("semitones", [-5, 7])
def test_only_the_register_follows_a_transposition(semitones):
    moved = sequence_of(*(replace(n, pitch=n.pitch + semitones) for n in TWINKLE.notes))
    off = np.abs(features(moved) - features(TWINKLE.sequence))
    assert [name for name, gap in zip(NAMES, off, strict=True) if gap > 1e-9] == ["register"]


def test_a_clip_that_begins_later_in_the_song_is_the_same_clip():
    later = sequence_of(*(replace(n, onset_ticks=n.onset_ticks + 8 * 1920) for n in TWINKLE.notes))
    assert features(later).tolist() == features(TWINKLE.sequence).tolist()


def test_features_do_not_depend_on_the_resolution():
    assert features(TWINKLE.sequence.at_ppq(960)).tolist() == features(TWINKLE.sequence).tolist()


def test_music_without_a_melody_is_refused():
    with pytest.raises(RequestError, match="no notes outside the drum channel"):
        features(NoteSequence(parts=(Part(),)))


def test_features_of_sixteen_bars_take_less_than_two_milliseconds():
    tune = sequence_of(*melody(" ".join([TWINKLE.text] * 2))[:64])
    features(tune)
    times = []
    for _ in range(20):
        start = time.perf_counter()
        features(tune)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.002
