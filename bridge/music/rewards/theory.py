"""Rewards by music theory: how well a melody keeps to what textbooks ask.

Each takes a `Phrase` and gives 0..1, 1 is best, or None where it has nothing to judge: nobody
asked, or there are no notes for it. Where more is not better, the measure (`*_share` and the like,
public because the same figures describe real music) is held against a `Band` of real melodies; the
bands are in `measured.py`, which `python -m export.music.reward_bands` writes.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from bridge.music.rewards.bands import Band
from bridge.music.rewards.measured import BANDS, FIRST_DEGREES, LAST_DEGREES
from bridge.music.rewards.phrase import Phrase
from bridge.units import PPQ

LEAP: Final = 5
"""Semitones from which an interval asks to be made good: a fourth or more; Fux's rule starts at
what is larger than a third."""
_STEP: Final = 2
"""Semitones: a whole tone is still a step."""
FREE_REPETITIONS: Final = 3
"""A note may be struck so often in a row before each further time is one too many."""
_CADENCE_TICKS: Final = PPQ
"""A last note of a beat or more can end a melody."""
_KEPT_SCALE: Final = Band(1.0, 1.0, 0.25)
"""A scale asked for by name holds for every note; with a quarter of them off, nothing is left."""
_REGISTER_SLOPE: Final = 12.0
_REGISTER_FREE: Final = 1.5
_DENSITY_FREE: Final = 0.1
"""In octaves, as logarithms to base 2: 7 % off is as good as hit."""


def in_key(phrase: Phrase) -> float | None:
    """Judge the share of notes in the scale.

    Source: RL Tuner (Jaques et al. 2016, arXiv:1611.02796), where any note off the key
    is punished. Here a named scale is kept by all notes, while a key lets in as many chromatic
    notes as real melodies have.
    """
    if not phrase.count:
        return None
    band = _KEPT_SCALE if phrase.goals.scale else BANDS["in_scale_share"]
    return band.at_least(in_scale_share(phrase))


def in_scale_share(phrase: Phrase) -> float:
    """Give the share of notes in the scale, 0..1; 1 for no notes."""
    return float(phrase.in_scale.mean()) if phrase.count else 1.0


def ends_on_tonic(phrase: Phrase) -> float | None:
    """Judge the close: which degree the last note is, how long, and whether in the last bar.

    Source: the cadence of Kostka and Payne, Tonal Harmony (chapter 10), and Huron 2006, Sweet
    Anticipation (chapter 9: closes fall on the tonic, lengthened). The degree counts 0.7, as often
    as melodies end on it against the commonest; length and place count 0.15 each.
    """
    if not phrase.count:
        return None
    likeliness = _likeliness(LAST_DEGREES[phrase.key.mode.value], int(phrase.degrees[-1]))
    last_ticks = int(phrase.durations[-1])
    end_ticks = int(phrase.onsets[-1]) + last_ticks
    lengthened = min(1.0, last_ticks / _CADENCE_TICKS)
    arrives = end_ticks > phrase.length_ticks - phrase.bar_ticks
    return 0.7 * likeliness + 0.15 * lengthened + 0.15 * arrives


def starts_well(phrase: Phrase) -> float | None:
    """Judge the opening: which degree the first note is, and whether it comes in the first bar.

    Source: RL Tuner rewards the tonic as first note; real melodies begin on the fifth and the
    third too, so each degree counts (0.8) as often as they do against the commonest.
    """
    if not phrase.count:
        return None
    likeliness = _likeliness(FIRST_DEGREES[phrase.key.mode.value], int(phrase.degrees[0]))
    return 0.8 * likeliness + 0.2 * (int(phrase.onsets[0]) < phrase.bar_ticks)


def _likeliness(thousandths: tuple[int, ...], degree: int) -> float:
    """Say how usual a degree is against the commonest; from a third of it on, it is as good."""
    return min(1.0, 3.0 * thousandths[degree] / max(thousandths))


def leaps_resolved(phrase: Phrase) -> float | None:
    """Judge the share of leaps of a fourth or more that are followed by a turn back.

    Source: Fux, Gradus ad Parnassum (1725): after a leap, go back by step; von Hippel and Huron
    2000, Why do skips precede reversals?, Music Perception 18; RL Tuner.
    """
    share = resolved_leap_share(phrase)
    return None if share is None else BANDS["resolved_leap_share"].at_least(share)


def resolved_leap_share(phrase: Phrase) -> float | None:
    """Give the share of leaps after which the melody goes the other way, by less than it leapt.

    A leap into the last note counts as neither; notes struck again in between are passed over.
    None without leaps.
    """
    moves = np.diff(phrase.pitches)
    moves = moves[moves != 0]
    before, after = moves[:-1], moves[1:]
    leaps = np.abs(before) >= LEAP
    if not leaps.any():
        return None
    turns = (np.sign(before) != np.sign(after)) & (np.abs(after) <= np.abs(before))
    return float(turns[leaps].mean())


def moves_by_step(phrase: Phrase) -> float | None:
    """Judge whether steps, leaps and repeated pitches are mixed as in real melodies.

    Source: Huron 2006, Sweet Anticipation (chapter 5: pitch proximity); RL Tuner's preferred
    intervals, after Gauldin. The shares of steps and of leaps count half each; to do nothing but
    steps is as unlike a melody as to leap about.
    """
    if phrase.count < 2:
        return None
    steps = BANDS["step_share"].score(step_share(phrase))
    return 0.5 * steps + 0.5 * BANDS["leap_share"].score(leap_share(phrase))


def step_share(phrase: Phrase) -> float:
    """Give the share of moves by one or two semitones; 0 for a single note."""
    sizes = np.abs(np.diff(phrase.pitches))
    return float(((sizes > 0) & (sizes <= _STEP)).mean()) if len(sizes) else 0.0


def leap_share(phrase: Phrase) -> float:
    """Give the share of moves by a fourth or more; 0 for a single note."""
    sizes = np.abs(np.diff(phrase.pitches))
    return float((sizes >= LEAP).mean()) if len(sizes) else 0.0


def no_excessive_repetition(phrase: Phrase) -> float | None:
    """Judge how often one pitch is struck on and on; a long note is no repetition.

    Source: RL Tuner, which bans it; there a held note or a rest between does not break a
    repetition, and holds of any length are free. Here only onsets count.
    """
    if not phrase.count:
        return None
    return BANDS["excess_repetition_share"].at_most(excess_repetition_share(phrase))


def excess_repetition_share(phrase: Phrase) -> float:
    """Give the share of notes that strike a pitch for the fourth time in a row, or more."""
    if phrase.count <= FREE_REPETITIONS:
        return 0.0
    again = np.diff(phrase.pitches) == 0
    excess = again[2:] & again[1:-1] & again[:-2]
    return float(excess.sum() / phrase.count)


def single_climax(phrase: Phrase) -> float | None:
    """Judge whether the highest note is kept for few places.

    Source: Gauldin, A Practical Approach to Eighteenth-Century Counterpoint (the rule that RL Tuner
    takes its unique extrema from): a line has one highest point. Songs come back to theirs as they
    repeat, so it is held against how often they do in eight bars.
    """
    if phrase.count < 2:
        return None
    return BANDS["climaxes_in_eight_bars"].at_most(climaxes_in_eight_bars(phrase))


def climaxes_in_eight_bars(phrase: Phrase) -> float:
    """Say how often the highest note is reached from another one, in eight bars; >= 0."""
    highest = phrase.pitches == phrase.pitches.max(initial=0)
    reached = highest & np.append(np.True_, ~highest[:-1])[: phrase.count]
    bars = max(8.0, phrase.length_ticks / phrase.bar_ticks)
    return float(max(1.0, reached.sum() * 8.0 / bars))


def chord_tones_on_strong_beats(phrase: Phrase) -> float | None:
    """Judge the share of notes on strong beats that belong to the chord that sounds.

    Source: Kostka and Payne, Tonal Harmony (chapters 11 and 12): what is accented is a chord tone,
    or a dissonance that resolves. Real melodies have both: the band is that of lead sheets.
    """
    share = strong_chord_tone_share(phrase)
    return None if share is None else BANDS["strong_chord_tone_share"].at_least(share)


def strong_chord_tone_share(phrase: Phrase) -> float | None:
    """Give the share of strong-beat notes that are chord tones; None where no chord sounds."""
    sounds, within = phrase.chord_flags()
    judged = sounds & phrase.strong
    return float(within[judged].mean()) if judged.any() else None


def chord_tone_share(phrase: Phrase) -> float | None:
    """Give the share of all notes that are chord tones as they begin; None without chords."""
    sounds, within = phrase.chord_flags()
    return float(within[sounds].mean()) if sounds.any() else None


def in_range(phrase: Phrase) -> float | None:
    """Judge the range: the share of notes in the voice's, or how wide it is where none is given.

    Source: what a voice or an instrument can play is in Adler, The Study of Orchestration; a person
    asks for it. Else the ambitus of real melodies counts. With a quarter outside, nothing is left.
    """
    if not phrase.count:
        return None
    goals = phrase.goals
    if goals.lowest_pitch is None and goals.highest_pitch is None:
        return BANDS["range_semitones"].score(range_semitones(phrase))
    lowest = 0 if goals.lowest_pitch is None else goals.lowest_pitch
    highest = 127 if goals.highest_pitch is None else goals.highest_pitch
    inside = (phrase.pitches >= lowest) & (phrase.pitches <= highest)
    return max(0.0, 1.0 - 4.0 * float((~inside).mean()))


def range_semitones(phrase: Phrase) -> float:
    """Give the distance from the lowest to the highest note; 0 for no notes."""
    return float(np.ptp(phrase.pitches)) if phrase.count else 0.0


def register_met(phrase: Phrase) -> float | None:
    """Judge how near the mean pitch is to the one asked for.

    Source: register is a cue of its own in Gabrielsson and Lindström 2010 (see `mood`). A semitone
    and a half is free; an octave farther nothing is left. None where it was not asked for.
    """
    if not phrase.count or phrase.goals.register is None:
        return None
    off = abs(float(phrase.pitches.mean()) - phrase.goals.register)
    return max(0.0, 1.0 - max(0.0, off - _REGISTER_FREE) / _REGISTER_SLOPE)


def density_met(phrase: Phrase) -> float | None:
    """Judge how near the onsets per beat are to those asked for, else whether they are usual.

    Source: event density is the first structural cue of arousal in Gabrielsson and Lindström 2010.
    Rates are heard in proportion, so the distance is a logarithm: at half or twice the density
    asked for, nothing is left.
    """
    density = onsets_per_beat(phrase)
    if phrase.goals.density is None:
        return BANDS["onsets_per_beat"].score(density)
    if not phrase.count:
        return 0.0
    off = abs(float(np.log2(density / phrase.goals.density)))
    return max(0.0, 1.0 - max(0.0, off - _DENSITY_FREE) / (1.0 - _DENSITY_FREE))


def onsets_per_beat(phrase: Phrase) -> float:
    """Give the onsets per quarter note over the whole length."""
    return phrase.count / phrase.beats
