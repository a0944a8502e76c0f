"""What somebody said, as lessons: melodies, which of two is better, and what is kept apart.

What cannot be told apart from luck teaches nothing, so comparisons are counted as independent only
where no melody is in two of them: all that one choice among eight says is one, and a thumb up and a
thumb down on what was asked for alike make one.
"""

from __future__ import annotations

import contextlib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from bridge.errors import FileFormatError, RequestError, SegueError
from bridge.feedback.learner import PreferenceLearner
from bridge.feedback.store import FeedbackStore
from bridge.feedback.tastes import counting
from bridge.music.chords import parse_chord
from bridge.music.frame import melody_part
from bridge.music.key import Key, find_key
from bridge.music.melody_events import MelodyEvents, notes_to_events
from bridge.music.taste_features import NAMES
from bridge.music.taste_learning import features_version, measure
from bridge.preference.taste import Taste, utilities
from bridge.schema.arrays import IntArray
from bridge.schema.codec import from_plain
from bridge.schema.goals import ChordSpan, MelodyGoals
from bridge.schema.live import CALL_PART
from bridge.schema.notes import MarkerKind, NoteSequence
from bridge.schema.rating import MUSIC, Who, liking

MOST_BARS: Final = 16
"""Bars of a melody that are learned from, as in the agent's own training."""
MOST_RESULTS: Final = 600
"""So many answers count, the last ones, as in a taste."""
HELD_OUT: Final = 0.25
"""Share of the independent comparisons that are kept apart."""
_FOLDS: Final = 5
_TOSSES: Final = 99
_LEARNER: Final = PreferenceLearner(features_version(), NAMES, measure)


@dataclass(frozen=True, slots=True)
class Heard:
    """A melody that somebody judged."""

    goals: MelodyGoals
    """Key, metre, tempo, chords and bars, as far as the music says."""
    events: MelodyEvents
    """The tonic at C."""
    features: tuple[float, ...]
    """[feature], as a taste takes them."""
    kind: tuple[object, ...]
    """What it was asked for: only what is alike here is compared by thumbs."""


@dataclass(frozen=True, slots=True)
class Said:
    """One answer that counts."""

    one: int
    """Number of the result that was rated, or that is better."""
    worse: int | None
    """Number of the result that is worse; None: it is a rating."""
    score: float
    """How much it is liked, -1..1; 1 for a preference."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One melody is better than another."""

    better: Heard
    worse: Heard
    group: int
    """Comparisons of one group are not independent of each other."""


@dataclass(frozen=True)
class Lessons:
    """All that is learned from."""

    heard: dict[int, Heard]
    """By the number of the result."""
    said: tuple[Said, ...]
    """In the order in which it was said."""
    base: Taste
    """What was known before the first of them."""
    groups: dict[int, int] = field(default_factory=dict)
    """Of each result, by its number: those that are compared are in one."""
    comparisons: tuple[Comparison, ...] = ()

    @property
    def count(self) -> int:
        """How many comparisons are independent of each other."""
        return len({comparison.group for comparison in self.comparisons})

    def of(self, groups: Iterable[int]) -> Lessons:
        """Give what was said about the results of some groups."""
        kept = set(groups)
        return replace(
            self,
            said=tuple(said for said in self.said if self.groups[said.one] in kept),
            comparisons=tuple(c for c in self.comparisons if c.group in kept),
        )

    def taste(self) -> Taste:
        """Learn the taste that follows from it."""
        taste = self.base
        for said in self.said:
            values = list(self.heard[said.one].features)
            if said.worse is None:
                taste = _LEARNER.rated(taste, values, said.score)
            else:
                taste = _LEARNER.chosen(taste, values, list(self.heard[said.worse].features))
        return taste


def lessons_of(store: FeedbackStore, who: Who) -> Lessons:
    """Read what somebody said, as far as it still counts and is about melodies.

    Args:
        store: where all feedback is kept.
        who: who said it, and for which project.

    Raises:
        StorageError: the store cannot be read.
    """
    kept, base = store.tastes.taste(who), _LEARNER.fresh()
    if kept is not None and kept.base_json is not None:
        with contextlib.suppress(FileFormatError):  # of another version: it no longer counts
            base = _LEARNER.read(kept.base_json)
    entries = store.tastes.entries(who, MUSIC, after=kept.since if kept else 0)
    heard: dict[int, Heard | None] = {}
    said = []
    for entry in counting(entries)[-MOST_RESULTS:]:
        for number in (entry.result, entry.worse):
            if number is not None and number not in heard:
                heard[number] = heard_of(store.tastes.noun_json(number))
        score = 1.0 if entry.scale is None else liking(entry.scale, entry.score)
        about = (entry.result,) if entry.worse is None else (entry.result, entry.worse)
        if score and all(heard[number] is not None for number in about):
            said.append(Said(entry.result, entry.worse, score))
    melodies = {number: melody for number, melody in heard.items() if melody is not None}
    return compared(Lessons(melodies, tuple(said), base))


def heard_of(noun_json: str) -> Heard | None:
    """Read a result as a melody.

    Args:
        noun_json: a `NoteSequence` in JSON.

    Returns:
        The melody; None: there is none in it, or none that the agent could write.
    """
    try:
        values = measure(noun_json)
        if values is None:
            return None
        music = from_plain(NoteSequence, json.loads(noun_json)).at_ppq()
        goals, events = _read(_without_call(music))
    except (SegueError, ValueError):
        return None
    metre = (goals.metre.numerator, goals.metre.denominator)
    size = max(1, goals.bars - 1).bit_length()
    kind = (metre, goals.mode, size, bool(goals.chords))
    return Heard(goals, events, tuple(values), kind) if events.notes else None


def _without_call(music: NoteSequence) -> NoteSequence:
    """Give what Segue played of a take: what it answered to was not judged."""
    played = tuple(part for part in music.parts if part.name != CALL_PART)
    return replace(music, parts=played) if any(part.notes for part in played) else music


def _read(music: NoteSequence) -> tuple[MelodyGoals, MelodyEvents]:
    """Read the melody of some music from the bar in which it begins."""
    notes = melody_part(music).notes
    metre = replace(music.time_signature, onset_ticks=0)
    bar_ticks = metre.bar_ticks()
    first = min(note.onset_ticks for note in notes) // bar_ticks * bar_ticks
    last = max(note.end_ticks for note in notes)
    bars = min(MOST_BARS, -(-(last - first) // bar_ticks))
    line = [
        replace(note, onset_ticks=note.onset_ticks - first)
        for note in notes
        if note.onset_ticks - first < bars * bar_ticks
    ]
    signs = music.key_signatures
    key = Key(signs[0].tonic_pitch_class, signs[0].mode) if signs else find_key(line)
    goals = MelodyGoals(
        tonic_pitch_class=key.tonic_pitch_class,
        mode=key.mode,
        metre=metre,
        bars=bars,
        tempo_bpm=max(20.0, min(400.0, music.tempo_bpm)),
        chords=_chords(music, first, first + bars * bar_ticks),
    )
    return goals, notes_to_events(line, goals)


def _chords(music: NoteSequence, first: int, end: int) -> tuple[ChordSpan, ...]:
    """Read the chords that stand as markers; none where one of the markers is no chord."""
    marks = [mark for mark in music.markers if mark.kind is MarkerKind.MARKER]
    starts = [min(end, max(first, mark.onset_ticks)) for mark in marks]
    spans = []
    try:
        for mark, start, until in zip(marks, starts, [*starts, end][1:], strict=True):
            chord = parse_chord(mark.text)
            if until > start and chord is not None:
                spans.append(
                    ChordSpan(start - first, until - start, chord.root_pitch_class, chord.quality)
                )
    except RequestError:
        return ()
    return tuple(spans)


def compared(lessons: Lessons) -> Lessons:
    """Find which melodies are better than which others.

    What was chosen, kept or made of another is better than that. Thumbs, stars and what was kept or
    deleted are compared where the same was asked for: one up with one down, in their order.
    """
    pairs = [(said.one, said.worse) for said in lessons.said if said.worse is not None]
    up: defaultdict[object, list[int]] = defaultdict(list)
    down: defaultdict[object, list[int]] = defaultdict(list)
    for said in lessons.said:
        if said.worse is None:
            side = up if said.score > 0 else down
            side[lessons.heard[said.one].kind].append(said.one)
    for kind, numbers in up.items():
        pairs += list(zip(numbers, down[kind], strict=False))
    groups = _groups(lessons.heard, pairs)
    comparisons = tuple(
        Comparison(lessons.heard[better], lessons.heard[worse], groups[better])
        for better, worse in pairs
    )
    return replace(lessons, groups=groups, comparisons=comparisons)


def _groups(numbers: Iterable[int], pairs: Sequence[tuple[int, int]]) -> dict[int, int]:
    """Give the group of each result: the least number of all that hang together with it."""
    group = {number: number for number in numbers}

    def root(number: int) -> int:
        while group[number] != number:
            number = group[number]
        return number

    for one, other in pairs:
        first, second = sorted((root(one), root(other)))
        group[second] = first
    return {number: root(number) for number in group}


def split(lessons: Lessons, rng: np.random.Generator) -> tuple[Lessons, Lessons]:
    """Keep a quarter of the comparisons apart: what is learned from, and what is judged by."""
    compared_groups = sorted({comparison.group for comparison in lessons.comparisons})
    order = rng.permutation(compared_groups).tolist()
    apart = set(order[: max(1, round(HELD_OUT * len(order)))])
    return lessons.of(set(lessons.groups.values()) - apart), lessons.of(apart)


def foretold(lessons: Lessons, rng: np.random.Generator) -> tuple[float, float]:
    """Say whether there is anything to learn: what a taste learned from others foretells.

    Args:
        lessons: with two comparisons or more that are independent.
        rng: deals comparisons into folds, each of which is foretold from the others; and turns
            answers round, to see what is foretold where there is nothing to be known.

    Returns:
        The share of independent comparisons that are foretold, and how often as many are where
        each has been turned round by the toss of a coin (a permutation test, Fisher 1935; a sign
        test would find too much, for folds are not independent of each other).
    """
    order = rng.permutation(sorted({comparison.group for comparison in lessons.comparisons}))
    share = _foretold_share(lessons, order)
    as_many = [_foretold_share(_turned(lessons, rng), order) >= share for _ in range(_TOSSES)]
    return share, (1 + sum(as_many)) / (1 + _TOSSES)


def _foretold_share(lessons: Lessons, order: IntArray) -> float:
    """Give the share of independent comparisons that are foretold from the other folds."""
    every, right = set(lessons.groups.values()), 0.0
    for fold in range(_FOLDS):
        apart = set(order[fold::_FOLDS].tolist())
        judged = lessons.of(apart)
        verdicts = by_group(judged.comparisons, margins(lessons.of(every - apart).taste(), judged))
        right += sum((1.0 + float(np.sign(verdict))) / 2.0 for verdict in verdicts)
    return right / len(order)


def _turned(lessons: Lessons, rng: np.random.Generator) -> Lessons:
    """Have people say the opposite, or not, of all that hangs together, by the toss of a coin."""
    turned = {group for group in sorted(set(lessons.groups.values())) if rng.random() < 0.5}
    return replace(
        lessons,
        said=tuple(
            _opposite(said) if lessons.groups[said.one] in turned else said for said in lessons.said
        ),
        comparisons=tuple(
            replace(c, better=c.worse, worse=c.better) if c.group in turned else c
            for c in lessons.comparisons
        ),
    )


def _opposite(said: Said) -> Said:
    if said.worse is None:
        return replace(said, score=-said.score)
    return replace(said, one=said.worse, worse=said.one)


def margins(taste: Taste, lessons: Lessons) -> list[float]:
    """Say by how much more each better melody is thought to be liked than the worse one."""
    if not lessons.comparisons:
        return []
    better, worse = (
        utilities(taste, np.array([getattr(c, side).features for c in lessons.comparisons]))
        for side in ("better", "worse")
    )
    found: list[float] = (better - worse).tolist()
    return found


def by_group(comparisons: Sequence[Comparison], margin: Sequence[float]) -> list[float]:
    """Give one verdict for each independent comparison: > 0 where more agree than do not."""
    verdicts: defaultdict[int, float] = defaultdict(float)
    for comparison, difference in zip(comparisons, margin, strict=True):
        verdicts[comparison.group] += float(np.sign(difference))
    return list(verdicts.values())
