"""The corpora themselves, where they lie beside the repository: what is read sounds like music."""

from __future__ import annotations

from collections import defaultdict
from itertools import islice, pairwise
from pathlib import Path

import pytest

from bridge.music.drum_grid import DRUM_OF_PITCH
from bridge.music.key import Key, find_key
from bridge.music.melody_grid import SLOT_TICKS
from export.corpora.abc import read_tune_book
from export.corpora.groove import read_grooves
from export.corpora.musicxml import read_lieder, read_openewld
from export.corpora.pop909 import read_pop909
from export.corpora.song import split_of

CORPORA = Path(__file__).parents[3] / "shared" / "data"

pytestmark = pytest.mark.skipif(
    not CORPORA.is_dir(), reason="no corpora beside the repository, in ../shared/data"
)


def read_some(corpus: str):
    """Read a few hundred songs at most, the same each time."""
    if corpus in ("oneills1850", "ryansMammoth"):
        books = sorted((CORPORA / "tune_books_abc" / corpus).glob("*.abc"))[::8]
        return [song for book in books for song in read_tune_book(book, corpus=corpus)]
    if corpus == "openewld":
        return list(islice(read_openewld(CORPORA / "openewld"), 150))
    if corpus == "openscore_lieder":
        return list(read_lieder(CORPORA / "openscore_lieder" / "scores" / "Hensel,_Fanny"))
    return list(islice(read_pop909(CORPORA / "pop909"), 20))


PRINTED = ("oneills1850", "ryansMammoth", "openewld", "openscore_lieder")
ALL = (*PRINTED, "pop909")


@pytest.fixture(scope="module")
def songs():
    return {corpus: read_some(corpus) for corpus in ALL}


@pytest.mark.parametrize("corpus", ALL)
def test_a_corpus_has_songs_of_eight_notes_and_more(songs, corpus):
    assert len(songs[corpus]) >= 15
    assert all(len(song.notes) >= 8 for song in songs[corpus])


@pytest.mark.parametrize("corpus", ALL)
def test_notes_are_in_order(songs, corpus):
    for song in songs[corpus]:
        assert all(a.onset_ticks <= b.onset_ticks for a, b in pairwise(song.notes)), song.title


@pytest.mark.parametrize("corpus", ALL)
def test_melodies_lie_where_voices_and_fiddles_do(songs, corpus):
    pitches = [note.pitch for song in songs[corpus] for note in song.notes]
    assert 36 <= min(pitches) <= max(pitches) <= 108


@pytest.mark.parametrize("corpus", ALL)
def test_nearly_every_song_has_four_full_bars(songs, corpus):
    full = [len(song.bar_starts_ticks) >= 4 for song in songs[corpus]]
    assert sum(full) / len(full) > 0.95


@pytest.mark.parametrize("corpus", PRINTED)
def test_nearly_every_printed_note_begins_on_the_grid(songs, corpus):
    on_grid = [n.onset_ticks % 480 in SLOT_TICKS for song in songs[corpus] for n in song.notes]
    assert sum(on_grid) / len(on_grid) > 0.95


@pytest.mark.parametrize("corpus", PRINTED)
def test_printed_voices_hardly_overlap(songs, corpus):
    overlaps = [
        a.end_ticks > b.onset_ticks for song in songs[corpus] for a, b in pairwise(song.notes)
    ]
    assert sum(overlaps) / len(overlaps) < 0.01


@pytest.mark.parametrize("corpus", ALL)
def test_the_key_that_is_heard_is_mostly_the_one_that_is_written(songs, corpus):
    known = [song for song in songs[corpus] if song.tonic_pitch_class is not None]
    same = [find_key(song.notes) == Key(song.tonic_pitch_class, song.mode) for song in known]
    assert sum(same) / len(same) > 0.65


def test_no_title_is_on_two_sides_of_the_split(songs):
    sides = defaultdict(set)
    for song in (song for found in songs.values() for song in found):
        bare = "".join(letter for letter in song.title.lower() if letter in LETTERS)
        sides[bare].add(split_of(song.title))
    assert all(len(found) == 1 for found in sides.values())


LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


def test_nearly_every_hit_of_a_drummer_is_one_of_nine_drums():
    grooves = list(islice(read_grooves(CORPORA / "groove"), 40))
    hits = [hit for groove in grooves for hit in groove.notes]
    assert {groove.split for groove in grooves} <= {"train", "validation", "test"}
    assert sum(hit.pitch in DRUM_OF_PITCH for hit in hits) / len(hits) > 0.999
