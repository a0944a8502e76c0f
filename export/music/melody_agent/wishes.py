"""What is asked of the agent while it learns: goals as musicians may ask them.

Half of the wishes are those of a real phrase (its key, chords, density, mood ..), some of them left
out: what real music does under the same goals is known, so the agent can be compared with it. The
others go beyond: a common progression, a named mood, a density or range that is moved, a motif of
another phrase, so many bars of another metre.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from bridge.music.chords import parse_chords, transposed_chords
from bridge.music.lines import transposed
from bridge.music.melody_events import MelodyEvents, goal_slots, notes_to_events, shift_to_c
from bridge.music.melody_grid import SLOT_TICKS, SLOTS_PER_BEAT
from bridge.schema.goals import MOODS, ChordSpan, MelodyGoals
from bridge.schema.notes import Mode, Note
from bridge.units import PPQ
from export.music.melody_agent.excerpts import LEAST_BARS, MOST_BARS, Excerpt, Excerpts

PROGRESSIONS: Final[dict[Mode, tuple[str, ...]]] = {
    Mode.MAJOR: (
        "C Am F G", "C G Am F", "C F G C", "Am F C G", "C | F | C | G7", "F G Em Am",
        "Dm7 G7 Cmaj7 Cmaj7", "C Em F G", "C G F C", "C Am Dm G7", "C Dm Em F", "C F Am G",
        "C C F C G7 F C G7", "Cmaj7 Am7 | Dm7 G7", "C G Am Em F C F G", "C C7 F Fm",
    ),
    Mode.MINOR: (
        "Cm Ab Eb Bb", "Cm Fm G7 Cm", "Cm Bb Ab G7", "Cm Ab Fm G", "Cm Eb Bb Fm",
        "Cm Gm Ab Eb", "Cm Fm Bb Eb", "Dm7b5 G7 Cm7 Cm7", "Cm Bb Ab Bb", "Cm Cm Fm Cm",
    ),
}  # fmt: skip
"""Common ones, the tonic at C, to be repeated; C minor is written as such."""

_COMMON_BARS: Final = (4, 8, 8, 12, 16, 16)
_LEAST_MOTIF: Final = 3
_MOST_MOTIF: Final = 8


@dataclass(frozen=True)
class WishSettings:
    """How often each goal is asked for, 0..1 each."""

    free: float = 0.5
    """Share of wishes that go beyond what one real phrase is."""
    key: float = 0.97
    scale: float = 0.15
    chords: float = 0.85
    density: float = 0.6
    range: float = 0.6
    register: float = 0.3
    mood: float = 0.4
    style: float = 0.6
    novelty: float = 0.15
    """Of the free wishes only."""
    motif: float = 0.35
    """Of the free wishes only."""
    common_chords: float = 0.4
    """Of the free wishes only: a common progression, and a common number of bars."""
    named_mood: float = 0.5
    """Of the free wishes with a mood: one by name."""
    tempo_spread: float = 0.15
    """Of the free wishes: standard deviation of the tempo, in octaves."""
    density_spread: float = 0.3
    """Of the free wishes: standard deviation from the phrase's density, in octaves."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Goals, and what the melody begins with."""

    goals: MelodyGoals
    primer: MelodyEvents
    """The motif, already stated, the tonic at C; of no events where there is none."""
    is_free: bool
    """Whether it goes beyond what one real phrase is."""


class Wishes:
    """Draws what melodies are asked to be.

    Args:
        excerpts: real phrases; each style is drawn equally often.
        settings: how often each goal is asked for.
    """

    def __init__(self, excerpts: Excerpts, settings: WishSettings | None = None) -> None:
        self.settings = settings or WishSettings()
        self._excerpts = excerpts
        styles = np.array([phrase.goals.style or "" for phrase in excerpts.phrases])
        self._rows = [np.flatnonzero(styles == style) for style in np.unique(styles)]

    def draw(self, rng: np.random.Generator) -> Wish:
        """Draw what one melody is asked to be."""
        goals = self.phrase(rng).goals
        is_free = bool(rng.random() < self.settings.free)
        if is_free:
            goals = _freed(goals, self._excerpts, rng, self.settings)
        return wish_of(_fewer(goals, rng, self.settings), is_free=is_free)

    def phrase(self, rng: np.random.Generator) -> Excerpt:
        """Draw a real phrase, of each style equally often."""
        return self._excerpts.phrases[self.row(rng)]

    def row(self, rng: np.random.Generator) -> int:
        """Draw the place of a real phrase among the excerpts."""
        rows = self._rows[int(rng.integers(len(self._rows)))]
        return int(rows[int(rng.integers(len(rows)))])


def wish_of(goals: MelodyGoals, *, is_free: bool = True) -> Wish:
    """Let a melody begin with the motif of its goals, if they have one, and then go on."""
    if not goals.motif:
        empty = np.zeros(0, dtype=np.int64)
        return Wish(goals, MelodyEvents(empty, empty, empty), is_free)
    end_ticks = max(note.end_ticks for note in goals.motif)
    primer = notes_to_events(goals.motif, goals, slots=_slots_until(end_ticks))
    return Wish(goals, primer.before(goal_slots(goals) - 1), is_free)


def faithful_wish(excerpt: Excerpt, rng: np.random.Generator, settings: WishSettings) -> Wish:
    """Ask for some of what a real phrase is."""
    return wish_of(_fewer(excerpt.goals, rng, settings), is_free=False)


def _slots_until(ticks: int) -> int:
    """Give the first slot that begins at a tick or later."""
    beats, left = divmod(ticks, PPQ)
    return beats * SLOTS_PER_BEAT + int(np.searchsorted(np.array(SLOT_TICKS), left))


def _freed(
    goals: MelodyGoals, excerpts: Excerpts, rng: np.random.Generator, settings: WishSettings
) -> MelodyGoals:
    """Ask for other things than one real phrase has together."""
    if rng.random() < settings.common_chords:
        goals = _with_common_chords(goals, rng)
    tempo_bpm = goals.tempo_bpm * 2.0 ** rng.normal(0.0, settings.tempo_spread)
    density = (goals.density or 1.0) * 2.0 ** rng.normal(0.0, settings.density_spread)
    moods = sorted(MOODS)
    if rng.random() < settings.named_mood:
        valence, arousal = MOODS[moods[int(rng.integers(len(moods)))]]
    else:
        near = np.array([goals.valence or 0.0, goals.arousal or 0.0]) + rng.normal(0.0, 0.2, 2)
        valence, arousal = np.clip(near, -1.0, 1.0).tolist()
    goals = replace(
        goals,
        tempo_bpm=float(np.clip(tempo_bpm, 50.0, 200.0)),
        density=float(np.clip(density, 0.3, 4.0)),
        valence=valence,
        arousal=arousal,
        scale=goals.mode.value if goals.mode and rng.random() < 0.5 else goals.scale,
        novelty=float(rng.uniform(0.25, 0.98)) if rng.random() < settings.novelty else None,
    )
    goals = _transposed(_wider(goals, rng), int(rng.integers(-5, 7)))
    if rng.random() < settings.motif:
        goals = _with_motif(goals, excerpts, rng)
    return goals


def _with_common_chords(goals: MelodyGoals, rng: np.random.Generator) -> MelodyGoals:
    """Ask for a common progression over a common number of bars."""
    mode = goals.mode or Mode.MAJOR
    written = PROGRESSIONS[mode][int(rng.integers(len(PROGRESSIONS[mode])))]
    bars = int(rng.choice(_COMMON_BARS))
    chords = parse_chords(written, goals.metre, bars=bars)
    moved = transposed_chords(chords, goals.tonic_pitch_class or 0)
    return replace(goals, chords=moved, bars=int(np.clip(bars, LEAST_BARS, MOST_BARS)))


def _wider(goals: MelodyGoals, rng: np.random.Generator) -> MelodyGoals:
    """Let the range be that of a voice rather than of one phrase."""
    if goals.lowest_pitch is None or goals.highest_pitch is None:
        return goals
    down, up = rng.integers(0, 6, 2)
    return replace(
        goals,
        lowest_pitch=max(0, goals.lowest_pitch - int(down)),
        highest_pitch=min(127, goals.highest_pitch + int(up)),
    )


def _transposed(goals: MelodyGoals, semitones: int) -> MelodyGoals:
    """Ask for the same in another key."""
    if goals.tonic_pitch_class is None:
        return goals
    moved = replace(goals, tonic_pitch_class=(goals.tonic_pitch_class + semitones) % 12)
    heights = {
        name: value + semitones
        for name in ("lowest_pitch", "highest_pitch", "register")
        if (value := getattr(goals, name)) is not None
    }
    return replace(moved, chords=transposed_chords(goals.chords, semitones), **heights)


def _with_motif(goals: MelodyGoals, excerpts: Excerpts, rng: np.random.Generator) -> MelodyGoals:
    """Ask for the first notes of another phrase of the same metre and mode, in this key."""
    for _ in range(50):
        other = excerpts.phrases[int(rng.integers(len(excerpts)))]
        if (other.goals.metre, other.goals.mode) == (goals.metre, goals.mode):
            bars = 1 + int(rng.integers(2))
            end_ticks = bars * goals.metre.bar_ticks()
            motif = [note for note in other.notes if note.end_ticks <= end_ticks][:_MOST_MOTIF]
            if len(motif) >= _LEAST_MOTIF:
                return _stated(goals, other.goals, motif)
    return goals


def _stated(goals: MelodyGoals, other: MelodyGoals, motif: Sequence[Note]) -> MelodyGoals:
    """Bring a motif into a key, and widen the range to hold it."""
    moved = transposed(motif, shift_to_c(other) - shift_to_c(goals))
    middle = goals.register or 66.0
    octaves = round((middle - float(np.mean([note.pitch for note in moved]))) / 12.0)
    moved = transposed(moved, 12 * octaves)
    pitches = [note.pitch for note in moved]
    lowest, highest = goals.lowest_pitch, goals.highest_pitch
    return replace(
        goals,
        motif=tuple(moved),
        scale=None,
        lowest_pitch=None if lowest is None else min(lowest, *pitches),
        highest_pitch=None if highest is None else max(highest, *pitches),
    )


def _fewer(goals: MelodyGoals, rng: np.random.Generator, settings: WishSettings) -> MelodyGoals:
    """Leave goals out by chance."""
    asks: npt.NDArray[np.bool_] = rng.random(8) < [
        settings.key, settings.scale, settings.chords, settings.density, settings.range,
        settings.register, settings.mood, settings.style,
    ]  # fmt: skip
    key, scale, chords, density, heights, register, mood, style = asks.tolist()
    without_chords: tuple[ChordSpan, ...] = ()
    return replace(
        goals,
        tonic_pitch_class=goals.tonic_pitch_class if key else None,
        mode=goals.mode if key else None,
        scale=goals.scale if key and scale else None,
        chords=goals.chords if key and chords else without_chords,
        density=goals.density if density else None,
        lowest_pitch=goals.lowest_pitch if heights else None,
        highest_pitch=goals.highest_pitch if heights else None,
        register=goals.register if register else None,
        valence=goals.valence if mood else None,
        arousal=goals.arousal if mood else None,
        style=goals.style if style else None,
    )
