"""A taste survives a trip through JSON, and a hostile file is refused with a reason."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import RequestError
from bridge.preference.memory import taste_from_dict, taste_to_dict
from bridge.preference.taste import MOST_ANSWERS, chosen, new_taste, rated, utilities
from tests.preference.people import NAMES, pool


def example(answers=20):
    taste = new_taste(NAMES)
    for index, features in enumerate(pool(0)[:answers]):
        taste = rated(taste, features, (-1, 0.5, 1)[index % 3])
    return chosen(taste, pool(1)[0], pool(1)[1])


def sound(**changed):
    """Give a sound file of two features, with some fields changed."""
    answers = [[1.0, [0.5, -1.0]], [1.0, [0.0, 1.0], [1.0, 0.0]]]
    frame = {"centre": [0, 0.5], "spread": [1, 0.5]}
    return {"version": 1, "names": ["a", "b"], "count": 2, "answers": answers} | frame | changed


def test_a_taste_survives_a_trip_through_json():
    taste = example()
    assert taste_from_dict(json.loads(json.dumps(taste_to_dict(taste)))) == taste


def test_a_taste_that_was_read_likes_exactly_what_it_liked():
    taste = example()
    again = taste_from_dict(json.loads(json.dumps(taste_to_dict(taste))))
    assert np.array_equal(utilities(again, pool(2)), utilities(taste, pool(2)))


def test_thirty_answers_take_little_room():
    assert len(json.dumps(taste_to_dict(example(30)))) < 4000


def test_a_sound_file_is_read():
    assert taste_from_dict(sound()).count == 2


NAN, INFINITE = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("plain", "reason"),
    [
        ([], "object with fields"),
        (None, "object with fields"),
        ({}, "at fault: .*answers"),
        (sound(mean=[1]), "at fault: 'mean'"),
        (sound(version=2), "version 1 can be read, not 2"),
        (sound(version=True), "version 1 can be read"),
        (sound(version=[9] * 1000), "not a list"),
        (sound(names="ab"), "names must be a list"),
        (sound(names=["a", 3]), "names must be a list"),
        (sound(names=["a", "a"]), "a name of its own"),
        (sound(names=["a" * 101, "b"]), "names must be a list"),
        (sound(names=[str(n) for n in range(1000)]), "1..64 features, not 1000"),
        (sound(names=[]), "1..64 features, not 0"),
        (sound(centre=[0]), "centre must have 2 features"),
        (sound(centre=[0, NAN]), "a feature of centre must be a finite number"),
        (sound(spread=[1, 0]), "spread must be >= 0.01"),
        (sound(spread=[1, -1]), "spread must be >= 0.01"),
        (sound(spread="ab"), "spread must have 2 features"),
        (sound(count=1), "count must be a whole number >= 2"),
        (sound(count=2.0), "count must be a whole number"),
        (sound(count=10**400), "count must be a whole number"),
        (sound(answers={}), "answers must be a list"),
        (sound(answers=[[1, [0, 0]]] * (MOST_ANSWERS + 1)), f"at most {MOST_ANSWERS}"),
        (sound(answers=[3]), "answer 1 must be"),
        (sound(answers=[[1, [0, 0], [0, 0], [0, 0]]]), "answer 1 must be"),
        (sound(answers=[[1, [0]]]), "answer 1 must have 2 features"),
        (sound(answers=[[1, [0, 0, 0]]]), "answer 1 must have 2 features"),
        (sound(answers=[[1, [0, NAN]]]), "finite number, not nan"),
        (sound(answers=[[1, [0, INFINITE]]]), "finite number, not inf"),
        (sound(answers=[[1, [0, 10**400]]]), "finite number"),
        (sound(answers=[[1, [0, True]]]), "finite number"),
        (sound(answers=[[1, [0, "1"]]]), "finite number, not '1'"),
        (sound(answers=[[1, [0, None]]]), "finite number"),
        (sound(answers=[[NAN, [0, 0]]]), "score of answer 1"),
        (sound(answers=[[0, [0, 0]]]), "score of answer 1"),
        (sound(answers=[[7, [0, 0]]]), "score of answer 1"),
        (sound(answers=[[-1, [0, 0], [1, 1]]]), "is a choice"),
    ],
)
def test_a_hostile_file_is_refused_with_a_reason(plain, reason):
    with pytest.raises(RequestError, match=reason):
        taste_from_dict(plain)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@given(field=st.sampled_from(sorted(sound())), value=JSON)
def test_whatever_a_field_holds_it_is_read_or_refused(field, value):
    try:
        taste = taste_from_dict(sound(**{field: value}))
    except RequestError:
        return
    assert np.isfinite(utilities(taste, np.zeros((1, len(taste.names))))).all()
