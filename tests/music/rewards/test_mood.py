"""Mood follows mode, tempo, density, loudness, register, articulation and dissonance."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.music.chords import parse_chords
from bridge.music.rewards.mood import cues_of, measured_mood, mood_met, phrase_mood
from bridge.schema.notes import Mode, Note, NoteSequence, Part, TempoChange
from bridge.units import PPQ
from tests.music.rewards.phrases import FOUR_FOUR, phrase
from tests.music.tunes import melody

MAJOR = "C4 E4 G4 C5 B4 G4 F4 D4 E4 G4 A4 F4 D4 B3 C4:2"
MINOR = "C4 Eb4 G4 C5 Bb4 G4 F4 D4 Eb4 G4 Ab4 F4 D4 B3 C4:2"


def played(text=MAJOR, *, tempo_bpm=100.0, velocity=(60, 80), stretch=1, bass="", octave=0):
    """Play a melody, every second note as loud as the second velocity says; maybe over a bass."""
    notes = [
        replace(
            note,
            pitch=note.pitch + 12 * octave,
            onset_ticks=note.onset_ticks * stretch,
            duration_ticks=note.duration_ticks * stretch,
            velocity=velocity[place % 2],
        )
        for place, note in enumerate(melody(text))
    ]
    parts = (Part(notes=tuple(notes)), Part(channel=1, notes=melody(bass)))
    return NoteSequence(parts=parts, tempos=(TempoChange(0, tempo_bpm),))


def test_major_is_happier_than_minor():
    happy, sad = measured_mood(played(MAJOR)), measured_mood(played(MINOR))
    assert happy.valence > sad.valence + 0.4


def test_a_faster_tempo_is_more_aroused():
    fast, slow = measured_mood(played(tempo_bpm=160.0)), measured_mood(played(tempo_bpm=60.0))
    assert fast.arousal > slow.arousal + 0.8


def test_louder_is_more_aroused():
    loud, soft = (measured_mood(played(velocity=pair)) for pair in [(105, 120), (35, 50)])
    assert loud.arousal > soft.arousal + 0.4


def test_staccato_is_more_aroused_than_legato():
    legato = played()
    short = tuple(replace(note, duration_ticks=160) for note in legato.parts[0].notes)
    staccato = replace(legato, parts=(Part(notes=short),))
    assert measured_mood(staccato).arousal > measured_mood(legato).arousal + 0.1


def test_a_higher_register_is_happier():
    high, low = measured_mood(played(octave=1)), measured_mood(played(octave=-1))
    assert high.valence > low.valence + 0.1


def test_a_dissonant_bass_is_less_happy_than_a_consonant_one():
    consonant = played("C4:4 E4:4 G4:4 C5:4", bass="C3:4 C3:4 C3:4 C3:4")
    dissonant = played("C4:4 E4:4 G4:4 C5:4", bass="B2:4 D#3:4 F#3:4 B3:4")
    assert measured_mood(dissonant).valence < measured_mood(consonant).valence - 0.1


@pytest.mark.parametrize(
    ("text", "tempo_bpm", "velocity", "stretch", "signs"),
    [
        (MAJOR, 170.0, (90, 110), 1, (1, 1)),
        (MINOR, 190.0, (100, 125), 1, (-1, 1)),
        (MINOR, 60.0, (40, 55), 1, (-1, -1)),
        (MAJOR, 60.0, (40, 55), 1, (1, -1)),
    ],
    ids=["happy", "angry", "sad", "calm"],
)
def test_each_quadrant_is_found(text, tempo_bpm, velocity, stretch, signs):
    mood = measured_mood(played(text, tempo_bpm=tempo_bpm, velocity=velocity, stretch=stretch))
    assert (mood.valence * signs[0] > 0.1, mood.arousal * signs[1] > 0.1) == (True, True)


def test_music_without_notes_is_in_no_mood():
    mood = measured_mood(NoteSequence())
    assert (mood.valence, mood.arousal) == (0.0, 0.0)


def test_mood_does_not_depend_on_the_key():
    moods = [measured_mood(moved(played(MINOR), semitones)).valence for semitones in (0, 1)]
    assert moods[0] == pytest.approx(moods[1], abs=0.05)


def moved(sequence, semitones):
    notes = tuple(replace(n, pitch=n.pitch + semitones) for n in sequence.parts[0].notes)
    return replace(sequence, parts=(Part(notes=notes),))


def test_mood_does_not_depend_on_the_resolution():
    fine = played()
    assert measured_mood(fine.at_ppq(960)) == measured_mood(fine)


def test_a_tempo_counts_from_where_it_is():
    slowed = replace(played(), tempos=(TempoChange(0, 160.0), TempoChange(3 * PPQ, 40.0)))
    assert cues_of(slowed).event_rate < cues_of(played(tempo_bpm=160.0)).event_rate - 1.0


def test_drums_have_no_part_in_it():
    drums = Part(channel=9, notes=tuple(Note(38, 60 * at, 30, 127) for at in range(200)))
    alone = played()
    assert measured_mood(replace(alone, parts=(*alone.parts, drums))) == measured_mood(alone)


def test_a_tempo_that_no_note_keeps_to_is_not_believed():
    loose = tuple(Note(60 + at % 7, 173 * at + at * at, 150, 60 + at % 9) for at in range(60))
    cues = cues_of(NoteSequence(parts=(Part(notes=loose),), tempos=(TempoChange(0, 120.0),)))
    assert cues.tempo != cues.tempo  # NaN


def test_loudness_that_nobody_gave_says_nothing():
    quiet, loud = (measured_mood(played(velocity=pair)) for pair in [(20, 20), (120, 120)])
    assert quiet == loud


def test_several_voices_are_told_from_one():
    voices = [cues_of(played(bass=bass)).several_voices for bass in ("", "C3:4 G2:4 C3:4 G2:4")]
    assert voices == [False, True]


def test_a_melody_over_its_chords_is_happier_than_against_them():
    good, bad = (
        phrase_mood(phrase(MAJOR, chords=parse_chords(text, FOUR_FOUR, bars=4), bars=4)).valence
        for text in ("C G C G", "F# C# F# C#")
    )
    assert good > bad + 0.1


def test_the_mood_that_is_asked_for_is_met_and_its_opposite_is_not():
    fast = {"tempo_bpm": 180.0, "bars": 4}
    happy = phrase(MAJOR, valence=0.8, arousal=0.6, **fast)
    sad = phrase(MAJOR, valence=-0.7, arousal=-0.5, **fast)
    assert mood_met(happy) > mood_met(sad) + 0.5


def test_where_no_mood_is_asked_for_none_is_missed():
    assert mood_met(phrase(MAJOR, bars=4)) is None


def test_minor_in_the_goals_does_not_make_the_notes_sad():
    assert phrase_mood(phrase(MAJOR, bars=4)) == phrase_mood(phrase(MAJOR, mode=Mode.MINOR, bars=4))
