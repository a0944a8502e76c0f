"""A motif is stated, then taken up on other degrees, upside down, in its rhythm, or as it was."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from bridge.music.chords import parse_chords
from bridge.music.development import drawn_plan, stated
from bridge.music.melody_events import FIRST_PITCH, REST
from bridge.music.melody_writers import FREE
from bridge.schema.goals import MelodyGoals
from bridge.schema.notes import Mode, Note, TimeSignature

METRE = TimeSignature(0, 4, 4)
MOTIF = (Note(62, 0, 480, 70), Note(66, 480, 240, 70), Note(69, 960, 960, 70))
GOALS = MelodyGoals(
    tonic_pitch_class=2,
    mode=Mode.MAJOR,
    chords=parse_chords("D Bm G A", METRE, bars=16),
    bars=16,
    motif=MOTIF,
)


def plans(goals=GOALS, motif=MOTIF, *, seeds=60, **asked):
    return [drawn_plan(motif, goals, np.random.default_rng(seed), **asked) for seed in range(seeds)]


def later(goals=GOALS):
    return [appointment for plan in plans(goals) for appointment in plan[1:]]


def pitches_of(appointment):
    """Give the pitches that sound, in D as they were written."""
    return [pitch - FIRST_PITCH + 2 for pitch, _, _ in appointment.events if pitch >= FIRST_PITCH]


def test_without_a_motif_nothing_is_planned():
    assert plans(motif=(), seeds=1) == [()]


def test_the_motif_comes_first_with_its_rests_and_loudness():
    first = stated(MOTIF, GOALS)
    assert first.slot == 0
    assert first.events == (
        (FIRST_PITCH + 60, 6, 4),
        (FIRST_PITCH + 64, 3, 4),
        (REST, 3, 0),
        (FIRST_PITCH + 67, 12, 4),
    )
    assert {plan[0] for plan in plans()} == {first}


def test_it_is_taken_up_at_bar_lines_and_never_in_the_last_bar():
    slots = {appointment.slot for appointment in later()}
    assert slots <= {48 * half for half in range(1, 8)}
    assert len(slots) == 7


def test_appointments_do_not_overlap():
    for plan in plans():
        for before, after in pairwise(plan):
            assert before.end_slot <= after.slot


def test_its_rhythm_is_kept():
    for appointment in later():
        assert [length for _, length, _ in appointment.events] == [6, 3, 3, 12]


def test_a_sequence_moves_it_along_the_scale():
    inside = {2, 4, 6, 7, 9, 11, 1}
    found = [pitches_of(appointment) for appointment in later()]
    complete = [pitches for pitches in found if len(pitches) == 3]
    assert {pitch % 12 for pitches in complete for pitch in pitches} <= inside
    assert len({tuple(pitches) for pitches in complete}) > 4


def test_some_turn_it_over_and_some_bring_it_back_as_it_was():
    contours = [np.diff(pitches_of(appointment)) for appointment in later()]
    assert any(len(contour) == 2 and (contour < 0).all() for contour in contours)
    assert [62, 66, 69] in [pitches_of(appointment) for appointment in later()]


def test_some_leave_the_pitches_free():
    free = [a for a in later() if a.events[0][0] == FREE]
    assert free
    assert all(a.events[2][0] == REST for a in free)


def test_what_it_is_moved_to_fits_the_chord():
    """Over A, most often, the motif is on notes of A."""
    over_a = later(replace(GOALS, chords=parse_chords("A", METRE, bars=16)))
    pitches = [pitch % 12 for a in over_a for pitch in pitches_of(a)]
    assert np.isin(pitches, [9, 1, 4]).mean() > 0.6


def test_it_stays_within_a_fifth_of_where_it_was():
    means = [np.mean(pitches_of(a)) for a in later() if a.events[0][0] != FREE]
    assert np.abs(np.array(means) - np.mean([62, 66, 69])).max() <= 7.0
    assert np.ptp(means) > 7.0


def test_it_keeps_to_the_range():
    goals = replace(GOALS, lowest_pitch=62, highest_pitch=71)
    found = [pitch for a in later(goals) for pitch in pitches_of(a)]
    assert min(found) >= 62
    assert max(found) <= 71


def test_nothing_is_done_with_it_where_nobody_wants_that():
    assert all(len(plan) == 1 for plan in plans(develops=False))


@pytest.mark.parametrize("bars", [1, 2])
def test_a_short_piece_has_room_only_for_the_motif(bars):
    assert all(len(plan) == 1 for plan in plans(replace(GOALS, bars=bars)))


def test_a_note_too_short_for_the_grid_still_has_a_slot():
    first = stated((Note(60, 0, 10),), GOALS)
    assert first.events[0][1] == 1
