"""What the melody prior's card says of it, measured on the graphs that ship."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from bridge.music.chords import chord_tones
from bridge.music.melody_conditions import COLUMNS, GOALS
from bridge.music.melody_events import FIRST_PITCH, LOUDNESSES, events_to_notes
from bridge.music.melody_prior import (
    UNKNOWN_LOUDNESS,
    DrawSettings,
    PriorState,
    draw_melodies,
    start_events,
)
from bridge.runtime.card import Metric
from bridge.runtime.sampling import log_share_of
from bridge.runtime.session import Model
from bridge.schema.goals import ChordSpan, MelodyGoals
from bridge.schema.notes import Mode, TimeSignature
from export.music.melody_prior.data import Stretches
from export.music.melody_prior.ngram import Chosen, choose

ORDERS: Final = (2, 3, 4, 5, 8)
"""Symbols of context among which the best n-gram is chosen."""
_BATCH: Final = 32
_HARMONY: Final = ("end", "chords", "key", "mode")
ASKED: Final = {
    "all goals": GOALS,
    "chords, key and form": _HARMONY,
    "nothing but metre": (),
}
"""What the prior is told when its bits are counted; the n-gram too knows the tonic: all is in C.
Chords that were found by rule tell of the notes they were found under: only `nothing but metre` is
told as little as the n-gram."""
_DENSITIES: Final = (0.5, 1.0, 1.5, 2.0, 3.0)
_GUIDANCES: Final = (1.0, 2.0)
_DRAWN: Final = 64
"""Melodies that are drawn for each goal."""


def measure(model: Model, stretches: dict[str, Stretches]) -> tuple[Metric, ...]:
    """Measure bits a note beside an n-gram, and what goals come to.

    Args:
        model: step, length and loudness.
        stretches: "train", for the n-gram to learn from, "validation" and "test".
    """
    ngram = choose(stretches["train"], stretches["validation"], ORDERS)
    metrics: list[Metric] = []
    for split in ("validation", "test"):
        metrics += likelihood_metrics(model, stretches[split], split)
        metrics += ngram_metrics(ngram, stretches[split], split)
        metrics.append(loudness_baseline(stretches["train"], stretches[split], split))
    return (*metrics, *goal_metrics(model))


@dataclass(frozen=True, slots=True)
class Bits:
    """What each event cost, all [event], in the order of the stretches."""

    pitch: npt.NDArray[np.float64]
    length: npt.NDArray[np.float64]
    loudness: npt.NDArray[np.float64]
    """0 where no loudness was played."""


def bits_of(model: Model, stretches: Stretches, asked: tuple[str, ...]) -> Bits:
    """Say how many bits each event of some stretches costs, printed loudness being unknown.

    Args:
        model: step, length and loudness.
        stretches: of one split.
        asked: the goals that the prior is told of.
    """
    bits = np.zeros((len(stretches.pitches), 3))
    order = np.argsort(stretches.sizes, kind="stable")
    for start in range(0, len(order), _BATCH):
        _count(model, stretches, order[start : start + _BATCH], asked, bits)
    return Bits(*bits.T)


def _count(
    model: Model,
    stretches: Stretches,
    rows: npt.NDArray[np.int64],
    asked: tuple[str, ...],
    bits: npt.NDArray[np.float64],
) -> None:
    """Write the bits of some stretches of about one size into [event, 3]."""
    sizes, first = stretches.sizes[rows], stretches.first[rows]
    state, before = PriorState(model, len(rows)), start_events(len(rows))
    for index in range(int(sizes.max())):
        going = index < sizes
        at = first + np.minimum(index, sizes - 1)
        conditions = stretches.conditions[at].astype(np.float32)
        for goal in set(GOALS) - set(asked):
            conditions[:, COLUMNS[goal]] = 0.0
        state.step(before, stretches.slots[at], conditions)
        pitches, lengths = stretches.pitches[at], stretches.lengths[at]
        notes, played = pitches >= FIRST_PITCH, stretches.played[rows]
        loudness = stretches.loudness[at]
        said = np.stack(
            [
                log_share_of(state.pitch_logits, pitches),
                log_share_of(state.length_logits(pitches), lengths - 1),
                log_share_of(state.loudness_logits(pitches, lengths), loudness) * (notes & played),
            ],
            axis=1,
        )
        bits[at[going]] = -said[going] / np.log(2.0)
        read = np.where(notes & ~played, UNKNOWN_LOUDNESS, loudness)
        before = np.stack([pitches, lengths, read], axis=1)


def likelihood_metrics(model: Model, stretches: Stretches, split: str) -> list[Metric]:
    """Count the prior's bits a note, told of more or less, and for each corpus."""
    corpus = np.repeat(stretches.corpus, stretches.sizes)
    notes = stretches.pitches >= FIRST_PITCH
    played = notes & np.repeat(stretches.played, stretches.sizes)
    protocol = (
        f"pitch and length of every event (note, rest, tie) of {len(stretches)} stretches of the "
        f"{split} songs, {int(notes.sum())} notes, bits divided by notes; told of "
    )
    metrics = []
    for told, asked in ASKED.items():
        bits = bits_of(model, stretches, asked)
        both = bits.pitch + bits.length
        group = f"bits a note, {split}"
        metrics.append(_metric(f"prior, {told}", both.sum() / notes.sum(), protocol + told, group))
        if not asked:
            for name in np.unique(corpus):
                here = corpus == name
                value = both[here].sum() / notes[here].sum()
                metrics.append(_metric(f"prior, {name}", value, protocol + told, group))
        if asked == GOALS:
            loudness = bits.loudness.sum() / max(1, played.sum())
            heard = f"class of velocity, one of 8, of {int(played.sum())} played notes, all goals"
            metrics.append(_metric("prior, loudness", loudness, heard, group))
    return metrics


def ngram_metrics(ngram: Chosen, stretches: Stretches, split: str) -> list[Metric]:
    """Count the n-gram's bits a note, in all and for each corpus."""
    corpus = np.repeat(stretches.corpus, stretches.sizes)
    notes = stretches.pitches >= FIRST_PITCH
    protocol = (
        f"the same events; interpolated Kneser-Ney, {ngram.order} symbols of context "
        f"{'with' if ngram.place else 'without'} the place in the bar: the best of "
        f"{ORDERS[0]}..{ORDERS[-1]}, with and without, on the validation songs"
    )
    contexts = " and ".join(str(order) for order in ngram.song_orders)
    learning = f"; mixed with what followed the last {contexts} symbols in the song so far (PPM C)"
    group = f"bits a note, {split}"
    metrics = []
    for name, learns in (("n-gram", False), ("n-gram that learns the song", True)):
        told = protocol + (learning if learns else "")
        bits = ngram.nats(stretches, learning=learns) / np.log(2.0)
        metrics.append(_metric(name, bits.sum() / notes.sum(), told, group))
        for source in np.unique(corpus):
            here = corpus == source
            value = bits[here].sum() / notes[here].sum()
            metrics.append(_metric(f"{name}, {source}", value, told, group))
    return metrics


def loudness_baseline(train: Stretches, stretches: Stretches, split: str) -> Metric:
    """Count the bits of loudness of a bigram of the classes of the notes before."""
    pairs = np.full((LOUDNESSES + 1, LOUDNESSES), 0.1)
    np.add.at(pairs, _loudness_pairs(train), 1.0)
    chances = pairs / pairs.sum(axis=1, keepdims=True)
    bits = -np.log2(chances[_loudness_pairs(stretches)])
    return _metric(
        "bigram, loudness",
        bits.mean(),
        "class of velocity given that of the note before, of the same notes",
        f"bits a note, {split}",
    )


def _loudness_pairs(
    stretches: Stretches,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Give the loudness before (8 at the start) and the loudness of every played note."""
    stretch = np.repeat(np.arange(len(stretches)), stretches.sizes)
    kept = (stretches.pitches >= FIRST_PITCH) & stretches.played[stretch]
    loudness, stretch = stretches.loudness[kept], stretch[kept]
    same = np.append(False, stretch[1:] == stretch[:-1])
    return np.where(same, np.roll(loudness, 1), LOUDNESSES), loudness


def goal_metrics(model: Model) -> list[Metric]:
    """Ask for goals and see what comes."""
    metre = TimeSignature(0, 4, 4)
    chords = tuple(
        ChordSpan(1920 * bar, 1920, root, quality)
        for bar, (root, quality) in enumerate([(0, ""), (9, "m"), (5, ""), (7, "7")] * 4)
    )
    base = MelodyGoals(0, Mode.MAJOR, None, (), metre, 16)
    drawn = f"mean of {_DRAWN} melodies of 16 bars of 4/4 in C major, temperature 1"
    metrics = []
    for guidance in _GUIDANCES:
        for density in _DENSITIES:
            goals = MelodyGoals(0, Mode.MAJOR, bars=16, density=density)
            notes = _drawn(model, goals, guidance=guidance)
            got = float(np.mean([len(melody) / goals.beats for melody in notes]))
            name = f"{density:g} notes a beat asked, guidance {guidance:g}"
            metrics.append(_metric(name, got, drawn, "goals"))
    for name, goals in {
        "chords asked": MelodyGoals(0, Mode.MAJOR, None, chords, metre, 16),
        "no chords asked": base,
    }.items():
        share = np.mean([_chord_tone_share(melody, chords) for melody in _drawn(model, goals)])
        told = f"time on tones of C Am F G7, {drawn}"
        metrics.append(_metric(f"chord tones, {name}", float(share), told, "goals"))
    ends = np.mean([melody[-1][0] % 12 == 0 for melody in _drawn(model, base) if melody])
    metrics.append(_metric("ends on the tonic", float(ends), drawn, "goals"))
    return metrics


def _drawn(
    model: Model, goals: MelodyGoals, *, guidance: float = 1.0
) -> list[list[tuple[int, int, int]]]:
    """Draw melodies as (pitch, onset, end) in ticks."""
    settings = DrawSettings(_DRAWN, guidance=guidance)
    melodies = draw_melodies(model, goals, np.random.default_rng(0), settings=settings)
    return [
        [(n.pitch, n.onset_ticks, n.end_ticks) for n in events_to_notes(melody.events, goals)]
        for melody in melodies
    ]


def _chord_tone_share(melody: list[tuple[int, int, int]], chords: tuple[ChordSpan, ...]) -> float:
    """Give the share of sounding time on tones of major and minor triads and sevenths."""
    on, total = 0, 0
    for pitch, onset, end in melody:
        for span in chords:
            ticks = min(end, span.end_ticks) - max(onset, span.onset_ticks)
            if ticks > 0:
                total += ticks
                on += ticks * int(pitch % 12 in chord_tones(span))
    return on / max(1, total)


def _metric(name: str, value: float, protocol: str, group: str) -> Metric:
    return Metric(name, round(float(value), 4), protocol, group)
