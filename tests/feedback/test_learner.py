"""A taste is kept in the store to the last bit; what is none is learned again."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.errors import FileFormatError
from bridge.feedback.learner import PreferenceLearner
from bridge.preference.taste import utilities

NAMES = ("leaps", "density", "syncopation")
LEARNER = PreferenceLearner("1", NAMES, lambda noun_json: json.loads(noun_json))

values = st.lists(st.floats(-3.0, 3.0), min_size=3, max_size=3)
answers = st.lists(st.tuples(values, st.floats(-1.0, 1.0)) | st.tuples(values, values), max_size=30)


def learned(said):
    taste = LEARNER.fresh()
    for one, other in said:
        if isinstance(other, list):
            taste = LEARNER.chosen(taste, one, other)
        else:
            taste = LEARNER.rated(taste, one, other)
    return taste


@settings(deadline=None, max_examples=25)
@given(said=answers, more=values)
def test_a_taste_that_was_kept_goes_on_as_if_it_never_was(said, more):
    taste = learned(said)
    back = LEARNER.read(LEARNER.write(taste))
    assert back == taste
    one, other = (LEARNER.rated(found, more, 1.0) for found in (taste, back))
    candidates = np.eye(3)
    assert (utilities(one, candidates) == utilities(other, candidates)).all()


TEXT = LEARNER.write(learned([([1.0, 0.0, 0.0], 1.0)]))
PLAIN = json.loads(TEXT)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        TEXT[:-1],
        json.dumps(PLAIN | {"names": ["leaps"]}),
        json.dumps(PLAIN | {"answers": [{"features": ["a"]}]}),
        json.dumps(PLAIN | {"count": None}),
        json.dumps(PLAIN | {"beliefs": {}}),
        json.dumps(PLAIN | {"beliefs": PLAIN["beliefs"] | {"whole_mean": "AAAA"}}),
        json.dumps(PLAIN | {"beliefs": PLAIN["beliefs"] | {"whole_mean": "?"}}),
        json.dumps(PLAIN | {"beliefs": PLAIN["beliefs"] | {"whole_mean": 5}}),
    ],
)
def test_what_is_no_taste_is_refused(text):
    with pytest.raises(FileFormatError, match="it is"):
        LEARNER.read(text)


def test_a_taste_with_a_number_that_is_none_is_refused():
    mean = np.full((2, 7), np.nan).astype("<f8").tobytes()
    beliefs = PLAIN["beliefs"] | {"whole_mean": base64.b64encode(mean).decode()}
    with pytest.raises(FileFormatError, match="not finite"):
        LEARNER.read(json.dumps(PLAIN | {"beliefs": beliefs}))
