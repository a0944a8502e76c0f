"""The constants are measured on excerpts of songs, by percentiles."""

from __future__ import annotations

import numpy as np
import pytest

from bridge.music.chords import chord_name, parse_chords
from bridge.music.rewards.measured import BANDS, FIRST_DEGREES, LAST_DEGREES
from bridge.schema.notes import Mode, Note
from export.corpora.song import Song
from export.music.reward_bands import EDGES, MEASURES, band, degrees, excerpts
from tests.music.tunes import FOUR_FOUR

BAR = FOUR_FOUR.bar_ticks()


def song(bar_starts, *, bars=40, tonic=2, mode=Mode.MAJOR) -> Song:
    """Give a song of one note a beat: the tonic, and others; it begins with an upbeat of a beat."""
    notes = tuple(Note(62 + beat % 5, beat * 480, 480) for beat in range(4 * bars))
    return Song(
        corpus="openewld",
        title="made up",
        notes=notes,
        metre=FOUR_FOUR,
        bar_starts_ticks=tuple(bar_starts),
        tonic_pitch_class=tonic,
        mode=mode,
        has_velocity=False,
        chords=parse_chords("D G", FOUR_FOUR, bars=bars),
    )


def test_a_song_is_cut_into_stretches_of_sixteen_bars_and_a_rest_of_eight_or_more():
    cut = list(excerpts(song(range(0, 40 * BAR, BAR))))
    assert [phrase.goals.bars for phrase in cut] == [16, 16, 8]


def test_a_gap_between_bars_ends_a_stretch():
    starts = [*range(0, 10 * BAR, BAR), *range(11 * BAR, 23 * BAR, BAR)]
    assert [phrase.goals.bars for phrase in excerpts(song(starts))] == [10, 12]


def test_an_excerpt_has_the_chords_of_its_own_bars():
    later = next(excerpts(song(range(BAR, 9 * BAR, BAR))))
    assert [chord_name(span) for span in later.goals.chords[:3]] == ["G", "D", "G"]
    assert later.goals.chords[0].onset_ticks == 0


def test_degrees_are_counted_from_the_tonic():
    found = degrees([song([0]), song([0], tonic=11, mode=Mode.MINOR)], 0)
    assert (found["major"][0], found["minor"][3]) == (1000, 1000)


def test_a_band_lies_between_percentiles_and_falls_off_to_the_outer_ones():
    values = np.linspace(0.0, 1.0, 1001)
    assert band("anything", values).low == pytest.approx(0.1)
    assert band("anything", values).slope == pytest.approx(0.09)


def test_what_a_measure_cannot_judge_is_left_out():
    assert band("anything", [None, float("nan"), 3.0, 3.0]).low == 3.0


def test_every_band_that_ships_is_measured_by_the_command():
    assert set(BANDS) == set(MEASURES) | {"novelty", "distance_between_songs"}
    assert set(EDGES) <= set(BANDS)


@pytest.mark.parametrize("table", [FIRST_DEGREES, LAST_DEGREES])
@pytest.mark.parametrize("mode", Mode)
def test_degrees_that_ship_add_up_to_a_thousand(table, mode):
    assert abs(sum(table[mode.value]) - 1000) <= 6
