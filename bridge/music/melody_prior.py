"""The melody prior at run time: events drawn one by one, and melodies scored.

    goals = MelodyGoals(tonic_pitch_class=0, mode=Mode.MAJOR, chords=..., bars=8)
    drawn = draw_melodies(model, goals, rng, settings=DrawSettings(count=16))
    best = max(drawn, key=lambda melody: melody.log_probability)
    notes = events_to_notes(best.events, goals)

Any model whose graphs are called `step`, `length` and `loudness` and take what these do may stand
in for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from bridge.errors import RequestError
from bridge.music.melody_conditions import condition_rows
from bridge.music.melody_events import (
    FIRST_PITCH,
    LONGEST,
    LOUDNESSES,
    PITCHES,
    REST,
    TIE,
    MelodyEvents,
    goal_slots,
    shift_to_c,
)
from bridge.runtime.sampling import draw, log_share_of
from bridge.runtime.session import Model
from bridge.schema.arrays import FloatArray, IntArray
from bridge.schema.goals import MelodyGoals
from bridge.schema.performance import SCALES

MODEL_NAME: Final = "music/melody_prior"
START_PITCH: Final = PITCHES
"""What stands for the event before the first one."""
START_LENGTH: Final = 0
UNKNOWN_LOUDNESS: Final = LOUDNESSES
"""What stands for the loudness of a printed note, and of none."""
_START: Final = (START_PITCH, START_LENGTH, UNKNOWN_LOUDNESS)
_ROOM: Final = 64
"""Events for which a state makes room at once."""


class PriorState:
    """Melodies that are written side by side, as far as they have come.

    Args:
        model: has the graphs `step`, `length` and `loudness`.
        batch: how many melodies.
    """

    def __init__(self, model: Model, batch: int) -> None:
        cache = next(t for t in model.card.graph("step").inputs if t.name == "cache")
        self._model = model
        self._sizes = tuple(axis.size or 0 for axis in cache.axes[2:])
        self._cache = np.zeros((_ROOM, batch, *self._sizes), dtype=np.float32)
        self.past = 0
        """Steps that were taken."""
        self.pitch_logits: FloatArray = np.zeros((batch, PITCHES), dtype=np.float32)
        """float32 [batch, PITCHES]: what the next event may say, after a step."""
        self.hidden: FloatArray = np.zeros((batch, 0), dtype=np.float32)
        """float32 [batch, width]: what is known before the next event, after a step."""

    def step(self, events: IntArray, slots: IntArray, conditions: FloatArray) -> None:
        """Take one more event of every melody in.

        Args:
            events: int64 [batch, 3]: pitch, length and loudness; see `start_events`.
            slots: int64 [batch]: where the next event begins.
            conditions: float32 [batch, CONDITION]: rows of the next event.
        """
        self._make_room()
        count = np.full_like(slots, self.past)
        answer = self._model.run(
            "step",
            event=events,
            place=np.stack([count, slots], axis=1),
            condition=conditions,
            cache=self._cache[: self.past + 1],
        )
        self.past += 1
        self._cache[self.past] = answer["row"]
        self.pitch_logits, self.hidden = answer["pitch_logits"], answer["hidden"]

    def length_logits(self, pitches: IntArray) -> FloatArray:
        """Score how long the next event lasts, column n for n + 1 slots: float32 [batch, 48].

        Args:
            pitches: int64 [batch], what it says of pitch.
        """
        logits: FloatArray = self._model.run("length", hidden=self.hidden, pitch=pitches)["logits"]
        return logits

    def loudness_logits(self, pitches: IntArray, lengths: IntArray) -> FloatArray:
        """Score how loud the next event is: float32 [batch, 8].

        Args:
            pitches: int64 [batch], what it says of pitch.
            lengths: int64 [batch], its slots.
        """
        logits: FloatArray = self._model.run(
            "loudness", hidden=self.hidden, pitch=pitches, length=lengths
        )["logits"]
        return logits

    def taken(self, rows: IntArray) -> PriorState:
        """Give a state of its own of some of the melodies, or of some of them twice.

        Args:
            rows: int64 [batch], which ones.
        """
        state = PriorState(self._model, len(rows))
        state.past = self.past
        state._cache = np.ascontiguousarray(self._cache[:, rows])
        state.pitch_logits, state.hidden = self.pitch_logits[rows], self.hidden[rows]
        return state

    def _make_room(self) -> None:
        """Let the cache grow before it is full."""
        if self.past + 2 > len(self._cache):
            more = np.zeros_like(self._cache)
            self._cache = np.concatenate([self._cache, more])


def start_events(batch: int) -> IntArray:
    """Give what stands before the first event: int64 [batch, 3]."""
    return np.tile(np.array(_START, dtype=np.int64), (batch, 1))


def open_pitches(goals: MelodyGoals) -> npt.NDArray[np.bool_]:
    """Say what events may say of pitch, with the tonic at C: bool [PITCHES].

    Pitches keep to the range of the goals, and to their scale where they name one.
    """
    shift = shift_to_c(goals)
    pitches = np.arange(PITCHES) - FIRST_PITCH
    lowest = 0 if goals.lowest_pitch is None else goals.lowest_pitch + shift
    highest = 127 if goals.highest_pitch is None else goals.highest_pitch + shift
    allowed = (pitches >= lowest) & (pitches <= highest)
    if goals.scale is not None:
        allowed &= np.isin(pitches % 12, SCALES[goals.scale])
    allowed[[REST, TIE]] = True
    return allowed


@dataclass(frozen=True, slots=True)
class DrawSettings:
    """How many melodies are drawn, and how."""

    count: int = 1
    """Melodies, drawn side by side, >= 1."""
    temperature: float = 1.0
    """Divisor of logits, > 0."""
    top_p: float = 1.0
    """Only the likeliest events that make up this share are drawn from, 0..1 (Holtzman et al. 2020,
    arXiv:1904.09751)."""
    guidance: float = 1.0
    """How strongly scale, density, register, range, mood and style are followed, >= 1: at 2 they
    count twice, as in classifier-free guidance (Ho and Salimans 2022, arXiv:2207.12598). Beyond 1
    every step costs two."""
    open_end: bool = False
    """Whether the melody may be meant to go on beyond the bars of the goals."""

    def __post_init__(self) -> None:
        if self.count < 1:
            raise RequestError(f"count must be at least 1, not {self.count}")
        if not self.guidance >= 1.0:
            raise RequestError(f"guidance must be at least 1, not {self.guidance}")
        if not self.temperature > 0.0 or not 0.0 < self.top_p <= 1.0:
            raise RequestError(
                "temperature must be > 0 and top_p over 0, at most 1, "
                f"not {self.temperature} and {self.top_p}"
            )


@dataclass(frozen=True, slots=True)
class DrawnMelody:
    """A melody and how likely the prior finds it."""

    events: MelodyEvents
    """The tonic at C; with the primer, where there was one."""
    log_probability: float
    """Of pitches and lengths, in nats, without any limits and at temperature 1; a primer does not
    count."""


def draw_melodies(
    model: Model,
    goals: MelodyGoals,
    rng: np.random.Generator,
    *,
    settings: DrawSettings | None = None,
    primer: MelodyEvents | None = None,
) -> list[DrawnMelody]:
    """Draw melodies that fill the bars of some goals.

    Args:
        model: the prior, or what stands in for it.
        goals: what is asked for; range and scale are kept to.
        rng: source of chance.
        settings: how many, and how events are drawn.
        primer: how each begins, the tonic at C.

    Returns:
        As many melodies as the settings say.
    """
    pen = _Pen(model, goals, settings or DrawSettings())
    if primer is not None and len(primer):
        pen.follow(primer)
    while pen.active.size:
        pen.write(rng)
    return pen.finished()


class _Pen:
    """What is being written, side by side; melodies that have reached the end are put aside."""

    def __init__(self, model: Model, goals: MelodyGoals, settings: DrawSettings) -> None:
        count = settings.count
        self._end = goal_slots(goals)
        self._rows = condition_rows(goals, np.arange(self._end), open_end=settings.open_end)
        self._open = open_pitches(goals)
        self._settings = settings
        self._state = PriorState(model, count)
        self._free: PriorState | None = None
        if settings.guidance != 1.0:
            self._free = PriorState(model, count)
            free = _without_leanings(goals)
            self._free_rows = condition_rows(free, np.arange(self._end), open_end=settings.open_end)
        self._last = start_events(count)
        self._slots = np.zeros(count, dtype=np.int64)
        self.active = np.arange(count)
        """int64 [active]: which melodies are not finished."""
        self._written: list[list[IntArray]] = [[] for _ in range(count)]
        self._nats = np.zeros(count)

    def follow(self, primer: MelodyEvents) -> None:
        """Write what is given, as far as there is room."""
        for pitch, length, loudness in zip(
            primer.pitches, primer.lengths, primer.loudness, strict=True
        ):
            room = self._end - int(self._slots[0]) if self.active.size else 0
            if room <= 0:
                return
            self._step()
            row = np.array([pitch, min(int(length), room), loudness], dtype=np.int64)
            self._put(np.tile(row, (len(self.active), 1)))

    def write(self, rng: np.random.Generator) -> None:
        """Draw one event of every melody that is not finished."""
        self._step()
        logits = self._state.pitch_logits
        guided = self._guided(logits, lambda free: free.pitch_logits)
        pitches = self._drawn(np.where(self._may_say(), guided, -np.inf), rng)
        lengths_logits = self._state.length_logits(pitches)
        guided = self._guided(lengths_logits, lambda free: free.length_logits(pitches))
        fits = np.arange(1, LONGEST + 1) <= (self._end - self._slots)[:, None]
        lengths = 1 + self._drawn(np.where(fits, guided, -np.inf), rng)
        loud = self._drawn(self._state.loudness_logits(pitches, lengths), rng)
        self._nats[self.active] += log_share_of(logits, pitches) + log_share_of(
            lengths_logits, lengths - 1
        )
        self._put(np.stack([pitches, lengths, np.where(pitches >= FIRST_PITCH, loud, 0)], axis=1))

    def finished(self) -> list[DrawnMelody]:
        """Give all melodies."""
        columns = [np.stack(rows).T.copy() for rows in self._written]
        return [
            DrawnMelody(MelodyEvents(*column), float(nats))
            for column, nats in zip(columns, self._nats, strict=True)
        ]

    def _drawn(self, logits: FloatArray, rng: np.random.Generator) -> IntArray:
        settings = self._settings
        return draw(logits, rng, temperature=settings.temperature, top_p=settings.top_p)

    def _step(self) -> None:
        self._state.step(self._last, self._slots, self._rows[self._slots])
        if self._free is not None:
            self._free.step(self._last, self._slots, self._free_rows[self._slots])

    def _guided(self, asked: FloatArray, say: Callable[[PriorState], FloatArray]) -> FloatArray:
        """Go on from what would be said without the leanings through what is said with them."""
        if self._free is None:
            return asked
        free = say(self._free)
        guided: FloatArray = free + np.float32(self._settings.guidance) * (asked - free)
        return guided

    def _may_say(self) -> npt.NDArray[np.bool_]:
        """Say what may come: a tie only after a note as long as can be, a rest after no rest."""
        pitches, lengths = self._last[:, 0], self._last[:, 1]
        may = np.tile(self._open, (len(pitches), 1))
        full = lengths == LONGEST
        may[:, TIE] = full & (pitches != REST)
        may[:, REST] = full | (pitches != REST)
        return may

    def _put(self, events: IntArray) -> None:
        """Write down an event [active, 3] of each, and put aside what is finished."""
        for melody, event in zip(self.active, events, strict=True):
            self._written[melody].append(event)
        self._last, self._slots = events, self._slots + events[:, 1]
        going = np.flatnonzero(self._slots < self._end)
        if len(going) < len(self.active):
            self.active, self._last = self.active[going], self._last[going]
            self._slots = self._slots[going]
            self._state = self._state.taken(going)
            self._free = None if self._free is None else self._free.taken(going)


def _without_leanings(goals: MelodyGoals) -> MelodyGoals:
    """Ask for key, chords and form alone."""
    return replace(
        goals,
        scale=None,
        density=None,
        register=None,
        lowest_pitch=None,
        highest_pitch=None,
        valence=None,
        arousal=None,
        style=None,
    )


def score_melodies(
    model: Model,
    melodies: Sequence[MelodyEvents],
    goals: MelodyGoals,
    *,
    first_slot: int = 0,
    open_end: bool = False,
) -> list[npt.NDArray[np.float64]]:
    """Say how likely the prior finds each event of some melodies.

    Args:
        model: the prior, or what stands in for it.
        melodies: each begins at `first_slot`, the tonic at C.
        goals: what was asked for.
        first_slot: counted from the first bar of the goals.
        open_end: whether the prior is not told of the end.

    Returns:
        For each melody float64 [event, 3]: log probability in nats of pitch, length and loudness;
        the last is 0 where no note begins.
    """
    longest = max((len(melody) for melody in melodies), default=0)
    scores = np.zeros((len(melodies), longest, 3))
    events, slots = _padded(melodies, longest, first_slot)
    last_row = max(goal_slots(goals), int(slots.max(initial=0)) + 1)
    rows = condition_rows(goals, np.arange(last_row), open_end=open_end)
    state, before = PriorState(model, len(melodies)), start_events(len(melodies))
    for index in range(longest):
        state.step(before, slots[:, index], rows[slots[:, index]])
        before = events[:, index]
        pitches, lengths, loudness = before.T.copy()
        scores[:, index, 0] = log_share_of(state.pitch_logits, pitches)
        scores[:, index, 1] = log_share_of(state.length_logits(pitches), lengths - 1)
        loud = log_share_of(state.loudness_logits(pitches, lengths), loudness)
        scores[:, index, 2] = np.where(pitches >= FIRST_PITCH, loud, 0.0)
    return [scores[index, : len(melody)] for index, melody in enumerate(melodies)]


def log_probability(
    model: Model, melodies: Sequence[MelodyEvents], goals: MelodyGoals
) -> npt.NDArray[np.float64]:
    """Give the log probability of pitches and lengths of whole melodies, in nats: [melody]."""
    return np.array([scores[:, :2].sum() for scores in score_melodies(model, melodies, goals)])


def _padded(
    melodies: Sequence[MelodyEvents], longest: int, first_slot: int
) -> tuple[IntArray, IntArray]:
    """Lay melodies side by side: events [melody, event, 3] and slots [melody, event]."""
    events = np.zeros((len(melodies), longest, 3), dtype=np.int64)
    events[:, :, 1] = 1
    slots = np.zeros((len(melodies), longest), dtype=np.int64)
    for index, melody in enumerate(melodies):
        columns = (melody.pitches, melody.lengths, melody.loudness)
        events[index, : len(melody)] = np.stack(columns, axis=1)
        slots[index, : len(melody)] = melody.slots + first_slot
    return events, slots
