"""Phrases made by hand, for rewards to be high and low on."""

from __future__ import annotations

from bridge.music.rewards.phrase import Phrase, phrase_of
from bridge.schema.goals import MelodyGoals
from bridge.schema.notes import Mode, TimeSignature
from tests.music.tunes import melody

FOUR_FOUR = TimeSignature(0, 4, 4)


def phrase(text: str, **goals) -> Phrase:
    """Read a phrase in C major, unless goals say otherwise."""
    asked = {"tonic_pitch_class": 0, "mode": Mode.MAJOR, "bars": 1, **goals}
    return phrase_of(melody(text), MelodyGoals(**asked))
