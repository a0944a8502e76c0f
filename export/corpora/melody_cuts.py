"""Songs cut into melodies without long silences, and the goals that a stretch of melody meets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from bridge.music.chords import one_a_bar
from bridge.music.harmony import find_chords
from bridge.music.key import Key, find_key, scale_pitch_classes
from bridge.music.lines import transposed
from bridge.music.melody_events import goal_slots, shift_to_c
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
from export.corpora.melodies import STYLE_OF_CORPUS
from export.corpora.song import Song

_MOST_SILENT_BARS: Final = 2
"""A longer silence parts two melodies."""
_LEAST_NOTES: Final = 8
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
        chords=cut_chords(song.chords, start_ticks, end_ticks)
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


def cut_chords(
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
        density=min(6.0, max(0.1, len(notes) * SLOTS_PER_BEAT / len(grid.tokens))),
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
