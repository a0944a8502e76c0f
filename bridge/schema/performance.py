"""Nouns of an endless performance: what steers it, and the bars it is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bridge.errors import RequestError, check_range
from bridge.schema.notes import Mode, Part

SCALES: Final[dict[str, tuple[int, ...]]] = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "harmonic-minor": (0, 2, 3, 5, 7, 8, 11),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "major-pentatonic": (0, 2, 4, 7, 9),
    "minor-pentatonic": (0, 3, 5, 7, 10),
    "blues": (0, 3, 5, 6, 7, 10),
    "chromatic": tuple(range(12)),
}
"""Semitones above the tonic, by the name a musician says."""

STYLES: Final = ("folk", "standards", "pop", "art-song")
"""What the training melodies come from: dance tunes, lead sheets, pop songs, Lieder."""

MOST_ANSWER_BARS: Final = 16
"""No answer to a call is longer."""


def check_style(style: str | None) -> None:
    """Refuse a style that there is not.

    Raises:
        RequestError: it is not one of STYLES, nor None.
    """
    if style is not None and style not in STYLES:
        raise RequestError(f"no style {style!r}; one of: {', '.join(STYLES)}")


@dataclass(frozen=True, slots=True)
class Knobs:
    """What a musician may turn on everything that generates."""

    temperature: float = 1.0
    """How far from the likeliest, 0.1..2."""
    density: float | None = None
    """Note onsets per beat, 0.25..4; None leaves it to the model."""
    tonic_pitch_class: int | None = None
    """0..11, 0 is C; None: the key of the input, or C where there is none."""
    mode: Mode | None = None
    """Major or minor; None: as the scale or the input says, or major where neither does."""
    scale: str | None = None
    """A name in SCALES that every note keeps to; None: the model may leave the key."""
    tempo_bpm: float | None = None
    """Beats per minute, 20..400; None: the tempo of the input, or 120 where there is none."""
    swing: float = 0.0
    """0..1: 0 straight, 1 a full triplet: the off-beat eighth moves from 1/2 to 2/3 of the beat.
    In metres counted in eighths (6/8, 7/8) the off-beat sixteenth moves; triplets stay."""
    humanise: float | None = None
    """How far players leave the grid, 0..1; at 1 drums do as drummers do, and the others spread
    their onsets normally by 10 ms (24 ticks at most) and their velocities by 6. None: drums as at
    1, the others not at all."""
    register: float | None = None
    """Mean MIDI pitch of the melody, 36..96; None: that of the input, or left to the model."""

    def __post_init__(self) -> None:
        check_range("temperature", self.temperature, 0.1, 2.0)
        if self.density is not None:
            check_range("density", self.density, 0.25, 4.0)
        if self.tonic_pitch_class is not None:
            check_range("tonic_pitch_class", self.tonic_pitch_class, 0, 11)
        if self.scale is not None and self.scale not in SCALES:
            raise RequestError(f"no scale {self.scale!r}; one of: {', '.join(SCALES)}")
        if self.tempo_bpm is not None:
            check_range("tempo_bpm", self.tempo_bpm, 20.0, 400.0)
        check_range("swing", self.swing, 0.0, 1.0)
        if self.humanise is not None:
            check_range("humanise", self.humanise, 0.0, 1.0)
        if self.register is not None:
            check_range("register", self.register, 36.0, 96.0)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a performance, ready to be scheduled."""

    index: int
    """Counted from 0."""
    duration_ticks: int
    """Length of the bar at PPQ 480, >= 1."""
    tempo_bpm: float
    """Beats per minute of this bar."""
    chord: str
    """The harmony that the rule found, as a musician writes it: `Am`, `G7`."""
    parts: tuple[Part, ...]
    """Melody, bass, drums; onsets count from the start of the bar and lie inside it; a note may
    ring on after the bar's end."""

    def __post_init__(self) -> None:
        check_range("duration_ticks", self.duration_ticks, 1, 1_000_000)
        check_range("tempo_bpm", self.tempo_bpm, 20.0, 400.0)
