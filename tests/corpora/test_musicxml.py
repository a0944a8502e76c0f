"""Scores in compressed MusicXML are read as the singer sings them: one voice, in time."""

from __future__ import annotations

import zipfile

import pytest

from bridge.schema.notes import Mode, TimeSignature
from export.corpora.musicxml import read_lieder, read_openewld

STEPS = ["C", "D", "E", "F", "G", "A", "B"]


def note(step: str, duration: int, *inside: str, octave: int = 4, voice: int = 1) -> str:
    """Write a note; `inside` are elements as they are, before or after its pitch."""
    before = "".join(tag for tag in inside if tag in ("<grace/>", "<cue/>", "<chord/>"))
    after = "".join(tag for tag in inside if tag not in ("<grace/>", "<cue/>", "<chord/>"))
    pitch = f"<pitch><step>{step[0]}</step>{alter(step)}<octave>{octave}</octave></pitch>"
    length = "" if "<grace/>" in inside else f"<duration>{duration}</duration>"
    return f"<note>{before}{pitch}{length}<voice>{voice}</voice>{after}</note>"


def alter(step: str) -> str:
    return {"#": "<alter>1</alter>", "b": "<alter>-1</alter>"}.get(step[1:], "")


def rest(duration: int) -> str:
    return f"<note><rest/><duration>{duration}</duration><voice>1</voice></note>"


def tie(*kinds: str) -> str:
    return "".join(f'<tie type="{kind}"/>' for kind in kinds)


def attributes(
    *, divisions: int = 0, fifths: int | None = None, mode: str = "", metre: str = ""
) -> str:
    beats, _, unit = metre.partition("/")
    return (
        "<attributes>"
        + (f"<divisions>{divisions}</divisions>" if divisions else "")
        + (f"<key><fifths>{fifths}</fifths>{mode}</key>" if fifths is not None else "")
        + (f"<time><beats>{beats}</beats><beat-type>{unit}</beat-type></time>" if metre else "")
        + "</attributes>"
    )


COMMON = attributes(divisions=2, fifths=0, metre="4/4")
SCALE_BAR = "".join(note(step, 2) for step in "CDEF")
HOME_BAR = "".join(note(step, 2) for step in "GEDC")


def write_score(path, *parts: tuple[str, ...]) -> None:
    """Write an .mxl: each part is a row of measures as they are."""
    body = "".join(
        f'<part id="P{number}">'
        + "".join(f"<measure>{measure}</measure>" for measure in measures)
        + "</part>"
        for number, measures in enumerate(parts)
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("META-INF/container.xml", "<container/>")
        archive.writestr("score.xml", f"<score-partwise>{body}</score-partwise>")


@pytest.fixture
def read(tmp_path):
    """Write a score of some measures and read all of its songs."""

    def read_score(*measures: str):
        write_score(tmp_path / "A_song" / "score.mxl", measures)
        return list(read_openewld(tmp_path))

    return read_score


def shown(song) -> list[tuple[int, int, int]]:
    return [(note.pitch, note.onset_ticks, note.duration_ticks) for note in song.notes]


def test_a_song_is_read_with_its_title_metre_and_bars(read):
    (song,) = read(COMMON + SCALE_BAR, HOME_BAR)
    assert (song.corpus, song.title, song.metre) == ("openewld", "A_song", TimeSignature(0, 4, 4))
    assert shown(song) == [
        (pitch, 480 * beat, 480) for beat, pitch in enumerate((60, 62, 64, 65, 67, 64, 62, 60))
    ]
    assert song.bar_starts_ticks == (0, 1920)


@pytest.mark.parametrize(
    ("fifths", "bars", "tonic", "mode"),
    [
        (0, ("CDEF", "GEDC"), 0, Mode.MAJOR),
        (0, ("ABCD", "ECBA"), 9, Mode.MINOR),
        (1, ("GABC", "DBAG"), 7, Mode.MAJOR),
        (1, ("EFGA", "BGFE"), 4, Mode.MINOR),
    ],
)
def test_a_key_is_the_major_or_the_minor_of_its_signature(read, fifths, bars, tonic, mode):
    word = f"<mode>{mode.value}</mode>"
    first, last = (
        "".join(note("F#" if fifths and step == "F" else step, 2) for step in bar) for bar in bars
    )
    opening = attributes(divisions=2, fifths=fifths, mode=word, metre="4/4")
    (song,) = read(opening + first, last, first, last)
    assert (song.tonic_pitch_class, song.mode) == (tonic, mode)


def test_a_song_without_a_signature_has_no_key(read):
    (song,) = read(attributes(divisions=2, metre="4/4") + SCALE_BAR, HOME_BAR)
    assert (song.tonic_pitch_class, song.mode) == (None, None)


def test_accidentals_are_read_from_the_note(read):
    bar = note("F#", 2) + note("Bb", 2) + note("C", 2, octave=5) + note("C", 2, octave=3)
    (song,) = read(COMMON + bar, SCALE_BAR)
    assert [n.pitch for n in song.notes[:4]] == [66, 70, 72, 48]


def test_divisions_say_how_long_a_beat_is(read):
    bar = "".join(note("C", length) for length in (3, 1, 4, 6, 2))
    opening = attributes(divisions=4, fifths=0, metre="4/4")
    (song,) = read(opening + bar, *["".join(note(step, 4) for step in "CDEF")] * 2)
    assert [n.duration_ticks for n in song.notes[:5]] == [360, 120, 480, 720, 240]


def test_a_tie_over_a_bar_line_is_one_note(read):
    first = note("C", 4) + note("G", 4, tie("start"))
    last = note("G", 2, tie("stop")) + "".join(note(step, 2) for step in "GFE")
    (song,) = read(COMMON + first, last, SCALE_BAR)
    assert shown(song)[:3] == [(60, 0, 960), (67, 960, 1440), (67, 2400, 480)]


def test_a_tie_through_three_notes_is_one_note(read):
    first = note("C", 4) + note("G", 4, tie("start"))
    middle = note("G", 8, tie("stop", "start"))
    last = note("G", 2, tie("stop")) + "".join(note(step, 2) for step in "AFE")
    (song,) = read(COMMON + first, middle, last, SCALE_BAR)
    assert shown(song)[1] == (67, 960, 960 + 1920 + 480)


def test_an_upbeat_is_no_full_bar(read):
    (song,) = read(COMMON + note("G", 2), SCALE_BAR, HOME_BAR)
    assert song.bar_starts_ticks == (480, 2400)


def test_a_rest_takes_its_time(read):
    (song,) = read(COMMON + rest(4) + note("C", 4), SCALE_BAR, SCALE_BAR)
    assert song.notes[0].onset_ticks == 960


def test_the_first_voice_of_a_bar_is_read_and_the_others_go_back_in_time(read):
    lower = "".join(note("C", 2, octave=3, voice=2) for _ in range(4))
    two_voices = SCALE_BAR + "<backup><duration>8</duration></backup>" + lower
    (song,) = read(COMMON + two_voices, HOME_BAR)
    assert [n.pitch for n in song.notes] == [60, 62, 64, 65, 67, 64, 62, 60]
    assert song.notes[4].onset_ticks == 1920


def test_forward_leaves_a_gap(read):
    bar = note("C", 2) + "<forward><duration>4</duration></forward>" + note("D", 2)
    (song,) = read(COMMON + bar, SCALE_BAR, SCALE_BAR)
    assert [n.onset_ticks for n in song.notes[:2]] == [0, 1440]


def test_the_first_note_of_a_chord_is_sung(read):
    bar = note("G", 4) + note("E", 4, "<chord/>") + note("C", 4, "<chord/>") + note("F", 4)
    (song,) = read(COMMON + bar, SCALE_BAR, SCALE_BAR)
    assert shown(song)[:2] == [(67, 0, 960), (65, 960, 960)]


def test_grace_notes_take_no_time(read):
    (song,) = read(COMMON + note("A", 0, "<grace/>") + SCALE_BAR, HOME_BAR)
    assert shown(song)[0] == (60, 0, 480)


def test_cue_notes_take_their_time_and_are_not_sung(read):
    cues = note("A", 4, "<cue/>") + note("C", 4)
    (song,) = read(COMMON + cues, SCALE_BAR, SCALE_BAR)
    assert shown(song)[0] == (60, 960, 960)


def test_a_change_of_metre_begins_a_new_song_at_tick_0(read):
    three = "".join(note(step, 2) for step in "CDE")
    songs = read(COMMON + SCALE_BAR, HOME_BAR, attributes(metre="3/4") + three, three, three)
    assert [(song.metre.numerator, len(song.notes)) for song in songs] == [(4, 8), (3, 9)]
    assert songs[1].notes[0].onset_ticks == 0
    assert songs[1].bar_starts_ticks == (0, 1440, 2880)


def test_a_change_of_key_begins_a_new_song(read):
    songs = read(COMMON + SCALE_BAR, HOME_BAR, attributes(fifths=-3) + SCALE_BAR, HOME_BAR)
    assert [len(song.notes) for song in songs] == [8, 8]
    assert songs[1].tonic_pitch_class in (3, 0)


def test_a_stretch_of_fewer_than_eight_notes_is_left_out(read):
    songs = read(COMMON + SCALE_BAR, attributes(fifths=1) + SCALE_BAR, HOME_BAR)
    assert [len(song.notes) for song in songs] == [8]


def test_dynamics_are_per_cent_of_a_velocity_of_90(read):
    forte = '<direction><sound dynamics="100"/></direction>'
    piano = '<sound dynamics="50"/>'
    (song,) = read(COMMON + forte + SCALE_BAR, piano + HOME_BAR)
    assert [n.velocity for n in song.notes] == [90] * 4 + [45] * 4
    assert song.has_velocity


def test_without_dynamics_all_velocities_are_alike(read):
    (song,) = read(COMMON + SCALE_BAR, HOME_BAR)
    assert {n.velocity for n in song.notes} == {80}
    assert not song.has_velocity


def test_of_a_song_with_piano_the_part_with_words_is_read(tmp_path):
    sung = "".join(note(step, 2, "<lyric><text>la</text></lyric>", octave=5) for step in "CDEF")
    piano = (COMMON + SCALE_BAR, HOME_BAR)
    write_score(tmp_path / "Lied" / "score.mxl", piano, (COMMON + sung, sung))
    (song,) = read_lieder(tmp_path)
    assert (song.corpus, song.title, song.notes[0].pitch) == ("openscore_lieder", "Lied", 72)


@pytest.mark.parametrize("content", [b"", b"PK nonsense", b"<score/>"])
def test_a_damaged_archive_is_passed_over(tmp_path, content):
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "score.mxl").write_bytes(content)
    write_score(tmp_path / "sound" / "score.mxl", (COMMON + SCALE_BAR, HOME_BAR))
    assert [song.title for song in read_openewld(tmp_path)] == ["sound"]


def test_an_archive_with_broken_xml_is_passed_over(tmp_path):
    with zipfile.ZipFile(tmp_path / "broken.mxl", "w") as archive:
        archive.writestr("score.xml", "<score-partwise><part>")
    assert list(read_openewld(tmp_path)) == []


def harmony(root: str, kind: str, *, offset: int = 0) -> str:
    """Write a chord symbol."""
    degree = alter(root).replace("alter", "root-alter")
    later = f"<offset>{offset}</offset>" if offset else ""
    step = f"<root><root-step>{root[0]}</root-step>{degree}</root>" if root else ""
    return f"<harmony>{step}<kind>{kind}</kind>{later}</harmony>"


def chords_of(song) -> list[tuple[int, int, int | None, str]]:
    return [(c.onset_ticks, c.end_ticks, c.root_pitch_class, c.quality) for c in song.chords]


def test_a_chord_holds_till_the_next_one(read):
    first = harmony("C", "major") + note("C", 4) + harmony("A", "minor-seventh") + note("E", 4)
    (song,) = read(COMMON + first, harmony("F#", "half-diminished") + SCALE_BAR, HOME_BAR)
    assert chords_of(song) == [
        (0, 960, 0, ""),
        (960, 1920, 9, "m7"),
        (1920, 5760, 6, "m7b5"),
    ]


def test_a_chord_that_is_said_twice_is_one(read):
    (song,) = read(COMMON + harmony("C", "major") + SCALE_BAR, harmony("C", "major") + HOME_BAR)
    assert chords_of(song) == [(0, 3840, 0, "")]


def test_a_chord_may_come_later_than_it_is_written(read):
    bar = harmony("C", "major") + harmony("G", "dominant", offset=4) + SCALE_BAR
    (song,) = read(COMMON + bar, HOME_BAR)
    assert chords_of(song) == [(0, 960, 0, ""), (960, 3840, 7, "7")]


def test_no_chord_is_said_by_none(read):
    (song,) = read(COMMON + harmony("C", "major") + SCALE_BAR, harmony("", "none") + HOME_BAR)
    assert chords_of(song) == [(0, 1920, 0, ""), (1920, 3840, None, "")]


def test_a_kind_that_has_no_name_here_leaves_the_chord_before(read):
    (song,) = read(COMMON + harmony("C", "major") + SCALE_BAR, harmony("D", "Tristan") + HOME_BAR)
    assert chords_of(song) == [(0, 3840, 0, "")]


def test_a_chord_rings_on_over_a_change_of_key(read):
    songs = read(COMMON + harmony("G", "major") + SCALE_BAR, HOME_BAR,
                 attributes(fifths=1) + SCALE_BAR, harmony("D", "dominant") + HOME_BAR)  # fmt: skip
    assert chords_of(songs[1]) == [(0, 1920, 7, ""), (1920, 3840, 2, "7")]


def test_a_song_without_symbols_has_no_chords(read):
    (song,) = read(COMMON + SCALE_BAR, HOME_BAR)
    assert song.chords == ()
