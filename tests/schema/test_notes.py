"""The nouns of music refuse nonsense and keep time."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.errors import RangeError
from bridge.schema.notes import Marker, Note, NoteSequence, Part, TempoChange
from tests.strategies import sequences


@settings(max_examples=60, deadline=None)
@given(sequence=sequences(ppqs=st.sampled_from((24, 96, 240))))
def test_a_finer_grid_that_fits_moves_nothing(sequence):
    assert sequence.at_ppq(480).at_ppq(sequence.ppq) == sequence


@settings(max_examples=60, deadline=None)
@given(sequence=sequences(ppqs=st.just(480)), ppq=st.integers(1, 32767))
def test_a_new_grid_moves_no_note_by_more_than_half_a_tick(sequence, ppq):
    for before, after in zip(sequence.parts, sequence.at_ppq(ppq).parts, strict=True):
        for old, new in zip(before.notes, after.notes, strict=True):
            assert abs(new.onset_ticks * 480 - old.onset_ticks * ppq) <= 240
            assert abs(new.end_ticks * 480 - old.end_ticks * ppq) <= 240


def test_the_span_reaches_to_the_last_of_notes_texts_and_silence():
    part = Part(notes=(Note(60, 0, 480),))
    assert NoteSequence(parts=(part,)).span_ticks == 480
    assert NoteSequence(parts=(part,), markers=(Marker(960, "end"),)).span_ticks == 960
    assert NoteSequence(parts=(part,), tempos=(TempoChange(600, 90.0),)).span_ticks == 600
    assert NoteSequence(parts=(part,), duration_ticks=1920).span_ticks == 1920
    assert NoteSequence(parts=(part,), duration_ticks=1920).end_ticks == 480


@pytest.mark.parametrize(
    "build", [lambda: Marker(-1, "early"), lambda: NoteSequence(duration_ticks=-1)]
)
def test_nothing_lies_before_the_start(build):
    with pytest.raises(RangeError, match="must be >= 0, not -1"):
        build()
