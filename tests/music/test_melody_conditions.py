"""Before each event the prior is told of its place, its chords and what is asked for."""

from __future__ import annotations

import numpy as np
import pytest

from bridge.music.chords import parse_chords, transposed_chords
from bridge.music.melody_conditions import COLUMNS, CONDITION, GOALS, condition_rows
from bridge.schema.goals import ChordSpan, MelodyGoals
from bridge.schema.notes import Mode, TimeSignature
from bridge.schema.performance import STYLES

FOUR_FOUR = TimeSignature(0, 4, 4)
ALL = MelodyGoals(
    tonic_pitch_class=0,
    mode=Mode.MAJOR,
    scale="major",
    chords=parse_chords("C Am F G7", FOUR_FOUR, bars=8),
    bars=8,
    density=2.0,
    lowest_pitch=55,
    highest_pitch=79,
    register=66.0,
    valence=0.5,
    arousal=-0.5,
    style="pop",
)


def group(name: str, goals: MelodyGoals, slot: int, **asked: bool) -> list[float]:
    """Give the columns of one group at one slot."""
    row = condition_rows(goals, np.array([slot]), **asked)[0, COLUMNS[name]]
    return [float(number) for number in row]


def where(numbers: list[float]) -> list[int]:
    return [index for index, number in enumerate(numbers) if number]


def test_the_groups_fill_the_row_without_overlap():
    columns = [column for part in COLUMNS.values() for column in range(part.start, part.stop)]
    assert columns == list(range(CONDITION))


@pytest.mark.parametrize("name", GOALS)
def test_what_is_asked_for_is_not_all_nought(name):
    assert any(group(name, ALL, 30))


@pytest.mark.parametrize("name", [name for name in GOALS if name != "end"])
def test_what_is_not_asked_for_is_all_nought(name):
    assert not any(group(name, MelodyGoals(), 30))


def test_with_an_open_end_nothing_is_said_of_the_end():
    assert not any(group("end", ALL, 30, open_end=True))


@pytest.mark.parametrize(("slot", "place"), [(0, [0, 6]), (1, [1, 6]), (9, [3, 7]), (24, [0, 6])])
def test_the_place_is_slot_in_the_beat_and_beat_in_the_bar(slot, place):
    assert where(group("place", ALL, slot)) == place


def test_in_three_four_a_bar_has_three_beats():
    waltz = MelodyGoals(metre=TimeSignature(0, 3, 4))
    assert where(group("place", waltz, 18)) == [0, 6]
    assert where(group("place", waltz, 17)) == [5, 8]


@pytest.mark.parametrize(("slot", "form"), [(0, [0, 8]), (24, [1]), (7 * 24, [7]), (8 * 24, [0])])
def test_the_form_is_the_bar_in_eight_and_whether_it_is_the_first(slot, form):
    assert where(group("form", MelodyGoals(bars=16), slot)) == form


@pytest.mark.parametrize(
    ("bar", "column"),
    [(31, 0), (30, 1), (29, 2), (28, 3), (25, 3), (24, 4), (17, 4), (16, 5), (0, 5)],
)
def test_the_end_is_told_in_bars(bar, column):
    assert where(group("end", MelodyGoals(bars=32), 24 * bar)[:6]) == [column]


def test_the_last_two_bars_are_counted_down():
    left = [group("end", MelodyGoals(bars=4), slot)[6] for slot in (0, 48, 72, 95)]
    assert left == pytest.approx([1.0, 1.0, 0.5, 1 / 48])


@pytest.mark.parametrize("tonic", [0, 2, 7, 11])
def test_chords_are_told_relative_to_the_tonic(tonic):
    chords = transposed_chords(ALL.chords, tonic)
    moved = MelodyGoals(tonic, Mode.MAJOR, chords=chords, bars=8)
    first = MelodyGoals(0, Mode.MAJOR, chords=ALL.chords, bars=8)
    slots = np.arange(8 * 24)
    assert np.array_equal(
        condition_rows(moved, slots)[:, COLUMNS["chords"]],
        condition_rows(first, slots)[:, COLUMNS["chords"]],
    )


def test_a_chord_is_its_root_and_its_pitch_classes():
    told = group("chords", ALL, 24)
    assert where(told[1:14]) == [9]
    assert where(told[14:26]) == [0, 4, 9]


def test_the_next_chord_and_the_time_to_it_are_told():
    told = group("chords", ALL, 24 + 18)
    assert where(told[26:39]) == [5]
    assert where(told[39:51]) == [0, 5, 9]
    assert told[51:] == pytest.approx([6 / 48, 0.5])


def test_the_same_chord_once_more_is_no_change():
    goals = MelodyGoals(0, Mode.MAJOR, chords=parse_chords("C C F", FOUR_FOUR), bars=3)
    assert where(group("chords", goals, 0)[26:39]) == [5]
    assert group("chords", goals, 0)[51] == 1.0
    assert group("chords", goals, 24)[51] == 0.5


def test_between_chords_there_is_none():
    goals = MelodyGoals(chords=(ChordSpan(0, 480, 0), ChordSpan(960, 480, 7, "7")), bars=1)
    roots = [where(group("chords", goals, slot)[1:14]) for slot in (0, 6, 12, 18)]
    assert roots == [[0], [12], [7], [12]]


def test_before_the_first_chord_there_is_none():
    goals = MelodyGoals(chords=(ChordSpan(960, 480, 7),), bars=1)
    assert where(group("chords", goals, 0)[1:14]) == [12]
    assert where(group("chords", goals, 0)[26:39]) == [7]


def test_register_and_range_move_with_the_key():
    in_d = MelodyGoals(2, Mode.MAJOR, register=68.0, lowest_pitch=58, highest_pitch=82)
    in_c = MelodyGoals(0, Mode.MAJOR, register=66.0, lowest_pitch=56, highest_pitch=80)
    for name in ("register", "lowest", "highest"):
        assert group(name, in_d, 0) == group(name, in_c, 0)


def test_density_is_told_in_doublings():
    assert group("density", ALL, 0) == [1.0, 1.0]


def test_a_style_is_one_of_four():
    assert where(group("style", ALL, 0)) == [STYLES.index("pop")]


def test_a_scale_is_told_by_its_pitch_classes_above_the_tonic():
    blues = MelodyGoals(tonic_pitch_class=9, scale="blues")
    assert where(group("scale", blues, 0)[1:]) == [0, 3, 5, 6, 7, 10]


def test_metres_that_are_not_common_share_a_column():
    odd = [MelodyGoals(metre=TimeSignature(0, n, 8)) for n in (5, 7)]
    assert {tuple(group("metre", goals, 0)) for goals in odd} == {(0,) * 7 + (1,)}


@pytest.mark.parametrize(("tempo_bpm", "told"), [(120.0, 0.0), (60.0, -1.0), (240.0, 1.0)])
def test_the_tempo_is_told_in_doublings_of_120(tempo_bpm, told):
    assert group("tempo", MelodyGoals(tempo_bpm=tempo_bpm), 0) == [told]
