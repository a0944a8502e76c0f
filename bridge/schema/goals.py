"""Nouns of composing: what a melody should come to, and the chords it goes over."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Final

from bridge.errors import NotFoundError, RangeError, RequestError, check_range
from bridge.schema.notes import DEFAULT_TIME_SIGNATURE, Mode, Note, TimeSignature
from bridge.schema.performance import SCALES, check_style
from bridge.units import PPQ

QUALITIES: Final = (
    "", "m", "dim", "aug", "7", "maj7", "m7", "dim7", "m7b5", "sus4", "sus2", "6", "m6",
)  # fmt: skip
"""Kinds of chord, as what follows the root's name: C, Cm, Cdim, Caug, C7 .. Cm6."""

MOODS: Final[dict[str, tuple[float, float]]] = {
    "happy": (0.8, 0.6),
    "joyful": (0.9, 0.5),
    "excited": (0.6, 0.9),
    "triumphant": (0.6, 0.8),
    "playful": (0.7, 0.4),
    "hopeful": (0.5, 0.2),
    "tender": (0.5, -0.5),
    "calm": (0.6, -0.7),
    "peaceful": (0.6, -0.8),
    "dreamy": (0.3, -0.7),
    "nostalgic": (-0.1, -0.5),
    "melancholic": (-0.5, -0.5),
    "sad": (-0.7, -0.5),
    "gloomy": (-0.8, -0.6),
    "bored": (-0.5, -0.8),
    "tense": (-0.5, 0.6),
    "afraid": (-0.6, 0.7),
    "angry": (-0.7, 0.8),
    "neutral": (0.0, 0.0),
}
"""(valence, arousal) of moods by name: places on the circumplex of Russell (1980), A circumplex
model of affect, J. Pers. Soc. Psychol. 39, as round numbers."""

MOST_BARS: Final = 1024
"""No melody that is asked for is longer."""


def mood_named(name: str) -> tuple[float, float]:
    """Give (valence, arousal) of a mood, each -1..1.

    Raises:
        NotFoundError: it is not one of MOODS.
    """
    try:
        return MOODS[name.strip().lower()]
    except KeyError as error:
        near = difflib.get_close_matches(name.lower(), MOODS, n=1)
        advice = f"near: {near[0]}" if near else f"one of: {', '.join(MOODS)}"
        raise NotFoundError(f"no mood {name!r}; {advice}") from error


@dataclass(frozen=True, slots=True)
class ChordSpan:
    """A chord that sounds for a while, or a while without one."""

    onset_ticks: int
    """From the start of the melody, PPQ 480, >= 0."""
    duration_ticks: int
    """>= 1."""
    root_pitch_class: int | None
    """0..11, 0 is C; None where there is no chord (N.C.)."""
    quality: str = ""
    """One of QUALITIES; `` where there is no chord."""

    def __post_init__(self) -> None:
        if self.onset_ticks < 0 or self.duration_ticks < 1:
            raise RangeError(
                "onset_ticks must be >= 0 and duration_ticks >= 1, "
                f"not {self.onset_ticks} and {self.duration_ticks}"
            )
        if self.root_pitch_class is not None:
            check_range("root_pitch_class", self.root_pitch_class, 0, 11)
        if self.quality not in QUALITIES:
            raise RequestError(f"no chord quality {self.quality!r}; one of: {', '.join(QUALITIES)}")
        if self.root_pitch_class is None and self.quality:
            raise RequestError(f"no chord has no quality, but quality is {self.quality!r}")

    @property
    def end_ticks(self) -> int:
        """The first tick after the chord."""
        return self.onset_ticks + self.duration_ticks


@dataclass(frozen=True, slots=True)
class MelodyGoals:
    """What a melody should come to; what is None was not asked for."""

    tonic_pitch_class: int | None = None
    """0..11, 0 is C."""
    mode: Mode | None = None
    """Major or minor."""
    scale: str | None = None
    """A name in `bridge.schema.performance.SCALES` that the notes should keep to; None: the scale
    of the mode."""
    chords: tuple[ChordSpan, ...] = ()
    """In order of onset, none overlapping; none at all: the melody goes without."""
    metre: TimeSignature = DEFAULT_TIME_SIGNATURE
    """Of every bar; the first begins at tick 0."""
    bars: int = 8
    """Length, 1..1024."""
    tempo_bpm: float = 120.0
    """Beats (quarter notes) per minute, 20..400."""
    density: float | None = None
    """Note onsets per beat, 0.1..6."""
    lowest_pitch: int | None = None
    """No note should be lower, 0..127."""
    highest_pitch: int | None = None
    """No note should be higher, 0..127."""
    register: float | None = None
    """Mean MIDI pitch, 0..127."""
    valence: float | None = None
    """-1 (sad, angry) .. 1 (happy, calm); 0 is what melodies typically are."""
    arousal: float | None = None
    """-1 (sad, calm) .. 1 (angry, happy); 0 is what melodies typically are."""
    motif: tuple[Note, ...] = ()
    """A figure to state and to develop, in order of onset, PPQ 480; none: it is left free."""
    novelty: float | None = None
    """Share of its figures that should be in no tune the model learned from, 0..1."""
    style: str | None = None
    """One of `bridge.schema.performance.STYLES`."""

    def __post_init__(self) -> None:
        for name, lowest, highest in _RANGES:
            number = getattr(self, name)
            if number is not None:
                check_range(name, number, lowest, highest)
        if self.scale is not None and self.scale not in SCALES:
            raise RequestError(f"no scale {self.scale!r}; one of: {', '.join(SCALES)}")
        check_style(self.style)
        lowest_pitch, highest_pitch = self.lowest_pitch, self.highest_pitch
        if None not in (lowest_pitch, highest_pitch) and lowest_pitch > highest_pitch:  # type: ignore[operator]
            raise RangeError(
                f"lowest_pitch {lowest_pitch} is above highest_pitch {highest_pitch}; swap them"
            )
        for before, after in zip(self.chords, self.chords[1:], strict=False):
            if after.onset_ticks < before.end_ticks:
                raise RangeError(
                    f"chords must follow each other: one begins at {after.onset_ticks}, "
                    f"before the one before ends at {before.end_ticks}"
                )

    @property
    def length_ticks(self) -> int:
        """Length of the whole melody."""
        return self.bars * self.metre.bar_ticks()

    @property
    def beats(self) -> float:
        """Length of the whole melody in quarter notes."""
        return self.length_ticks / PPQ


_RANGES: Final = (
    ("tonic_pitch_class", 0, 11),
    ("bars", 1, MOST_BARS),
    ("tempo_bpm", 20.0, 400.0),
    ("density", 0.1, 6.0),
    ("lowest_pitch", 0, 127),
    ("highest_pitch", 0, 127),
    ("register", 0.0, 127.0),
    ("valence", -1.0, 1.0),
    ("arousal", -1.0, 1.0),
    ("novelty", 0.0, 1.0),
)
"""Field, lowest and highest value, both included."""
