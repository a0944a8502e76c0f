"""A binding says what one control does, and refuses what makes no sense."""

import pytest

from bridge.errors import NotFoundError, RangeError, RequestError
from bridge.schema.codec import from_plain, to_plain
from bridge.schema.mapping import Binding, ControlForm, Curve, DeviceMap, LearnWish, Reading

CC, NOTE = ControlForm.CC, ControlForm.NOTE


@pytest.mark.parametrize(
    ("binding", "reads"),
    [
        (Binding("amount", CC, 21), Reading.POSITION),
        (Binding("mode", CC, 21), Reading.POSITION),
        (Binding("do.panic", CC, 21), Reading.PRESS),
        (Binding("mode", CC, 21, choice="duet"), Reading.PRESS),
        (Binding("mode", NOTE, 36), Reading.PRESS),
        (Binding("mode", ControlForm.PROGRAM, 3), Reading.PRESS),
        (Binding("amount", ControlForm.PITCH_BEND), Reading.POSITION),
        (Binding("amount", CC, 21, reading=Reading.RELATIVE), Reading.RELATIVE),
    ],
)
def test_how_a_control_is_read_follows_from_what_it_is_and_does(binding, reads):
    assert binding.reads is reads


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"number": 120}, r"cc number must be 0\.\.119, not 120"),
        ({"control": ControlForm.CC14, "number": 32}, r"cc14 number must be 0\.\.31, not 32"),
        ({"channel": 16}, r"channel must be 0\.\.15, not 16"),
        ({"low": -0.1}, r"low must be 0\.0\.\.1\.0, not -0\.1"),
        ({"low": 0.5, "high": 0.5}, "low and high must differ, not both be 0.5"),
        ({"curve": Curve.LOG}, "curve log needs low and high above 0, not 0"),
        ({"lit": 128}, r"lit must be 0\.\.127, not 128"),
        ({"target": "mode", "low": 1.0}, "low and high are for numbers, and mode is none"),
        ({"target": "mode", "curve": Curve.LOG}, "curve is for numbers, and mode is none"),
        ({"target": "mode", "choice": "polka"}, "choice: mode must be one of off, call, duet"),
        ({"target": "panic"}, "no setting 'panic'; the verb is called do.panic"),
        ({"target": "do.panic", "choice": "on"}, "do.panic has no value"),
        (
            {"target": "do.panic", "reading": Reading.POSITION},
            "reading must be press, as do.panic is something that is done",
        ),
        (
            {"control": NOTE, "reading": Reading.RELATIVE},
            "reading of a note must be press or position",
        ),
        ({"choice": "0.5", "reading": Reading.POSITION}, "choice is what a press sets"),
    ],
)
def test_a_binding_without_sense_is_refused(values, said):
    with pytest.raises(RequestError, match=said):
        Binding(**({"target": "amount", "control": CC, "number": 21} | values))


def test_an_unknown_target_is_refused_with_those_nearby():
    with pytest.raises(NotFoundError, match="near: amount"):
        Binding("amonut", CC, 21)


def test_ends_that_are_not_said_are_those_of_the_target():
    assert Binding("tempo_bpm", CC, 21, high=180.0).ends == (20.0, 180.0)


@pytest.mark.parametrize(
    "name", ["", "..", "a/b", "a\\b", ".hidden", "con", "LPT1", "a" * 65, "a:b"]
)
def test_a_name_that_no_disk_could_hold_is_refused(name):
    with pytest.raises(RequestError, match="cannot be the name of a device's file"):
        DeviceMap(name)


@pytest.mark.parametrize("name", ["Launch Control XL", "nanoKONTROL2", "MPK mini (mk3)", "X"])
def test_names_of_devices_are_taken(name):
    assert DeviceMap(name).device == name


def test_a_control_that_is_bound_anew_does_what_it_did_no_more():
    old, new = Binding("amount", CC, 21), Binding("mode", CC, 21)
    other = Binding("amount", CC, 22)
    assert DeviceMap("x", bindings=(old, other)).with_binding(new).bindings == (other, new)


def test_a_wish_that_no_binding_could_fulfil_is_refused_before_anything_is_moved():
    with pytest.raises(RangeError, match=r"low must be 0\.0\.\.1\.0"):
        LearnWish("amount", "x", low=3.0)


def test_a_map_survives_a_trip_through_its_plain_form():
    device = DeviceMap("x", "nano", (Binding("amount", CC, 21, curve=Curve.LINEAR, low=0.5),))
    assert from_plain(DeviceMap, to_plain(device)) == device
