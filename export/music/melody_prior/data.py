"""Melodies of the corpora as events, whole or in stretches of whole phrases, with their goals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from bridge.music.chords import one_a_bar
from bridge.music.harmony import find_chords
from bridge.music.key import Key, find_key, scale_pitch_classes
from bridge.music.lines import transposed
from bridge.music.melody_conditions import condition_rows
from bridge.music.melody_events import goal_slots, shift_to_c, to_events
from bridge.music.melody_grid import (
    FIRST_PITCH,
    HOLD,
    REST,
    SLOTS_PER_BEAT,
    MelodyGrid,
    cut_grid,
    from_grid,
)
from bridge.music.rewards.mood import phrase_mood
from bridge.music.rewards.phrase import phrase_of
from bridge.schema.goals import ChordSpan, MelodyGoals
from bridge.schema.notes import Note
from bridge.schema.performance import SCALES
from bridge.units import PPQ
from export.corpora.melodies import STYLE_OF_CORPUS, read_songs
from export.corpora.song import Song, split_of

SPLITS: Final = ("train", "validation", "test")
MOST_EVENTS: Final = 256
"""A longer melody is cut into stretches."""
PHRASE_BARS: Final = 4
"""Stretches begin and end with phrases of so many bars."""
_MOST_SILENT_BARS: Final = 2
"""A longer silence parts two melodies."""
_LEAST_NOTES: Final = 8
_TEMPOS_BPM: Final = (60.0, 180.0)
"""Most corpora do not say how fast: each stretch gets a tempo by chance, and the mood that it then
has, so that the prior learns what a mood asks of the notes at a tempo."""
_PLAYED_BY_HAND: Final = ("pop909",)
"""Corpora whose notes end where a player let them go."""
_SCALE_COVERS: Final = 0.98
"""Share of notes that must be in a scale for the melody to be said to keep to it."""


@dataclass(frozen=True, slots=True)
class Melody:
    """A melody without long silences, from a full bar to a full bar."""

    corpus: str
    goals: MelodyGoals
    """Key, mode, chords, metre, bars and style; nothing that is measured on a stretch."""
    grid: MelodyGrid
    """As long as the goals say, the tonic at C."""
    played: bool
    """Whether the velocities were played or written."""


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


def melodies_of(song: Song) -> Iterator[Melody]:
    """Cut a song where its bars do not follow each other, and at long silences."""
    bar_ticks = song.metre.bar_ticks()
    if bar_ticks % (PPQ // 2) or not song.notes:
        return
    for start_ticks, bars in _runs_of_bars(song, bar_ticks):
        end_ticks = start_ticks + bars * bar_ticks
        sounding = {
            (note.onset_ticks - start_ticks) // bar_ticks
            for note in song.notes
            if start_ticks <= note.onset_ticks < end_ticks
        }
        for first, last in _without_silence(sorted(sounding)):
            melody = _melody(song, start_ticks + first * bar_ticks, last - first + 1)
            if (melody.grid.velocities > 0).sum() >= _LEAST_NOTES:
                yield melody


def _runs_of_bars(song: Song, bar_ticks: int) -> Iterator[tuple[int, int]]:
    """Give start and number of bars of each run of bars; a last short bar counts as one."""
    starts = song.bar_starts_ticks
    if not starts:
        return
    breaks = [i for i, (a, b) in enumerate(pairwise(starts), 1) if b - a != bar_ticks]
    for begin, end in pairwise([0, *breaks, len(starts)]):
        run_end = starts[end - 1] + bar_ticks
        limit = starts[end] if end < len(starts) else run_end + bar_ticks
        follows = any(run_end <= note.onset_ticks < limit for note in song.notes)
        fits = limit - run_end >= bar_ticks
        yield starts[begin], end - begin + int(follows and fits)


def _without_silence(sounding: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Give first and last bar of each run of bars with notes, short silences included."""
    breaks = [i for i, (a, b) in enumerate(pairwise(sounding), 1) if b - a > _MOST_SILENT_BARS + 1]
    for begin, end in pairwise([0, *breaks, len(sounding)]):
        if end > begin:
            yield sounding[begin], sounding[end - 1]


def _melody(song: Song, start_ticks: int, bars: int) -> Melody:
    """Cut one melody out of a song."""
    bar_ticks = song.metre.bar_ticks()
    end_ticks = start_ticks + bars * bar_ticks
    inside = [
        replace(note, onset_ticks=note.onset_ticks - start_ticks)
        for note in song.notes
        if start_ticks <= note.onset_ticks < end_ticks
    ]
    key = _key(song)
    goals = MelodyGoals(
        tonic_pitch_class=key.tonic_pitch_class,
        mode=key.mode,
        metre=song.metre,
        bars=bars,
        chords=_cut_chords(song.chords, start_ticks, end_ticks)
        or _chords_by_rule(inside, key, song, bars),
        style=STYLE_OF_CORPUS[song.corpus],
    )
    slots = goal_slots(goals)
    moved = transposed(song.notes, shift_to_c(goals))
    grid = cut_grid(moved, start_ticks=start_ticks, beats=-(-slots // SLOTS_PER_BEAT))
    kept = MelodyGrid(grid.tokens[:slots], grid.velocities[:slots])
    if song.corpus in _PLAYED_BY_HAND:
        kept = without_gaps(kept)
    return Melody(song.corpus, goals, kept, song.has_velocity)


def without_gaps(grid: MelodyGrid) -> MelodyGrid:
    """Hold notes over silences of one slot up to the next note: no player means them as rests."""
    tokens = grid.tokens.copy()
    gap = tokens[1:-1] == REST
    gap &= (tokens[:-2] != REST) & (tokens[2:] >= FIRST_PITCH)
    tokens[1:-1][gap] = HOLD
    return MelodyGrid(tokens, grid.velocities)


def _key(song: Song) -> Key:
    """Give the key that the corpus says, or else the likeliest."""
    if song.tonic_pitch_class is None or song.mode is None:
        return find_key(song.notes)
    return Key(song.tonic_pitch_class, song.mode)


def _cut_chords(
    chords: Sequence[ChordSpan], start_ticks: int, end_ticks: int
) -> tuple[ChordSpan, ...]:
    """Give the chords of a stretch, counted from its start."""
    cut = (
        (max(span.onset_ticks, start_ticks), min(span.end_ticks, end_ticks), span)
        for span in chords
    )
    return tuple(
        replace(span, onset_ticks=start - start_ticks, duration_ticks=end - start)
        for start, end, span in cut
        if end > start
    )


def _chords_by_rule(
    notes: Sequence[Note], key: Key, song: Song, bars: int
) -> tuple[ChordSpan, ...]:
    """Find a chord a bar for a song that says none."""
    bar_ticks = song.metre.bar_ticks()
    by_bar: list[list[Note]] = [[] for _ in range(bars)]
    for note in notes:
        bar, onset_ticks = divmod(note.onset_ticks, bar_ticks)
        by_bar[bar].append(replace(note, onset_ticks=onset_ticks))
    return one_a_bar(find_chords(by_bar, key, bar_ticks=bar_ticks), song.metre)


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
    here = _cut_chords(melody.goals.chords, first_bar * bar_ticks, (last_bar + 1) * bar_ticks)
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


def met_goals(
    goals: MelodyGoals, grid: MelodyGrid, chords: tuple[ChordSpan, ...], *, prefer_mode: bool
) -> MelodyGoals:
    """Ask for what a stretch of melody is; its mood is the one it has at the tempo of the goals.

    Args:
        goals: what holds for the whole melody.
        grid: the stretch, the tonic at C.
        chords: those under the stretch, counted from its start.
        prefer_mode: ask for the scale of the mode where it fits, else for the smallest that does.
    """
    notes = transposed(from_grid(grid), -shift_to_c(goals))
    if not notes:
        return goals
    pitches = [note.pitch for note in notes]
    mood = phrase_mood(phrase_of(notes, replace(goals, chords=chords)))
    return replace(
        goals,
        scale=_scale(pitches, goals, prefer_mode=prefer_mode),
        density=float(np.clip(len(notes) * SLOTS_PER_BEAT / len(grid.tokens), 0.1, 6.0)),
        register=sum(pitches) / len(pitches),
        lowest_pitch=min(pitches),
        highest_pitch=max(pitches),
        valence=mood.valence,
        arousal=mood.arousal,
    )


def _scale(pitches: Sequence[int], goals: MelodyGoals, *, prefer_mode: bool) -> str | None:
    """Name a scale that a melody keeps to, None where only the chromatic one would do."""
    if goals.tonic_pitch_class is None or goals.mode is None:
        return None
    names = sorted((name for name in SCALES if name != "chromatic"), key=lambda n: len(SCALES[n]))
    ordered = [goals.mode.value, *names] if prefer_mode else names
    for name in ordered:
        inside = scale_pitch_classes(goals.tonic_pitch_class, name)
        if sum(pitch % 12 in inside for pitch in pitches) >= _SCALE_COVERS * len(pitches):
            return name
    return None
