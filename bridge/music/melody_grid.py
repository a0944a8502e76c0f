"""Melodies as tokens on a grid of sixteenths and triplets: the featurizer of the melody VAE.

A beat has six slots: the four sixteenths and, between them, the two triplet eighths, at 0, 1/4,
1/3, 1/2, 2/3 and 3/4 of the beat. One slot holds one token: HOLD (what was there goes on), REST,
or a new note. A phrase is two bars: eight beats (48 slots) in duple metres; six beats in triple
ones, where the last 12 slots are padding of RESTs. A HOLD before any note is a note of the phrase
before that still rings.

The one-token-a-slot alphabet is that of MusicVAE (Roberts et al. 2018, arXiv:1803.05428), with
REST said at every silent slot, on a finer grid.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from bridge.schema.arrays import FloatArray, IntArray
from bridge.schema.notes import Note, TimeSignature
from bridge.units import PPQ

SLOT_TICKS: Final = (0, 120, 160, 240, 320, 360)
"""Where the slots of a beat lie, in ticks after it."""
SLOTS_PER_BEAT: Final = len(SLOT_TICKS)
PHRASE_BEATS: Final = 8
PHRASE_SLOTS: Final = PHRASE_BEATS * SLOTS_PER_BEAT
TRIPLE_PHRASE_BEATS: Final = 6
"""Two bars of 3/4 or 6/8."""

HOLD: Final = 0
REST: Final = 1
FIRST_PITCH: Final = 2
"""The token of MIDI pitch 0; pitch p has token FIRST_PITCH + p."""
VOCABULARY: Final = FIRST_PITCH + 128

_SIXTEENTH_SLOTS: Final = (0, 1, 3, 5)
_TRIPLET_SLOTS: Final = (0, 2, 4)
_TRIPLET_ADVANTAGE: Final = 12
"""Ticks of mean error by which triplets must fit a beat better than sixteenths to be chosen."""


@dataclass(frozen=True, slots=True)
class MelodyGrid:
    """A melody on the grid."""

    tokens: IntArray
    """int64 [time]: HOLD, REST or FIRST_PITCH + pitch; one time step is a slot."""
    velocities: FloatArray
    """float32 [time]: velocity / 127 where a note begins, 0 elsewhere."""

    def phrase(self, first_beat: int, beats: int = PHRASE_BEATS) -> MelodyGrid:
        """Cut a phrase of 48 slots; what `beats` or the melody does not fill is REST."""
        start = first_beat * SLOTS_PER_BEAT
        tokens = np.full(PHRASE_SLOTS, REST, dtype=np.int64)
        velocities = np.zeros(PHRASE_SLOTS, dtype=np.float32)
        kept = self.tokens[start : start + beats * SLOTS_PER_BEAT]
        tokens[: len(kept)] = kept
        velocities[: len(kept)] = self.velocities[start : start + len(kept)]
        return MelodyGrid(tokens, velocities)


def phrase_beats(metre: TimeSignature) -> int:
    """Give the length of a phrase in beats: 6 where bars of 3 beats fill it evenly, else 8."""
    bar_ticks = metre.bar_ticks()
    fills_six = (TRIPLE_PHRASE_BEATS * PPQ) % bar_ticks == 0
    fills_eight = (PHRASE_BEATS * PPQ) % bar_ticks == 0
    return TRIPLE_PHRASE_BEATS if fills_six and not fills_eight else PHRASE_BEATS


def slot_to_ticks(slot: int) -> int:
    """Give the tick at which a slot begins, counted from slot 0."""
    return slot // SLOTS_PER_BEAT * PPQ + SLOT_TICKS[slot % SLOTS_PER_BEAT]


def to_grid(notes: Iterable[Note], *, beats: int, ringing_ticks: int = 0) -> MelodyGrid:
    """Put a melody on the grid.

    Each beat takes sixteenths or triplets, whichever its onsets are nearer to. Where notes sound
    together the highest of one onset is kept, and a later onset ends the note before it.

    Args:
        notes: onsets in ticks at PPQ 480 from slot 0.
        beats: length of the grid, >= 1; what lies outside is left out.
        ringing_ticks: how long a note from before slot 0 still sounds; it is held till the first
            onset at most.

    Returns:
        The grid, [time = beats * 6].
    """
    slots = beats * SLOTS_PER_BEAT
    tokens = np.full(slots, REST, dtype=np.int64)
    velocities = np.zeros(slots, dtype=np.float32)
    by_slot = _highest_by_slot([note for note in notes if note.onset_ticks < beats * PPQ])
    starts = sorted(slot for slot in by_slot if slot < slots)
    tokens[: min([_nearest_slot(max(0, ringing_ticks)), *starts])] = HOLD
    for index, slot in enumerate(starts):
        note = by_slot[slot]
        limit = starts[index + 1] if index + 1 < len(starts) else slots
        end = min(limit, max(slot + 1, _nearest_slot(note.end_ticks)))
        tokens[slot] = FIRST_PITCH + note.pitch
        tokens[slot + 1 : end] = HOLD
        velocities[slot] = note.velocity / 127
    return MelodyGrid(tokens, velocities)


def cut_grid(notes: Iterable[Note], *, start_ticks: int, beats: int) -> MelodyGrid:
    """Put a stretch of a melody on the grid, counted from its start.

    Args:
        notes: PPQ 480, onsets from the start of the melody.
        start_ticks: where slot 0 lies.
        beats: length of the stretch, >= 1.
    """
    kept = [note for note in notes if note.end_ticks > start_ticks]
    return to_grid(
        [
            replace(n, onset_ticks=n.onset_ticks - start_ticks)
            for n in kept
            if n.onset_ticks >= start_ticks
        ],
        beats=beats,
        ringing_ticks=max(
            (n.end_ticks - start_ticks for n in kept if n.onset_ticks < start_ticks), default=0
        ),
    )


def from_grid(grid: MelodyGrid) -> tuple[Note, ...]:
    """Read the notes off a grid; HOLDs before the first note are silent.

    Returns:
        Notes in order of onset, in ticks at PPQ 480 from slot 0.
    """
    notes: list[Note] = []
    slots = len(grid.tokens)
    starts = [slot for slot in range(slots) if grid.tokens[slot] >= FIRST_PITCH]
    for slot in starts:
        end = slot + 1
        while end < slots and grid.tokens[end] == HOLD:
            end += 1
        onset_ticks = slot_to_ticks(slot)
        velocity = round(float(grid.velocities[slot]) * 127)
        notes.append(
            Note(
                pitch=int(grid.tokens[slot]) - FIRST_PITCH,
                onset_ticks=onset_ticks,
                duration_ticks=slot_to_ticks(end) - onset_ticks,
                velocity=max(1, min(127, velocity)),
            )
        )
    return tuple(notes)


def joined(phrases: Iterable[MelodyGrid], *, beats: int) -> MelodyGrid:
    """Put phrases after each other, each without its padding.

    Args:
        phrases: [time=48] each.
        beats: how much of each phrase counts, 1..8.

    Returns:
        The melody, [time]; a HOLD that begins a phrase lengthens the note before it.
    """
    kept = list(phrases)
    slots = beats * SLOTS_PER_BEAT
    return MelodyGrid(
        tokens=np.concatenate([phrase.tokens[:slots] for phrase in kept]),
        velocities=np.concatenate([phrase.velocities[:slots] for phrase in kept]),
    )


def _highest_by_slot(notes: list[Note]) -> dict[int, Note]:
    """Choose sixteenths or triplets for each beat, and the highest note of each slot."""
    by_beat: dict[int, list[Note]] = {}
    for note in notes:
        by_beat.setdefault(note.onset_ticks // PPQ, []).append(note)
    chosen: dict[int, Note] = {}
    for beat, members in by_beat.items():
        allowed = _slots_for([note.onset_ticks - beat * PPQ for note in members])
        for note in members:
            slot = beat * SLOTS_PER_BEAT + _nearest(note.onset_ticks - beat * PPQ, allowed)
            if slot not in chosen or note.pitch > chosen[slot].pitch:
                chosen[slot] = note
    return chosen


def _slots_for(offsets_ticks: list[int]) -> tuple[int, ...]:
    """Say whether a beat's onsets lie on sixteenths or on triplets."""
    errors = [
        sum(_distance(offset, slots) for offset in offsets_ticks) / len(offsets_ticks)
        for slots in (_SIXTEENTH_SLOTS, _TRIPLET_SLOTS)
    ]
    return _TRIPLET_SLOTS if errors[1] + _TRIPLET_ADVANTAGE <= errors[0] else _SIXTEENTH_SLOTS


def _slot_offset_ticks(slot: int) -> int:
    """Give a slot's place in its beat; slot 6 is the next beat."""
    return PPQ if slot == SLOTS_PER_BEAT else SLOT_TICKS[slot]


def _nearest(offset_ticks: int, slots: tuple[int, ...]) -> int:
    """Give the slot nearest to a place in a beat; 6 stands for the next beat."""
    return min(
        (*slots, SLOTS_PER_BEAT), key=lambda slot: abs(_slot_offset_ticks(slot) - offset_ticks)
    )


def _distance(offset_ticks: int, slots: tuple[int, ...]) -> int:
    """Give the distance from a place in a beat to the nearest of some slots, in ticks."""
    return abs(_slot_offset_ticks(_nearest(offset_ticks, slots)) - offset_ticks)


def _nearest_slot(ticks: int) -> int:
    """Give the slot of either kind nearest to a tick."""
    beat, offset_ticks = divmod(ticks, PPQ)
    return beat * SLOTS_PER_BEAT + _nearest(offset_ticks, tuple(range(SLOTS_PER_BEAT)))
