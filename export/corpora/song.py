"""What a reader of melodies gives: one song, with its bars and its key."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from bridge.schema.notes import Mode, Note, TimeSignature


@dataclass(frozen=True, slots=True)
class Song:
    """One melody of a corpus, unrepeated, as it is written."""

    corpus: str
    """The corpus it comes from."""
    title: str
    """What it is called; songs of one title fall on one side of a split."""
    notes: tuple[Note, ...]
    """Sorted by onset, PPQ 480."""
    metre: TimeSignature
    """The metre of the whole song; a reader cuts a song where its metre changes."""
    bar_starts_ticks: tuple[int, ...]
    """Where each full bar begins; shorter bars (upbeats) are not named."""
    tonic_pitch_class: int | None
    """0..11, 0 is C; None where the corpus does not say."""
    mode: Mode | None
    """Which third the key has; dorian counts as minor, mixolydian as major."""
    has_velocity: bool
    """Whether the velocities were played or written, rather than all alike."""


def split_of(title: str) -> str:
    """Say whether a song is for "train", "validation" or "test": 90, 5 and 5 of a hundred.

    The title alone decides, without case, spaces and punctuation, so that one tune printed in two
    books falls on one side.
    """
    bare = re.sub(r"[^a-z0-9]", "", title.lower())
    share = int(hashlib.sha256(bare.encode()).hexdigest(), 16) % 100
    if share < 90:
        return "train"
    return "validation" if share < 95 else "test"


def full_bars(measures: list[tuple[int, int]], bar_ticks: int) -> tuple[int, ...]:
    """Find where full bars begin.

    Args:
        measures: (start, duration) of each measure as written, in ticks.
        bar_ticks: duration of a full bar.

    Returns:
        Starts of the measures that last a bar; a measure cut in two by a repeat sign counts once
        its halves add up to a bar.
    """
    starts: list[int] = []
    open_start, open_ticks = 0, 0
    for start, duration in measures:
        if duration == bar_ticks:
            starts.append(start)
            open_ticks = 0
            continue
        if open_ticks and open_ticks + duration == bar_ticks:
            starts.append(open_start)
            open_ticks = 0
            continue
        open_start, open_ticks = start, duration
    return tuple(starts)
