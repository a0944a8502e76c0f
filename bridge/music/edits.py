"""What somebody changed in a piece of music, note by note, and in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Final

from bridge.schema.notes import Note, NoteSequence
from bridge.units import PPQ

_SAME_TICKS: Final = PPQ // 24
"""A length or an onset that differs by less was not changed: some hosts round so far."""
_SAME_VELOCITY: Final = 4
"""Likewise for a velocity."""
_FARTHEST_TICKS: Final = 2 * PPQ
"""A note that was moved further is another one."""
_MOST_ALIKE: Final = 1000
"""Of more notes than that of one pitch, all changed, nobody asks which is which."""

Pair = tuple[Note, Note]
"""A note as it was written, and as it was kept."""


@dataclass(frozen=True, slots=True)
class Edits:
    """What became of every note."""

    pairs: tuple[Pair, ...]
    """Notes that are still there, changed or not."""
    removed: tuple[Note, ...]
    """Notes that are gone."""
    added: tuple[Note, ...]
    """Notes that are new."""


def compare(written: NoteSequence, kept: NoteSequence) -> Edits:
    """Find what somebody changed.

    A note is the same where pitch and onset are; of those that are left, where the onset is; and of
    those, where the pitch is and the onset is at most two beats away, the nearest first.

    Args:
        written: as it was, at any PPQ; all its parts are taken as one.
        kept: as it is now, likewise.
    """
    before, after = _notes(written), _notes(kept)
    pairs: list[Pair] = []
    for alike, distance, farthest in (
        (lambda note: (note.pitch, note.onset_ticks), _semitones, 0),
        (lambda note: note.onset_ticks, _semitones, 127),
        (lambda note: note.pitch, _ticks, _FARTHEST_TICKS),
    ):
        pairs += _paired(before, after, alike, distance, farthest)
    return Edits(tuple(pairs), tuple(before), tuple(after))


def in_words(edits: Edits) -> tuple[str, ...]:
    """Say what was changed, the largest change first; nothing where nothing was."""
    pairs = edits.pairs
    shifts = [new.pitch - old.pitch for old, new in pairs if new.pitch != old.pitch]
    moves = [new.onset_ticks - old.onset_ticks for old, new in pairs]
    moves = [ticks for ticks in moves if abs(ticks) > _SAME_TICKS]
    lengths = [new.duration_ticks - old.duration_ticks for old, new in pairs]
    loudness = [new.velocity - old.velocity for old, new in pairs]
    found = [
        (len(edits.removed), "taken out"),
        (len(edits.added), "put in"),
        (len(shifts), f"to another pitch{_all_alike(shifts, 'up', 'down', 'semitone')}"),
        (len(moves), f"moved{_all_alike([_beats(t) for t in moves], 'later', 'earlier', 'beat')}"),
        (sum(ticks > _SAME_TICKS for ticks in lengths), "made longer"),
        (sum(ticks < -_SAME_TICKS for ticks in lengths), "made shorter"),
        (sum(velocity > _SAME_VELOCITY for velocity in loudness), "made louder"),
        (sum(velocity < -_SAME_VELOCITY for velocity in loudness), "made softer"),
    ]
    changed = sorted((entry for entry in found if entry[0]), key=lambda entry: -entry[0])
    return tuple(f"{_counted(count, 'note')} {words}" for count, words in changed)


def _notes(music: NoteSequence) -> list[Note]:
    """Give all notes at PPQ 480, in order."""
    notes = [note for part in music.at_ppq().parts for note in part.notes]
    return sorted(notes, key=lambda note: (note.onset_ticks, note.pitch))


def _semitones(old: Note, new: Note) -> int:
    return abs(new.pitch - old.pitch)


def _ticks(old: Note, new: Note) -> int:
    return abs(new.onset_ticks - old.onset_ticks)


def _paired(
    before: list[Note],
    after: list[Note],
    alike: Callable[[Note], Hashable],
    distance: Callable[[Note, Note], int],
    farthest: int,
) -> list[Pair]:
    """Pair notes that are alike, the nearest first, and take them out of both lists."""
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for index, note in enumerate(after):
        groups[alike(note)].append(index)
    near = [
        (distance(old, after[new_index]), old_index, new_index)
        for old_index, old in enumerate(before)
        for new_index in groups.get(alike(old), ())[:_MOST_ALIKE]
        if distance(old, after[new_index]) <= farthest
    ]
    olds: dict[int, int] = {}
    news: set[int] = set()
    for _, old_index, new_index in sorted(near):
        if old_index not in olds and new_index not in news:
            olds[old_index] = new_index
            news.add(new_index)
    pairs = [(before[old_index], after[new_index]) for old_index, new_index in olds.items()]
    before[:] = [note for index, note in enumerate(before) if index not in olds]
    after[:] = [note for index, note in enumerate(after) if index not in news]
    return pairs


def _beats(ticks: int) -> float:
    return round(ticks / PPQ, 2)


def _all_alike(changes: list[float] | list[int], up: str, down: str, unit: str) -> str:
    """Say how far, where all went as far: ` up 2 semitones`."""
    if len(set(changes)) != 1:
        return ""
    return f" {up if changes[0] > 0 else down} {_counted(abs(changes[0]), unit)}"


def _counted(count: float, unit: str) -> str:
    return f"{count:g} {unit}{'' if count == 1 else 's'}"
