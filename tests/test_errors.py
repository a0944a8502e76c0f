"""The tree that is drawn in errors.py is the tree that is there."""

import inspect
import re

import pytest

import bridge.errors as errors
from bridge.errors import RangeError, SegueError, check_range

LINE = re.compile(r"^ +[│├└─ ]*(\w+Error) +exit (\d+) +HTTP (\d+)", re.MULTILINE)
DRAWN = {
    name: (int(code), int(status)) for name, code, status in LINE.findall(errors.__doc__ or "")
}
THERE = {
    name: kind
    for name, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, SegueError)
}


def test_every_error_is_drawn():
    assert set(DRAWN) == set(THERE)


@pytest.mark.parametrize("name", DRAWN)
def test_an_error_exits_and_answers_as_it_is_drawn(name):
    assert (THERE[name].exit_code, THERE[name].http_status) == DRAWN[name]


@pytest.mark.parametrize("number", [0, 127])
def test_the_ends_of_a_range_belong_to_it(number):
    check_range("pitch", number, 0, 127)


@pytest.mark.parametrize("number", [-1, 128, float("nan")])
def test_a_number_outside_its_range_is_refused_with_the_range(number):
    with pytest.raises(RangeError, match=r"pitch must be 0\.\.127, not"):
        check_range("pitch", number, 0, 127)
