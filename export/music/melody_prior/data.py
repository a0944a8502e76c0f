"""Melodies of the corpora as events, whole or in stretches of whole phrases, with their goals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from bridge.music.melody_conditions import condition_rows
from bridge.music.melody_events import MelodyEvents, to_events
from bridge.music.melody_grid import MelodyGrid
from bridge.schema.goals import MelodyGoals
from export.corpora.melodies import read_songs
from export.corpora.melody_cuts import Melody, cut_chords, melodies_of, met_goals
from export.corpora.song import SPLITS, split_of

MOST_EVENTS: Final = 256
"""A longer melody is cut into stretches."""
PHRASE_BARS: Final = 4
"""Stretches begin and end with phrases of so many bars."""
_TEMPOS_BPM: Final = (60.0, 180.0)
"""Most corpora do not say how fast: each stretch gets a tempo by chance, and the mood that it then
has, so that the prior learns what a mood asks of the notes at a tempo."""


@dataclass(frozen=True, slots=True)
class Stretches:
    """Stretches of melodies of one split, laid end to end."""

    first: npt.NDArray[np.int64]
    """int64 [stretch + 1]: where the events of each begin, and where the last end."""
    pitches: npt.NDArray[np.int64]
    """int64 [event]."""
    lengths: npt.NDArray[np.int64]
    """int64 [event]."""
    loudness: npt.NDArray[np.int64]
    """int64 [event]."""
    slots: npt.NDArray[np.int64]
    """int64 [event], from the start of the melody, which may lie before the stretch."""
    conditions: npt.NDArray[np.float16]
    """float16 [event, CONDITION], every goal asked for."""
    played: npt.NDArray[np.bool_]
    """bool [stretch]: whether the velocities were played or written."""
    corpus: npt.NDArray[np.str_]
    """str [stretch]: where it comes from."""

    def __len__(self) -> int:
        return len(self.played)

    @property
    def sizes(self) -> npt.NDArray[np.int64]:
        """Events of each stretch, int64 [stretch]."""
        return np.diff(self.first)


def laid_end_to_end(
    melodies: Sequence[tuple[MelodyGoals, MelodyEvents]], corpus: Sequence[str]
) -> Stretches:
    """Lay whole melodies end to end, with every goal asked for, as if they were played.

    Args:
        melodies: goals and events of each.
        corpus: where each comes from.
    """
    events = [said for _, said in melodies]
    rows = [condition_rows(goals, said.slots) for goals, said in melodies]
    return Stretches(
        first=np.cumsum([0, *(len(said) for said in events)]),
        pitches=np.concatenate([said.pitches for said in events]),
        lengths=np.concatenate([said.lengths for said in events]),
        loudness=np.concatenate([said.loudness for said in events]),
        slots=np.concatenate([said.slots for said in events]),
        conditions=np.concatenate(rows).astype(np.float16),
        played=np.ones(len(melodies), dtype=np.bool_),
        corpus=np.array(corpus),
    )


def load_stretches(data: Path, cache: Path) -> dict[str, Stretches]:
    """Read all corpora under `data`, or the cache when it is there.

    Args:
        data: folder of the corpora, see `read_songs`.
        cache: an .npz that is written on the first call and read on the next.

    Returns:
        Stretches by split: "train", "validation", "test"; only those of "train" overlap.
    """
    if not cache.exists():
        songs = read_songs(data)
        flat: dict[str, npt.NDArray[np.generic]] = {}
        for split in SPLITS:
            melodies = [m for s in songs if split_of(s.title) == split for m in melodies_of(s)]
            columns = columns_of(melodies, overlap=split == "train")
            flat |= {f"{split}_{name}": column for name, column in columns.items()}
        cache.parent.mkdir(parents=True, exist_ok=True)
        np.savez(cache, **flat)  # type: ignore[arg-type]
    with np.load(cache) as stored:
        return {
            split: Stretches(
                **{name: stored[f"{split}_{name}"] for name in Stretches.__dataclass_fields__}
            )
            for split in SPLITS
        }


def columns_of(melodies: Sequence[Melody], *, overlap: bool) -> dict[str, npt.NDArray[np.generic]]:
    """Cut melodies into stretches and lay them end to end, as `Stretches` names it.

    Args:
        melodies: of one split.
        overlap: whether stretches of a long melody begin every phrase but one, rather than each
            where another ends.
    """
    parts: dict[str, list[npt.NDArray[np.generic]]] = {
        name: [] for name in ("pitches", "lengths", "loudness", "slots", "conditions")
    }
    sizes = [0]
    rows: list[tuple[bool, str]] = []
    rng = np.random.default_rng(0)
    for melody in melodies:
        for index, (first_bar, last_bar) in enumerate(stretches_of(melody, overlap=overlap)):
            tempo_bpm = float(np.exp2(rng.uniform(*np.log2(_TEMPOS_BPM))))
            played = replace(melody, goals=replace(melody.goals, tempo_bpm=tempo_bpm))
            stretch = _stretch(played, first_bar, last_bar, prefer_mode=index % 2 == 0)
            for name, part in stretch.items():
                parts[name].append(part)
            sizes.append(len(stretch["slots"]))
            rows.append((melody.played, melody.corpus))
    return {
        **{name: np.concatenate(arrays) for name, arrays in parts.items()},
        "first": np.cumsum(sizes),
        "played": np.array([played for played, _ in rows]),
        "corpus": np.array([corpus for _, corpus in rows]),
    }


def stretches_of(melody: Melody, *, overlap: bool) -> list[tuple[int, int]]:
    """Give first and last bar of each stretch: the whole where it has at most 256 events."""
    bars = melody.goals.bars
    counts = _events_by_bar(melody)
    if counts.sum() <= MOST_EVENTS:
        return [(0, bars - 1)]
    found: list[tuple[int, int]] = []
    first = 0
    while True:
        reach = np.cumsum(counts[first:])
        most = max(1, int((reach <= MOST_EVENTS).sum()))
        if most >= bars - first:
            return [*found, (first, bars - 1)]
        whole = max(1, most // PHRASE_BARS) * PHRASE_BARS if most >= PHRASE_BARS else most
        found.append((first, first + whole - 1))
        first += min(whole, 2 * PHRASE_BARS) if overlap else whole


def _events_by_bar(melody: Melody) -> npt.NDArray[np.int64]:
    """Count the events that begin in each bar, one more for what the bar line would cut."""
    events = to_events(melody.grid)
    bar_slots = len(melody.grid.tokens) / melody.goals.bars
    bars = (events.slots / bar_slots).astype(np.int64)
    return np.bincount(bars, minlength=melody.goals.bars)


def _stretch(
    melody: Melody, first_bar: int, last_bar: int, *, prefer_mode: bool
) -> dict[str, npt.NDArray[np.generic]]:
    """Read the events of some bars, with the goals that they meet."""
    total = len(melody.grid.tokens)
    begin, end = (round(bar * total / melody.goals.bars) for bar in (first_bar, last_bar + 1))
    grid = MelodyGrid(melody.grid.tokens[begin:end], melody.grid.velocities[begin:end])
    events = to_events(grid)
    bar_ticks = melody.goals.metre.bar_ticks()
    here = cut_chords(melody.goals.chords, first_bar * bar_ticks, (last_bar + 1) * bar_ticks)
    goals = met_goals(melody.goals, grid, here, prefer_mode=prefer_mode)
    slots = events.slots + begin
    conditions = condition_rows(goals, slots, open_end=end < total)
    return {
        "pitches": events.pitches,
        "lengths": events.lengths,
        "loudness": events.loudness,
        "slots": slots,
        "conditions": conditions.astype(np.float16),
    }
