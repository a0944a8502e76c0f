"""The melody prior that ships knows tunes it never saw, and leans on what it is asked for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bridge.music.chords import chord_at, chord_tones, parse_chords
from bridge.music.melody_events import FIRST_PITCH, events_to_notes, notes_to_events
from bridge.music.melody_prior import (
    MODEL_NAME,
    DrawSettings,
    draw_melodies,
    log_probability,
    score_melodies,
)
from bridge.runtime.registry import Registry
from bridge.schema.goals import MelodyGoals
from bridge.schema.notes import Mode, TimeSignature
from tests.music.tunes import FOUR_FOUR, TUNES

MODELS = Path(__file__).parents[2] / "onnx_models"
MELODIES = 24
"""As many as a mean is taken of."""
C_MAJOR = MelodyGoals(tonic_pitch_class=0, mode=Mode.MAJOR, bars=8)


@pytest.fixture(scope="module")
def model():
    return Registry(MODELS).model(MODEL_NAME)


def goals_of(tune) -> MelodyGoals:
    bars = max(note.end_ticks for note in tune.notes) // tune.metre.bar_ticks()
    return MelodyGoals(tune.tonic_pitch_class, tune.mode, metre=tune.metre, bars=max(1, bars))


def drawn(model, goals, *, guidance=1.0, count=MELODIES):
    """Draw melodies, and give the notes of each."""
    settings = DrawSettings(count, guidance=guidance)
    melodies = draw_melodies(model, goals, np.random.default_rng(0), settings=settings)
    return [events_to_notes(melody.events, goals) for melody in melodies]


@pytest.mark.parametrize("tune", TUNES, ids=str)
def test_a_tune_is_likelier_than_its_notes_in_another_order(model, tune):
    goals = goals_of(tune)
    events = notes_to_events(tune.notes, goals)
    notes = np.flatnonzero(events.pitches >= FIRST_PITCH)
    rng = np.random.default_rng(0)
    shuffled = []
    for _ in range(10):
        pitches = events.pitches.copy()
        pitches[notes] = rng.permutation(pitches[notes])
        shuffled.append(replace(events, pitches=pitches))
    scores = log_probability(model, [events, *shuffled], goals)
    assert scores[0] > scores[1:].max()


@pytest.mark.parametrize("tune", TUNES, ids=str)
def test_a_tune_is_likelier_in_its_key_than_a_tritone_off(model, tune):
    goals = goals_of(tune)
    events = notes_to_events(tune.notes, goals)
    off = np.where(events.pitches >= FIRST_PITCH, events.pitches + 6, events.pitches)
    scores = log_probability(model, [events, replace(events, pitches=off)], goals)
    assert scores[0] > scores[1]


def test_what_was_heard_before_is_expected_again(model):
    tune = TUNES[0]
    goals = goals_of(tune)
    length_ticks = goals.length_ticks
    again = [replace(n, onset_ticks=n.onset_ticks + length_ticks) for n in tune.notes]
    twice = replace(goals, bars=2 * goals.bars)
    events = notes_to_events([*tune.notes, *again], twice)
    (scores,) = score_melodies(model, [events], twice)
    first = events.slots < events.total_slots // 2
    nats = -scores[:, :2].sum(axis=1)
    assert nats[~first].sum() < 0.5 * nats[first].sum()


def chord_share(melodies, chords) -> float:
    """Give the share of notes that begin on a tone of the chord under them."""
    on = [
        note.pitch % 12 in chord_tones(chord_at(chords, note.onset_ticks))
        for notes in melodies
        for note in notes
    ]
    return float(np.mean(on))


def test_melodies_go_with_the_chords_that_are_asked(model):
    chords = parse_chords("C Eb F Ab", FOUR_FOUR, bars=8)
    told = drawn(model, replace(C_MAJOR, chords=chords))
    untold = drawn(model, C_MAJOR)
    assert chord_share(told, chords) > chord_share(untold, chords) + 0.15


def densities(model, *asked: float, guidance: float) -> list[float]:
    """Give the notes a beat that come where some are asked for."""
    wishes = (replace(C_MAJOR, density=density) for density in asked)
    return [
        float(np.mean([len(notes) / 32 for notes in drawn(model, goals, guidance=guidance)]))
        for goals in wishes
    ]


def test_asked_for_more_notes_there_are_more(model):
    found = densities(model, 0.5, 1.0, 2.0, 3.0, guidance=1.0)
    assert found == sorted(found)
    assert found[-1] > 2 * found[0]


def test_with_guidance_the_density_is_nearly_what_was_asked(model):
    asked = (0.5, 1.0, 2.0, 3.0)
    assert densities(model, *asked, guidance=2.0) == pytest.approx(asked, rel=0.3)


@pytest.mark.parametrize("register", [55.0, 62.0, 69.0, 76.0])
def test_a_register_that_is_asked_for_is_met(model, register):
    goals = replace(C_MAJOR, register=register)
    pitches = [note.pitch for notes in drawn(model, goals) for note in notes]
    assert np.mean(pitches) == pytest.approx(register, abs=3.5)


def thirds(model, mode) -> float:
    """Give the share of major thirds among all thirds above the tonic."""
    goals = replace(C_MAJOR, mode=mode)
    classes = [note.pitch % 12 for notes in drawn(model, goals) for note in notes]
    return classes.count(4) / (classes.count(3) + classes.count(4))


def test_major_and_minor_have_their_thirds(model):
    assert thirds(model, Mode.MAJOR) > 0.75
    assert thirds(model, Mode.MINOR) < 0.25


def ends(model, **told: bool) -> float:
    """Give the share of folk tunes that end on the tonic."""
    goals = replace(C_MAJOR, style="folk")
    settings = DrawSettings(48, **told)
    drawn_tunes = draw_melodies(model, goals, np.random.default_rng(0), settings=settings)
    last = [events_to_notes(tune.events, goals)[-1].pitch for tune in drawn_tunes]
    return float(np.mean([pitch % 12 == 0 for pitch in last]))


def test_told_of_the_end_more_melodies_end_on_the_tonic(model):
    assert ends(model) > ends(model, open_end=True) + 0.15


def test_in_six_eight_notes_begin_on_eighths(model):
    jig = MelodyGoals(7, Mode.MAJOR, metre=TimeSignature(0, 6, 8), bars=8, style="folk")
    onsets = [note.onset_ticks for notes in drawn(model, jig) for note in notes]
    assert np.mean([ticks % 240 == 0 for ticks in onsets]) > 0.85


def test_at_120_a_happy_melody_has_more_notes_than_a_sad_one(model):
    happy, sad = (
        drawn(model, replace(C_MAJOR, mode=None, valence=valence, arousal=arousal))
        for valence, arousal in ((0.7, 0.7), (-0.7, -0.7))
    )
    assert sum(map(len, happy)) > 1.3 * sum(map(len, sad))


def test_the_whole_card_is_true_of_the_files(model):
    assert Registry(MODELS).verify(MODEL_NAME).passed
