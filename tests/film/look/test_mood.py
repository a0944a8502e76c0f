"""Moods are ordered as people would order them, and say how sure they are."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.film.look.mood import EXPRESSIONS, MoodSigns, mood
from bridge.schema.shots import Picture

USUAL = Picture(
    brightness=0.44,
    contrast=0.2,
    saturation=0.3,
    warmth=0.0,
    sharpness=0.8,
    exposure=1.0,
    palette=("#808080",),
)


def showing(expression):
    shares = tuple(float(name == expression) for name in EXPRESSIONS)
    return MoodSigns(expressions=shares, face_share=1.0)


NO_SIGNS = MoodSigns()


def valence(picture=USUAL, signs=NO_SIGNS):
    return mood(picture, signs).valence.value


def arousal(picture=USUAL, signs=NO_SIGNS):
    return mood(picture, signs).arousal.value


def test_a_sunny_meadow_is_more_pleasant_than_a_grey_cellar():
    meadow = replace(USUAL, brightness=0.7, saturation=0.6)
    cellar = replace(USUAL, brightness=0.15, saturation=0.1)
    assert valence(meadow) > valence(cellar) + 0.3


def test_vivid_colour_is_more_exciting_than_grey():
    assert arousal(replace(USUAL, saturation=0.8)) > arousal(replace(USUAL, saturation=0.05))


@pytest.mark.parametrize("expression", ["sad", "angry", "fearful", "disgusted", "neutral"])
def test_a_happy_face_is_more_pleasant_than_any_other(expression):
    assert valence(signs=showing("happy")) > valence(signs=showing(expression)) + 0.2


def test_an_angry_face_is_more_exciting_than_a_sad_one():
    assert arousal(signs=showing("angry")) > arousal(signs=showing("sad")) + 0.2


def test_motion_excites():
    values = [arousal(signs=MoodSigns(motion=motion)) for motion in (0.0, 0.3, 0.6, 1.0)]
    assert values == sorted(values)
    assert values[0] < -0.2 < 0.2 < values[-1]


def test_short_shots_excite():
    values = [arousal(signs=MoodSigns(seconds=seconds)) for seconds in (30.0, 8.0, 2.0, 0.5)]
    assert values == sorted(values)


def test_loud_sound_excites():
    values = [arousal(signs=MoodSigns(loudness_lufs=level)) for level in (-60.0, -30.0, -14.0)]
    assert values == sorted(values)


def test_a_chase_is_more_exciting_than_a_sunset():
    chase = MoodSigns(motion=0.8, seconds=1.2, loudness_lufs=-14.0)
    sunset = MoodSigns(motion=0.05, seconds=14.0, loudness_lufs=-34.0)
    assert arousal(signs=chase) > 0.3
    assert arousal(signs=sunset) < -0.3


def test_more_evidence_narrows_the_guess():
    alone = mood(USUAL).arousal.spread
    agreeing = MoodSigns(motion=0.55, seconds=4.0, loudness_lufs=-26.0)
    assert mood(USUAL, agreeing).arousal.spread < alone


def test_contradicting_evidence_widens_the_guess():
    agreeing = MoodSigns(motion=1.0, seconds=0.3, loudness_lufs=-12.0)
    contradicting = MoodSigns(motion=1.0, seconds=60.0, loudness_lufs=-60.0)
    assert mood(USUAL, contradicting).arousal.spread > mood(USUAL, agreeing).arousal.spread


def test_a_face_seldom_seen_is_trusted_less():
    often, seldom = showing("happy"), replace(showing("happy"), face_share=0.1)
    assert mood(USUAL, seldom).valence.spread > mood(USUAL, often).valence.spread
    assert valence(signs=seldom) < valence(signs=often)


shares = st.floats(0.0, 1.0)


@given(
    brightness=shares,
    saturation=shares,
    motion=st.none() | st.floats(-5.0, 5.0),
    seconds=st.none() | st.floats(0.0, 1e6),
    loudness=st.none() | st.floats(-200.0, 20.0) | st.just(float("-inf")),
    face=st.sampled_from(EXPRESSIONS),
    face_share=shares,
)
def test_a_mood_never_leaves_its_scale(
    brightness, saturation, motion, seconds, loudness, face, face_share
):
    signs = replace(
        showing(face),
        face_share=face_share,
        motion=motion,
        seconds=seconds,
        loudness_lufs=loudness,
    )
    found = mood(replace(USUAL, brightness=brightness, saturation=saturation), signs)
    for guess in (found.valence, found.arousal):
        assert -1.0 <= guess.value <= 1.0
        assert 0.0 < guess.spread < 2.0
