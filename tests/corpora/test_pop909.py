"""POP909's melodies are put on the beats that were annotated, bar by bar."""

from __future__ import annotations

import mido
import pytest

from bridge.schema.notes import Mode, TimeSignature
from export.corpora.pop909 import read_pop909

TEMPO = 500_000
"""Microseconds a beat in the files: 120 BPM."""


def write_song(folder, *, notes, beats, key="0.0 99.0 C:maj\n", number="001") -> None:
    """Write one song as the data set has it.

    Args:
        folder: of the data set.
        notes: (start, end) in seconds, pitch and velocity, of the melody.
        beats: (second, whether it is a downbeat) of each beat.
        key: lines of key_audio.txt.
        number: of the song.
    """
    (folder / number).mkdir(parents=True)
    midi = mido.MidiFile(ticks_per_beat=480)
    conductor = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=TEMPO)])
    messages = []
    for start, end, pitch, velocity in notes:
        begin = mido.Message("note_on", note=pitch, velocity=velocity)
        stop = mido.Message("note_off", note=pitch, velocity=64)
        messages += [(round(start * 960), begin), (round(end * 960), stop)]
    piano = mido.MidiTrack([mido.MetaMessage("track_name", name="PIANO")])
    piano.append(mido.Message("note_on", note=30, velocity=99))
    melody = mido.MidiTrack([mido.MetaMessage("track_name", name="MELODY")])
    now = 0
    for ticks, message in sorted(messages, key=lambda pair: (pair[0], pair[1].type == "note_on")):
        melody.append(message.copy(time=ticks - now))
        now = ticks
    midi.tracks.extend([conductor, piano, melody])
    midi.save(folder / number / f"{number}.mid")
    rows = [f"{second} 0.0 {float(down)}" for second, down in beats]
    (folder / number / "beat_midi.txt").write_text("\n".join(rows) + "\n")
    (folder / number / "key_audio.txt").write_text(key)


def steady(count: int, bar_beats: int = 4, *, first: float = 0.0, each: float = 0.5):
    return [(first + each * beat, beat % bar_beats == 0) for beat in range(count)]


NOTES = [(0.0, 0.25, 60, 70), (0.5, 1.0, 64, 80), (1.0, 2.0, 67, 90)]


def shown(song):
    return [(n.pitch, n.onset_ticks, n.duration_ticks, n.velocity) for n in song.notes]


def test_a_melody_is_read_with_its_velocities(tmp_path):
    write_song(tmp_path, notes=NOTES, beats=steady(9))
    (song,) = read_pop909(tmp_path)
    assert (song.corpus, song.title, song.has_velocity) == ("pop909", "pop909-001", True)
    assert shown(song) == [(60, 0, 240, 70), (64, 480, 480, 80), (67, 960, 960, 90)]


def test_seconds_are_measured_by_the_beats_around_them(tmp_path):
    slow_then_fast = [(0.0, True), (1.0, False), (2.0, False), (2.5, False), (3.0, True),
                      (3.5, False), (4.0, False), (4.5, False), (5.0, True)]  # fmt: skip
    notes = [(0.5, 1.0, 60, 70), (2.25, 2.5, 64, 80)]
    write_song(tmp_path, notes=notes, beats=slow_then_fast)
    (song,) = read_pop909(tmp_path)
    assert [(n.onset_ticks, n.end_ticks) for n in song.notes] == [(240, 480), (1200, 1440)]


def test_what_lies_before_the_first_beat_is_left_out(tmp_path):
    write_song(tmp_path, notes=[*NOTES, (2.0, 2.5, 72, 99)], beats=steady(9, first=0.75))
    (song,) = read_pop909(tmp_path)
    assert [n.pitch for n in song.notes] == [67, 72]


def test_after_the_last_beat_its_length_goes_on(tmp_path):
    write_song(tmp_path, notes=[(5.0, 5.5, 60, 70)], beats=steady(9))
    (song,) = read_pop909(tmp_path)
    assert shown(song) == [(60, 4800, 480, 70)]


def test_notes_that_overlap_are_in_order_of_their_onsets(tmp_path):
    notes = [(0.0, 2.0, 60, 70), (0.5, 1.0, 72, 80), (1.5, 3.0, 65, 90)]
    write_song(tmp_path, notes=notes, beats=steady(9))
    (song,) = read_pop909(tmp_path)
    assert [(n.pitch, n.onset_ticks, n.end_ticks) for n in song.notes] == [
        (60, 0, 1920),
        (72, 480, 960),
        (65, 1440, 2880),
    ]


def test_a_note_that_is_struck_again_ends_there(tmp_path):
    write_song(tmp_path, notes=[(0.0, 0.5, 60, 70), (0.5, 1.0, 60, 80)], beats=steady(9))
    (song,) = read_pop909(tmp_path)
    assert shown(song) == [(60, 0, 480, 70), (60, 480, 480, 80)]


@pytest.mark.parametrize("bar_beats", [3, 4])
def test_bars_begin_on_the_downbeats(tmp_path, bar_beats):
    write_song(tmp_path, notes=NOTES, beats=steady(3 * bar_beats + 1, bar_beats))
    (song,) = read_pop909(tmp_path)
    assert song.metre == TimeSignature(0, bar_beats, 4)
    assert song.bar_starts_ticks == tuple(bar * bar_beats * 480 for bar in range(3))


def test_a_bar_of_another_length_is_not_named(tmp_path):
    downbeats = {0, 4, 6, 10, 14}
    beats = [(0.5 * beat, beat in downbeats) for beat in range(15)]
    write_song(tmp_path, notes=NOTES, beats=beats)
    (song,) = read_pop909(tmp_path)
    assert song.bar_starts_ticks == (0, 6 * 480, 10 * 480)


def test_a_song_in_bars_of_two_is_left_out(tmp_path):
    write_song(tmp_path, notes=NOTES, beats=steady(9, 2))
    assert list(read_pop909(tmp_path)) == []


@pytest.mark.parametrize(
    ("key", "tonic", "mode"),
    [
        ("0.0 99.0 C:maj\n", 0, Mode.MAJOR),
        ("0.0 99.0 Gb:maj\n", 6, Mode.MAJOR),
        ("0.0 99.0 F#:min\n", 6, Mode.MINOR),
        ("0.0 10.0 C:maj\n10.0 99.0 A:min\n", 9, Mode.MINOR),
        ("0.0 40.0 C:maj\n40.0 70.0 A:min\n70.0 99.0 A:min\n", 9, Mode.MINOR),
        ("0.0 99.0 N\n", None, None),
        ("", None, None),
    ],
)
def test_the_key_is_the_one_that_lasts_longest(tmp_path, key, tonic, mode):
    write_song(tmp_path, notes=NOTES, beats=steady(9), key=key)
    (song,) = read_pop909(tmp_path)
    assert (song.tonic_pitch_class, song.mode) == (tonic, mode)


def test_songs_come_in_the_order_of_their_numbers(tmp_path):
    for number in ("010", "002", "909"):
        write_song(tmp_path, notes=NOTES, beats=steady(9), number=number)
    titles = [song.title for song in read_pop909(tmp_path)]
    assert titles == ["pop909-002", "pop909-010", "pop909-909"]


def with_chords(folder, *rows: str, beats=None):
    """Write a song with lines of chord_midi.txt, and read it."""
    write_song(folder, notes=NOTES, beats=beats or steady(9))
    (folder / "001" / "chord_midi.txt").write_text("".join(row + "\n" for row in rows))
    (song,) = read_pop909(folder)
    return [(c.onset_ticks, c.end_ticks, c.root_pitch_class, c.quality) for c in song.chords]


def test_chords_are_put_on_the_nearest_beat(tmp_path):
    rows = ("0.02 0.98 C:maj", "0.98 2.03 Bb:min7", "2.03 4.0 F#:hdim7")
    assert with_chords(tmp_path, *rows) == [
        (0, 960, 0, ""),
        (960, 1920, 10, "m7"),
        (1920, 3840, 6, "m7b5"),
    ]


def test_the_bass_of_a_chord_is_left_out(tmp_path):
    assert with_chords(tmp_path, "0.0 4.0 C:maj/3") == [(0, 3840, 0, "")]


@pytest.mark.parametrize("label", ["N", "X:maj", "C:strange"])
def test_a_label_that_is_no_chord_is_none(tmp_path, label):
    assert with_chords(tmp_path, f"0.0 4.0 {label}") == [(0, 3840, None, "")]


def test_a_chord_from_before_the_first_beat_begins_with_it(tmp_path):
    found = with_chords(tmp_path, "0.0 2.0 C:maj", "2.0 4.5 G:7", beats=steady(9, first=0.5))
    assert found == [(0, 1440, 0, ""), (1440, 3840, 7, "7")]


def test_a_song_without_a_chord_file_has_none(tmp_path):
    write_song(tmp_path, notes=NOTES, beats=steady(9))
    (song,) = read_pop909(tmp_path)
    assert song.chords == ()


@pytest.mark.parametrize(("each", "tempo_bpm"), [(0.5, 120.0), (0.75, 80.0)])
def test_the_tempo_is_that_of_its_beats(tmp_path, each, tempo_bpm):
    write_song(tmp_path, notes=NOTES, beats=steady(9, each=each))
    (song,) = read_pop909(tmp_path)
    assert song.tempo_bpm == pytest.approx(tempo_bpm)
