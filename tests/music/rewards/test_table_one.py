"""The rows of RL Tuner's Table 1 are counted as its code counts them."""

from __future__ import annotations

import math

import pytest

from bridge.music.rewards.table_one import (
    NO_EVENT,
    NOTE_OFF,
    TableOne,
    autocorrelation,
    compositions,
    count,
    table_one,
)
from tests.music.rewards.phrases import phrase
from tests.music.tunes import TWINKLE

C_MAJOR = {0, 2, 4, 5, 7, 9, 11}
C4, D4, E4, F4, G4, A4, B4, C5, G5 = 14, 16, 18, 19, 21, 23, 25, 26, 33
FILL = [NO_EVENT]


def counted(*events) -> TableOne:
    """Count events, filled up to 32 with `no event`."""
    return count([*events, *FILL * (32 - len(events))], key=C_MAJOR, tonic=0)


def test_a_note_off_stands_at_the_end_of_a_note_and_nothing_goes_on_after():
    (events,) = compositions(phrase("C4:1 -:1 D4:1/2 E4:11/2", bars=2))
    assert events[:12] == [C4, 1, 1, 1, NOTE_OFF, 1, 1, 1, D4, 1, E4, 1]


def test_a_melody_of_four_bars_has_two_compositions():
    assert len(list(compositions(phrase("C4:4 D4:4 E4:4 F4:4", bars=4)))) == 2


def test_a_note_that_rings_into_a_composition_does_not_begin_there():
    _, second = compositions(phrase("C4:12 D4:4", bars=4))
    assert second[:17] == [NO_EVENT] * 16 + [D4]


def test_a_melody_below_the_alphabet_moves_up_by_octaves():
    (events,) = compositions(phrase("C2:4 G2:4", bars=2))
    assert (events[0], events[16]) == (2, 9)


def test_notes_off_the_key_are_counted_over_all_steps():
    assert counted(C4, C4 + 1, D4, D4 + 1).rows()["not_in_key"] == 2 / 32


@pytest.mark.parametrize(("first", "starts"), [(C4, 1), (C5, 1), (G4, 0), (NO_EVENT, 0)])
def test_a_composition_starts_on_the_tonic_in_any_octave(first, starts):
    assert counted(first, D4).starts_on_tonic == starts


def repeated(*events) -> int:
    """Count the excessive repetitions of events, filled up to 32 with a trill."""
    return count([*events, *[D4, E4] * 16][:32], key=C_MAJOR, tonic=0).repeated


def test_the_sixth_of_one_note_in_a_row_is_excessive():
    assert [repeated(*[C4] * times) for times in (5, 6, 7)] == [0, 1, 2]


def test_with_a_hold_between_the_eighth_is_excessive():
    assert [repeated(C4, NO_EVENT, *[C4] * times) for times in (6, 7)] == [0, 1]


def test_a_long_hold_repeats_itself_there():
    assert counted(C4).repeated == 31 - 5


def test_the_third_note_off_in_a_row_is_excessive():
    assert [repeated(C4, *[NOTE_OFF] * times) for times in (2, 3, 4)] == [0, 1, 2]


def test_a_leap_is_resolved_by_coming_back_to_where_it_came_from():
    assert (counted(C4, C5, B4, G4, E4, C4).leaps_resolved) == 1


def test_a_leap_is_not_resolved_before_it_is_back():
    assert (counted(C4, C5, B4, G4, E4).leaps_resolved) == 0


def test_a_leap_on_in_the_same_direction_is_doubled():
    assert counted(C4, C5, G5).leaps_doubled == 1


def test_a_leap_back_at_once_counts_as_neither():
    table = counted(C4, C5, C4)
    assert (table.leaps_resolved, table.leaps_doubled) == (0, 0)


def test_a_leap_back_after_seven_steps_is_a_resolution():
    assert counted(C4, C5, *FILL * 7, C4).leaps_resolved == 1


def test_a_fourth_is_no_leap():
    assert counted(C4, F4, B4 - 2, C5 + 4).leaps_doubled == 0


@pytest.mark.parametrize(("events", "unique"), [((C4, E4, D4), (1, 1)), ((C4, E4, E4, C4), (0, 0))])
def test_the_highest_and_the_lowest_note_may_be_unique(events, unique):
    table = counted(*events)
    assert (table.unique_max, table.unique_min) == unique


def test_a_motif_is_three_pitches_within_eight_steps():
    assert (counted(C4, D4, E4).in_motif, counted(C4, D4, C4).in_motif) == (1, 0)


def test_a_motif_that_comes_back_step_for_step_is_repeated():
    bar = [C4, D4, E4, F4, G4, F4, E4, D4]
    assert counted(*bar, *bar).in_repeated_motif == 1


def test_a_motif_that_comes_back_on_another_degree_is_not():
    bar = [C4, D4, E4, F4, G4, F4, E4, D4]
    assert counted(*bar, *[event + 2 for event in bar]).in_repeated_motif == 0


@pytest.mark.parametrize(("lag", "expected"), [(1, -31 / 32), (2, 30 / 32), (3, -29 / 32)])
def test_an_alternation_correlates_with_itself_at_even_lags(lag, expected):
    assert autocorrelation([C4, D4] * 16, lag) == pytest.approx(expected)


def test_what_never_changes_has_no_autocorrelation():
    assert math.isnan(counted(*FILL * 32).rows()["autocorrelation_1"])


def test_counts_of_two_sets_add_up():
    one, other = counted(C4, C5, B4, C4), counted(D4, E4, F4)
    assert (one + other).rows()["starts_on_tonic"] == 0.5


def test_a_real_tune_never_repeats_excessively_by_striking_notes():
    tune = phrase(TWINKLE.text, bars=12)
    assert (table_one([tune]).compositions, table_one([tune]).not_in_key) == (6, 0)
