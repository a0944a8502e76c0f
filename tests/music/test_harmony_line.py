"""A second voice keeps the rules of counterpoint, on every tune and on any melody."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.music.harmony_line import Ground, second_voice
from bridge.music.key import Key, scale_pitch_classes
from bridge.music.voices import one_voice
from bridge.schema.notes import Mode, Note, TimeSignature
from bridge.schema.performance import SCALES
from tests.music.melodies_on_the_grid import melodies
from tests.music.playing import METRES, named
from tests.music.tunes import FOUR_FOUR, GREENSLEEVES, TUNES, TWINKLE, melody

SIDES = pytest.mark.parametrize("above", [False, True], ids=["below", "above"])
EVERY_TUNE = pytest.mark.parametrize("tune", TUNES, ids=str)
PERFECT = (0, 7)
IMPERFECT = (3, 4, 8, 9)
C_MAJOR = Ground(Key(0, Mode.MAJOR), None, FOUR_FOUR)


def ground_of(tune) -> Ground:
    return Ground(Key(tune.tonic_pitch_class, tune.mode), None, tune.metre)


def interval(pair) -> int:
    return abs(pair[0].pitch - pair[1].pitch) % 12


def parallels(pairs) -> int:
    """Count fifths and octaves that follow each other while both voices move."""
    return sum(
        before[0].pitch != after[0].pitch
        and before[1].pitch != after[1].pitch
        and interval(before) == interval(after)
        and interval(after) in PERFECT
        for before, after in pairwise(pairs)
    )


def sung(tune, above):
    voice = second_voice(tune.notes, ground_of(tune), above=above)
    return list(zip(tune.notes, voice, strict=True))


@SIDES
@EVERY_TUNE
def test_a_voice_has_the_rhythm_and_the_accents_of_the_melody(tune, above):
    for note, other in sung(tune, above):
        assert (other.onset_ticks, other.duration_ticks) == (note.onset_ticks, note.duration_ticks)
        assert other.velocity == note.velocity


@SIDES
@EVERY_TUNE
def test_most_intervals_are_thirds_and_sixths(tune, above):
    pairs = sung(tune, above)
    assert sum(interval(pair) in IMPERFECT for pair in pairs) >= 0.75 * len(pairs)


@SIDES
@EVERY_TUNE
def test_strong_beats_are_consonant(tune, above):
    ground = ground_of(tune)
    strong = [pair for pair in sung(tune, above) if ground.is_strong(pair[0])]
    assert {interval(pair) for pair in strong} <= {*PERFECT, *IMPERFECT}


@SIDES
@EVERY_TUNE
def test_no_fifths_or_octaves_follow_each_other(tune, above):
    pairs = sung(tune, above)
    ground = ground_of(tune)
    assert parallels(pairs) == 0
    assert parallels([pair for pair in pairs if ground.is_strong(pair[0])]) == 0


@SIDES
@EVERY_TUNE
def test_a_voice_stays_on_its_side_within_a_tenth(tune, above):
    for note, other in sung(tune, above):
        assert 3 <= (other.pitch - note.pitch if above else note.pitch - other.pitch) <= 16


@EVERY_TUNE
def test_a_voice_keeps_to_the_key(tune):
    allowed = scale_pitch_classes(tune.tonic_pitch_class, tune.mode.value)
    leading_tone = (tune.tonic_pitch_class + 11) % 12
    pitch_classes = {other.pitch % 12 for _, other in sung(tune, False)}
    assert pitch_classes <= allowed | {leading_tone}


def test_voices_go_against_each_other_more_often_than_with_each_other():
    against = along = 0
    for tune in TUNES:
        for before, after in pairwise(sung(tune, False)):
            product = (after[0].pitch - before[0].pitch) * (after[1].pitch - before[1].pitch)
            against, along = against + (product < 0), along + (product > 0)
    assert against > 1.2 * along


def test_a_voice_moves_mostly_by_steps_and_thirds():
    leaps = [
        abs(after[1].pitch - before[1].pitch)
        for tune in TUNES
        for before, after in pairwise(sung(tune, False))
    ]
    assert sum(leap <= 4 for leap in leaps) >= 0.85 * len(leaps)
    assert sum(leap == 6 or leap > 12 for leap in leaps) <= 0.01 * len(leaps)


def test_in_minor_the_voice_has_the_leading_tone_where_the_melody_has_it():
    notes = melody("A4 G#4 A4 B4 C5 B4 A4 G#4")
    ground = Ground(Key(9, Mode.MINOR), None, FOUR_FOUR)
    assert 8 in ground.pitch_classes(notes)
    assert 7 not in ground.pitch_classes(notes)


@pytest.mark.parametrize("scale", SCALES)
def test_a_scale_that_is_asked_for_is_kept(scale):
    ground = Ground(Key(0, Mode.MAJOR), scale, FOUR_FOUR)
    in_scale = [note for note in TWINKLE.notes if note.pitch % 12 in SCALES[scale]]
    voice = second_voice(in_scale, ground)
    assert {note.pitch % 12 for note in voice} <= set(SCALES[scale])


@pytest.mark.parametrize("metre", METRES, ids=named)
def test_the_first_note_of_each_bar_is_strong(metre):
    ground = Ground(Key(0, Mode.MAJOR), None, metre)
    bar_ticks = metre.bar_ticks()
    assert all(ground.is_strong(Note(60, bar * bar_ticks, 1)) for bar in range(5))


def test_in_six_eight_two_notes_of_a_bar_are_strong():
    ground = ground_of(GREENSLEEVES)
    strong = [eighth for eighth in range(6) if ground.is_strong(Note(60, 240 * eighth, 1))]
    assert strong == [0, 3]


def test_a_bar_line_may_lie_anywhere():
    ground = Ground(Key(0, Mode.MAJOR), None, TimeSignature(480, 6, 8))
    strong = [eighth for eighth in range(8) if ground.is_strong(Note(60, 240 * eighth, 1))]
    assert strong == [2, 5]


@pytest.mark.parametrize("pitch", [0, 1, 64, 126, 127])
@SIDES
def test_one_note_at_any_height_has_a_second(pitch, above):
    (voice,) = second_voice([Note(pitch, 7, 9)], C_MAJOR, above=above)
    assert 0 <= voice.pitch <= 127


@settings(max_examples=400, deadline=None)
@given(
    notes=melodies(beats=6, pitches=st.integers(40, 90)),
    tonic=st.integers(0, 11),
    mode=st.sampled_from(Mode),
    bar_line=st.integers(0, 1919),
)
def test_any_melody_has_a_voice_without_parallels(notes, tonic, mode, bar_line):
    if not notes:
        return
    ground = Ground(Key(tonic, mode), None, TimeSignature(bar_line, 4, 4))
    pairs = list(zip(notes, second_voice(one_voice(notes), ground), strict=True))
    assert parallels(pairs) == 0
    assert parallels([pair for pair in pairs if ground.is_strong(pair[0])]) == 0


def test_two_hundred_notes_are_harmonised():
    notes = [Note(60 + (5 * index) % 13, 120 * index, 120) for index in range(200)]
    assert len(second_voice(notes, C_MAJOR)) == 200
