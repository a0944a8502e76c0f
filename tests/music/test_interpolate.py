"""Between two tunes there are others; the toy keeps a phrase as it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.schema.notes import TimeSignature
from tests.music.playing import improviser, notes_of, shown
from tests.music.tunes import FOUR_FOUR, GREENSLEEVES, ODE_TO_JOY, TWINKLE, WASHERWOMAN


def cut(tune, bars: int) -> list[tuple[int, int, int]]:
    end_ticks = bars * tune.metre.bar_ticks()
    return shown(note for note in tune.notes if note.onset_ticks < end_ticks)


@pytest.mark.parametrize("bars", [1, 2, 4])
def test_the_ends_of_an_interpolation_are_the_tunes(melody_toy, bars):
    made = improviser(melody_toy, temperature=0.1).interpolate(
        TWINKLE.sequence, ODE_TO_JOY.sequence, bars=bars, steps=3
    )
    steps = [
        [
            replace(note, onset_ticks=note.onset_ticks - step * bars * 1920)
            for note in notes_of(made)
            if note.onset_ticks // (bars * 1920) == step
        ]
        for step in range(3)
    ]
    assert shown(steps[0]) == cut(TWINKLE, bars)
    assert shown(steps[2]) == cut(ODE_TO_JOY, bars)
    assert shown(steps[1]) not in (cut(TWINKLE, bars), cut(ODE_TO_JOY, bars))


def test_each_step_of_an_interpolation_has_a_marker(melody_toy):
    made = improviser(melody_toy).interpolate(
        GREENSLEEVES.sequence, WASHERWOMAN.sequence, bars=2, steps=3
    )
    assert [(marker.onset_ticks, marker.text) for marker in made.markers] == [
        (0, "step 1 of 3"),
        (2880, "step 2 of 3"),
        (5760, "step 3 of 3"),
    ]


def test_between_a_tune_and_itself_there_is_only_the_tune(melody_toy):
    made = improviser(melody_toy, temperature=0.1).interpolate(
        TWINKLE.sequence, TWINKLE.sequence, bars=2, steps=4
    )
    assert shown(notes_of(made)) == [
        (pitch, onset + step * 3840, end + step * 3840)
        for step in range(4)
        for pitch, onset, end in cut(TWINKLE, 2)
    ]


def test_the_metre_with_which_the_first_tune_begins_counts(melody_toy):
    start = replace(TWINKLE.sequence, time_signatures=(FOUR_FOUR, TimeSignature(3840, 3, 8)))
    made = improviser(melody_toy).interpolate(start, ODE_TO_JOY.sequence, bars=2, steps=2)
    assert made.time_signatures == (FOUR_FOUR,)
    assert made.markers[1].onset_ticks == 3840
