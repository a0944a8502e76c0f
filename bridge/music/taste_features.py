"""What a person may like or dislike in a melody: features with words for both of their ends.

Each is a number, less the mean and divided by the standard deviation over the training songs
(`FEATURE_NORMS`, measured by `python -m export.music.reward_bands`): 0 is what melodies typically
are, and no feature is outside -3..3. What music does not say (chords, loudness that is all alike)
is 0 too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from bridge.music.frame import melody_part
from bridge.music.rewards import motif, profile, theory
from bridge.music.rewards.measured import FEATURE_NORMS
from bridge.music.rewards.phrase import Phrase, phrase_of
from bridge.schema.goals import MOST_BARS, MelodyGoals
from bridge.schema.notes import NoteSequence
from bridge.units import PPQ

_FARTHEST: Final = 3.0
_TRIPLET_TICKS: Final = np.array([160, 320])
_NEAR_TICKS: Final = 16
_TONIC_TRIAD: Final = {"major": (0, 4, 7), "minor": (0, 3, 7)}


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature of a melody."""

    name: str
    """A word for programs."""
    more: str
    """What there is more of above 0, as it follows `likes`."""
    less: str
    """What there is more of below 0."""
    measure: Callable[[Phrase], float | None]
    """Its value before it is standardised; None where the melody does not say."""


def _log2(number: float) -> float:
    return float(np.log2(max(number, 1e-3)))


def _share(flags: npt.NDArray[np.bool_]) -> float | None:
    return float(flags.mean()) if len(flags) else None


def _off_beat(phrase: Phrase) -> float | None:
    return _share(phrase.onsets % PPQ > 0)


def _triplets(phrase: Phrase) -> float | None:
    off = np.abs((phrase.onsets % PPQ)[:, None] - _TRIPLET_TICKS).min(axis=1)
    return _share(off <= _NEAR_TICKS)


def _legato(phrase: Phrase) -> float | None:
    gaps = np.diff(phrase.onsets)
    return float((phrase.durations[:-1] / gaps).mean()) if len(gaps) else None


def _rhythm_variety(phrase: Phrase) -> float | None:
    return _entropy(np.diff(phrase.onsets) // (PPQ // 12))


def _pitch_variety(phrase: Phrase) -> float | None:
    return _entropy(phrase.degrees)


def _entropy(values: npt.NDArray[np.int64]) -> float | None:
    return profile.entropy_bits(values) if len(values) else None


def _repeated_pitches(phrase: Phrase) -> float | None:
    return _share(np.diff(phrase.pitches) == 0)


def _turns(phrase: Phrase) -> float | None:
    moves = np.sign(np.diff(phrase.pitches))
    moves = moves[moves != 0]
    return _share(moves[1:] != moves[:-1])


def _rising(phrase: Phrase) -> float | None:
    """Give how much higher the last third is than the first, in semitones."""
    third = phrase.count // 3
    if not third:
        return None
    return float(phrase.pitches[-third:].mean() - phrase.pitches[:third].mean())


def _arch(phrase: Phrase) -> float | None:
    """Give how much higher the middle third is than the others, in semitones."""
    third = phrase.count // 3
    if not third:
        return None
    outer = np.concatenate([phrase.pitches[:third], phrase.pitches[-third:]])
    return float(phrase.pitches[third:-third].mean() - outer.mean())


def _tension(phrase: Phrase) -> float | None:
    """Give the share of strong-beat notes outside the tonic triad.

    Lerdahl 2001, Tonal Pitch Space (chapter 2): what is outside the triad is less stable.
    """
    strong = phrase.degrees[phrase.strong]
    return _share(~np.isin(strong, _TONIC_TRIAD[phrase.key.mode.value]))


def _loudness(phrase: Phrase) -> float | None:
    return None if _is_flat(phrase) else float(phrase.velocities.mean())


def _dynamics(phrase: Phrase) -> float | None:
    return None if _is_flat(phrase) else float(phrase.velocities.std())


def _is_flat(phrase: Phrase) -> bool:
    """Say whether all velocities are alike, as where nobody gave any."""
    return phrase.count == 0 or int(np.ptp(phrase.velocities)) == 0


def _long_notes(phrase: Phrase) -> float | None:
    return _log2(float(phrase.durations.mean()) / PPQ) if phrase.count else None


def _ending(phrase: Phrase) -> float | None:
    return float(phrase.degrees[-1] == 0) if phrase.count else None


FEATURES: Final = (
    Feature("density", "many notes", "few notes", lambda p: _log2(theory.onsets_per_beat(p))),
    Feature("tempo", "fast tempos", "slow tempos", lambda p: _log2(p.goals.tempo_bpm)),
    Feature("syncopation", "syncopation", "rhythms that keep to the beat",
            profile.syncopation_share),
    Feature("off_beat", "notes off the beat", "notes on the beat", _off_beat),
    Feature("triplets", "triplets", "straight rhythms", _triplets),
    Feature("rests", "rests", "unbroken lines", profile.rest_share),
    Feature("legato", "legato", "staccato", _legato),
    Feature("long_notes", "long notes", "short notes", _long_notes),
    Feature("rhythm_variety", "varied rhythms", "even rhythms", _rhythm_variety),
    Feature("rhythm_repetition", "rhythms that come back", "rhythms that change",
            profile.rhythm_repeated_share),
    Feature("steps", "stepwise lines", "lines that are not stepwise", theory.step_share),
    Feature("leaps", "leaps", "small intervals", theory.leap_share),
    Feature("repeated_pitches", "repeated notes", "a new pitch with each note", _repeated_pitches),
    Feature("turns", "lines that turn often", "lines that go on in one direction", _turns),
    Feature("range", "a wide range", "a narrow range", theory.range_semitones),
    Feature("register", "high registers", "low registers",
            lambda p: float(p.pitches.mean()) if p.count else None),
    Feature("rising", "lines that rise", "lines that fall", _rising),
    Feature("arch", "lines that arch up", "lines that sag", _arch),
    Feature("pitch_variety", "many different pitches", "few different pitches", _pitch_variety),
    Feature("chromaticism", "chromatic notes", "notes of the scale",
            lambda p: 1.0 - theory.in_scale_share(p)),
    Feature("minor", "minor", "major", lambda p: float(p.key.mode.value == "minor")),
    Feature("chord_tones", "notes of the chord", "notes outside the chord",
            theory.chord_tone_share),
    Feature("tension", "tension on strong beats", "rest on strong beats", _tension),
    Feature("ends_home", "endings on the tonic", "open endings", _ending),
    Feature("motif_return", "motifs that come back", "ever new ideas", motif.motif_share),
    Feature("loudness", "loud playing", "soft playing", _loudness),
    Feature("dynamics", "changing loudness", "even loudness", _dynamics),
)  # fmt: skip
"""Every feature, in the order of the array that `features` gives."""

NAMES: Final = tuple(feature.name for feature in FEATURES)


def features(sequence: NoteSequence, goals: MelodyGoals | None = None) -> npt.NDArray[np.float64]:
    """Measure the melody of a sequence.

    Args:
        sequence: music with a melody; of several parts the one that carries it.
        goals: key, chords and metre, where they are known, counted from tick 0; else the melody
            counts from the bar in which it begins, and the key is the sequence's, or found.

    Returns:
        float64 [feature], each -3..3, in the order of FEATURES.

    Raises:
        RequestError: there is no note outside the drums.
    """
    return features_of(_phrase(sequence, goals))


def features_of(phrase: Phrase) -> npt.NDArray[np.float64]:
    """Measure a melody: float64 [feature], each -3..3."""
    found = np.zeros(len(FEATURES))
    for index, feature in enumerate(FEATURES):
        measure = feature.measure(phrase)
        if measure is not None:
            mean, spread = FEATURE_NORMS[feature.name]
            found[index] = (measure - mean) / spread
    return np.clip(found, -_FARTHEST, _FARTHEST)


def _phrase(sequence: NoteSequence, goals: MelodyGoals | None) -> Phrase:
    """Give a sequence's melody, from the bar in which it begins unless goals say otherwise."""
    at_480 = sequence.at_ppq()
    notes = melody_part(at_480).notes
    asked = goals or _goals_of(at_480)
    bar_ticks = asked.metre.bar_ticks()
    begins = 0 if goals else min(note.onset_ticks for note in notes)
    first = begins // bar_ticks * bar_ticks
    end = max(note.end_ticks for note in notes)
    bars = max(1, min(MOST_BARS, -(-(end - first) // bar_ticks)))
    if first:
        notes = tuple(replace(note, onset_ticks=note.onset_ticks - first) for note in notes)
    return phrase_of(notes, replace(asked, bars=bars))


def _goals_of(sequence: NoteSequence) -> MelodyGoals:
    """Read key, metre and tempo of a sequence; a key it does not name is left open."""
    key = sequence.key_signatures[0] if sequence.key_signatures else None
    return MelodyGoals(
        tonic_pitch_class=None if key is None else key.tonic_pitch_class,
        mode=None if key is None else key.mode,
        metre=replace(sequence.time_signature, onset_ticks=0),
        tempo_bpm=max(20.0, min(400.0, sequence.tempo_bpm)),
    )
