"""A melody as events, each a note, a rest or a tie of so many slots: how the melody prior reads it.

An event is one action of who writes: it says what begins at the slot where the event before ended,
and how long it lasts. The slots are those of `bridge.music.melody_grid`, six a beat: its sixteenths
and triplet eighths. What lasts longer than eight beats goes on in a TIE, or in another REST. The
event vocabulary is that of performance models (Oore et al. 2018, arXiv:1808.03715), with the
duration said at the onset.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from bridge.errors import RangeError, ShapeError
from bridge.music import melody_grid
from bridge.music.key import Key
from bridge.music.lines import transposed
from bridge.music.melody_grid import SLOTS_PER_BEAT, MelodyGrid, from_grid, to_grid
from bridge.schema.arrays import FloatArray, IntArray
from bridge.schema.goals import MelodyGoals
from bridge.schema.notes import Mode, Note
from bridge.units import PPQ

REST: Final = 0
TIE: Final = 1
"""What sounded goes on; before any note, what rang before the melody began."""
FIRST_PITCH: Final = 2
"""The event of MIDI pitch 0; pitch p is FIRST_PITCH + p."""
PITCHES: Final = FIRST_PITCH + 128
"""How many different things an event may say of pitch."""
LONGEST: Final = 48
"""Slots of the longest event: eight beats."""
LOUDNESSES: Final = 8
"""Classes of velocity, each 16 wide."""
_CLASS_WIDTH: Final = 128 // LOUDNESSES


@dataclass(frozen=True, slots=True)
class MelodyEvents:
    """A melody, or the beginning of one."""

    pitches: IntArray
    """int64 [event]: REST, TIE or FIRST_PITCH + pitch."""
    lengths: IntArray
    """int64 [event]: 1..48 slots."""
    loudness: IntArray
    """int64 [event]: class of velocity, 0..7; 0 where no note begins."""

    def __post_init__(self) -> None:
        shapes = {array.shape for array in (self.pitches, self.lengths, self.loudness)}
        if len(shapes) != 1 or self.pitches.ndim != 1:
            raise ShapeError(f"pitches, lengths and loudness must be [event] alike, not {shapes}")
        for name, array, lowest, highest in (
            ("pitches", self.pitches, 0, PITCHES - 1),
            ("lengths", self.lengths, 1, LONGEST),
            ("loudness", self.loudness, 0, LOUDNESSES - 1),
        ):
            if array.size and not (lowest <= array.min() and array.max() <= highest):
                raise RangeError(f"{name} must be {lowest}..{highest}")

    def __len__(self) -> int:
        return len(self.pitches)

    @property
    def slots(self) -> IntArray:
        """Where each event begins, int64 [event], counted from the start of the melody."""
        return np.cumsum(self.lengths) - self.lengths

    @property
    def total_slots(self) -> int:
        """How long all of them last."""
        return int(self.lengths.sum())

    @property
    def notes(self) -> int:
        """How many notes begin."""
        return int((self.pitches >= FIRST_PITCH).sum())

    def first(self, events: int) -> MelodyEvents:
        """Give the first so many events."""
        return MelodyEvents(self.pitches[:events], self.lengths[:events], self.loudness[:events])

    def before(self, slot: int) -> MelodyEvents:
        """Give what begins before a slot, the last event cut off there."""
        kept = self.first(int(np.searchsorted(self.slots, slot)))
        lengths = np.minimum(kept.lengths, slot - kept.slots)
        return MelodyEvents(kept.pitches, lengths, kept.loudness)


def joined_events(parts: Sequence[MelodyEvents]) -> MelodyEvents:
    """Put events after each other."""
    return MelodyEvents(
        *(
            np.concatenate([np.zeros(0, np.int64), *(getattr(part, name) for part in parts)])
            for name in MelodyEvents.__dataclass_fields__
        )
    )


def to_events(grid: MelodyGrid) -> MelodyEvents:
    """Read a grid as events.

    Args:
        grid: [time]; a HOLD after a REST is silent.

    Returns:
        Events that fill the grid; `from_events` gives its tokens back, and its velocities as the
        middle of their class.
    """
    rows: list[tuple[int, int, int]] = []
    for start, end, action in _runs(grid.tokens):
        velocity = round(127 * float(grid.velocities[start]))
        for slot in range(start, end, LONGEST):
            begins = slot == start
            said = action if begins or action == REST else TIE
            loudness = velocity // _CLASS_WIDTH if begins and action >= FIRST_PITCH else 0
            rows.append((said, min(LONGEST, end - slot), loudness))
    columns = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    return MelodyEvents(columns[0], columns[1], columns[2])


def _runs(tokens: IntArray) -> Iterator[tuple[int, int, int]]:
    """Give each note, rest or tie of a grid as first slot, slot after the last, and what it is."""
    start, action = 0, -1
    for slot, token in enumerate(tokens.tolist()):
        if token >= melody_grid.FIRST_PITCH:
            said = token - melody_grid.FIRST_PITCH + FIRST_PITCH
        elif token == melody_grid.REST and action != REST:
            said = REST
        elif action < 0:
            said = TIE
        else:
            continue
        if action >= 0:
            yield start, slot, action
        start, action = slot, said
    if action >= 0:
        yield start, len(tokens), action


def from_events(events: MelodyEvents) -> MelodyGrid:
    """Write events on the grid.

    Returns:
        [time], as many slots as the events last; velocities are the middle of their class.
    """
    tokens = np.full(events.total_slots, melody_grid.HOLD, dtype=np.int64)
    velocities = np.zeros(events.total_slots, dtype=np.float32)
    starts, sounding = events.slots, events.pitches >= FIRST_PITCH
    tokens[starts[sounding]] = events.pitches[sounding] - FIRST_PITCH + melody_grid.FIRST_PITCH
    velocities[starts[sounding]] = velocities_of(events.loudness[sounding]) / np.float32(127)
    silent = np.repeat(events.pitches == REST, events.lengths)
    tokens[silent] = melody_grid.REST
    return MelodyGrid(tokens, velocities)


def velocities_of(loudness: IntArray) -> FloatArray:
    """Give the MIDI velocity in the middle of each class, float32: 8, 24 .. 120."""
    return (loudness * _CLASS_WIDTH + _CLASS_WIDTH // 2).astype(np.float32)


def goal_slots(goals: MelodyGoals) -> int:
    """Say how many slots the melody that is asked for has; it ends with a slot."""
    return -(-goals.length_ticks * SLOTS_PER_BEAT // PPQ)


def shift_to_c(goals: MelodyGoals) -> int:
    """Give the semitones, -6..5, that bring the tonic to C; 0 where no key is asked."""
    if goals.tonic_pitch_class is None:
        return 0
    return Key(goals.tonic_pitch_class, goals.mode or Mode.MAJOR).shift_to_c


def notes_to_events(
    notes: Iterable[Note], goals: MelodyGoals, *, slots: int | None = None
) -> MelodyEvents:
    """Read a melody as the prior does: on the grid, the tonic at C.

    Args:
        notes: PPQ 480, onsets from the first bar of the goals.
        goals: whose key it is in.
        slots: how much of it; None: as long as the goals say.
    """
    wanted = goal_slots(goals) if slots is None else slots
    grid = to_grid(transposed(list(notes), shift_to_c(goals)), beats=-(-wanted // SLOTS_PER_BEAT))
    return to_events(MelodyGrid(grid.tokens[:wanted], grid.velocities[:wanted]))


def events_to_notes(events: MelodyEvents, goals: MelodyGoals) -> tuple[Note, ...]:
    """Write events as notes in the key of the goals, PPQ 480."""
    return tuple(transposed(from_grid(from_events(events)), -shift_to_c(goals)))
