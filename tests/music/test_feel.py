"""Swing and touch: where notes go, to the tick, and how far they are spread."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.music.feel import MOST_TOUCH_TICKS, Swing, draw_touch, swing_of, swung, touched
from bridge.schema.notes import Note, TimeSignature
from tests.music.melodies_on_the_grid import melodies
from tests.music.tunes import melody

FULL = Swing(1.0)
EIGHTHS = melody("C4:1/2 D4:1/2 E4:1/2 F4:1/2")
AMOUNTS = st.floats(0.0, 1.0)


def onsets(notes) -> list[int]:
    return [note.onset_ticks for note in notes]


@pytest.mark.parametrize(("amount", "off_beat"), [(0.0, 240), (0.25, 260), (0.5, 280), (1.0, 320)])
def test_swing_moves_the_off_beat_eighth_from_half_to_two_thirds_of_the_beat(amount, off_beat):
    assert onsets(swung(EIGHTHS, Swing(amount))) == [0, off_beat, 480, 480 + off_beat]


def test_sixteenths_lie_halfway_between_swung_eighths():
    assert onsets(swung(melody("C4:1/4 D4:1/4 E4:1/4 F4:1/4"), FULL)) == [0, 160, 320, 400]


def test_the_end_of_a_note_swings_with_the_next_onset():
    assert [note.end_ticks for note in swung(EIGHTHS, FULL)] == [320, 480, 800, 960]


def test_beats_of_triplets_do_not_swing():
    text = "C4:1/3 D4:1/3 E4:1/3 F4:1/2 G4:1/2"
    assert onsets(swung(melody(text), FULL)) == [0, 160, 320, 480, 800]


@pytest.mark.parametrize(
    ("numerator", "denominator", "moved"),
    [(4, 4, 320), (3, 4, 320), (2, 2, 320), (6, 8, 240), (7, 8, 240), (5, 16, 240)],
)
def test_eighths_swing_in_metres_of_quarters_only(numerator, denominator, moved):
    metre = TimeSignature(0, numerator, denominator)
    assert swing_of(1.0, metre).ticks(240) == moved


@pytest.mark.parametrize(("denominator", "straight", "moved"), [(8, 120, 160), (16, 60, 80)])
def test_smaller_counted_notes_swing_their_halves(denominator, straight, moved):
    assert swing_of(1.0, TimeSignature(0, 6, denominator)).ticks(straight) == moved


@given(ticks=st.integers(0, 10**6), amount=AMOUNTS)
def test_swing_keeps_beats_and_the_order_of_all_ticks(ticks, amount):
    swing = Swing(amount)
    assert swing.ticks(ticks) <= swing.ticks(ticks + 1)
    assert swing.ticks(ticks * 480) == ticks * 480


@given(notes=melodies(), amount=AMOUNTS)
def test_a_swung_melody_stays_one_voice_and_every_note_sounds(notes, amount):
    line = swung(notes, Swing(amount))
    assert all(note.duration_ticks > 0 for note in line)
    assert all(a.end_ticks <= b.onset_ticks for a, b in pairwise(line))


def spread(amount: float, tempo_bpm: float) -> tuple[np.ndarray, np.ndarray]:
    """Give how far 4000 quarters leave the grid, in ms, and their velocities' changes."""
    notes = [Note(60, 480 * index, 480, 64) for index in range(1, 4001)]
    touch = draw_touch(len(notes), np.random.default_rng(0))
    line = touched(notes, touch, amount=amount, tempo_bpm=tempo_bpm)
    late = np.array([a.onset_ticks - b.onset_ticks for a, b in zip(line, notes, strict=True)])
    return late / 480 * 60_000 / tempo_bpm, np.array([note.velocity - 64 for note in line])


@pytest.mark.parametrize("amount", [0.25, 0.5, 1.0])
@pytest.mark.parametrize("tempo_bpm", [60.0, 120.0])
def test_onsets_spread_by_ten_milliseconds_and_velocities_by_six(amount, tempo_bpm):
    late_ms, harder = spread(amount, tempo_bpm)
    assert late_ms.std() == pytest.approx(10.0 * amount, rel=0.08)
    assert harder.std() == pytest.approx(6.0 * amount, rel=0.08)
    assert abs(late_ms.mean()) < 0.6
    assert abs(harder.mean()) < 0.4


def test_no_touch_leaves_everything_on_the_grid():
    late_ms, harder = spread(0.0, 120.0)
    assert not late_ms.any()
    assert not harder.any()


@given(
    notes=melodies(),
    seed=st.integers(0, 2**32),
    amount=AMOUNTS,
    swing=AMOUNTS,
    tempo_bpm=st.floats(20.0, 400.0),
)
def test_a_touched_melody_stays_one_voice_near_the_grid(notes, seed, amount, swing, tempo_bpm):
    straight = swung(notes, Swing(swing))
    touch = draw_touch(len(notes), np.random.default_rng(seed))
    line = touched(straight, touch, amount=amount, tempo_bpm=tempo_bpm)
    for note, before in zip(line, straight, strict=True):
        assert abs(note.onset_ticks - before.onset_ticks) <= MOST_TOUCH_TICKS
        assert note.duration_ticks > 0
    assert all(a.end_ticks <= b.onset_ticks for a, b in pairwise(line))


def test_notes_that_met_still_meet():
    notes = melody("C4 D4 E4 -:1 F4")
    touch = draw_touch(len(notes), np.random.default_rng(1))
    first, second, third, last = touched(notes, touch, amount=1.0, tempo_bpm=120.0)
    assert (first.end_ticks, second.end_ticks) == (second.onset_ticks, third.onset_ticks)
    assert (third.end_ticks, last.end_ticks) == (1440, 2400)
