"""Real phrases that end as melodies do: goals are drawn from them, the agent is held to them."""

from __future__ import annotations

import logging
import pickle
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from bridge.music.melody_events import MelodyEvents, events_to_notes, to_events
from bridge.music.melody_grid import MelodyGrid
from bridge.music.rewards.profile import as_rows, melody_profile
from bridge.schema.goals import ChordSpan, MelodyGoals
from bridge.schema.notes import Note
from export.corpora.melodies import read_songs
from export.corpora.melody_cuts import Melody, melodies_of, met_goals
from export.corpora.song import SPLITS, split_of

LEAST_BARS: Final = 4
MOST_BARS: Final = 16
_LENGTHS: Final = (16, 8, 12)
"""Bars that are kept of the end of a longer melody, the first that leaves whole phrases before."""
_PHRASE_BARS: Final = 4
_TEMPOS_BPM: Final = (60.0, 180.0)
_MOST_EVENTS: Final = 200
_LEAST_NOTES: Final = 8
FILE: Final = "excerpts.pkl"

log = logging.getLogger("melody_agent")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A real phrase of 4 to 16 bars: a whole melody, or the last bars of one."""

    corpus: str
    goals: MelodyGoals
    """What it comes to, all of it measured: key, chords, scale, density, range, register, mood at a
    tempo drawn by chance, style."""
    events: MelodyEvents
    """The tonic at C."""

    @property
    def notes(self) -> tuple[Note, ...]:
        """The phrase in the key of its goals."""
        return events_to_notes(self.events, self.goals)


@dataclass(frozen=True, slots=True)
class Excerpts:
    """The phrases of one split, and what they are like."""

    phrases: tuple[Excerpt, ...]
    profiles: npt.NDArray[np.float64]
    """float64 [phrase, row]: `bridge.music.rewards.profile.melody_profile`."""

    def __len__(self) -> int:
        return len(self.phrases)

    def taken(self, rows: npt.NDArray[np.int64]) -> Excerpts:
        """Give some of them.

        Args:
            rows: int64 [phrase].
        """
        return Excerpts(tuple(self.phrases[row] for row in rows), self.profiles[rows])


def load_excerpts(data: Path, work: Path) -> dict[str, Excerpts]:
    """Read all corpora, or what was kept of them the last time.

    Args:
        data: folder of the corpora, see `export.corpora.melodies.read_songs`.
        work: folder where `excerpts.pkl` is kept; only files written here are read.

    Returns:
        Excerpts by split: "train", "validation", "test".
    """
    cache = work / FILE
    if not cache.exists():
        work.mkdir(parents=True, exist_ok=True)
        found = read_excerpts(data)
        draft = cache.with_suffix(".draft")
        draft.write_bytes(pickle.dumps(found))
        draft.replace(cache)
    loaded: dict[str, Excerpts] = pickle.loads(cache.read_bytes())
    return loaded


def read_excerpts(data: Path) -> dict[str, Excerpts]:
    """Cut excerpts out of every song, and measure them."""
    rng = np.random.default_rng(0)
    by_split: dict[str, list[Excerpt]] = {split: [] for split in SPLITS}
    for song in read_songs(data):
        for melody in melodies_of(song):
            excerpt = excerpt_of(melody, rng)
            if excerpt is not None:
                by_split[split_of(song.title)].append(excerpt)
    log.info("excerpts: %s", {split: len(found) for split, found in by_split.items()})
    return {split: Excerpts(tuple(found), profiles_of(found)) for split, found in by_split.items()}


def profiles_of(excerpts: Sequence[Excerpt]) -> npt.NDArray[np.float64]:
    """Measure phrases: float64 [phrase, row]."""
    return as_rows([melody_profile(excerpt.notes, excerpt.goals) for excerpt in excerpts])


def excerpt_of(melody: Melody, rng: np.random.Generator) -> Excerpt | None:
    """Give the end of a melody, or all of it; None where it is too short or too full.

    Args:
        melody: from a full bar to a full bar.
        rng: chooses the tempo that its mood is measured at, and how its scale is named.
    """
    bars = _kept_bars(melody.goals.bars)
    if bars is None:
        return None
    total, first_bar = len(melody.grid.tokens), melody.goals.bars - bars
    begin = round(first_bar * total / melody.goals.bars)
    grid = MelodyGrid(melody.grid.tokens[begin:], melody.grid.velocities[begin:])
    events = to_events(grid)
    if events.notes < _LEAST_NOTES or len(events) > _MOST_EVENTS:
        return None
    chords = _later(melody.goals.chords, first_bar * melody.goals.metre.bar_ticks())
    tempo_bpm = float(np.exp2(rng.uniform(*np.log2(_TEMPOS_BPM))))
    goals = replace(melody.goals, bars=bars, chords=chords, tempo_bpm=tempo_bpm)
    goals = met_goals(goals, grid, chords, prefer_mode=bool(rng.integers(2)))
    return Excerpt(melody.corpus, goals, events)


def _kept_bars(bars: int) -> int | None:
    """Say how many bars of the end are kept."""
    if bars <= MOST_BARS:
        return bars if bars >= LEAST_BARS else None
    return next((kept for kept in _LENGTHS if (bars - kept) % _PHRASE_BARS == 0), MOST_BARS)


def _later(chords: Sequence[ChordSpan], start_ticks: int) -> tuple[ChordSpan, ...]:
    """Give the chords from a tick on, counted from there."""
    return tuple(
        replace(
            span,
            onset_ticks=max(0, span.onset_ticks - start_ticks),
            duration_ticks=span.end_ticks - max(span.onset_ticks, start_ticks),
        )
        for span in chords
        if span.end_ticks > start_ticks
    )
