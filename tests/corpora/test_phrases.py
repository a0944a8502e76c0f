"""Songs become phrases: split by title, cut at every bar, each knowing the one before."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.music.melody_grid import FIRST_PITCH, HOLD, PHRASE_SLOTS, REST
from export.corpora.song import split_of
from export.music.melody_vae.data import (
    HIGHEST_PITCH,
    LOWEST_PITCH,
    load_phrases,
    padding,
    performed,
    transposed,
)

TITLES = {
    side: next(f"tune {n}" for n in range(99) if split_of(f"tune {n}") == side)
    for side in ("train", "validation", "test")
}


def tune(title: str, body: str, *, head: str = "M:4/4\nL:1/4\nK:G") -> str:
    return f"X:1\nT:{title}\n{head}\n{body}\n\n"


@pytest.fixture
def load(tmp_path):
    """Write a tune book and load its phrases."""

    def load_tunes(*tunes: str):
        book = tmp_path / "tune_books_abc" / "oneills1850" / "book.abc"
        book.parent.mkdir(parents=True)
        sound = [tune(title, "C D E F|G A B c|") for title in TITLES.values()]
        book.write_text("".join((*tunes, *sound)))
        return load_phrases(tmp_path, tmp_path / "cache" / "phrases.npz")

    return load_tunes


def first_pitches(phrases) -> list[int]:
    return [int(row[row >= FIRST_PITCH][0]) - FIRST_PITCH for row in phrases.tokens]


def test_a_song_is_cut_at_every_bar_where_two_follow(load):
    phrases = load(tune("Reel", "C C C C|D D D D|E E E E|F F F F|G G G G|"))["train"]
    assert split_of("Reel") == "train"
    assert first_pitches(phrases)[:4] == [60, 62, 64, 66]
    assert phrases.beats[:4].tolist() == [8] * 4


def test_a_phrase_knows_the_one_that_ends_where_it_begins(load):
    phrases = load(tune("Reel", "C C C C|D D D D|E E E E|F F F F|G G G G|"))["train"]
    assert phrases.previous[:4].tolist() == [-1, -1, 0, 1]


def test_every_title_is_on_its_side_alone(load):
    found = load()
    assert {side: len(found[side].tokens) for side in TITLES} == dict.fromkeys(TITLES, 1)


def test_a_phrase_of_three_four_is_six_beats_and_padding(load):
    waltz = tune("Waltz", "C D E|F G A|B c d|", head="M:3/4\nL:1/4\nK:G")
    phrases = load(waltz)["train"]
    assert split_of("Waltz") == "train"
    assert phrases.beats[:2].tolist() == [6, 6]
    assert (phrases.tokens[:2, 36:] == REST).all()


def test_a_phrase_has_the_key_of_its_song(load):
    phrases = load(tune("In minor", "C D E F|G A B c|", head="M:4/4\nL:1/4\nK:Em"))["train"]
    assert split_of("In minor") == "train"
    assert (phrases.tonic[0], phrases.minor[0], phrases.corpus[0]) == (4, 1, "oneills1850")


def test_songs_in_metres_that_fill_no_phrase_are_left_out(load):
    odd = tune("Odd one", "C C C C C|D D D D D|E E E E E|", head="M:5/4\nL:1/4\nK:G")
    assert len(load(odd)["train"].tokens) == 1


def test_the_cache_gives_the_same_phrases_without_the_corpora(load, tmp_path):
    first = load()
    again = load_phrases(tmp_path / "nowhere", tmp_path / "cache" / "phrases.npz")
    assert np.array_equal(first["train"].tokens, again["train"].tokens)


TOKENS = st.lists(
    st.integers(0, FIRST_PITCH + 127), min_size=PHRASE_SLOTS, max_size=PHRASE_SLOTS
).map(lambda tokens: np.array([tokens], dtype=np.int64))


@settings(max_examples=60, deadline=None)
@given(tokens=TOKENS, semitones=st.integers(-6, 5))
def test_transposition_moves_notes_alone_and_all_alike(tokens, semitones):
    moved = transposed(tokens, np.array([semitones]))
    sounding = tokens >= FIRST_PITCH
    assert np.array_equal(moved[~sounding], tokens[~sounding])
    assert (moved[sounding] >= FIRST_PITCH).all()
    narrow = tokens[sounding].size and np.ptp(tokens[sounding]) <= HIGHEST_PITCH - LOWEST_PITCH - 12
    if narrow:
        steps = set((moved - tokens)[sounding].tolist())
        assert len(steps) == 1
        assert (steps.pop() - semitones) % 12 == 0


@pytest.mark.parametrize(("pitch", "semitones", "moved"), [(108, 3, 99), (24, -2, 34), (60, 4, 64)])
def test_a_phrase_that_would_leave_the_range_moves_by_octaves(pitch, semitones, moved):
    tokens = np.array([[FIRST_PITCH + pitch, HOLD, REST]])
    assert transposed(tokens, np.array([semitones])).tolist() == [[FIRST_PITCH + moved, HOLD, REST]]


@settings(max_examples=40, deadline=None)
@given(tokens=TOKENS, seed=st.integers(0, 2**32), played=st.booleans())
def test_velocities_are_at_onsets_alone_and_in_range(tokens, seed, played):
    onsets = tokens >= FIRST_PITCH
    written = np.where(onsets, 0.5, 0.0).astype(np.float32)
    velocities = performed(tokens, written, np.array([played]), np.random.default_rng(seed))
    assert ((velocities > 0) == onsets).all()
    assert velocities.max() <= 1.0


def test_played_velocities_keep_their_shape():
    tokens = np.array([[FIRST_PITCH + 60, FIRST_PITCH + 62, FIRST_PITCH + 64]])
    written = np.array([[0.2, 0.4, 0.6]], dtype=np.float32)
    moved = performed(tokens, written, np.array([True]), np.random.default_rng(0))
    assert moved / moved[0, 0] == pytest.approx(np.array([[1.0, 2.0, 3.0]]))


def test_padding_is_what_lies_beyond_the_beats():
    assert padding(np.array([8, 6])).sum(axis=1).tolist() == [0, 12]
