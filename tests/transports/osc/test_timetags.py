"""Timetags mean moments, and what is due later waits in order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pythonosc.osc_bundle_builder import OscBundleBuilder

from bridge.errors import BusyError, RangeError
from bridge.transports.osc.packets import AT_ONCE
from bridge.transports.osc.timetags import Timetable, seconds_ahead, timetag_at

NOW_SECONDS = 1_800_000_000.25


@given(ahead=st.floats(0.001, 3600))
def test_a_timetag_survives_a_trip(ahead):
    timetag = timetag_at(NOW_SECONDS + ahead)
    assert seconds_ahead(timetag, wall_seconds=NOW_SECONDS) == pytest.approx(ahead, abs=2e-6)


def test_a_timetag_is_that_of_python_osc():
    theirs = OscBundleBuilder(NOW_SECONDS).build().dgram[8:16]
    assert timetag_at(NOW_SECONDS) == int.from_bytes(theirs, "big")


@pytest.mark.parametrize("timetag", [AT_ONCE, 0, timetag_at(NOW_SECONDS - 1), timetag_at(0)])
def test_what_is_past_is_due_at_once(timetag):
    assert seconds_ahead(timetag, wall_seconds=NOW_SECONDS) == 0.0


@pytest.mark.parametrize("timetag", [timetag_at(NOW_SECONDS + 3601), 2**64 - 1])
def test_what_is_over_an_hour_ahead_is_refused(timetag):
    with pytest.raises(RangeError, match="at most 3600 s: is the sender's clock right"):
        seconds_ahead(timetag, wall_seconds=NOW_SECONDS)


@given(due=st.lists(st.integers(0, 5)))
def test_what_waits_is_taken_by_time_and_then_as_it_came(due):
    table = Timetable()
    for number, seconds in enumerate(due):
        table.add(seconds, (seconds, number))
    assert table.take_due(5) == sorted((seconds, number) for number, seconds in enumerate(due))


def test_what_is_not_due_stays():
    table = Timetable()
    table.add(1.0, "soon")
    table.add(3.0, "late")
    assert table.take_due(2.0) == ["soon"]
    assert table.next_due_seconds == 3.0


def test_a_table_without_entries_is_due_never():
    assert Timetable().next_due_seconds is None


def test_so_many_may_wait():
    table = Timetable(most=2)
    table.add(1.0, "one")
    table.add(1.0, "two")
    with pytest.raises(BusyError, match="2 messages wait for their time already, at most 2"):
        table.add(1.0, "three")
