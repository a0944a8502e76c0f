"""Notes go from Live to Segue and back without a loss."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.schema.codec import from_plain, to_plain
from bridge.schema.notes import NoteSequence
from tests.plugins.ableton import fake_live
from tests.plugins.ableton.conftest import SCRIPT

NOTES = fake_live.installed(SCRIPT, "SegueNotes").__dict__
notes_module = __import__("SegueNotes.notes", fromlist=["notes"])
LiveNote, Manuscript, fitting_ppq = (
    notes_module.LiveNote,
    notes_module.Manuscript,
    notes_module.fitting_ppq,
)
fake_live.uninstalled("SegueNotes")


def sequence(manuscript):
    """Give what is sent as Segue reads it."""
    plain = {"parts": [{"notes": manuscript.notes()}], "ppq": manuscript.ppq}
    return from_plain(NoteSequence, plain)


def returned(manuscript, sent):
    """Give what comes back as Live will have it."""
    plain = to_plain(sent)
    return sorted(manuscript.read_back(plain["parts"], plain["ppq"]))


LIVE_NOTES = st.builds(
    LiveNote,
    pitch=st.integers(0, 127),
    start_time=st.floats(0.0, 500.0),
    duration=st.floats(0.001, 40.0),
    velocity=st.floats(1.0, 127.0),
    mute=st.booleans(),
    probability=st.floats(0.0, 1.0),
    velocity_deviation=st.floats(-127.0, 127.0),
    release_velocity=st.floats(0.0, 127.0),
)


@given(st.lists(LIVE_NOTES, max_size=30), st.floats(0.5, 600.0))
def test_notes_that_come_back_as_they_were_sent_are_exactly_what_live_had(notes, length):
    manuscript = Manuscript(notes, length)
    assert returned(manuscript, sequence(manuscript)) == sorted(notes)


@given(st.lists(LIVE_NOTES, max_size=30), st.floats(0.5, 600.0))
def test_also_at_the_resolution_that_segue_answers_in(notes, length):
    manuscript = Manuscript(notes, length)
    answered = sequence(manuscript).at_ppq()
    assert returned(manuscript, answered) == sorted(notes)


@pytest.mark.parametrize(
    ("beats", "ppq"),
    [
        ([0.0, 0.25, 0.5, 3.0], 480),
        ([1 / 3, 2 / 3, 5 / 6], 480),
        ([k / 7 for k in range(7)], 3360),
        ([k / 5 for k in range(5)], 480),
        ([k / 11 for k in range(11)], 5280),
        ([1 / 128, 1 / 256], 3840),
        ([math.pi, math.e], 30720),
    ],
)
def test_the_grid_is_the_coarsest_that_every_time_lies_on(beats, ppq):
    assert fitting_ppq(beats) == ppq


GRIDS = st.sampled_from([(4, 4, 16), (3, 4, 12), (6, 8, 24), (7, 8, 28), (4, 4, 7), (4, 4, 9)])


@given(GRIDS, st.lists(st.integers(0, 300), min_size=1, max_size=40))
def test_what_lies_on_a_grid_is_sent_without_a_tick_of_error(grid, steps):
    numerator, denominator, per_bar = grid
    step = 4.0 * numerator / denominator / per_bar
    manuscript = Manuscript([LiveNote(60, place * step, step) for place in steps], 400.0)
    for note in sequence(manuscript).parts[0].notes:
        assert round(note.onset_ticks / manuscript.ppq / step, 9).is_integer()


def test_a_note_that_is_new_has_the_float_that_its_tick_means():
    manuscript = Manuscript([], 4.0)
    parts = [{"notes": [{"pitch": 60, "onset_ticks": 160, "duration_ticks": 80, "velocity": 90}]}]
    assert manuscript.read_back(parts, 480) == [LiveNote(60, 1 / 3, 1 / 6, 90.0)]


def test_a_note_of_no_length_becomes_the_shortest_that_live_takes():
    parts = [{"notes": [{"pitch": 60, "onset_ticks": 0, "duration_ticks": 0, "velocity": 90}]}]
    assert Manuscript([], 4.0).read_back(parts, 480)[0].duration == 1 / 480


def test_two_notes_that_are_alike_in_ticks_both_come_back():
    notes = [LiveNote(60, 0.0, 1.0, 80.0), LiveNote(60, 0.0, 1.0, 80.25)]
    manuscript = Manuscript(notes, 4.0)
    assert returned(manuscript, sequence(manuscript)) == sorted(notes)
