"""Melodies that are written side by side, event by event, within rules.

All take each step together, so that the network computes them as one batch; they come to a bar line
after different numbers of steps. Whoever steers them waits until the last has come there, looks at
what each wrote up to it, and goes on with some of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from bridge.music.chords import chord_index, chord_tones
from bridge.music.key import Key
from bridge.music.led_density import led_rows
from bridge.music.melody_conditions import condition_rows
from bridge.music.melody_events import (
    FIRST_PITCH,
    LONGEST,
    PITCHES,
    REST,
    TIE,
    MelodyEvents,
    goal_slots,
    shift_to_c,
)
from bridge.music.melody_grid import SLOTS_PER_BEAT, slot_to_ticks
from bridge.music.melody_prior import PriorState, open_pitches, start_events
from bridge.music.rewards.phrase import scale_flags
from bridge.runtime.sampling import draw, log_share_of
from bridge.runtime.session import Model
from bridge.schema.arrays import FloatArray, IntArray
from bridge.schema.goals import MelodyGoals
from bridge.schema.notes import Mode
from bridge.units import PPQ

BoolArray = npt.NDArray[np.bool_]

FREE: Final = -1
"""What is not fixed of an event; see `Appointment`."""
_OFF_SCALE_NATS: Final = 3.0
"""A pitch outside the key and the chord is by so much less likely than the network finds it."""
_CADENCE_SLOTS: Final = SLOTS_PER_BEAT
"""The last note lasts a beat or longer."""


@dataclass(frozen=True, slots=True)
class Appointment:
    """Events that must come at a certain slot."""

    slot: int
    """Where the first of them begins, from the start."""
    events: tuple[tuple[int, int, int], ...]
    """(pitch, length, loudness) of each, as `MelodyEvents` has them; FREE is left to the writer,
    which the length may not be."""

    @property
    def end_slot(self) -> int:
        """The first slot after them."""
        return self.slot + sum(length for _, length, _ in self.events)


@dataclass(frozen=True, slots=True)
class Rules:
    """What every writer keeps to."""

    goals: MelodyGoals
    """Range and a named scale are kept by every note; the key only leans on them."""
    cadence: bool = True
    """Whether the last note is the tonic, begins in the last bar and lasts a beat or more."""
    temperature: float = 1.0
    """Divisor of logits, > 0."""


class Writers:
    """Some melodies, as far as they have come.

    Args:
        model: has the graphs `step`, `length` and `loudness` of `bridge.music.melody_prior`.
        rules: what they keep to.
        plans: for each melody its appointments, in their order, none overlapping.
        rng: source of chance.
    """

    def __init__(
        self,
        model: Model,
        rules: Rules,
        plans: Sequence[tuple[Appointment, ...]],
        rng: np.random.Generator,
    ) -> None:
        goals, count = rules.goals, len(plans)
        self._rules, self._rng = rules, rng
        self._end = goal_slots(goals)
        self._last_bar = (goals.bars - 1) * goals.metre.bar_ticks() * SLOTS_PER_BEAT / PPQ
        self._rows = condition_rows(goals, np.arange(self._end))
        self._open = open_pitches(goals)
        self._tonic = _pitches_of_tonic(goals)
        self._last_words = self._tonic | (np.arange(PITCHES) == REST)
        self._leanings, self._leaning_at = _leanings(goals)
        self._state = PriorState(model, count)
        self._last = start_events(count)
        self._is_tonic = np.zeros(count, dtype=np.bool_)
        self._is_home = np.zeros(count, dtype=np.bool_)
        self._written = np.zeros((count, 64, 3), dtype=np.int64)
        self._counts, self._notes = np.zeros((2, count), dtype=np.int64)
        self._plans = list(plans)
        self._queues: list[tuple[tuple[int, int, int], ...]] = [()] * count
        self.slots: IntArray = np.zeros(count, dtype=np.int64)
        """int64 [melody]: where the next event of each begins."""
        self.nats = np.zeros(count)
        """float64 [melody]: log probability of pitches and lengths so far, without any rules and at
        temperature 1."""

    def write_until(self, slot: int) -> None:
        """Write until every melody has come to a slot, some further."""
        while int(self.slots.min()) < min(slot, self._end):
            self._write()

    def melodies(self) -> list[MelodyEvents]:
        """Give what each has written."""
        return [
            MelodyEvents(*rows[:count].T.copy())
            for rows, count in zip(self._written, self._counts, strict=True)
        ]

    def take(self, rows: IntArray) -> None:
        """Go on with some of the melodies, or with some of them twice.

        Args:
            rows: int64 [melody], which ones.
        """
        self._state = self._state.taken(rows)
        self._last, self.slots, self.nats = self._last[rows], self.slots[rows], self.nats[rows]
        self._is_tonic, self._is_home = self._is_tonic[rows], self._is_home[rows]
        self._written, self._counts = self._written[rows], self._counts[rows]
        self._notes = self._notes[rows]
        self._plans = [self._plans[row] for row in rows]
        self._queues = [self._queues[row] for row in rows]

    def _write(self) -> None:
        """Write an event of every melody that is not finished; the others only stay in step."""
        active = self.slots < self._end
        at = np.minimum(self.slots, self._end - 1)
        ends = np.full_like(at, self._end)
        self._state.step(self._last, at, led_rows(self._rows[at], self._notes, at, ends))
        fixed = self._due()
        left, room = self._end - at, self._room(at)
        leaning = self._leanings[self._leaning_at[at]]
        pitches = self._draw(self._state.pitch_logits + leaning, self._may_say(left))
        pitches = np.where(fixed[:, 0] == FREE, pitches, fixed[:, 0])
        length_logits = self._state.length_logits(pitches)
        lengths = 1 + self._draw(length_logits, self._may_last(pitches, at, room))
        lengths = np.where(fixed[:, 1] == FREE, lengths, fixed[:, 1])
        loud = self._draw(self._state.loudness_logits(pitches, lengths), np.True_)
        loud = np.where(fixed[:, 2] == FREE, loud, fixed[:, 2])
        nats = log_share_of(self._state.pitch_logits, pitches) + log_share_of(
            length_logits, lengths - 1
        )
        self.nats += np.where(active, nats, 0.0)
        loud = np.where(pitches >= FIRST_PITCH, loud, 0)
        self._put(np.stack([pitches, lengths, loud], axis=1), active)

    def _due(self) -> IntArray:
        """Take what must come next of each melody: int64 [melody, 3], FREE where it is not said."""
        fixed = np.full((len(self.slots), 3), FREE, dtype=np.int64)
        for melody, slot in enumerate(self.slots.tolist()):
            plan = self._plans[melody]
            if not self._queues[melody] and plan and plan[0].slot == slot:
                self._queues[melody], self._plans[melody] = plan[0].events, plan[1:]
            if self._queues[melody]:
                fixed[melody] = self._queues[melody][0]
                self._queues[melody] = self._queues[melody][1:]
        return fixed

    def _room(self, at: IntArray) -> IntArray:
        """Give the slots until the next appointment of each melody, or the end: int64 [melody]."""
        ends = [plan[0].slot if plan else self._end for plan in self._plans]
        return np.array(ends, dtype=np.int64) - at

    def _may_say(self, left: IntArray) -> BoolArray:
        """Say what pitches may come: bool [melody, PITCHES].

        A tie comes only after a note as long as can be, a rest after no rest; where no more than
        the last note has room, only the tonic, or a rest after it.

        Args:
            left: int64 [melody], slots to the end.
        """
        pitches, lengths = self._last[:, 0], self._last[:, 1]
        may = np.tile(self._open, (len(pitches), 1))
        full = lengths == LONGEST
        may[:, TIE] = full & (pitches != REST)
        may[:, REST] = full | (pitches != REST)
        if self._rules.cadence:
            closing = left <= _CADENCE_SLOTS
            may[closing] &= self._last_words
            may[closing, TIE] |= full[closing] & self._is_tonic[closing]
            over = self._is_home & (left < _CADENCE_SLOTS)
            may[over] = False
            may[:, REST] &= ~closing | self._is_home
        return may

    def _may_last(self, pitches: IntArray, at: IntArray, room: IntArray) -> BoolArray:
        """Say how long the next event may last: bool [melody, LONGEST].

        What comes before the last note leaves room for it; only a rest may follow it.

        Args:
            pitches: int64 [melody], what it says of pitch.
            at: int64 [melody], where it begins.
            room: int64 [melody], slots until something else must come.
        """
        lengths = np.arange(1, LONGEST + 1)
        fits = lengths <= room[:, None]
        if not self._rules.cadence:
            return fits
        left = (self._end - at)[:, None]
        before = lengths <= left - _CADENCE_SLOTS
        tonic = self._tonic[pitches] | ((pitches == TIE) & self._is_tonic)
        long_enough = (lengths >= _CADENCE_SLOTS) | (lengths == left)
        closes = tonic[:, None] & long_enough & (at >= self._last_bar)[:, None]
        fades = ((pitches == REST) & self._is_home)[:, None] & (lengths == left)
        allowed: BoolArray = fits & (before | closes | fades)
        return np.where(allowed.any(axis=1, keepdims=True), allowed, fits)

    def _draw(self, logits: FloatArray, allowed: BoolArray | np.bool_) -> IntArray:
        """Draw a column of each row of logits [melody, choice]: int64 [melody]."""
        open_logits = np.where(allowed, logits, np.float32(-np.inf))
        return draw(open_logits, self._rng, temperature=self._rules.temperature)

    def _put(self, events: IntArray, active: BoolArray) -> None:
        """Write down an event [melody, 3] of each melody that is active."""
        rows = np.flatnonzero(active)
        if int(self._counts.max()) + 1 >= self._written.shape[1]:
            self._written = np.concatenate([self._written, np.zeros_like(self._written)], axis=1)
        self._written[rows, self._counts[rows]] = events[rows]
        self._counts[rows] += 1
        self._notes += active & (events[:, 0] >= FIRST_PITCH)
        pitches, lengths = events[:, 0], events[:, 1]
        goes_on = (pitches == TIE) & self._is_tonic
        self._is_tonic = self._tonic[pitches] | goes_on
        begins_late = self.slots >= self._last_bar
        self._is_home = self._is_tonic & (lengths >= _CADENCE_SLOTS) & begins_late
        self._last = events
        self.slots = np.where(active, self.slots + lengths, self.slots)


def bar_slot(goals: MelodyGoals, bar: int) -> int:
    """Give the slot at which a bar begins, the first being bar 0."""
    return -(-bar * goals.metre.bar_ticks() * SLOTS_PER_BEAT // PPQ)


def _pitches_of_tonic(goals: MelodyGoals) -> BoolArray:
    """Say which events are the tonic: bool [PITCHES]."""
    tonic = (np.arange(PITCHES) - FIRST_PITCH) % 12 == 0
    tonic[[REST, TIE]] = False
    flags: BoolArray = tonic & open_pitches(goals)
    return flags


def _leanings(goals: MelodyGoals) -> tuple[FloatArray, IntArray]:
    """Say how the key leans on what is said of pitch, chord by chord.

    Returns:
        float32 [chord, PITCHES], to be added to logits; and int64 [slot], which of them holds.
    """
    slots = range(goal_slots(goals))
    found = [chord_index(goals.chords, slot_to_ticks(slot)) for slot in slots]
    at = np.array([len(goals.chords) if index is None else index for index in found])
    key = Key(goals.tonic_pitch_class or 0, goals.mode or Mode.MAJOR)
    classes = (np.arange(PITCHES) - FIRST_PITCH - shift_to_c(goals)) % 12
    rows = np.zeros((len(goals.chords) + 1, PITCHES), dtype=np.float32)
    for row, span in zip(rows, (*goals.chords, None), strict=True):
        inside = scale_flags(key, goals.scale).copy()
        inside[list(chord_tones(span))] = True
        row[~inside[classes]] = -_OFF_SCALE_NATS
    rows[:, [REST, TIE]] = 0.0
    return rows, at
