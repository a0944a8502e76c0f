"""What melodies are like as numbers, and how far a set of them is from real music.

The rows of RL Tuner's Table 1 can be gamed: a random walk within the key does well on several. So
a profile has others beside them, and sets are compared by whole distributions, not by means.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from bridge.music.rewards import motif, theory
from bridge.music.rewards.mood import phrase_mood
from bridge.music.rewards.phrase import Phrase, phrase_of
from bridge.music.rewards.table_one import table_one
from bridge.schema.goals import MelodyGoals
from bridge.schema.notes import Note
from bridge.units import PPQ

_Profiles = npt.NDArray[np.float64]

TABLE_ROWS: Final = (
    "excessively_repeated", "not_in_key", "starts_on_tonic", "leaps_resolved", "unique_max",
    "unique_min", "in_motif", "in_repeated_motif", "autocorrelation_1", "autocorrelation_2",
    "autocorrelation_3",
)  # fmt: skip
"""Rows of Table 1, over the melody's compositions of 32 sixteenths, see `table_one`."""

OWN_ROWS: Final = (
    "excess_repetition_share", "in_scale_share", "resolved_leap_share", "motif_share",
    "climaxes_in_eight_bars", "range_semitones", "onsets_per_beat", "chord_tone_share",
    "strong_chord_tone_share", "repeated_pitch_share", "step_share", "leap_share",
    "mean_interval", "distinct_figures_share", "rest_share", "mean_beats", "length_entropy_bits",
    "pitch_entropy_bits", "syncopation_share", "strong_onset_share", "ends_on_tonic_share",
    "rhythm_repeated_share", "valence", "arousal",
)  # fmt: skip
ROWS: Final = TABLE_ROWS + OWN_ROWS
"""The rows of a profile, in order."""

_QUANTILES: Final = np.linspace(0.005, 0.995, 100)


def melody_profile(notes: Sequence[Note], goals: MelodyGoals) -> dict[str, float]:
    """Measure a melody.

    Args:
        notes: one voice, PPQ 480, bar lines at multiples of a bar from tick 0.
        goals: key (found where it is not said), metre, chords and length.

    Returns:
        A number for each of ROWS; NaN where it has no meaning: no leaps, no chords, less than 32
        sixteenths.
    """
    phrase = phrase_of(notes, goals)
    rows = table_one([phrase]).rows()
    rows.update({name: _number(measure) for name, measure in _measures(phrase).items()})
    return {name: rows[name] for name in ROWS}


def _number(measure: float | None) -> float:
    return float("nan") if measure is None else float(measure)


def _measures(phrase: Phrase) -> dict[str, float | None]:
    """Give the rows that are not of Table 1."""
    if phrase.count < 2:
        return dict.fromkeys(OWN_ROWS)
    sizes = np.abs(np.diff(phrase.pitches))
    waits = np.diff(phrase.onsets)
    mood = phrase_mood(phrase)
    return {
        "excess_repetition_share": theory.excess_repetition_share(phrase),
        "in_scale_share": theory.in_scale_share(phrase),
        "resolved_leap_share": theory.resolved_leap_share(phrase),
        "motif_share": motif.motif_share(phrase),
        "climaxes_in_eight_bars": theory.climaxes_in_eight_bars(phrase),
        "range_semitones": theory.range_semitones(phrase),
        "onsets_per_beat": theory.onsets_per_beat(phrase),
        "chord_tone_share": theory.chord_tone_share(phrase),
        "strong_chord_tone_share": theory.strong_chord_tone_share(phrase),
        "repeated_pitch_share": float((sizes == 0).mean()),
        "step_share": theory.step_share(phrase),
        "leap_share": theory.leap_share(phrase),
        "mean_interval": float(sizes.mean()),
        "distinct_figures_share": distinct_figures_share(phrase),
        "rest_share": rest_share(phrase),
        "mean_beats": float(phrase.durations.mean()) / PPQ,
        "length_entropy_bits": entropy_bits(waits // (PPQ // 12)),
        "pitch_entropy_bits": entropy_bits(phrase.degrees),
        "syncopation_share": syncopation_share(phrase),
        "strong_onset_share": float(phrase.strong.mean()),
        "ends_on_tonic_share": float(phrase.degrees[-1] == 0),
        "rhythm_repeated_share": rhythm_repeated_share(phrase),
        "valence": mood.valence,
        "arousal": mood.arousal,
    }


def distinct_figures_share(phrase: Phrase, steps: int = 3) -> float | None:
    """Give the share of different ones among the figures of four notes (intervals and waits)."""
    moves, waits = np.diff(phrase.pitches).tolist(), np.diff(phrase.onsets).tolist()
    pairs = list(zip(moves, waits, strict=True))
    figures = [tuple(pairs[at : at + steps]) for at in range(len(pairs) - steps + 1)]
    return len(set(figures)) / len(figures) if figures else None


def rest_share(phrase: Phrase) -> float:
    """Give the share of time in which no note sounds, 0..1."""
    return max(0.0, 1.0 - float(phrase.durations.sum()) / phrase.length_ticks)


def syncopation_share(phrase: Phrase) -> float:
    """Give the share of notes off the beat that ring into the next beat.

    Longuet-Higgins and Lee 1984, The rhythmic interpretation of monophonic music, Music Perception
    1: a syncope is a note that holds on over a stronger pulse than it began on.
    """
    place = phrase.onsets % PPQ
    holds = (place > 0) & (phrase.onsets + phrase.durations > phrase.onsets - place + PPQ)
    return float(holds.mean()) if phrase.count else 0.0


def rhythm_repeated_share(phrase: Phrase) -> float | None:
    """Give the share of bars with notes, after the first, whose onsets an earlier bar has too."""
    bars: dict[int, list[int]] = {}
    for onset in phrase.onsets.tolist():
        bars.setdefault(onset // phrase.bar_ticks, []).append(onset % phrase.bar_ticks)
    rhythms = [tuple(onsets) for onsets in bars.values()]
    if len(rhythms) < 2:
        return None
    return sum(later in rhythms[:at] for at, later in enumerate(rhythms) if at) / (len(rhythms) - 1)


def entropy_bits(values: npt.NDArray[np.int64]) -> float:
    """Give the entropy of a sample of whole numbers, in bits."""
    _, counts = np.unique(values, return_counts=True)
    shares = counts / counts.sum()
    return float(-(shares * np.log2(shares)).sum())


def as_rows(profiles: Sequence[dict[str, float]]) -> _Profiles:
    """Give profiles as float64 [melody, row], in the order of ROWS."""
    return np.array([[profile[name] for name in ROWS] for profile in profiles], dtype=np.float64)


def distances(profiles: _Profiles, real: _Profiles) -> dict[str, float]:
    """Say how far a set of melodies is from real ones, row by row.

    The distance is Wasserstein's (how much must be moved how far to make the one distribution into
    the other), in standard deviations of the real one, so that rows can be compared.

    Args:
        profiles: float64 [melody, row], as `as_rows` gives them.
        real: float64 [melody, row], of real melodies of the same kind and length.

    Returns:
        A distance >= 0 for each of ROWS that both have numbers for and that varies in real music.
    """
    found: dict[str, float] = {}
    for column, name in enumerate(ROWS):
        ours, theirs = profiles[:, column], real[:, column]
        ours, theirs = ours[np.isfinite(ours)], theirs[np.isfinite(theirs)]
        if len(ours) and len(theirs) and theirs.std() > 0.0:
            gaps = np.quantile(ours, _QUANTILES) - np.quantile(theirs, _QUANTILES)
            found[name] = float(np.abs(gaps).mean() / theirs.std())
    return found


def aggregate(row_distances: dict[str, float]) -> float:
    """Give the one distance of a whole profile: the mean over its rows."""
    return float(np.mean(list(row_distances.values())))
