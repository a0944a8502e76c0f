"""A melody goes into events and comes back, slot for slot."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.errors import RangeError, ShapeError
from bridge.music import melody_grid
from bridge.music.melody_events import (
    FIRST_PITCH,
    LONGEST,
    REST,
    TIE,
    MelodyEvents,
    events_to_notes,
    from_events,
    goal_slots,
    joined_events,
    notes_to_events,
    shift_to_c,
    to_events,
    velocities_of,
)
from bridge.music.melody_grid import MelodyGrid, to_grid
from bridge.schema.goals import MelodyGoals
from bridge.schema.notes import Mode, Note, TimeSignature
from tests.music.melodies_on_the_grid import melodies
from tests.music.tunes import TUNES

HOLD, SILENT = melody_grid.HOLD, melody_grid.REST


def grid(*tokens: int) -> MelodyGrid:
    """Give a grid of some tokens, its notes at velocity 80."""
    row = np.array(tokens, dtype=np.int64)
    loud = np.where(row >= melody_grid.FIRST_PITCH, np.float32(80 / 127), np.float32(0))
    return MelodyGrid(row, loud)


def on_grid(pitch: int) -> int:
    return melody_grid.FIRST_PITCH + pitch


def events(*rows: tuple[int, int, int]) -> MelodyEvents:
    columns = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    return MelodyEvents(*columns)


def rows_of(given_events: MelodyEvents) -> list[tuple[int, int, int]]:
    columns = (given_events.pitches, given_events.lengths, given_events.loudness)
    return [(int(p), int(n), int(v)) for p, n, v in zip(*columns, strict=True)]


@settings(max_examples=200, deadline=None)
@given(notes=melodies())
def test_any_melody_survives_a_trip_through_events(notes):
    before = to_grid(notes, beats=8)
    after = from_events(to_events(before))
    assert after.tokens.tolist() == before.tokens.tolist()


@settings(max_examples=200, deadline=None)
@given(tokens=st.lists(st.sampled_from([HOLD, HOLD, HOLD, SILENT, 62, 64, 129]), max_size=150))
def test_any_tokens_survive_but_for_a_hold_of_silence(tokens):
    said: list[int] = []
    for token in tokens:
        said.append(SILENT if token == HOLD and said[-1:] == [SILENT] else token)
    assert from_events(to_events(grid(*tokens))).tokens.tolist() == said


@settings(max_examples=100, deadline=None)
@given(tokens=st.lists(st.sampled_from([HOLD, HOLD, SILENT, 62, 64]), min_size=1, max_size=150))
def test_events_survive_a_trip_through_the_grid(tokens):
    said = to_events(grid(*tokens))
    assert rows_of(to_events(from_events(said))) == rows_of(said)


def test_an_event_is_what_begins_and_how_long_it_lasts():
    said = to_events(grid(on_grid(60), HOLD, HOLD, SILENT, SILENT, on_grid(64)))
    assert rows_of(said) == [(FIRST_PITCH + 60, 3, 5), (REST, 2, 0), (FIRST_PITCH + 64, 1, 5)]


def test_a_note_struck_again_is_two_events():
    assert to_events(grid(on_grid(60), on_grid(60))).notes == 2


def test_what_rang_before_the_melody_is_a_tie():
    assert rows_of(to_events(grid(HOLD, HOLD, on_grid(60))))[0] == (TIE, 2, 0)


def test_a_note_of_more_than_eight_beats_is_tied():
    said = to_events(grid(on_grid(60), *[HOLD] * 99))
    assert rows_of(said) == [(FIRST_PITCH + 60, 48, 5), (TIE, 48, 0), (TIE, 4, 0)]


def test_a_long_silence_is_several_rests():
    assert rows_of(to_events(grid(*[SILENT] * 50))) == [(REST, 48, 0), (REST, 2, 0)]


def test_an_empty_grid_has_no_events():
    assert len(to_events(grid())) == 0


@pytest.mark.parametrize(
    ("velocity", "kept"), [(1, 8), (15, 8), (16, 24), (80, 88), (112, 120), (127, 120)]
)
def test_velocities_come_back_as_the_middle_of_their_class(velocity, kept):
    said = to_events(to_grid([Note(60, 0, 480, velocity)], beats=1))
    assert round(127 * float(from_events(said).velocities[0])) == kept


def test_the_eight_classes_of_velocity_are_sixteen_apart():
    assert velocities_of(np.arange(8)).tolist() == [8, 24, 40, 56, 72, 88, 104, 120]


def test_slots_are_counted_from_the_start():
    assert events((62, 3, 5), (REST, 4, 0), (64, 2, 5)).slots.tolist() == [0, 3, 7]


def test_what_lies_before_a_slot_is_cut_off_there():
    said = events((62, 3, 5), (64, 6, 5), (66, 2, 5))
    assert rows_of(said.before(5)) == [(62, 3, 5), (64, 2, 5)]
    assert rows_of(said.before(3)) == [(62, 3, 5)]


def test_parts_are_joined_in_order():
    first, last = events((62, 3, 5)), events((REST, 4, 0), (64, 2, 6))
    assert rows_of(joined_events([first, last])) == [(62, 3, 5), (REST, 4, 0), (64, 2, 6)]


@pytest.mark.parametrize(
    ("row", "said"),
    [((130, 1, 0), "pitches"), ((2, 0, 0), "lengths"), ((2, LONGEST + 1, 0), "lengths"),
     ((2, 1, 8), "loudness"), ((-1, 1, 0), "pitches")],
)  # fmt: skip
def test_numbers_out_of_range_are_refused_by_name(row, said):
    with pytest.raises(RangeError, match=said):
        events(row)


def test_columns_of_different_length_are_refused():
    one, two = np.zeros(1, np.int64), np.ones(2, np.int64)
    with pytest.raises(ShapeError):
        MelodyEvents(one, two, one)


@pytest.mark.parametrize(
    ("numerator", "denominator", "bars", "slots"),
    [(4, 4, 2, 48), (3, 4, 2, 36), (6, 8, 2, 36), (7, 8, 1, 21), (5, 4, 1, 30)],
)
def test_a_melody_has_six_slots_a_beat(numerator, denominator, bars, slots):
    metre = TimeSignature(0, numerator, denominator)
    assert goal_slots(MelodyGoals(metre=metre, bars=bars)) == slots


@pytest.mark.parametrize(("tonic", "shift"), [(0, 0), (2, -2), (7, 5), (6, -6), (9, 3), (None, 0)])
def test_the_tonic_goes_to_c_by_the_shorter_way(tonic, shift):
    assert shift_to_c(MelodyGoals(tonic_pitch_class=tonic)) == shift


@pytest.mark.parametrize("tune", TUNES, ids=str)
@pytest.mark.parametrize("tonic", [0, 3, 9])
def test_a_tune_survives_in_any_key(tune, tonic):
    goals = MelodyGoals(tonic, Mode.MAJOR, metre=tune.metre, bars=64)
    back = events_to_notes(notes_to_events(tune.notes, goals), goals)
    quiet = [replace(note, velocity=80) for note in back]
    assert quiet == [replace(note, velocity=80) for note in tune.notes]


def test_a_melody_in_d_is_read_in_c():
    goals = MelodyGoals(tonic_pitch_class=2, mode=Mode.MAJOR, bars=1)
    assert notes_to_events([Note(62, 0, 1920)], goals).pitches.tolist() == [FIRST_PITCH + 60]


def test_a_melody_fills_the_bars_of_its_goals_with_rests():
    goals = MelodyGoals(bars=2)
    assert rows_of(notes_to_events([Note(60, 0, 480)], goals)) == [
        (FIRST_PITCH + 60, 6, 5),
        (REST, 42, 0),
    ]
