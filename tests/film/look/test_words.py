"""Words follow their rules."""

import numpy as np
import pytest

from bridge.film.look.palette import picture_colours
from bridge.film.look.things import THINGS
from bridge.film.look.words import (
    class_words,
    colour_words,
    light_words,
    mood_words,
    people_word,
    seen_words,
)
from bridge.schema.shots import Guess, Mood
from tests.film.look.pictures import plain


def test_every_class_of_imagenet_has_a_name():
    assert len(class_words()) == 1000
    assert all(names[0] for names in class_words())


def test_there_are_80_kinds_of_things():
    assert len(THINGS) == 80
    assert THINGS[0] == "person"
    assert THINGS[16] == "dog"
    assert THINGS[79] == "toothbrush"


def test_breeds_that_are_unsure_together_make_a_dog():
    words = seen_words({207: 0.2, 208: 0.2, 222: 0.1})
    assert "dog" in words
    assert "golden retriever" not in words


def test_a_sure_class_gives_its_name_and_its_kind():
    assert seen_words({404: 0.8})[:1] == ("airliner",)
    assert {"aeroplane", "vehicle"} <= set(seen_words({404: 0.8}))


def test_unsure_classes_give_nothing():
    assert seen_words({1: 0.1, 404: 0.2, 954: 0.1}) == ()


@pytest.mark.parametrize(
    ("count", "word"), [(0, "nobody"), (1, "one person"), (2, "two people"), (5, "group")]
)
def test_people_are_counted_in_words(count, word):
    assert people_word(count) == word


def test_a_crowd_is_a_crowd():
    assert people_word(30) == "crowd"


def test_a_dark_picture_is_night():
    assert light_words(brightness=0.1, dark=0.8, sky=0.0) == ("night", "dark")


def test_a_bright_sky_is_day():
    assert "day" in light_words(brightness=0.4, dark=0.2, sky=0.6)


def test_dusk_is_neither():
    assert light_words(brightness=0.3, dark=0.3, sky=0.1) == ()


@pytest.mark.parametrize(
    ("arousal", "valence", "word"),
    [(-0.5, 0.0, "calm"), (0.5, -0.3, "tense"), (0.5, 0.3, "lively"), (0.0, 0.4, "cheerful")],
)
def test_moods_have_words(arousal, valence, word):
    assert word in mood_words(Mood(Guess(valence, 0.3), Guess(arousal, 0.3)))


def test_a_middling_mood_has_none():
    assert mood_words(Mood(Guess(0.05, 0.3), Guess(-0.05, 0.3))) == ()


@pytest.mark.parametrize(
    ("colour", "word"),
    [
        ((220, 20, 30), "red"),
        ((30, 60, 220), "blue"),
        ((40, 160, 60), "green"),
        ((250, 220, 40), "yellow"),
        ((240, 140, 30), "orange"),
        ((110, 70, 30), "brown"),
        ((130, 40, 160), "purple"),
        ((240, 150, 180), "pink"),
    ],
)
def test_colours_have_the_names_people_give_them(colour, word):
    assert colour_words(picture_colours(plain(colour)), saturation=0.8) == (word,)


def test_grey_has_no_colour():
    assert colour_words(picture_colours(plain((128,) * 3)), saturation=0.1) == ()


def test_no_saturation_is_black_and_white():
    colours = np.zeros((5, 4), np.float32)
    assert colour_words(colours, saturation=0.0) == ("black and white",)
