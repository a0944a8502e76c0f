"""Phrases of two bars from the corpora, split by song, with what the prior is conditioned on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from bridge.music.melody_grid import FIRST_PITCH, PHRASE_SLOTS, cut_grid, phrase_beats
from bridge.schema.notes import Mode
from bridge.units import PPQ
from export.corpora.melodies import read_songs
from export.corpora.song import SPLITS, Song, split_of

LOWEST_PITCH: Final = 24
HIGHEST_PITCH: Final = 108
"""Transposition keeps phrases between C1 and C8."""
_LEAST_ONSETS: Final = 3
"""A phrase with fewer notes is left out."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """Phrases of one split."""

    tokens: npt.NDArray[np.int64]
    """int64 [phrase, time=48]."""
    velocities: npt.NDArray[np.float32]
    """float32 [phrase, time=48]: velocity / 127 at onsets, 0 elsewhere."""
    beats: npt.NDArray[np.int64]
    """int64 [phrase]: 8 or 6; slots beyond are padding."""
    tonic: npt.NDArray[np.int64]
    """int64 [phrase]: pitch class of the song's tonic, -1 unknown."""
    minor: npt.NDArray[np.int64]
    """int64 [phrase]: 1 minor, 0 major, -1 unknown."""
    played: npt.NDArray[np.bool_]
    """bool [phrase]: whether the velocities were played or written."""
    previous: npt.NDArray[np.int64]
    """int64 [phrase]: index of the phrase that ends where this begins, -1 none."""
    corpus: npt.NDArray[np.str_]
    """str [phrase]: where it comes from."""


def load_phrases(data: Path, cache: Path) -> dict[str, Phrases]:
    """Read all corpora under `data`, or the cache when it is there.

    Args:
        data: folder with openewld/, pop909/, tune_books_abc/ and openscore_lieder/.
        cache: an .npz that is written on the first call and read on the next.

    Returns:
        Phrases by split: "train", "validation", "test".
    """
    if not cache.exists():
        songs = read_songs(data)
        columns = {
            split: _columns([song for song in songs if split_of(song.title) == split])
            for split in SPLITS
        }
        flat = {f"{s}_{name}": rows for s, by in columns.items() for name, rows in by.items()}
        cache.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(cache, **flat)  # type: ignore[arg-type]
    with np.load(cache) as stored:
        return {
            split: Phrases(
                **{name: stored[f"{split}_{name}"] for name in Phrases.__dataclass_fields__}
            )
            for split in SPLITS
        }


def _columns(songs: list[Song]) -> dict[str, npt.NDArray[np.generic]]:
    """Cut songs into phrases, one row each."""
    rows: list[tuple[object, ...]] = []
    for song in songs:
        rows.extend(_rows_of(song, len(rows)))
    names = Phrases.__dataclass_fields__
    return {name: np.array([row[i] for row in rows]) for i, name in enumerate(names)}


def _rows_of(song: Song, first_row: int) -> list[tuple[object, ...]]:
    """Cut one song at every bar."""
    beats = phrase_beats(song.metre)
    if beats * PPQ % song.metre.bar_ticks() or not song.bar_starts_ticks:
        return []
    last = song.bar_starts_ticks[-1] + song.metre.bar_ticks()
    row_at: dict[int, int] = {}
    rows: list[tuple[object, ...]] = []
    grids = {
        offset: cut_grid(song.notes, start_ticks=offset, beats=(last - offset) // PPQ + beats)
        for offset in {start % PPQ for start in song.bar_starts_ticks}
    }
    for start in song.bar_starts_ticks:
        phrase = grids[start % PPQ].phrase(start // PPQ, beats)
        if start + beats * PPQ > last or (phrase.tokens >= FIRST_PITCH).sum() < _LEAST_ONSETS:
            continue
        row_at[start] = first_row + len(rows)
        rows.append(
            (
                phrase.tokens,
                phrase.velocities,
                beats,
                -1 if song.tonic_pitch_class is None else song.tonic_pitch_class,
                -1 if song.mode is None else int(song.mode is Mode.MINOR),
                song.has_velocity,
                row_at.get(start - beats * PPQ, -1),
                song.corpus,
            )
        )
    return rows


def shift_to_c(phrases: Phrases) -> npt.NDArray[np.int64]:
    """Give the semitones, -6..5, that bring each phrase's tonic to C; 0 where no key is known."""
    return np.where(phrases.tonic >= 0, (-phrases.tonic + 6) % 12 - 6, 0)


def transposed(
    tokens: npt.NDArray[np.int64], semitones: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Transpose phrases; one that would leave C1..C8 moves back by octaves.

    Args:
        tokens: int64 [phrase, time].
        semitones: int64 [phrase].

    Returns:
        int64 [phrase, time].
    """
    sounding = tokens >= FIRST_PITCH
    pitches = tokens - FIRST_PITCH + semitones[:, None]
    highest = np.where(sounding, pitches, 0).max(axis=1)
    lowest = np.where(sounding, pitches, 127).min(axis=1)
    down = np.maximum(0, -(-(highest - HIGHEST_PITCH) // 12))
    up = np.maximum(0, -(-(LOWEST_PITCH - lowest) // 12))
    pitches = pitches + 12 * (up - down)[:, None]
    return np.where(sounding, np.clip(pitches, 0, 127) + FIRST_PITCH, tokens)


def performed(
    tokens: npt.NDArray[np.int64],
    velocities: npt.NDArray[np.float32],
    played: npt.NDArray[np.bool_],
    rng: np.random.Generator,
) -> npt.NDArray[np.float32]:
    """Give printed phrases plausible velocities, and vary the played ones.

    Printed tunes say nothing of loudness; so that the model keeps whatever a player plays, they get
    a random level, metrical accents, a slope with pitch, and noise. Played ones move as a whole.

    Args:
        tokens: int64 [phrase, time].
        velocities: float32 [phrase, time], velocity / 127 at onsets.
        played: bool [phrase].
        rng: source of chance.

    Returns:
        float32 [phrase, time], within 1/127..1 at onsets and 0 elsewhere.
    """
    phrases, slots = tokens.shape
    onsets = tokens >= FIRST_PITCH
    level = rng.uniform(0.35, 0.9, (phrases, 1))
    accent = rng.uniform(0.0, 0.12, (phrases, 1)) * (np.arange(slots) % 6 == 0)
    slope = rng.normal(0.0, 0.004, (phrases, 1)) * (tokens - FIRST_PITCH - 66)
    noise = rng.normal(0.0, 1.0, (phrases, slots)) * rng.uniform(0.0, 0.08, (phrases, 1))
    invented = level + accent + slope + noise
    moved = velocities * rng.uniform(0.75, 1.1, (phrases, 1))
    chosen = np.where(played[:, None], moved, invented)
    return np.where(onsets, np.clip(chosen, 1 / 127, 1.0), 0.0).astype(np.float32)


def padding(beats: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Mark the slots beyond a phrase's beats: bool [phrase, time]."""
    return np.arange(PHRASE_SLOTS) >= 6 * beats[:, None]
