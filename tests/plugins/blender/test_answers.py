"""Nothing of an answer is used that does not fit."""

from __future__ import annotations

import base64
import copy
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.plugins.blender import stand_in
from tests.plugins.blender.pure import answers, body, trouble

BODY = stand_in.body()
SOMEONE = stand_in.someone(np.zeros(64))
MESH = stand_in.mesh({"character": SOMEONE, "shape_keys": True})
SHARED = body.read_body(BODY)


def test_a_body_and_a_shape_that_fit_are_taken():
    shape = body.read_shape(MESH, SHARED, has_keys=True)
    assert shape.vertices.shape == (SHARED.vertex_count, 3)
    assert shape.offsets.shape == (52, 3000, 3)
    assert len(SHARED.bones) == 104


@pytest.mark.parametrize("field", BODY)
@pytest.mark.parametrize("wrong", [None, "", "=", "AAAA", [], [1], -1, 2**70, float("nan"), {}])
def test_a_body_with_a_wrong_field_is_refused(field, wrong):
    if (field, wrong) == ("model_version", "") or (field == "model_version" and wrong):
        return
    with pytest.raises(trouble.BridgeError):
        body.read_body(BODY | {field: wrong})


@pytest.mark.parametrize("field", ["quads", "corner_uv", "bone_indices", "face_vertices"])
@pytest.mark.parametrize("beyond", [-1, 2**30])
def test_an_index_beyond_its_end_is_refused(field, beyond):
    first = np.frombuffer(np.array([beyond], "<i4").tobytes(), np.uint8)
    content = np.frombuffer(base64.b64decode(BODY[field]), np.uint8).copy()
    content[:4] = first
    with pytest.raises(trouble.BridgeError, match="beyond"):
        body.read_body(BODY | {field: stand_in.packed(content, "u1")})


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf, 1e9])
@pytest.mark.parametrize("field", ["vertices", "heads", "tails", "shape_keys"])
def test_a_number_that_makes_no_sense_is_refused(field, wrong):
    size = {"vertices": SHARED.vertex_count, "shape_keys": 52 * 3000}.get(field, 104)
    content = np.zeros((size, 3))
    content[-1, -1] = wrong
    with pytest.raises(trouble.BridgeError, match="no sense"):
        body.read_shape(MESH | {field: stand_in.packed(content, "<f4")}, SHARED, has_keys=True)


def test_a_shape_of_another_body_is_refused():
    with pytest.raises(trouble.BridgeError, match="wrong size"):
        body.read_shape(MESH | {"vertices": MESH["heads"]}, SHARED, has_keys=False)


@pytest.mark.parametrize("parents", [[0] * 104, list(range(104)), [-2] * 104, [-1] * 103])
def test_bones_that_come_before_their_parents_are_refused(parents):
    with pytest.raises(trouble.BridgeError):
        body.read_body(BODY | {"parents": parents})


@pytest.mark.parametrize("name", ["", "x" * 64, "a\nb", 7])
def test_a_name_that_blender_cannot_hold_is_refused(name):
    with pytest.raises(trouble.BridgeError):
        body.read_body(BODY | {"bones": [name, *BODY["bones"][1:]]})


def test_a_person_is_what_it_was():
    assert answers.read_character(SOMEONE) == SOMEONE | {"symmetric": False}
    turned = SOMEONE | {"symmetric": True, "pose": [{"bone": "a", "x": 1, "y": 0, "z": 0.5}]}
    assert answers.read_character(turned) == turned


@pytest.mark.parametrize(
    "wrong",
    [
        {"identity": []},
        {"identity": [0.0] * 2000},
        {"identity": [9.0] * 64},
        {"identity": [10**400] * 64},
        {"identity": ["1"] * 64},
        {"identity": [True] * 64},
        {"expression": [{"action": "jawOpen", "amount": 7}]},
        {"expression": [{"amount": 1}]},
        {"pose": [{"bone": "x", "x": 0, "y": 0}]},
        {"pose": "none"},
        {"name": 3},
    ],
)
def test_a_person_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(trouble.BridgeError):
        answers.read_character(SOMEONE | wrong)


def test_fewer_people_than_asked_for_are_refused():
    with pytest.raises(trouble.BridgeError, match="2 people where 6"):
        answers.read_characters([SOMEONE, SOMEONE], 6)


@pytest.mark.parametrize("wrong", ["", "AAAA", "no base64!", None, 7])
def test_a_picture_that_is_none_is_refused(wrong):
    with pytest.raises(trouble.BridgeError):
        answers.read_pictures({"images": [wrong]}, 1)


def test_a_picture_as_large_as_a_house_is_refused():
    large = stand_in.picture(1, 2000, [0.0, 0.0])
    with pytest.raises(trouble.BridgeError, match="size"):
        answers.read_pictures({"images": [large]}, 1)


def test_a_slider_without_room_is_refused():
    told = stand_in.sliders()
    assert [one.name for one in answers.read_controls(told).sliders][:2] == ["height", "width"]
    narrow = copy.deepcopy(told)
    narrow["sliders"][0]["high"] = -3.0
    with pytest.raises(trouble.BridgeError, match="no room"):
        answers.read_controls(narrow)


def test_measures_come_with_their_units():
    lines = answers.read_lines(stand_in.measure({"character": SOMEONE}))
    assert (lines[0].name, lines[0].unit, lines[0].percentile) == ("height", "m", 50.0)


_FIELDS = st.sampled_from([*SOMEONE, *stand_in.sliders(), "images", "lines", "name", "low"])
_PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_FIELDS, inner, max_size=6),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(_PLAIN)
def test_whatever_json_comes_is_taken_or_refused(told):
    json.dumps(told)
    for read in (answers.read_character, answers.read_controls, answers.read_lines):
        try:
            read(told)
        except trouble.BridgeError:
            continue
