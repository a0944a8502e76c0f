"""The statistics of RL Tuner's Table 1, as its code counts them.

Source: Jaques, Gu, Turner and Eck 2016, Tuning Recurrent Neural Networks with Reinforcement
Learning, arXiv:1611.02796, and `rl_tuner_eval_metrics.py` with `detect_*` of `rl_tuner.py` in
magenta/magenta. A composition is 32 sixteenth steps; one step holds one event: 0 note off, 1 no
event (the note, or the silence, goes on), 2 + p - 48 the onset of MIDI pitch p. Kept with its
quirks: steps without an onset count as in key; the four rows that are shares of notes there are
shares of steps; a held note does not break a repetition.

What differs: the key may be minor (with its leading tone) and of any tonic; starting on the tonic
means its pitch class, there it is middle C alone; and pitches are not limited to three octaves (a
melody that goes below 48 is moved up by octaves, for event 0 and 1 are taken).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from bridge.music.rewards.phrase import Phrase, scale_flags
from bridge.schema.arrays import IntArray
from bridge.units import SIXTEENTH_TICKS

STEPS: Final = 32
"""Length of a composition in sixteenths: two bars of 4/4."""
NOTE_OFF: Final = 0
NO_EVENT: Final = 1
FIRST_NOTE: Final = 2
LOWEST_PITCH: Final = 48
"""The MIDI pitch of event 2."""

_BAR_STEPS: Final = 8
"""What RL Tuner calls a bar: within so many steps a motif has three pitches or more."""
_MOTIF_PITCHES: Final = 3
_FIFTH: Final = 7
_STEPS_BETWEEN_LEAPS: Final = 6


@dataclass(frozen=True, slots=True)
class TableOne:
    """Counts over some compositions, from which the rows of the table follow."""

    compositions: int = 0
    steps: int = 0
    repeated: int = 0
    """Steps that repeat what sounded excessively."""
    not_in_key: int = 0
    starts_on_tonic: int = 0
    leaps_resolved: int = 0
    leaps_doubled: int = 0
    unique_max: int = 0
    unique_min: int = 0
    in_motif: int = 0
    in_repeated_motif: int = 0
    lag_sums: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Sums of the autocorrelation at lags 1, 2 and 3, where it is defined."""
    lag_counts: int = 0
    """In how many compositions it is: those that are not the same event all through."""

    def __add__(self, other: TableOne) -> TableOne:
        """Count both together."""
        sums = {
            field.name: getattr(self, field.name) + getattr(other, field.name)
            for field in fields(self)
            if field.name != "lag_sums"
        }
        lags = tuple(a + b for a, b in zip(self.lag_sums, other.lag_sums, strict=True))
        return TableOne(**sums, lag_sums=(lags[0], lags[1], lags[2]))

    def rows(self) -> dict[str, float]:
        """Give the rows of the table: shares, 0..1, and correlations; NaN where nothing counts."""
        leaps = self.leaps_resolved + self.leaps_doubled
        lags = [_share(total, self.lag_counts) for total in self.lag_sums]
        return {
            "excessively_repeated": _share(self.repeated, self.steps),
            "not_in_key": _share(self.not_in_key, self.steps),
            "starts_on_tonic": _share(self.starts_on_tonic, self.compositions),
            "leaps_resolved": _share(self.leaps_resolved, leaps),
            "unique_max": _share(self.unique_max, self.compositions),
            "unique_min": _share(self.unique_min, self.compositions),
            "in_motif": _share(self.in_motif, self.steps),
            "in_repeated_motif": _share(self.in_repeated_motif, self.steps),
            "autocorrelation_1": lags[0],
            "autocorrelation_2": lags[1],
            "autocorrelation_3": lags[2],
        }


def _share(part: float, whole: int) -> float:
    return part / whole if whole else float("nan")


def table_one(phrases: Iterable[Phrase]) -> TableOne:
    """Count over every composition that some melodies have: each 32 sixteenths from their start."""
    total = TableOne()
    for phrase in phrases:
        key = scale_flags(phrase.key, phrase.goals.scale)
        for events in compositions(phrase):
            total += count(events, key=set(np.flatnonzero(key).tolist()),
                           tonic=phrase.key.tonic_pitch_class)  # fmt: skip
    return total


def compositions(phrase: Phrase) -> Iterator[list[int]]:
    """Cut a melody into events of 32 sixteenths each; what is left at its end is left out.

    Of the onsets nearest to one sixteenth the last counts. A silence is a note off and no event
    from then on. A note that rings over from before the cut is no event.
    """
    steps = phrase.length_ticks // SIXTEENTH_TICKS
    events = np.full(steps, NO_EVENT, dtype=np.int64)
    starts = _nearest_steps(phrase.onsets)
    ends = np.maximum(starts + 1, _nearest_steps(phrase.onsets + phrase.durations))
    events[ends[ends < steps]] = NOTE_OFF
    inside = starts < steps
    below = LOWEST_PITCH - int(phrase.pitches.min(initial=LOWEST_PITCH))
    octaves = -(-below // 12)
    events[starts[inside]] = FIRST_NOTE + phrase.pitches[inside] - LOWEST_PITCH + 12 * octaves
    for first in range(0, steps - STEPS + 1, STEPS):
        yield events[first : first + STEPS].tolist()


def _nearest_steps(ticks: IntArray) -> IntArray:
    steps: IntArray = (2 * ticks + SIXTEENTH_TICKS) // (2 * SIXTEENTH_TICKS)
    return steps


def count(events: list[int], *, key: set[int], tonic: int) -> TableOne:
    """Count one composition.

    Args:
        events: 32, as the module says.
        key: pitch classes, 0..11.
        tonic: pitch class, 0..11.
    """
    classes = [(event + LOWEST_PITCH - FIRST_NOTE) % 12 for event in events]
    is_note = [event >= FIRST_NOTE for event in events]
    motifs = [_motif(events[: step + 1]) for step in range(len(events))]
    resolved, doubled = _leaps(events, is_note)
    notes = [event for event, sounds in zip(events, is_note, strict=True) if sounds]
    lags = [autocorrelation(events, lag) for lag in (1, 2, 3)]
    return TableOne(
        compositions=1,
        steps=len(events),
        repeated=sum(_is_repeating(events[:step], events[step]) for step in range(len(events))),
        not_in_key=sum(s and c not in key for s, c in zip(is_note, classes, strict=True)),
        starts_on_tonic=int(is_note[0] and classes[0] == tonic),
        leaps_resolved=resolved,
        leaps_doubled=doubled,
        unique_max=int(events.count(max(events)) == 1),
        unique_min=int(bool(notes) and notes.count(min(notes)) == 1),
        in_motif=sum(motif is not None for motif in motifs),
        in_repeated_motif=sum(
            motif is not None and _sounded(events[: max(0, step - _BAR_STEPS + 1)], motif)
            for step, motif in enumerate(motifs)
        ),
        lag_sums=(lags[0], lags[1], lags[2]) if np.isfinite(lags).all() else (0.0, 0.0, 0.0),
        lag_counts=int(np.isfinite(lags).all()),
    )


def _is_repeating(before: list[int], event: int) -> bool:
    """Say whether an event repeats excessively: more than 4 before it, 6 where some were held."""
    repeated, broken = 0, False
    for earlier in reversed(before):
        if earlier == event:
            repeated += 1
        elif earlier in (NOTE_OFF, NO_EVENT):
            broken = True
        else:
            break
    if event == NOTE_OFF and repeated > 1:
        return True
    return repeated > (6 if broken else 4)


def _motif(events: list[int]) -> list[int] | None:
    """Give the last eight events, if they have three pitches or more."""
    last = events[-_BAR_STEPS:]
    if len(last) < _BAR_STEPS or len(set(last) - {NOTE_OFF, NO_EVENT}) < _MOTIF_PITCHES:
        return None
    return last


def _sounded(before: list[int], motif: list[int]) -> bool:
    """Say whether a motif occurs among earlier events, step for step."""
    size = len(motif)
    return any(before[at : at + size] == motif for at in range(len(before) - size + 1))


def _leaps(events: list[int], is_note: list[bool]) -> tuple[int, int]:
    """Count leaps of a fifth or more that are resolved, and those that leap on the same way.

    A leap is resolved when the line comes back to where it leapt from, or leaps back after more
    than six steps; back sooner, it is neither.
    """
    resolved = doubled = since = direction = left = 0
    previous: int | None = None
    for step, event in enumerate(events):
        if not is_note[step] or previous is None:
            since += int(step > 0)
            previous = event if is_note[step] else previous
            continue
        if abs(event - previous) >= _FIFTH:
            heading = 1 if event > previous else -1
            if direction == 0:
                direction, left = heading, previous
            elif direction == heading:
                doubled += 1
            else:
                resolved += int(since > _STEPS_BETWEEN_LEAPS)
                direction = 0
            since = 0
        else:
            since += 1
            if direction * (left - event) >= 0 and direction:
                resolved += 1
                direction = 0
        previous = event
    return resolved, doubled


def autocorrelation(events: list[int], lag: int) -> float:
    """Give the correlation of the events with themselves some steps later; NaN if all are alike."""
    signal = np.array(events, dtype=np.float64)
    variance = signal.var()
    if variance == 0.0:
        return float("nan")
    centred = signal - signal.mean()
    return float((centred[lag:] * centred[:-lag]).sum() / len(signal) / variance)
