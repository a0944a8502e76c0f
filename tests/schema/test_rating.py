"""A rating says who said what about which result."""

from dataclasses import replace

import pytest

from bridge.errors import RangeError, RequestError
from bridge.schema.rating import Origin, Preference, Rating, Result, Scale, Who

TUNE = Result("music.vary", '{"parts": [], "ppq": 480}', "2025-01-01T12:00:00Z")
OTHER = replace(TUNE, noun_json='{"parts": []}')


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"subject": ""}, "subject must name what made the result"),
        ({"domain": ""}, "domain must name"),
        ({"take_number": 0}, "take_number must be >= 1, not 0"),
    ],
)
def test_a_result_without_sense_is_refused(change, said):
    with pytest.raises(RangeError, match=said):
        replace(TUNE, **change)


@pytest.mark.parametrize(
    ("scale", "score"),
    [(Scale.THUMB, 2), (Scale.THUMB, -2), (Scale.STARS, 0), (Scale.STARS, 6), (Scale.IMPLICIT, 2)],
)
def test_a_score_outside_its_scale_is_refused(scale, score):
    with pytest.raises(RangeError, match="score must be"):
        Rating(TUNE, score, scale)


@pytest.mark.parametrize("name", ["", "a" * 81, " ada", "a\nb", "a\0b"])
def test_a_name_that_no_list_could_show_is_refused(name):
    with pytest.raises(RangeError, match="person must"):
        Who(name)


@pytest.mark.parametrize("wrong", ["ab", "g" * 32, "A" * 32, "0" * 33])
def test_an_id_that_is_none_is_refused(wrong):
    with pytest.raises(RangeError, match="id must be 32 hexadecimal digits"):
        Rating(TUNE, 1, id=wrong)


def test_a_preference_between_the_same_music_is_refused():
    with pytest.raises(RequestError, match="are the same"):
        Preference(TUNE, replace(TUNE, subject="file"), Origin.CHOICE)


def test_the_same_music_has_the_same_content_however_it_is_written_and_made():
    spaced = replace(TUNE, noun_json='{"ppq":480,"parts":[]}', subject="file")
    assert spaced.content_hash == TUNE.content_hash
    assert spaced.id != TUNE.id


def test_when_a_result_was_made_makes_no_other_of_it():
    assert replace(TUNE, made_at="").id == TUNE.id


@pytest.mark.parametrize(
    ("scale", "score", "liking"),
    [
        (Scale.THUMB, 1, 1.0),
        (Scale.THUMB, -1, -1.0),
        (Scale.STARS, 5, 1.0),
        (Scale.STARS, 3, 0.0),
        (Scale.STARS, 2, -0.5),
        (Scale.IMPLICIT, -1, -0.5),
    ],
)
def test_every_scale_says_how_much_something_is_liked(scale, score, liking):
    assert Rating(TUNE, score, scale).liking == liking


def test_only_a_thumb_that_is_neither_up_nor_down_takes_back():
    assert Rating(TUNE, 0).takes_back
    assert not Rating(TUNE, 3, Scale.STARS).takes_back
