"""A melody goes onto the grid and comes back, in time and in tune."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.music.melody_grid import (
    FIRST_PITCH,
    HOLD,
    PHRASE_SLOTS,
    REST,
    SLOT_TICKS,
    SLOTS_PER_BEAT,
    VOCABULARY,
    MelodyGrid,
    cut_grid,
    from_grid,
    joined,
    phrase_beats,
    slot_to_ticks,
    to_grid,
)
from bridge.schema.notes import Note, TimeSignature
from tests.music.melodies_on_the_grid import melodies
from tests.music.tunes import TUNES, melody


def onsets_ticks(*notes: Note, beats: int = 1) -> list[int]:
    """Give where notes begin once they were on the grid."""
    return [note.onset_ticks for note in from_grid(to_grid(notes, beats=beats))]


def at(*ticks: int) -> tuple[Note, ...]:
    """Give short notes of one pitch."""
    return tuple(Note(60, onset, 60) for onset in ticks)


@settings(max_examples=200, deadline=None)
@given(notes=melodies())
def test_any_melody_on_sixteenths_or_triplets_survives_a_trip_through_the_grid(notes):
    assert from_grid(to_grid(notes, beats=8)) == notes


@pytest.mark.parametrize("tune", TUNES, ids=str)
def test_a_tune_survives_a_trip_through_the_grid(tune):
    beats = max(note.end_ticks for note in tune.notes) // 480 + 1
    assert from_grid(to_grid(tune.notes, beats=beats)) == tune.notes


@settings(max_examples=100, deadline=None)
@given(
    tokens=st.lists(st.integers(0, VOCABULARY - 1), min_size=PHRASE_SLOTS, max_size=PHRASE_SLOTS),
    loudness=st.floats(-10, 10),
)
def test_any_tokens_are_read_as_notes_of_one_voice_inside_the_grid(tokens, loudness):
    grid = MelodyGrid(
        np.array(tokens, dtype=np.int64), np.full(PHRASE_SLOTS, loudness, dtype=np.float32)
    )
    notes = from_grid(grid)
    assert len(notes) == sum(token >= FIRST_PITCH for token in tokens)
    ends_ticks = [0, *(note.end_ticks for note in notes)]
    starts_ticks = [*(note.onset_ticks for note in notes), slot_to_ticks(PHRASE_SLOTS)]
    assert all(end <= start for end, start in zip(ends_ticks, starts_ticks, strict=True))


def test_a_slot_of_each_kind_lies_where_its_note_is_written():
    assert [slot_to_ticks(slot) for slot in range(8)] == [0, 120, 160, 240, 320, 360, 480, 600]


@settings(max_examples=60, deadline=None)
@given(notes=melodies(), jitter=st.lists(st.integers(-8, 8), min_size=48, max_size=48))
def test_a_melody_played_a_little_off_the_grid_snaps_to_it(notes, jitter):
    played = [
        replace(
            note,
            onset_ticks=note.onset_ticks + (abs(ticks) if note.onset_ticks % 480 == 0 else ticks),
        )
        for note, ticks in zip(notes, jitter, strict=False)
    ]
    heard = from_grid(to_grid(played, beats=8))
    assert [(n.pitch, n.onset_ticks) for n in heard] == [(n.pitch, n.onset_ticks) for n in notes]


@settings(max_examples=60, deadline=None)
@given(late=st.lists(st.integers(-25, 25), min_size=4, max_size=4))
def test_sixteenths_played_a_fifth_of_a_sixteenth_off_are_still_sixteenths(late):
    written = [480 + 120 * step for step in range(4)]
    played = at(*(ticks + off for ticks, off in zip(written, late, strict=True)))
    assert onsets_ticks(*played, beats=3) == written


def test_three_even_notes_are_triplets():
    assert onsets_ticks(*at(5, 155, 330)) == [0, 160, 320]


def test_a_swung_pair_is_a_triplet():
    assert onsets_ticks(*at(0, 316)) == [0, 320]


def test_a_dotted_pair_is_of_sixteenths():
    assert onsets_ticks(*at(0, 366)) == [0, 360]


def test_each_beat_chooses_for_itself():
    written = (0, 120, 240, 360, 480, 640, 800, 960, 1200)
    assert onsets_ticks(*at(*written), beats=3) == list(written)


def test_a_note_just_before_a_beat_belongs_to_it():
    assert onsets_ticks(*at(470), beats=2) == [480]


def test_a_note_just_before_the_end_of_the_grid_is_left_out():
    assert onsets_ticks(*at(470), beats=1) == []


def test_of_a_chord_the_highest_note_is_kept():
    chord = [Note(pitch, 0, 480) for pitch in (60, 67, 64)]
    assert [note.pitch for note in from_grid(to_grid(chord, beats=1))] == [67]


def test_a_later_onset_ends_the_note_before_it():
    notes = [Note(72, 0, 960), Note(60, 240, 240)]
    heard = from_grid(to_grid(notes, beats=2))
    assert [(n.pitch, n.onset_ticks, n.end_ticks) for n in heard] == [(72, 0, 240), (60, 240, 480)]


def test_a_note_shorter_than_a_slot_fills_its_slot():
    assert from_grid(to_grid([Note(60, 120, 1)], beats=1))[0].end_ticks == 160


def test_silence_is_rest_and_not_hold():
    assert to_grid([Note(60, 480, 240)], beats=2).tokens.tolist() == (
        [REST] * 6 + [FIRST_PITCH + 60, HOLD, HOLD] + [REST] * 3
    )


def test_velocity_stands_where_a_note_begins_and_nowhere_else():
    grid = to_grid([Note(60, 0, 240, velocity=127)], beats=1)
    assert grid.velocities.tolist() == [1.0, 0.0, 0.0, 0.0, 0.0, 0.0]


def test_a_note_from_before_is_held_into_a_cut():
    grid = cut_grid([Note(60, 0, 1200)], start_ticks=960, beats=1)
    assert grid.tokens.tolist() == [HOLD] * 3 + [REST] * 3


def test_a_note_from_before_ends_where_the_next_begins():
    notes = [Note(48, 0, 1920), Note(72, 480, 120), Note(74, 960, 120)]
    heard = from_grid(cut_grid(notes, start_ticks=480, beats=2))
    assert [(n.pitch, n.onset_ticks, n.end_ticks) for n in heard] == [(72, 0, 120), (74, 480, 600)]


@settings(max_examples=60, deadline=None)
@given(notes=melodies(beats=16))
def test_two_phrases_joined_are_the_melody_they_were_cut_from(notes):
    phrases = [cut_grid(notes, start_ticks=start, beats=8) for start in (0, 8 * 480)]
    assert from_grid(joined(phrases, beats=8)) == notes


def test_a_note_that_is_tied_over_a_phrase_border_stays_one_note():
    note = Note(65, 7 * 480, 960)
    phrases = [cut_grid([note], start_ticks=start, beats=8) for start in (0, 8 * 480)]
    assert from_grid(joined(phrases, beats=8)) == (note,)


def test_a_hold_before_any_note_is_silent():
    silent = MelodyGrid(np.full(48, HOLD, dtype=np.int64), np.zeros(48, dtype=np.float32))
    assert from_grid(silent) == ()


def test_a_phrase_of_six_beats_is_padded_with_rests():
    notes = melody("C4:3 D4:3 E4:3")
    phrase = to_grid(notes, beats=9).phrase(0, beats=6)
    assert len(phrase.tokens) == PHRASE_SLOTS
    assert phrase.tokens[36:].tolist() == [REST] * 12


def test_padding_is_left_out_where_phrases_are_joined():
    notes = melody("C4:3 D4:3 E4:3 F4:3")
    whole = to_grid(notes, beats=12)
    phrases = [whole.phrase(0, beats=6), whole.phrase(6, beats=6)]
    assert from_grid(joined(phrases, beats=6)) == notes


def test_a_phrase_beyond_the_end_of_a_melody_is_silent():
    phrase = to_grid(melody("C4 D4"), beats=2).phrase(8)
    assert phrase.tokens.tolist() == [REST] * PHRASE_SLOTS


@pytest.mark.parametrize(
    ("numerator", "denominator", "beats"),
    [
        (4, 4, 8),
        (2, 4, 8),
        (2, 2, 8),
        (3, 4, 6),
        (6, 8, 6),
        (3, 8, 6),
        (12, 8, 6),
        (7, 8, 8),
        (5, 4, 8),
    ],
)
def test_a_phrase_is_two_bars_of_the_metres_it_was_made_for(numerator, denominator, beats):
    assert phrase_beats(TimeSignature(0, numerator, denominator)) == beats


def test_the_slots_of_a_beat_are_the_sixteenths_and_the_triplets():
    assert sorted({0, 120, 240, 360} | {0, 160, 320}) == list(SLOT_TICKS)
    assert len(SLOT_TICKS) == SLOTS_PER_BEAT
