"""What a cut should be: its length, style, story, music, and how its editor likes to cut."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from bridge.errors import RequestError, check_range
from bridge.film.cutting.styles import SPREAD, STARTS, STYLES
from bridge.film.search.ranking import rank_by_words
from bridge.schema.cutting import ARC_PARTS, LONGEST_CUT_SECONDS, CutStyle, Habits
from bridge.schema.layout import exact_rate, usual_rate

if TYPE_CHECKING:
    from bridge.film.cutting.shoot import Shoot
    from bridge.schema.arrays import AnyArray
    from bridge.schema.cutting import ArcPart, CutMusic, OutlineStep
    from bridge.schema.shots import Shot

SHORTEST_CUT_SECONDS: Final = 1.0
"""No shorter cut is made."""
PACE_TOLERANCE: Final = 0.35
"""A piece that is off its due length by this factor, in natural logarithms, loses two fifths."""
_LENGTH_RANGE: Final = (0.5, 30.0)
_TASTE_WEIGHT: Final = 0.9
_SNAP_SHARE: Final = 0.5

Taste = Callable[["Sequence[Shot]"], "AnyArray"]
"""Says how much each of some shots will be liked, float [shot], -1..1."""


@dataclass(frozen=True, slots=True)
class Brief:
    """What a cut should be, in numbers; `brief_of` makes it."""

    seconds: float
    """How long."""
    frame_rate: float
    """Frames a second of the cut."""
    style: CutStyle
    """Its style."""
    lengths: AnyArray
    """float [part]: median seconds of a piece."""
    tension: AnyArray
    """float [part]: how exciting, 0..1."""
    starts: AnyArray
    """float [part]: where each part begins, as a share of the cut."""
    joints: AnyArray
    """float [joint]: wanted share, 1 in all."""
    scales: AnyArray
    """float [scale]: how welcome, 0..1."""
    speech: float
    """How welcome speech is, 0..1."""
    reaction: float
    """How much rather somebody who listens is shown where somebody has just spoken, -1..1."""
    weights: dict[str, float]
    """By the names of `PARTS`; their sum is more than 0."""
    jump_cuts: bool = False
    """A shot may follow itself, and one that looks like it."""
    returns: bool = False
    """A shot may be come back to, as to somebody who is interviewed."""
    keep_speech: bool = False
    """Nobody is ever cut off while they speak."""
    beats: tuple[float, ...] = ()
    """Seconds of the cut at which it should change; empty: anywhere."""
    steps: AnyArray | None = None
    """float [step, shot]: how well shots fit what an outline asks for, 0..1; None: no outline."""
    step_ends: tuple[float, ...] = ()
    """Share of the cut at which each step ends."""
    unmet: tuple[str, ...] = ()
    """Words of the steps that nothing of the footage fits."""
    handle_seconds: float = 1.0
    """How much of a shot should be left over at both ends of a piece, where there is that much."""
    lead_seconds: float = 0.0
    """How far sound leads or lasts where it does; 0: as usual."""
    taste: Taste | None = field(default=None, compare=False)
    """Of the editor."""
    habits_used: tuple[str, ...] = ()
    """What of their habits it follows, each a line for a person."""

    def part_at(self, share: float) -> int:
        """Give the index in `ARC_PARTS` of a place in the cut, 0..1."""
        return int(np.clip(np.searchsorted(self.starts, share, side="right") - 1, 0, 3))

    def part_name(self, share: float) -> ArcPart:
        """Give the part of the story at a place in the cut, 0..1."""
        return ARC_PARTS[self.part_at(share)]

    def step_at(self, share: float) -> int:
        """Give the index of the outline's step at a place in the cut, 0..1."""
        place = int(np.searchsorted(self.step_ends, share, side="right"))
        return min(place, len(self.step_ends) - 1)

    def median_at(self, share: float) -> float:
        """Give how long a piece usually is at a place in the cut, in seconds."""
        return float(np.interp(share, self._middles(), self.lengths))

    def tension_at(self, share: float) -> float:
        """Give how exciting a place in the cut should be, 0..1."""
        return float(np.interp(share, self._middles(), self.tension))

    def _middles(self) -> AnyArray:
        middles: AnyArray = (self.starts + np.append(self.starts[1:], 1.0)) / 2
        return middles


@dataclass(frozen=True, slots=True)
class CutWish:
    """What somebody asks of a cut."""

    seconds: float
    """How long, 1 s to 4 hours; where there is less footage it becomes shorter."""
    style: CutStyle
    """What it should feel like."""
    outline: Sequence[OutlineStep] = ()
    """What should be seen, step by step; empty: the arc of a story."""
    music: CutMusic | None = None
    """To cut to; what is longer than it is cut freely."""
    keep_speech: bool = False
    """Nobody is ever cut off while they speak."""
    habits: Habits = field(default_factory=Habits)
    """Of the editor."""
    taste: Taste | None = None
    """Of the editor."""

    def __post_init__(self) -> None:
        check_range("seconds", self.seconds, SHORTEST_CUT_SECONDS, LONGEST_CUT_SECONDS)


def brief_of(shoot: Shoot, wish: CutWish) -> Brief:
    """Say in numbers what a cut of some footage should be.

    Raises:
        RequestError: nothing of the footage is like any step of the outline.
    """
    habits, wanted = wish.habits, STYLES[wish.style]
    low, high = _LENGTH_RANGE
    joints = np.array(wanted.joints) * np.exp(np.array(habits.joints))
    weights = dict(wanted.weights)
    if wish.taste is not None:
        weights["taste"] = _TASTE_WEIGHT
    steps, ends = _steps(shoot, wish.outline)
    return Brief(
        seconds=wish.seconds,
        frame_rate=cut_rate(shoot),
        style=wish.style,
        lengths=np.clip(np.array(wanted.lengths) * habits.pace, low, high),
        tension=np.array(wanted.tension),
        starts=np.array(STARTS),
        joints=joints / joints.sum(),
        scales=_shifted(np.array(wanted.scales), np.array(habits.scales)),
        speech=wanted.speech,
        reaction=float(np.tanh(habits.reaction)),
        weights=weights,
        jump_cuts=wanted.jump_cuts,
        returns=wanted.returns,
        keep_speech=wish.keep_speech,
        beats=_cutting_beats(wish, float(np.median(wanted.lengths)) * habits.pace),
        steps=steps,
        step_ends=ends,
        unmet=() if steps is None else _unmet(wish.outline, steps),
        handle_seconds=habits.handle_seconds,
        lead_seconds=abs(habits.lead_seconds),
        taste=wish.taste,
        habits_used=_habit_lines(habits),
    )


def cut_rate(shoot: Shoot) -> float:
    """Give the rate of a cut: that of most of the footage, as editors have it."""
    lengths: dict[float, float] = defaultdict(float)
    for index, film in enumerate(shoot.films):
        rate = float(usual_rate(exact_rate(film.analysis.media.frame_rate)))
        lengths[rate] += float(shoot.seconds[shoot.film == index].sum())
    return max(lengths, key=lambda rate: (lengths[rate], rate))


def target_seconds(brief: Brief, share: float, place: int) -> float:
    """Give how long piece number `place`, from 0, should be where it stands.

    Lengths follow a log-normal distribution: its quantiles are taken in the order of van der
    Corput's sequence, so that long and short alternate and any few of them are spread as all are.
    """
    quantiles = (0.0, -0.67, 0.67, -1.15, 0.32, -0.32, 1.15, 0.15)
    return brief.median_at(share) * float(np.exp(SPREAD * quantiles[place % len(quantiles)]))


def _shifted(values: AnyArray, log_odds: AnyArray) -> AnyArray:
    """Move shares of 0..1 by log odds."""
    safe = np.clip(values, 0.03, 0.97)
    shifted: AnyArray = 1 / (1 + np.exp(-(np.log(safe / (1 - safe)) + log_odds)))
    return shifted


def _cutting_beats(wish: CutWish, median: float) -> tuple[float, ...]:
    """Give the beats to cut on: those of bars where pieces are longer than bars."""
    music = wish.music
    if music is None or len(music.beats) < 2:
        return ()
    bars = len(music.bars) > 1 and float(np.median(np.diff(music.bars))) <= _SNAP_SHARE * median
    chosen = music.bars if bars else music.beats
    return tuple(beat for beat in chosen if 0 < beat < wish.seconds)


def _steps(
    shoot: Shoot, outline: Sequence[OutlineStep]
) -> tuple[AnyArray | None, tuple[float, ...]]:
    """Say how well each shot fits each step, and where in the cut the steps end."""
    if not outline:
        return None, ()
    fits = np.zeros((len(outline), len(shoot)))
    for row, step in zip(fits, outline, strict=True):
        for rank in rank_by_words(step.words, shoot.shots):
            row[rank.place] = rank.score
    if not fits.any():
        known = sorted({tag for shot in shoot.shots for tag in shot.tags})
        raise RequestError(
            "nothing of the footage is like any step of the outline; words that are known of it:"
            f" {', '.join(known[:24])}"
        )
    best = fits.max(axis=1, keepdims=True)
    shares = np.cumsum([step.share for step in outline])
    return fits / np.where(best > 0, best, 1.0), tuple((shares / shares[-1]).tolist())


def _unmet(outline: Sequence[OutlineStep], steps: AnyArray) -> tuple[str, ...]:
    return tuple(step.words for step, fits in zip(outline, steps, strict=True) if not fits.any())


def _habit_lines(habits: Habits) -> tuple[str, ...]:
    """Say in words what of somebody's habits a cut follows."""
    if not habits.projects:
        return ()
    cuts = "cut" if habits.projects == 1 else "cuts"
    found = []
    if abs(np.log(habits.pace)) > 0.05:
        found.append(f"pieces {habits.pace:.2f} times as long as proposed")
    words = ("plain cuts", "dissolves", "dips", "J cuts", "L cuts")
    found += _leanings(words, habits.joints)
    scales = ("extreme close-ups", "close-ups", "medium close-ups", "medium shots", "full shots",
              "long shots", "shots of nobody")  # fmt: skip
    found += _leanings(scales, habits.scales)
    if abs(habits.reaction) > 0.2:
        found.append("who listens first" if habits.reaction > 0 else "who speaks first")
    if habits.handle_seconds > 1.05:
        found.append(f"handles of {habits.handle_seconds:.1f} s")
    return tuple(f"{line} (from {habits.projects} {cuts})" for line in found)


def _leanings(words: Sequence[str], log_odds: Sequence[float]) -> list[str]:
    return [
        f"{'more' if lean > 0 else 'fewer'} {word}"
        for word, lean in zip(words, log_odds, strict=True)
        if abs(lean) > 0.15
    ]
