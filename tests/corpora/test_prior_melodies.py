"""Songs become melodies for the prior: cut at silences, whole where they fit, goals measured."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bridge.music.chords import parse_chords
from bridge.music.melody_conditions import COLUMNS
from bridge.music.melody_events import FIRST_PITCH, TIE, to_events
from bridge.schema.notes import Mode, Note, TimeSignature
from export.corpora.melody_cuts import melodies_of, met_goals
from export.corpora.song import SPLITS, Song
from export.music.melody_prior.data import MOST_EVENTS, columns_of, load_stretches, stretches_of

FOUR_FOUR = TimeSignature(0, 4, 4)
SCALE = (60, 62, 64, 65, 67, 69, 71, 72)


def song(*bars: int | None, each: int = 8, **fields) -> Song:
    """Give a song of bars that begin on a pitch and go up a scale, None being silent."""
    step = 1920 // each
    notes = [
        Note(pitch + SCALE[index % 8] - 60, 1920 * bar + step * index, step)
        for bar, pitch in enumerate(bars)
        if pitch is not None
        for index in range(each)
    ]
    known = {
        "corpus": "openewld",
        "title": "A song",
        "notes": tuple(notes),
        "metre": FOUR_FOUR,
        "bar_starts_ticks": tuple(1920 * bar for bar in range(len(bars))),
        "tonic_pitch_class": 0,
        "mode": Mode.MAJOR,
        "has_velocity": False,
    }
    return Song(**{**known, **fields})


def bars_of(given: Song) -> list[int]:
    return [melody.goals.bars for melody in melodies_of(given)]


def test_a_song_is_one_melody():
    assert bars_of(song(60, 60, 60, 60)) == [4]


def test_a_short_silence_stays_inside_a_melody():
    assert bars_of(song(60, None, None, 60)) == [4]


def test_a_long_silence_parts_two_melodies():
    assert bars_of(song(60, 60, None, None, None, 60)) == [2, 1]


def test_silence_before_and_after_is_left_out():
    assert bars_of(song(None, 60, 60, None)) == [2]


def test_a_melody_is_cut_where_bars_do_not_follow_each_other():
    shifted = song(60, 60, 60, 60)
    starts = (0, 1920, 3840 + 480, 5760 + 480)
    moved = [
        replace(note, onset_ticks=note.onset_ticks + 480 * (note.onset_ticks >= 3840))
        for note in shifted.notes
    ]
    assert bars_of(replace(shifted, notes=tuple(moved), bar_starts_ticks=starts)) == [2, 2]


def test_the_last_short_bar_is_part_of_the_melody():
    whole = song(60, 60)
    ending = (*whole.notes, Note(60, 3840, 960))
    (melody,) = melodies_of(replace(whole, notes=ending))
    assert melody.goals.bars == 3
    assert len(melody.grid.tokens) == 3 * 24


def test_a_melody_has_the_tonic_at_c():
    in_d = song(62, 62, tonic_pitch_class=2)
    (melody,) = melodies_of(in_d)
    assert to_events(melody.grid).pitches[0] - FIRST_PITCH == 60
    assert melody.goals.tonic_pitch_class == 2


def test_without_a_key_the_likeliest_is_taken():
    unknown = song(67, 67, 67, tonic_pitch_class=None, mode=None)
    (melody,) = melodies_of(unknown)
    assert (melody.goals.tonic_pitch_class, melody.goals.mode) == (7, Mode.MAJOR)


def test_chords_of_the_song_are_cut_with_it():
    chords = parse_chords("C F G7 C", FOUR_FOUR)
    (melody,) = melodies_of(song(None, 60, 60, chords=chords))
    assert [(c.onset_ticks, c.root_pitch_class) for c in melody.goals.chords] == [(0, 5), (1920, 7)]


def test_a_song_without_chords_gets_one_a_bar_by_rule():
    (melody,) = melodies_of(song(60, 60, 60))
    assert [c.duration_ticks for c in melody.goals.chords] == [1920] * 3


def test_a_melody_that_fits_is_one_stretch():
    (melody,) = melodies_of(song(*[60] * 32))
    assert stretches_of(melody, overlap=True) == [(0, 31)]


@pytest.mark.parametrize("overlap", [False, True])
def test_a_long_melody_is_cut_into_whole_phrases_up_to_its_end(overlap):
    (melody,) = melodies_of(song(*[60] * 75))
    found = stretches_of(melody, overlap=overlap)
    assert all(first % 4 == 0 for first, _ in found)
    assert all((last + 1 - first) * 8 <= MOST_EVENTS for first, last in found)
    assert (found[0][0], found[-1][1]) == (0, 74)


def test_stretches_that_do_not_overlap_hold_every_bar_once():
    (melody,) = melodies_of(song(*[60] * 75))
    bars = [
        bar for first, last in stretches_of(melody, overlap=False) for bar in range(first, last + 1)
    ]
    assert bars == list(range(75))


def test_only_the_last_stretch_knows_of_the_end():
    (melody,) = melodies_of(song(*[60] * 75))
    columns = columns_of([melody], overlap=False)
    firsts = columns["first"][:-1]
    ends = columns["conditions"][firsts, COLUMNS["end"]].any(axis=1)
    assert ends.tolist() == [False] * (len(firsts) - 1) + [True]


def test_a_note_held_over_a_cut_is_a_tie_there():
    whole = song(*[60] * 64)
    held = [n for n in whole.notes if not 1920 * 32 - 240 <= n.onset_ticks < 1920 * 32 + 960]
    ringing = Note(60, 1920 * 32 - 240, 1200)
    notes = tuple(sorted([*held, ringing], key=lambda note: note.onset_ticks))
    (melody,) = melodies_of(replace(whole, notes=notes))
    columns = columns_of([melody], overlap=False)
    cut = int(columns["first"][1])
    assert int(columns["slots"][cut]) == 32 * 24
    assert int(columns["pitches"][cut]) == TIE


def let_go(corpus: str) -> list[int]:
    """Give the lengths of events of notes that last five slots of six."""
    notes = tuple(Note(60 + at % 3, 480 * at, 360) for at in range(8))
    (melody,) = melodies_of(song(60, 60, notes=notes, corpus=corpus))
    return to_events(melody.grid).lengths.tolist()


def test_where_a_player_let_a_note_go_early_there_is_no_rest():
    assert let_go("pop909") == [6] * 7 + [5, 1]


def test_a_rest_that_was_written_is_kept():
    assert let_go("openewld") == [5, 1] * 8


def measured(given: Song, *, prefer_mode: bool = True):
    (melody,) = melodies_of(given)
    return met_goals(melody.goals, melody.grid, melody.goals.chords, prefer_mode=prefer_mode)


def test_the_goals_are_what_the_melody_is():
    goals = measured(song(62, 62, tonic_pitch_class=2))
    assert (goals.density, goals.lowest_pitch, goals.highest_pitch) == (2.0, 62, 74)
    assert goals.register == pytest.approx(sum(SCALE) / 8 + 2)


def test_the_scale_is_that_of_the_mode_or_the_smallest_that_fits():
    five = [Note(pitch, 240 * at, 240) for at, pitch in enumerate((60, 62, 64, 67, 69, 67, 64, 62))]
    given = replace(song(60), notes=tuple(five))
    assert measured(given).scale == "major"
    assert measured(given, prefer_mode=False).scale == "major-pentatonic"


def test_a_chromatic_melody_keeps_to_no_scale():
    notes = tuple(Note(60 + at, 160 * at, 160) for at in range(12))
    assert measured(replace(song(60), notes=notes)).scale is None


def test_the_cache_gives_what_was_read(tmp_path):
    book = tmp_path / "data" / "tune_books_abc" / "oneills1850" / "book.abc"
    book.parent.mkdir(parents=True)
    tune = "X:1\nT:{}\nM:4/4\nL:1/4\nK:G\nG A B c|d c B A|G A B c|d2 G2|\n\n"
    book.write_text("".join(tune.format(f"tune {number}") for number in range(60)))
    cache = tmp_path / "cache" / "stretches.npz"
    first = load_stretches(tmp_path / "data", cache)
    again = load_stretches(tmp_path / "elsewhere", cache)
    assert sum(len(first[split]) for split in SPLITS) == 60
    for split in SPLITS:
        assert np.array_equal(first[split].pitches, again[split].pitches)
        assert first[split].sizes.tolist() == [14] * len(first[split])
