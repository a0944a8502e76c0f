"""Melodies that are written side by side keep to range, scale, close and appointments."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bridge.music.chords import parse_chords
from bridge.music.melody_events import FIRST_PITCH, LONGEST, REST, TIE, events_to_notes, goal_slots
from bridge.music.melody_prior import log_probability
from bridge.music.melody_writers import FREE, Appointment, Rules, Writers, bar_slot
from bridge.schema.goals import MelodyGoals
from bridge.schema.notes import Mode, TimeSignature
from tests.music.toy_prior import write_prior_toy

GOALS = MelodyGoals(tonic_pitch_class=2, mode=Mode.MAJOR, bars=4)
METRES = [TimeSignature(0, *pair) for pair in ((4, 4), (3, 4), (6, 8), (7, 8), (2, 2), (3, 8))]


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    return write_prior_toy(tmp_path_factory.mktemp("models"))


def writers_of(toy, goals=GOALS, *, count=8, plan=(), seed=0, **rules):
    rng = np.random.default_rng(seed)
    return Writers(toy, Rules(goals, **rules), [plan] * count, rng)


def finished(toy, goals=GOALS, **asked):
    writers = writers_of(toy, goals, **asked)
    writers.write_until(goal_slots(goals))
    return writers.melodies()


@pytest.mark.parametrize("metre", METRES)
@pytest.mark.parametrize("bars", [1, 2, 9])
def test_every_melody_fills_its_bars(toy, metre, bars):
    goals = replace(GOALS, metre=metre, bars=bars)
    slots = {melody.total_slots for melody in finished(toy, goals)}
    assert slots == {goal_slots(goals)}


@pytest.mark.parametrize("metre", METRES)
@pytest.mark.parametrize("bars", [1, 2, 9])
def test_a_close_is_a_long_tonic_in_the_last_bar(toy, metre, bars):
    goals = replace(GOALS, metre=metre, bars=bars)
    for seed in range(4):
        for melody in finished(toy, goals, seed=seed):
            last = events_to_notes(melody, goals)[-1]
            assert last.pitch % 12 == 2
            assert last.onset_ticks >= goals.length_ticks - metre.bar_ticks()
            assert last.duration_ticks >= 480


def test_a_rest_may_follow_the_close(toy):
    melodies = [m for seed in range(20) for m in finished(toy, seed=seed)]
    closes = [melody for melody in melodies if melody.pitches[-1] == REST]
    assert 0 < len(closes) < len(melodies)


def test_without_a_close_it_ends_anywhere(toy):
    lasts = [
        events_to_notes(melody, GOALS)[-1].pitch % 12
        for seed in range(4)
        for melody in finished(toy, cadence=False, seed=seed)
    ]
    assert len(set(lasts)) > 4


def test_notes_keep_to_the_range_and_to_a_scale_that_is_named(toy):
    goals = replace(GOALS, lowest_pitch=60, highest_pitch=69, scale="major-pentatonic", bars=16)
    notes = [note for melody in finished(toy, goals) for note in events_to_notes(melody, goals)]
    assert {note.pitch for note in notes} == {62, 64, 66, 69}


def test_the_key_leans_on_notes_and_chords_may_leave_it(toy):
    plain = replace(GOALS, bars=32)
    major = {2, 4, 6, 7, 9, 11, 1}
    strange = replace(plain, chords=parse_chords("F", plain.metre, bars=32))

    def share(goals, among):
        notes = [n for m in finished(toy, goals) for n in events_to_notes(m, goals)]
        return np.mean([note.pitch % 12 in among for note in notes])

    assert share(plain, major) > 0.85
    assert share(strange, {5, 0}) > 2 * share(plain, {5, 0})


def test_what_has_no_goals_is_refused_by_no_rule(toy):
    assert len(finished(toy, MelodyGoals(bars=2), count=3)) == 3


def test_an_appointment_comes_when_it_must(toy):
    events = ((FIRST_PITCH + 60, 3, 5), (REST, 3, 0), (FIRST_PITCH + 64, 6, 2))
    for melody in finished(toy, plan=(Appointment(24, events), Appointment(48, events))):
        rows = list(zip(melody.pitches, melody.lengths, melody.loudness, strict=True))
        for slot in (24, 48):
            (first,) = np.flatnonzero(melody.slots == slot)
            assert rows[first : first + 3] == list(events)


def test_of_an_appointment_only_the_rhythm_may_be_fixed(toy):
    rhythm = ((FREE, 4, FREE), (FREE, 2, FREE), (FREE, 6, FREE))
    melodies = finished(toy, plan=(Appointment(24, rhythm),))
    for melody in melodies:
        (first,) = np.flatnonzero(melody.slots == 24)
        assert melody.lengths[first : first + 3].tolist() == [4, 2, 6]
    assert len({int(melody.pitches[melody.slots == 24][0]) for melody in melodies}) > 1


def test_everybody_waits_at_a_bar_line_for_the_last(toy):
    writers = writers_of(toy)
    writers.write_until(bar_slot(GOALS, 2))
    assert writers.slots.min() >= 48
    assert writers.slots.min() < 48 + LONGEST


def test_who_is_taken_twice_goes_on_from_the_same_beginning(toy):
    writers = writers_of(toy, plan=(Appointment(72, ((REST, 6, 0),)),), seed=3)
    writers.write_until(48)
    before = [melody.before(48) for melody in writers.melodies()]
    writers.take(np.array([5, 5, 5, 2, 2, 0, 0, 0]))
    writers.write_until(goal_slots(GOALS))
    after = writers.melodies()
    for melody, origin in zip(after, (5, 5, 5, 2, 2, 0, 0, 0), strict=True):
        assert melody.before(48).pitches.tolist() == before[origin].pitches.tolist()
        assert melody.pitches[melody.slots == 72].tolist() == [REST]
    assert len({melody.pitches.tobytes() for melody in after}) > 3


def test_the_log_probability_is_that_of_the_model_without_rules(toy):
    writers = writers_of(toy, seed=1)
    writers.write_until(30)
    writers.take(np.array([7, 7, 6, 5, 4, 3, 2, 1]))
    writers.write_until(goal_slots(GOALS))
    wanted = log_probability(toy, writers.melodies(), GOALS)
    assert writers.nats == pytest.approx(wanted, abs=1e-3)


def test_a_tie_follows_only_what_lasted_as_long_as_can_be(toy):
    long_note = (Appointment(0, ((FIRST_PITCH + 60, LONGEST, 3),)),)
    before = [
        (int(melody.pitches[i - 1]), int(melody.lengths[i - 1]))
        for melody in finished(toy, count=400, plan=long_note, temperature=2.0)
        for i in np.flatnonzero(melody.pitches == TIE)
    ]
    assert before
    assert all(pitch != REST and length == LONGEST for pitch, length in before)


def test_the_same_seed_writes_the_same(toy):
    first, again, other = (
        [melody.pitches.tolist() for melody in finished(toy, seed=seed)] for seed in (1, 1, 2)
    )
    assert first == again != other
