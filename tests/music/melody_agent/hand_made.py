"""Phrases and wishes made by hand, for the agent to be tried on without any corpus."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bridge.music.chords import parse_chords
from bridge.music.melody_events import notes_to_events
from bridge.schema.goals import MelodyGoals
from bridge.schema.notes import Mode, TimeSignature
from tests.music.tunes import melody

FOUR_FOUR = TimeSignature(0, 4, 4)
TUNES = (
    "C4 D4 E4 F4 G4:2 G4:2 A4 A4 A4 A4 G4:4",
    "E4 E4 F4 G4 G4 F4 E4 D4 C4 C4 D4 E4 E4:3/2 D4:1/2 D4:2",
    "G4 E4 E4:2 F4 D4 D4:2 C4 D4 E4 F4 G4 G4 G4:2",
    "C4:2 E4:2 G4:2 C5:2 B4 A4 G4 F4 E4 D4 C4:2",
)
GOALS = MelodyGoals(
    tonic_pitch_class=0,
    mode=Mode.MAJOR,
    chords=parse_chords("C Am F G", FOUR_FOUR, bars=4),
    metre=FOUR_FOUR,
    bars=4,
    density=1.0,
    lowest_pitch=55,
    highest_pitch=79,
    register=65.0,
    valence=0.4,
    arousal=0.0,
    style="folk",
)


def excerpts():
    """Read the tunes as a corpus of four phrases."""
    from export.music.melody_agent.excerpts import Excerpt, Excerpts, profiles_of

    phrases = tuple(
        Excerpt("toy", GOALS, notes_to_events(melody(text), GOALS)) for text in TUNES * 8
    )
    return Excerpts(phrases, profiles_of(phrases))


def tiny_prior(seed=0):
    """Give a network of random weights, small enough to learn in seconds."""
    import torch

    from export.networks.melody_network import MelodyPriorNetwork, PriorSettings

    torch.manual_seed(seed)
    settings = PriorSettings(width=32, layers=1, heads=2, dropout=0.0)
    return MelodyPriorNetwork(settings).eval()


def goals(**changes):
    """Give the goals of the tunes, some of them changed."""
    return replace(GOALS, **changes)


def rng(seed=0):
    """Give a source of chance."""
    return np.random.default_rng(seed)
