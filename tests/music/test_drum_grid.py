"""A groove goes onto the grid and comes back: which drum, how hard, how late."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.music.drum_grid import (
    DRUM_COUNT,
    DRUM_OF_PITCH,
    DRUMS,
    HIT_TICKS,
    STEPS,
    DrumGrid,
    from_drum_grid,
    to_drum_grid,
)
from bridge.schema.notes import Note

PLAYED_PITCHES = [pitch for _, pitch, _ in DRUMS]


@st.composite
def grooves(draw):
    """Draw a groove: for some steps of some drums how many ticks late, and how hard."""
    places = st.tuples(st.integers(0, STEPS - 1), st.sampled_from(PLAYED_PITCHES))
    notes = []
    for step, pitch in draw(st.sets(places, max_size=60)):
        late_ticks = draw(st.integers(0 if step == 0 else -59, 59))
        onset_ticks = 120 * step + late_ticks
        notes.append(Note(pitch, onset_ticks, HIT_TICKS, draw(st.integers(1, 127))))
    return tuple(sorted(notes, key=lambda note: (note.onset_ticks, note.pitch)))


def heard(*notes: Note) -> list[tuple[int, int, int]]:
    """Give pitch, onset and velocity of notes once they were on the grid."""
    back = from_drum_grid(to_drum_grid(notes))
    return [(note.pitch, note.onset_ticks, note.velocity) for note in back]


@settings(max_examples=150, deadline=None)
@given(notes=grooves())
def test_any_groove_survives_a_trip_through_the_grid_to_the_tick(notes):
    assert heard(*notes) == [(note.pitch, note.onset_ticks, note.velocity) for note in notes]


def test_a_drum_is_let_go_before_it_is_hit_again():
    drag = (Note(38, 170, 60), Note(38, 200, 60))
    back = from_drum_grid(to_drum_grid((*drag, Note(36, 180, 60))))
    assert [(note.pitch, note.onset_ticks, note.end_ticks) for note in back] == [
        (38, 170, 200),
        (36, 180, 240),
        (38, 200, 260),
    ]


def test_of_two_hits_that_meet_on_one_tick_the_harder_is_heard():
    hits = np.zeros((STEPS, DRUM_COUNT), dtype=np.bool_)
    hits[4:6, 1] = True
    velocities, offsets = np.zeros((2, STEPS, DRUM_COUNT), dtype=np.float32)
    velocities[4:6, 1] = 1.0, 0.5
    offsets[4:6, 1] = 0.5, -0.5
    back = from_drum_grid(DrumGrid(hits, velocities, offsets))
    assert [(note.pitch, note.onset_ticks, note.velocity) for note in back] == [(38, 540, 127)]


@pytest.mark.parametrize("pitch", DRUM_OF_PITCH)
def test_every_pitch_of_a_drum_is_played_as_its_own(pitch):
    (played,) = (drum for _, drum, others in DRUMS if pitch in (drum, *others))
    assert heard(Note(pitch, 240, 1, 99)) == [(played, 240, 99)]


def test_no_pitch_counts_as_two_drums():
    pitches = [pitch for _, played, others in DRUMS for pitch in (played, *others)]
    assert len(pitches) == len(set(pitches))


@pytest.mark.parametrize("pitch", [0, 27, 71, 127])
def test_a_pitch_that_is_no_drum_is_left_out(pitch):
    assert heard(Note(pitch, 0, 1)) == []


@pytest.mark.parametrize("velocities", [(40, 90), (90, 40), (126, 127), (1, 2)])
def test_of_two_hits_at_one_step_the_harder_is_kept(velocities):
    first, second = velocities
    onset_of_harder = 10 if second > first else 0
    notes = (Note(38, 0, 1, first), Note(38, 10, 1, second))
    assert heard(*notes) == [(38, onset_of_harder, max(velocities))]


def test_of_two_pitches_of_one_drum_the_harder_is_kept():
    assert heard(Note(38, 480, 1, 30), Note(40, 480, 1, 110)) == [(38, 480, 110)]


def test_a_hit_just_before_the_end_belongs_to_the_next_phrase():
    assert heard(Note(36, 32 * 120 - 20, 1)) == []


def test_an_early_hit_of_the_first_step_is_not_before_the_start():
    hits = np.zeros((STEPS, DRUM_COUNT), dtype=np.bool_)
    hits[0, 0] = True
    grid = DrumGrid(hits, hits.astype(np.float32), -0.5 * hits.astype(np.float32))
    assert [note.onset_ticks for note in from_drum_grid(grid)] == [0]


def test_the_features_are_hits_velocities_and_offsets_side_by_side():
    features = to_drum_grid([Note(38, 120 * 3 + 30, 1, 127)]).features()
    assert features.shape == (STEPS, 27)
    assert [(column, features[3, column]) for column in np.flatnonzero(features[3])] == [
        (1, 1.0),
        (10, 1.0),
        (19, 0.25),
    ]


def test_a_grid_may_be_of_any_number_of_steps():
    assert (
        to_drum_grid([Note(36, 120 * 99, 1)], steps=100).hits[99].tolist() == [True] + [False] * 8
    )
