"""What a reader of melodies gives: one song, with its bars and its key."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bridge.schema.goals import ChordSpan
from bridge.schema.notes import Mode, Note, TimeSignature

SPLITS: Final = ("train", "validation", "test")
"""What `split_of` may say."""


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
    chords: tuple[ChordSpan, ...] = ()
    """The chords that the corpus gives, in order, without overlap; none where it gives none."""
    tempo_bpm: float | None = None
    """Beats (quarter notes) per minute; None where the corpus does not say."""


@dataclass(frozen=True, slots=True)
class ChordOnset:
    """A chord symbol as it is written: it holds till the next one."""

    onset_ticks: int
    """From the start of the song, >= 0."""
    root_pitch_class: int | None
    """0..11, 0 is C; None: from here on there is no chord."""
    quality: str
    """One of `bridge.schema.goals.QUALITIES`."""


def chord_spans(onsets: Sequence[ChordOnset], end_ticks: int) -> tuple[ChordSpan, ...]:
    """Let every chord sound until the next other one.

    Args:
        onsets: in the order they are written; of several at one tick the last counts.
        end_ticks: where the last one ends; what begins there or later is left out.
    """
    at = {onset.onset_ticks: onset for onset in onsets if onset.onset_ticks < end_ticks}
    changes: list[ChordOnset] = []
    for onset in sorted(at.values(), key=lambda onset: onset.onset_ticks):
        last = changes[-1] if changes else None
        if last is None or (last.root_pitch_class, last.quality) != (
            onset.root_pitch_class,
            onset.quality,
        ):
            changes.append(onset)
    ends = [*(change.onset_ticks for change in changes), end_ticks][1:]
    return tuple(
        ChordSpan(c.onset_ticks, end - c.onset_ticks, c.root_pitch_class, c.quality)
        for c, end in zip(changes, ends, strict=True)
    )


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
