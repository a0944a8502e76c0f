"""Whether a melody hits what was asked of it: yes or no, goal by goal.

A reward says how near; this says whether near enough to count. Each line is drawn where a listener
or a real melody draws it, and is not part of any reward.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from bridge.music.rewards import motif, theory
from bridge.music.rewards.measured import BANDS
from bridge.music.rewards.mood import phrase_mood
from bridge.music.rewards.phrase import Phrase, phrase_of
from bridge.schema.goals import MelodyGoals
from bridge.schema.notes import Note

_KEY_SHARE: Final = 0.95
_DENSITY_OCTAVES: Final = 0.322
"""log2(1.25): a quarter more, or a fifth fewer."""
_REGISTER_SEMITONES: Final = 3.0
_MOOD_DISTANCE: Final = 0.5
_MOTIF_LIKENESS: Final = 0.75


def key_hit(phrase: Phrase) -> bool | None:
    """Say whether 95 % of the notes are in the key, or all in a scale asked for by name."""
    if phrase.goals.scale is not None:
        return theory.in_scale_share(phrase) == 1.0
    if phrase.goals.tonic_pitch_class is None:
        return None
    return theory.in_scale_share(phrase) >= _KEY_SHARE


def chords_hit(phrase: Phrase) -> bool | None:
    """Say whether as many notes on strong beats are of the chord as in three of four lead sheets.

    That many is the low end of the band `strong_chord_tone_share`.
    """
    share = theory.strong_chord_tone_share(phrase)
    return None if share is None else share >= BANDS["strong_chord_tone_share"].low


def density_hit(phrase: Phrase) -> bool | None:
    """Say whether the density is no more than a quarter above or a fifth below."""
    asked = phrase.goals.density
    if asked is None:
        return None
    return abs(float(np.log2(theory.onsets_per_beat(phrase) / asked))) <= _DENSITY_OCTAVES


def range_hit(phrase: Phrase) -> bool | None:
    """Say whether every note is within the range."""
    lowest, highest = phrase.goals.lowest_pitch, phrase.goals.highest_pitch
    if lowest is None and highest is None:
        return None
    above = lowest is None or int(phrase.pitches.min()) >= lowest
    return above and (highest is None or int(phrase.pitches.max()) <= highest)


def register_hit(phrase: Phrase) -> bool | None:
    """Say whether the mean pitch is within three semitones."""
    asked = phrase.goals.register
    if asked is None:
        return None
    return abs(float(phrase.pitches.mean()) - asked) <= _REGISTER_SEMITONES


def mood_hit(phrase: Phrase) -> bool | None:
    """Say whether valence and arousal are on the side asked for, or within 0.5 of it."""
    mood = phrase_mood(phrase)
    pairs = ((phrase.goals.valence, mood.valence), (phrase.goals.arousal, mood.arousal))
    asked = [(wanted, measured) for wanted, measured in pairs if wanted is not None]
    if not asked:
        return None
    return all(
        wanted * measured > 0.0 or abs(wanted - measured) <= _MOOD_DISTANCE
        for wanted, measured in asked
    )


def motif_hit(phrase: Phrase) -> bool | None:
    """Say whether the motif is heard at the start, see `motif_stated`."""
    stated = motif.motif_stated(phrase)
    return None if stated is None else stated >= _MOTIF_LIKENESS


HITS: Final[dict[str, Callable[[Phrase], bool | None]]] = {
    "key": key_hit,
    "chords": chords_hit,
    "density": density_hit,
    "range": range_hit,
    "register": register_hit,
    "mood": mood_hit,
    "motif": motif_hit,
}
"""Every goal that can be hit, by name."""


def goal_hits(notes: Sequence[Note], goals: MelodyGoals) -> dict[str, bool]:
    """Say which of the goals that were asked for a melody hits; silence hits none of them."""
    phrase = phrase_of(notes, goals)
    if not phrase.count:
        return dict.fromkeys(_asked(goals), False)
    found = {name: hit(phrase) for name, hit in HITS.items()}
    return {name: hit for name, hit in found.items() if hit is not None}


def _asked(goals: MelodyGoals) -> list[str]:
    """Give the names of the goals that were asked for."""
    asked = {
        "key": (goals.tonic_pitch_class, goals.scale),
        "chords": (goals.chords or None,),
        "density": (goals.density,),
        "range": (goals.lowest_pitch, goals.highest_pitch),
        "register": (goals.register,),
        "mood": (goals.valence, goals.arousal),
        "motif": (goals.motif or None,),
    }
    return [name for name, fields in asked.items() if any(field is not None for field in fields)]
