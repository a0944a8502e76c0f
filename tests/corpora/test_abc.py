"""Tune books in ABC are read as they are sung: lengths, accidentals, ties and bars."""

from __future__ import annotations

import pytest

from bridge.schema.notes import Mode, Note, TimeSignature
from export.corpora.abc import read_tune_book
from export.corpora.song import Song


@pytest.fixture
def read(tmp_path):
    """Write one tune and read it; a long rest-free tail makes it long enough to be kept."""

    def read_tune(music: str, *, head: str = "M:4/4\nL:1/4\nK:C") -> Song:
        path = tmp_path / "book.abc"
        path.write_text(f"X:1\nT:A tune\n{head}\n{music}\n", encoding="utf-8")
        (song,) = read_tune_book(path, corpus="book")
        return song

    return read_tune


TAIL = "|c c c c|c c c c|c c c c|"


def written(song: Song, count: int) -> list[tuple[int, int, int]]:
    """Give pitch, onset and duration of the first notes."""
    return [(note.pitch, note.onset_ticks, note.duration_ticks) for note in song.notes[:count]]


def pitches(song: Song, count: int) -> list[int]:
    return [note.pitch for note in song.notes[:count]]


def durations(song: Song, count: int) -> list[int]:
    return [note.duration_ticks for note in song.notes[:count]]


def test_octaves_are_written_with_case_commas_and_apostrophes(read):
    assert pitches(read("C,CcC' c'c,C,, B" + TAIL), 8) == [48, 60, 72, 72, 84, 60, 36, 71]


def test_lengths_are_multiples_of_the_unit(read):
    song = read("C2 C C/ C/2 C// C3/2 C/4 C3" + TAIL)
    assert durations(song, 8) == [960, 480, 240, 240, 120, 720, 120, 1440]


@pytest.mark.parametrize(
    ("head", "unit_ticks"),
    [
        ("M:4/4\nK:C", 240),
        ("M:3/4\nK:C", 240),
        ("M:6/8\nK:C", 240),
        ("M:2/4\nK:C", 120),
        ("M:3/8\nK:C", 120),
        ("M:2/4\nL:1/8\nK:C", 240),
        ("M:C\nL:1/16\nK:C", 120),
    ],
)
def test_without_a_unit_the_metre_says_how_long_a_note_is(read, head, unit_ticks):
    assert durations(read("C D E F G A B c", head=head), 1) == [unit_ticks]


@pytest.mark.parametrize(
    ("written_metre", "metre"),
    [("C", (4, 4)), ("C|", (2, 2)), ("6/8", (6, 8)), ("3 / 4", (3, 4)), ("12/8", (12, 8))],
)
def test_the_metre_is_read(read, written_metre, metre):
    song = read("C D E F G A B c", head=f"M:{written_metre}\nL:1/4\nK:C")
    assert song.metre == TimeSignature(0, *metre)


@pytest.mark.parametrize("head", ["M:none\nK:C", "M:4/4\nK:none", "M:4/4\nK:HP", "M:13/8\nK:C"])
def test_a_tune_in_free_metre_or_no_key_is_left_out(tmp_path, head):
    (tmp_path / "book.abc").write_text(f"X:1\nT:Free\n{head}\nC D E F G A B c\n")
    assert list(read_tune_book(tmp_path / "book.abc", corpus="book")) == []


def test_a_broken_rhythm_lengthens_one_note_and_shortens_the_other(read):
    assert written(read("C>D E<F" + TAIL), 4) == [
        (60, 0, 720),
        (62, 720, 240),
        (64, 960, 240),
        (65, 1200, 720),
    ]


def test_a_doubly_broken_rhythm_is_double_dotted(read):
    assert durations(read("C>>D E<<F" + TAIL), 4) == [840, 120, 120, 840]


def test_a_rest_can_be_broken(read):
    assert written(read("z>C D2" + TAIL), 2) == [(60, 720, 240), (62, 960, 960)]


def test_a_triplet_has_the_time_of_two(read):
    assert written(read("(3CDE F2" + TAIL), 4) == [
        (60, 0, 320),
        (62, 320, 320),
        (64, 640, 320),
        (65, 960, 960),
    ]


@pytest.mark.parametrize(
    ("tuplet", "metre", "length_ticks"),
    [
        ("(2CD", "6/8", 720),
        ("(3CDE", "6/8", 320),
        ("(4CDEF", "6/8", 360),
        ("(5CDEFG", "4/4", 192),
        ("(5CDEFG", "6/8", 288),
        ("(6CDEFGA", "4/4", 160),
        ("(3:2:2C2D", "4/4", 640),
        ("(3::4CDEF", "4/4", 320),
    ],
)
def test_other_tuplets_have_the_time_that_the_standard_says(read, tuplet, metre, length_ticks):
    song = read(tuplet + "| C D E F G A B c", head=f"M:{metre}\nL:1/4\nK:C")
    assert durations(song, 1) == [length_ticks]


def test_a_slur_is_no_tuplet(read):
    assert durations(read("(CD) (EF)" + TAIL), 4) == [480] * 4


def test_a_tie_makes_one_note_of_two_also_over_a_bar_line(read):
    assert written(read("C D E F-|F G2 z" + TAIL), 5)[3:] == [(65, 1440, 960), (67, 2400, 960)]


def test_a_tie_between_two_pitches_ties_nothing(read):
    assert durations(read("C-D E F" + TAIL), 2) == [480, 480]


def test_an_accidental_holds_through_its_bar_and_no_longer(read):
    assert pitches(read("^F F =F F|^F E _E F|F4" + TAIL), 9) == [66, 66, 65, 65, 66, 64, 63, 66, 65]


def test_an_accidental_of_one_octave_is_not_that_of_another(read):
    assert pitches(read("^F f F f" + TAIL), 4) == [66, 77, 66, 77]


def test_double_accidentals_are_two_semitones(read):
    assert pitches(read("^^F __B" + TAIL), 2) == [67, 69]


@pytest.mark.parametrize(
    ("key", "tonic", "mode", "scale"),
    [
        ("G", 7, Mode.MAJOR, [60, 62, 64, 66, 67, 69, 71, 72]),
        ("Bb", 10, Mode.MAJOR, [60, 62, 63, 65, 67, 69, 70, 72]),
        ("Am", 9, Mode.MINOR, [60, 62, 64, 65, 67, 69, 71, 72]),
        ("F#m", 6, Mode.MINOR, [61, 62, 64, 66, 68, 69, 71, 73]),
        ("D dorian", 2, Mode.MINOR, [60, 62, 64, 65, 67, 69, 71, 72]),
        ("Ador", 9, Mode.MINOR, [60, 62, 64, 66, 67, 69, 71, 72]),
        ("D Mix", 2, Mode.MAJOR, [60, 62, 64, 66, 67, 69, 71, 72]),
        ("E Phrygian", 4, Mode.MINOR, [60, 62, 64, 65, 67, 69, 71, 72]),
        ("F Lydian", 5, Mode.MAJOR, [60, 62, 64, 65, 67, 69, 71, 72]),
        ("C minor", 0, Mode.MINOR, [60, 62, 63, 65, 67, 68, 70, 72]),
        ("G clef=treble", 7, Mode.MAJOR, [60, 62, 64, 66, 67, 69, 71, 72]),
    ],
)
def test_a_key_has_its_signature_tonic_and_third(read, key, tonic, mode, scale):
    song = read("C D E F G A B c", head=f"M:4/4\nL:1/4\nK:{key}")
    assert (song.tonic_pitch_class, song.mode) == (tonic, mode)
    assert pitches(song, 8) == scale


def test_an_upbeat_is_no_full_bar(read):
    song = read("G|C D E F|G A B c|C D E|")
    assert song.bar_starts_ticks == (480, 2400)


def test_a_bar_that_a_repeat_sign_cuts_in_two_is_one_bar(read):
    song = read("C D E F|G A B:|:c|C D E F|")
    assert song.bar_starts_ticks == (0, 1920, 3840)


def test_repeats_and_endings_are_read_once_each_as_written(read):
    song = read("|:C D E F|C D E F|1 G4:|2 A4|]")
    assert song.bar_starts_ticks == (0, 1920, 3840, 5760)
    assert pitches(song, 10)[-2:] == [67, 69]


def test_the_top_of_a_chord_is_the_melody(read):
    assert written(read("[CEG]2 [c,E] [E2G2]" + TAIL), 3) == [
        (67, 0, 960),
        (64, 960, 480),
        (67, 1440, 960),
    ]


def test_grace_notes_chord_names_and_ornaments_take_no_time(read):
    plain = read("C D E F" + TAIL)
    assert read('{gf}C "Am"D !trill!E ~.F' + TAIL).notes == plain.notes
    assert read("uC vD TE HF" + TAIL).notes == plain.notes


def test_comments_and_lyrics_are_not_music(read):
    music = "C D % E F G\nw: A bad cab-bage\n%%staves A B\nE F" + TAIL
    assert read(music).notes == read("C D E F" + TAIL).notes


def test_a_line_that_begins_with_one_note_and_a_repeat_sign_is_music(read):
    song = read("C D E F|G G G G|C D E\nF:|C D E F|")
    assert pitches(song, 12)[8:] == [60, 62, 64, 65]


def test_a_line_that_goes_on_is_read_on(read):
    assert read("C D\\\nE F" + TAIL).notes == read("C D E F" + TAIL).notes


@pytest.mark.parametrize("change", ["[M:3/4]", "[K:D]", "\nM:3/4\n", "\nK:D\n", "\nV:2\n"])
def test_only_what_comes_before_a_change_is_read(read, change):
    song = read(f"C D E F|G A B c|{change} d e f g|")
    assert pitches(song, 99) == [60, 62, 64, 65, 67, 69, 71, 72]


def test_a_book_is_read_tune_by_tune_with_its_titles(tmp_path):
    tune = "T:{0}\nT:also called\nM:4/4\nL:1/4\nK:C\nC D E F|G A B c|\n\n"
    text = "Preface.\n\n" + "".join(
        f"X:{number}\n" + tune.format(title) for number, title in enumerate(("One", "Two"))
    )
    (tmp_path / "book.abc").write_text(text)
    songs = list(read_tune_book(tmp_path / "book.abc", corpus="book"))
    assert [(song.title, song.corpus, len(song.notes)) for song in songs] == [
        ("One", "book", 8),
        ("Two", "book", 8),
    ]


def test_a_tune_of_fewer_than_eight_notes_is_left_out(tmp_path):
    (tmp_path / "book.abc").write_text("X:1\nT:Short\nM:4/4\nL:1/4\nK:C\nC D E F|G A B\n")
    assert list(read_tune_book(tmp_path / "book.abc", corpus="book")) == []


def test_a_whole_jig_is_read(tmp_path):
    (tmp_path / "book.abc").write_text(
        "X:1\nT:The Irish Washerwoman\nM:6/8\nL:1/8\nK:G\n"
        "dc|BGG DGG|BGB dcB|cAA EAA|cAc edc|BGG DGG|BGB dcB|cBc Adc|BGG G:|\n"
    )
    (song,) = read_tune_book(tmp_path / "book.abc", corpus="book")
    assert len(song.notes) == 48
    assert song.notes[2] == Note(71, 480, 240)
    assert song.bar_starts_ticks == tuple(480 + 1440 * bar for bar in range(7))
    assert not song.has_velocity
