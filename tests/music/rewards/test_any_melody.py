"""Whatever is played, every judgement stays within its range."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.music.chords import parse_chords
from bridge.music.rewards.hits import goal_hits
from bridge.music.rewards.mood import measured_mood
from bridge.music.rewards.phrase import phrase_of
from bridge.music.rewards.profile import ROWS, melody_profile
from bridge.music.rewards.weights import total
from bridge.music.taste_features import features
from bridge.schema.goals import MelodyGoals
from bridge.schema.notes import Mode, Note, NoteSequence, Part, TempoChange, TimeSignature

METRES = [(4, 4), (3, 4), (6, 8), (7, 8), (2, 2), (1, 64), (5, 4)]
notes = st.lists(
    st.builds(
        Note,
        pitch=st.integers(0, 127),
        onset_ticks=st.integers(0, 7680),
        duration_ticks=st.integers(0, 4000),
        velocity=st.integers(1, 127),
    ),
    max_size=40,
)


@st.composite
def goals(draw):
    metre = TimeSignature(0, *draw(st.sampled_from(METRES)))
    bars = draw(st.integers(1, 6))
    maybe = st.none() | st.floats(-1, 1)
    return MelodyGoals(
        tonic_pitch_class=draw(st.none() | st.integers(0, 11)),
        mode=draw(st.none() | st.sampled_from(Mode)),
        scale=draw(st.none() | st.sampled_from(["blues", "dorian", "chromatic"])),
        chords=parse_chords("Am | N.C. | G7", metre, bars=bars) if draw(st.booleans()) else (),
        metre=metre,
        bars=bars,
        density=draw(st.none() | st.floats(0.1, 6)),
        register=draw(st.none() | st.floats(0, 127)),
        lowest_pitch=draw(st.none() | st.integers(0, 60)),
        valence=draw(maybe),
        arousal=draw(maybe),
        motif=tuple(draw(notes)),
        novelty=draw(st.none() | st.floats(0, 1)),
    )


@settings(max_examples=60, deadline=None)
@given(notes=notes, goals=goals())
def test_every_reward_of_anything_lies_between_0_and_1(notes, goals):
    mean, rewards = total(notes, goals, recent=[phrase_of(notes, goals)])
    assert [name for name, value in rewards.items() if not 0.0 <= value <= 1.0] == []
    assert 0.0 <= mean <= 1.0


@settings(max_examples=60, deadline=None)
@given(notes=notes, goals=goals())
def test_a_profile_of_anything_is_numbers(notes, goals):
    profile = melody_profile(notes, goals)
    assert tuple(profile) == ROWS and not any(math.isinf(row) for row in profile.values())


@settings(max_examples=40, deadline=None)
@given(notes=notes, goals=goals())
def test_every_hit_of_anything_is_yes_or_no(notes, goals):
    assert {type(hit) for hit in goal_hits(notes, goals).values()} <= {bool}


@settings(max_examples=60, deadline=None)
@given(notes=notes, ppq=st.sampled_from([96, 480, 960]), tempo_bpm=st.floats(4, 2000))
def test_the_mood_of_anything_is_on_the_circumplex(notes, ppq, tempo_bpm):
    part = Part(notes=tuple(notes))
    mood = measured_mood(NoteSequence((part,), tempos=(TempoChange(0, tempo_bpm),), ppq=ppq))
    assert abs(mood.valence) <= 1.0 and abs(mood.arousal) <= 1.0


@settings(max_examples=60, deadline=None)
@given(notes=notes.filter(len), metre=st.sampled_from(METRES), tempo_bpm=st.floats(4, 2000))
def test_the_features_of_anything_are_within_three_deviations(notes, metre, tempo_bpm):
    sequence = NoteSequence(
        parts=(Part(notes=tuple(notes)),),
        tempos=(TempoChange(0, tempo_bpm),),
        time_signatures=(TimeSignature(0, *metre),),
    )
    assert bool((np.abs(features(sequence)) <= 3.0).all())
