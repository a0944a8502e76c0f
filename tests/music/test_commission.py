"""What was asked is worked out: a key, a tempo, a motif in range; what cannot be is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.errors import RequestError
from bridge.music.chords import parse_chords
from bridge.music.commission import (
    check_pitches,
    key_for,
    key_of_chords,
    motif_in_range,
    motif_of,
    note_name,
    tempo_for,
    written_out,
)
from bridge.music.key import Key
from bridge.schema.goals import MelodyGoals
from bridge.schema.notes import DRUM_CHANNEL, Mode, Note, NoteSequence, Part, TimeSignature
from tests.music.tunes import GREENSLEEVES, ODE_TO_JOY

FOUR_FOUR = TimeSignature(0, 4, 4)


def goals_over(chords: str, **asked) -> MelodyGoals:
    return MelodyGoals(chords=parse_chords(chords, FOUR_FOUR), bars=4, **asked)


@pytest.mark.parametrize(
    ("chords", "key"),
    [
        ("C Am F G", Key(0, Mode.MAJOR)),
        ("Am F C G", Key(9, Mode.MINOR)),
        ("Am Dm E7 Am", Key(9, Mode.MINOR)),
        ("Dm7 G7 | Cmaj7", Key(0, Mode.MAJOR)),
        ("Eb Bb Cm Ab", Key(3, Mode.MAJOR)),
        ("G D Em C", Key(7, Mode.MAJOR)),
        ("D G A D", Key(2, Mode.MAJOR)),
        ("Em Am B7 Em", Key(4, Mode.MINOR)),
        ("F#m D A E", Key(6, Mode.MINOR)),
    ],
)
def test_chords_tell_their_key(chords, key):
    assert key_of_chords(parse_chords(chords, FOUR_FOUR)) == key


@pytest.mark.parametrize("chords", [(), parse_chords("N.C.", FOUR_FOUR)])
def test_no_chords_tell_no_key(chords):
    assert key_of_chords(chords) is None


def test_a_key_that_is_asked_wins_over_that_of_the_chords():
    assert key_for(goals_over("C Am F G", tonic_pitch_class=9, mode=Mode.MINOR), ()) == Key(
        9, Mode.MINOR
    )


def test_a_tonic_takes_the_mode_of_chords_that_are_on_it():
    assert key_for(goals_over("Am Dm E7 Am", tonic_pitch_class=9), ()) == Key(9, Mode.MINOR)


def test_a_motif_tells_the_key_where_there_are_no_chords():
    assert key_for(MelodyGoals(), GREENSLEEVES.sequence.parts[0].notes).mode is Mode.MINOR


@pytest.mark.parametrize(("valence", "mode"), [(-0.7, Mode.MINOR), (0.8, Mode.MAJOR)])
def test_where_nothing_says_it_the_mood_tells_the_mode(valence, mode):
    assert key_for(MelodyGoals(valence=valence), ()) == Key(0, mode)


def test_the_more_aroused_the_faster():
    tempos = [tempo_for(arousal) for arousal in (-1.0, -0.5, 0.0, 0.5, 1.0)]
    assert tempos == [60.0, 79.0, 104.0, 137.0, 180.0]
    assert tempo_for(None) == 120.0


def test_a_motif_begins_with_its_own_bar():
    notes = (Note(60, 4000, 240), Note(64, 4320, 480))
    found = motif_of(NoteSequence(parts=(Part(notes=notes),)), FOUR_FOUR)
    assert [note.onset_ticks for note in found] == [160, 480]


def test_a_motif_is_one_voice():
    notes = (Note(60, 0, 960), Note(67, 0, 480), Note(64, 240, 480))
    found = motif_of(NoteSequence(parts=(Part(notes=notes),)), FOUR_FOUR)
    assert [(note.pitch, note.duration_ticks) for note in found] == [(67, 240), (64, 480)]


def test_drums_are_no_motif():
    drums = NoteSequence(parts=(Part(channel=DRUM_CHANNEL, notes=(Note(36, 0, 120),)),))
    with pytest.raises(RequestError):
        motif_of(drums, FOUR_FOUR)


def test_a_motif_moves_by_octaves_into_the_range():
    motif = (Note(84, 0, 480), Note(88, 480, 480))
    found = motif_in_range(motif, MelodyGoals(lowest_pitch=55, highest_pitch=72))
    assert [note.pitch for note in found] == [60, 64]


def test_a_motif_in_range_stays_where_it_is():
    motif = tuple(ODE_TO_JOY.sequence.parts[0].notes[:4])
    assert motif_in_range(motif, MelodyGoals(lowest_pitch=40, highest_pitch=90)) == motif


def test_a_motif_that_is_wider_than_the_range_is_refused():
    motif = (Note(60, 0, 480), Note(76, 480, 480))
    with pytest.raises(RequestError, match="the motif goes from C4 to E5"):
        motif_in_range(motif, MelodyGoals(lowest_pitch=60, highest_pitch=72))


def test_a_motif_that_is_longer_than_the_melody_is_refused():
    with pytest.raises(RequestError, match="longer than the 1 bars"):
        motif_in_range((Note(60, 0, 2400),), MelodyGoals(bars=1))


def test_a_range_without_the_tonic_is_refused_where_it_must_close():
    goals = MelodyGoals(tonic_pitch_class=0, lowest_pitch=61, highest_pitch=70)
    with pytest.raises(RequestError, match="there is no C in Db4 to Bb4 to end on"):
        check_pitches(goals, cadence=True)
    check_pitches(goals, cadence=False)


def test_a_range_without_a_note_of_the_scale_is_refused():
    goals = MelodyGoals(tonic_pitch_class=0, scale="major", lowest_pitch=61, highest_pitch=61)
    with pytest.raises(RequestError, match="no note of C major lies in Db4 to Db4"):
        check_pitches(goals, cadence=False)


@pytest.mark.parametrize(("pitch", "name"), [(60, "C4"), (61, "Db4"), (0, "C-1"), (127, "G9")])
def test_pitches_are_named_as_musicians_do(pitch, name):
    assert note_name(pitch) == name


def test_a_piece_says_key_metre_tempo_and_each_change_of_chord():
    goals = replace(
        goals_over("C C | Am7 | Am7", tonic_pitch_class=9, mode=Mode.MINOR),
        bars=3,
        tempo_bpm=90.0,
    )
    piece = written_out((Note(69, 0, 480),), goals, with_chords=False)
    assert [(marker.onset_ticks, marker.text) for marker in piece.markers] == [
        (0, "C"),
        (1920, "Am7"),
    ]
    assert (piece.tempo_bpm, piece.time_signature, piece.duration_ticks) == (90.0, FOUR_FOUR, 5760)
    assert piece.key_signatures[0].tonic_pitch_class == 9


def test_chords_may_be_played_by_a_part_of_their_own():
    goals = goals_over("C N.C. Am", tonic_pitch_class=0, mode=Mode.MAJOR)
    _, part = written_out((Note(69, 0, 480),), goals, with_chords=True).parts
    assert (part.name, part.channel) == ("Chords", 1)
    assert [(note.pitch, note.onset_ticks) for note in part.notes] == [
        (48, 0), (52, 0), (55, 0), (48, 3840), (52, 3840), (57, 3840),
    ]  # fmt: skip
