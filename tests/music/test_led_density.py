"""What is still missing of a density is asked for, and no other goal is touched."""

import numpy as np

from bridge.music.led_density import led_rows
from bridge.music.melody_conditions import COLUMNS, condition_rows
from bridge.schema.goals import MelodyGoals
from bridge.schema.notes import Mode

ASKED = MelodyGoals(tonic_pitch_class=0, mode=Mode.MAJOR, bars=4, density=1.0)
DENSITY = COLUMNS["density"].start


def led(notes, slot, goals=ASKED):
    slots = np.array([slot])
    rows = condition_rows(goals, slots)
    return rows, led_rows(rows, np.array([notes]), slots, np.array([96]))


def test_at_the_start_it_is_what_was_asked_for():
    rows, found = led(0, 0)
    assert np.array_equal(rows, found)


def test_a_melody_on_its_way_is_told_what_was_asked_for():
    rows, found = led(8, 48)
    assert np.array_equal(rows, found)


def test_a_melody_with_too_few_notes_is_asked_for_more():
    assert led(4, 48)[1][0, DENSITY] > 0.5


def test_a_melody_with_too_many_notes_is_asked_for_fewer():
    assert led(12, 48)[1][0, DENSITY] < -0.5


def test_far_too_many_notes_still_ask_for_a_number():
    assert np.isfinite(led(60, 90)[1]).all()


def test_only_the_density_is_led():
    rows, found = led(4, 48)
    rows[0, DENSITY] = found[0, DENSITY]
    assert np.array_equal(rows, found)


def test_who_asked_for_no_density_is_told_none():
    goals = MelodyGoals(tonic_pitch_class=0, mode=Mode.MAJOR, bars=4)
    rows, found = led(4, 48, goals)
    assert np.array_equal(rows, found)
