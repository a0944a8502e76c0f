"""What mood music is in, by rule: valence and arousal from how it is made.

Eight cues are measured, each compared with what is typical (`MOOD_NORMS` in `measured.py`), weighed
and added up. 0 is what music typically is; +-0.8 lies two standard deviations off.

The directions are those that studies agree on: Gabrielsson and Lindström 2010, The role of
structure in the musical expression of emotions (Handbook of Music and Emotion, chapter 14, its
table of results); Juslin and Laukka 2004, Expression, perception, and induction of musical
emotions, J. New Music Research 33; Livingstone et al. 2010, Changing musical emotion (CMERS),
Computer Music Journal 34, its primary rules; Eerola, Friberg and Bresin 2013, Emotional expression
in music, Frontiers in Psychology 4: mode weighs most for valence, tempo and dynamics for arousal,
and the cues add up linearly. The weights are round numbers after the last.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from bridge.music.chords import chord_tones
from bridge.music.rewards.measured import MOOD_NORMS, MOOD_SPREAD
from bridge.music.rewards.phrase import Phrase
from bridge.schema.goals import ChordSpan
from bridge.schema.notes import DEFAULT_TEMPO_BPM, NoteSequence
from bridge.units import PPQ

_Numbers = npt.NDArray[np.float64]

CUES: Final = (
    "tempo", "event_rate", "mode", "register", "loudness", "legato", "dissonance", "chromaticism",
)  # fmt: skip
"""What is measured, see `MoodCues`."""

_WEIGHTS: Final = {
    "tempo": (0.05, 0.30),
    "event_rate": (0.10, 0.55),
    "mode": (0.65, 0.0),
    "register": (0.20, 0.05),
    "loudness": (-0.05, 0.45),
    "legato": (-0.10, -0.25),
    "dissonance": (-0.25, 0.15),
    "chromaticism": (-0.15, 0.10),
}
"""What one standard deviation of a cue adds to (valence, arousal)."""

_AT_TWO_SPREADS: Final = math.atanh(0.8) / 2
_FARTHEST: Final = 2.5
"""No cue counts for more than so many standard deviations, for one alone makes no mood."""
_TOGETHER_SECONDS: Final = 0.035
"""Onsets so near are heard as one; players spread a chord by as much."""
_KEPT_TICKS: Final = 16
_KEPT_SHARE: Final = 0.55
"""A tempo is believed where so many onsets are so near to its sixteenths and triplets (by chance
0.4 of them are); in a recording that was only timed in seconds it says nothing."""
_SLOTS: Final = np.array([0, 120, 160, 240, 320, 360, 480])
_VOICES_SHARE: Final = 0.2
"""Music where so many onsets begin under another sounding note has several voices."""
_NEIGHBOURS: Final = 5
"""Each note is compared with so many before it, for what sounds together."""
_CONSONANCE: Final = np.array([0.0, -1.428, -0.582, 0.594, 0.386, 1.240, -0.453])
"""By interval class, 0..6: Huron 1994, Interval-class content in equally tempered pitch-class sets,
Music Perception 11, table 2; the unison and octave say nothing."""
_MAJOR: Final = (0.238, 0.006, 0.111, 0.006, 0.137, 0.094, 0.016, 0.214, 0.009, 0.080, 0.008, 0.081)
_MINOR: Final = (0.220, 0.006, 0.104, 0.123, 0.019, 0.103, 0.012, 0.214, 0.062, 0.022, 0.061, 0.052)
"""Shares of the semitones above the tonic: Albrecht and Shanahan 2013, The use of large corpora to
train a new type of key-finding algorithm, Music Perception 31."""


@dataclass(frozen=True, slots=True)
class Mood:
    """A place on the circumplex of Russell (1980)."""

    valence: float
    """-1 (sad, angry) .. 1 (happy, calm)."""
    arousal: float
    """-1 (sad, calm) .. 1 (angry, happy)."""


@dataclass(frozen=True, slots=True)
class MoodCues:
    """What the mood is read from; NaN where the music does not say."""

    tempo: float
    """Logarithm to base 2 of beats per minute."""
    event_rate: float
    """Logarithm to base 2 of onsets per second, those of one chord counted once."""
    mode: float
    """How much better the best major key fits than the best minor one: a difference of
    correlations, as in Lartillot and Toiviainen 2007, A Matlab toolbox for musical feature
    extraction (its `mirmode`)."""
    register: float
    """Mean MIDI pitch."""
    loudness: float
    """Mean velocity, 1..127."""
    legato: float
    """Mean share of the time to the next onset that notes last, each 0..1."""
    dissonance: float
    """Mean dissonance of what sounds together: Huron's consonance, negated."""
    chromaticism: float
    """Share of the notes that are outside the scale of the best key, by weight; 0..1."""
    several_voices: bool
    """Whether notes sound together; then other things are typical."""


_SILENCE: Final = MoodCues(**dict.fromkeys(CUES, math.nan), several_voices=False)


@dataclass(frozen=True, slots=True)
class _Sounds:
    """Notes in seconds, in order of onset, then pitch: [note] each."""

    onsets: _Numbers
    ends: _Numbers
    pitches: npt.NDArray[np.int64]
    velocities: npt.NDArray[np.int64]
    tempo_bpm: float | None
    """None where it is not known."""


def measured_mood(sequence: NoteSequence) -> Mood:
    """Say what mood music is in: of any length, in any number of parts; drums are left out.

    Music without notes is in no mood: (0, 0).
    """
    return mood_of(cues_of(sequence))


def mood_of(cues: MoodCues) -> Mood:
    """Say what mood cues make; one that the music does not say counts as typical."""
    voices = "several" if cues.several_voices else "one"
    valence, arousal = weighed(cues, MOOD_NORMS[voices])
    spread_valence, spread_arousal = MOOD_SPREAD[voices]
    return Mood(
        math.tanh(_AT_TWO_SPREADS * valence / spread_valence),
        math.tanh(_AT_TWO_SPREADS * arousal / spread_arousal),
    )


def weighed(cues: MoodCues, norms: Mapping[str, tuple[float, float]]) -> tuple[float, float]:
    """Add up what the cues say of valence and of arousal, before it is brought to -1..1.

    Args:
        cues: of some music.
        norms: mean and standard deviation of each cue in music of that kind.
    """
    valence = arousal = 0.0
    for name in CUES:
        mean, spread = norms[name]
        measure = getattr(cues, name)
        if math.isfinite(measure):
            off = max(-_FARTHEST, min(_FARTHEST, (measure - mean) / spread))
            valence += _WEIGHTS[name][0] * off
            arousal += _WEIGHTS[name][1] * off
    return valence, arousal


def phrase_mood(phrase: Phrase) -> Mood:
    """Say what mood a melody is in, at the tempo and over the chords of its goals."""
    return mood_of(phrase_cues(phrase))


def phrase_cues(phrase: Phrase) -> MoodCues:
    """Measure the cues of a melody, at the tempo and over the chords of its goals."""
    return _cues(_sounds_of_phrase(phrase), _against_chords(phrase))


def mood_met(phrase: Phrase) -> float | None:
    """Judge how near the mood is to the one asked for; a distance of 1.15 leaves nothing.

    None where neither valence nor arousal was asked for.
    """
    goals = phrase.goals
    if goals.valence is None and goals.arousal is None:
        return None
    mood = phrase_mood(phrase)
    off_valence = 0.0 if goals.valence is None else mood.valence - goals.valence
    off_arousal = 0.0 if goals.arousal is None else mood.arousal - goals.arousal
    return max(0.0, 1.0 - max(0.0, float(np.hypot(off_valence, off_arousal)) - 0.15))


def cues_of(sequence: NoteSequence) -> MoodCues:
    """Measure the cues of music of any number of parts."""
    sounds = _sounds_of(sequence)
    return _cues(sounds, _together(sounds))


def _sounds_of_phrase(phrase: Phrase) -> _Sounds:
    seconds = 60.0 / (phrase.goals.tempo_bpm * PPQ)
    onsets: _Numbers = phrase.onsets * np.float64(seconds)
    return _Sounds(
        onsets=onsets,
        ends=onsets + phrase.durations * seconds,
        pitches=phrase.pitches,
        velocities=phrase.velocities,
        tempo_bpm=phrase.goals.tempo_bpm,
    )


def _sounds_of(sequence: NoteSequence) -> _Sounds:
    """Read the notes of every part but the drums, by the tempo map."""
    notes = [note for part in sequence.parts if not part.is_drums for note in part.notes]
    rows = np.array(
        [(n.onset_ticks, n.pitch, n.end_ticks, n.velocity) for n in notes], dtype=np.int64
    ).reshape(-1, 4)
    rows = rows[np.lexsort((rows[:, 1], rows[:, 0]))]
    onsets = _seconds(rows[:, 0], sequence)
    on_grid = _keeps_time(rows[:, 0] * PPQ / sequence.ppq)
    seconds = float(onsets[-1] - onsets[0]) if len(rows) else 0.0
    beats = float(rows[-1, 0] - rows[0, 0]) / sequence.ppq if len(rows) else 0.0
    return _Sounds(
        onsets=onsets,
        ends=_seconds(rows[:, 2], sequence),
        pitches=rows[:, 1],
        velocities=rows[:, 3],
        tempo_bpm=60.0 * beats / seconds if on_grid and seconds > 0 and beats > 0 else None,
    )


def _seconds(ticks: npt.NDArray[np.int64], sequence: NoteSequence) -> _Numbers:
    """Give the moments of ticks, [note], in seconds by the tempo map."""
    changes = {0: DEFAULT_TEMPO_BPM}
    changes.update((tempo.onset_ticks, tempo.tempo_bpm) for tempo in sequence.tempos)
    at = np.array(sorted(changes), dtype=np.float64)
    lengths = np.array([60.0 / (changes[int(tick)] * sequence.ppq) for tick in at])
    starts = np.concatenate([[0.0], np.cumsum(np.diff(at) * lengths[:-1])])
    index = np.searchsorted(at, ticks, side="right") - 1
    moments: _Numbers = starts[index] + (ticks - at[index]) * lengths[index]
    return moments


def _keeps_time(onsets: _Numbers) -> bool:
    """Say whether onsets, ticks at PPQ 480, keep to the sixteenths and triplets of the beat."""
    if not len(onsets):
        return False
    off = np.abs((onsets % PPQ)[:, None] - _SLOTS).min(axis=1)
    return bool((off <= _KEPT_TICKS).mean() >= _KEPT_SHARE)


def _cues(sounds: _Sounds, dissonance: float) -> MoodCues:
    """Measure the cues; what sounds together was measured before."""
    count = len(sounds.onsets)
    if not count:
        return _SILENCE
    events = np.append(True, np.diff(sounds.onsets) > _TOGETHER_SECONDS)
    moments = sounds.onsets[events]
    lasting = max(float(sounds.ends.max() - sounds.onsets[0]), 0.25)
    mode, chromaticism = _key_cues(sounds)
    flat = int(np.ptp(sounds.velocities)) == 0
    return MoodCues(
        tempo=float(np.log2(sounds.tempo_bpm)) if sounds.tempo_bpm else float("nan"),
        event_rate=float(np.log2(len(moments) / lasting)),
        mode=mode,
        register=float(sounds.pitches.mean()),
        loudness=float("nan") if flat else float(sounds.velocities.mean()),
        legato=_legato(sounds, moments),
        dissonance=dissonance,
        chromaticism=chromaticism,
        several_voices=_sounding_share(sounds) >= _VOICES_SHARE,
    )


def _legato(sounds: _Sounds, moments: _Numbers) -> float:
    """Give the mean share of the time to the next onset that notes last; NaN for one onset."""
    following = np.searchsorted(moments, sounds.onsets + _TOGETHER_SECONDS, side="right")
    inside = following < len(moments)
    if not inside.any():
        return float("nan")
    gaps = moments[following[inside]] - sounds.onsets[inside]
    return float(np.minimum(1.0, (sounds.ends - sounds.onsets)[inside] / gaps).mean())


def _sounding_share(sounds: _Sounds) -> float:
    """Give the share of notes that begin while the note before them, or one with them, sounds."""
    overlap = np.minimum(sounds.ends[:-1], sounds.ends[1:]) - sounds.onsets[1:]
    return float((overlap > 2 * _TOGETHER_SECONDS).mean()) if len(overlap) else 0.0


def _key_cues(sounds: _Sounds) -> tuple[float, float]:
    """Give how much better major fits than minor, and the weight outside the best key's scale."""
    weights = np.bincount(
        sounds.pitches % 12,
        weights=0.1 + np.minimum(1.0, sounds.ends - sounds.onsets),
        minlength=12,
    )
    centred = weights - weights.mean()
    size = float(np.sqrt(centred @ centred))
    if size == 0.0:
        return 0.0, 0.0
    fits = _PROFILES @ centred / size
    best = int(fits.argmax())
    outside = float(weights[~_SCALES[best]].sum() / weights.sum())
    return float(fits[:12].max() - fits[12:].max()), outside


def _profiles() -> tuple[_Numbers, npt.NDArray[np.bool_]]:
    """Give 12 major and 12 minor keys: profiles, centred and of length 1, and scales."""
    rows = np.array([np.roll(p, tonic) for p in (_MAJOR, _MINOR) for tonic in range(12)])
    rows = rows - rows.mean(axis=1, keepdims=True)
    major = np.isin(np.arange(12), (0, 2, 4, 5, 7, 9, 11))
    minor = np.isin(np.arange(12), (0, 2, 3, 5, 7, 8, 10, 11))
    scales = np.array([np.roll(s, tonic) for s in (major, minor) for tonic in range(12)])
    return rows / np.linalg.norm(rows, axis=1, keepdims=True), scales


_PROFILES, _SCALES = _profiles()


def _together(sounds: _Sounds) -> float:
    """Give the mean dissonance of pairs of notes that sound together; NaN where none do."""
    total, pairs = 0.0, 0
    for distance in range(1, min(_NEIGHBOURS, len(sounds.onsets) - 1) + 1):
        together = np.minimum(sounds.ends[:-distance], sounds.ends[distance:])
        sounding = together - sounds.onsets[distance:] > _TOGETHER_SECONDS
        gaps = (sounds.pitches[distance:] - sounds.pitches[:-distance])[sounding]
        total -= float(_CONSONANCE[_interval_classes(gaps)].sum())
        pairs += len(gaps)
    return total / pairs if pairs else float("nan")


def _interval_classes(gaps: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Give the interval classes, 0..6, of intervals in semitones."""
    classes: npt.NDArray[np.int64] = np.minimum(gaps % 12, -gaps % 12)
    return classes


def _against_chords(phrase: Phrase) -> float:
    """Give the mean dissonance of a melody's notes with the chords under them; NaN without any."""
    table = _chord_dissonance(phrase.goals.chords)
    if table is None:
        return float("nan")
    starts, ends, rows = table
    at = np.searchsorted(starts, phrase.onsets, side="right") - 1
    sounds = (at >= 0) & (phrase.onsets < ends[at])
    found = rows[at, phrase.pitches % 12][sounds]
    found = found[np.isfinite(found)]
    return float(found.mean()) if len(found) else float("nan")


def _chord_dissonance(
    chords: tuple[ChordSpan, ...],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], _Numbers] | None:
    """Give onset and end of each chord, and how dissonant each pitch class is with its tones.

    Returns:
        int64 [chord] twice, and float64 [chord, pitch class], NaN where there is no chord.
    """
    if not chords:
        return None
    rows = np.full((len(chords), 12), np.nan)
    for row, span in zip(rows, chords, strict=True):
        tones = np.array(sorted(chord_tones(span)), dtype=np.int64)
        if len(tones):
            gaps = np.arange(12)[:, None] - tones
            row[:] = -_CONSONANCE[_interval_classes(gaps)].mean(axis=1)
    starts = np.array([span.onset_ticks for span in chords], dtype=np.int64)
    return starts, np.array([span.end_ticks for span in chords], dtype=np.int64), rows
