"""What may be done with a motif in the course of a melody.

Schoenberg, Fundamentals of Musical Composition (chapters 3 to 5): a motif is stated, then repeated
on other degrees (sequence), turned upside down (inversion), or its rhythm is kept over new pitches.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from bridge.music.chords import chord_at, chord_tones
from bridge.music.key import Key
from bridge.music.melody_events import FIRST_PITCH, MelodyEvents, notes_to_events, shift_to_c
from bridge.music.melody_grid import slot_to_ticks
from bridge.music.melody_writers import FREE, Appointment, bar_slot
from bridge.music.rewards.phrase import scale_flags
from bridge.schema.goals import MelodyGoals
from bridge.schema.notes import Mode, Note
from bridge.units import PPQ

_RETURN_SHARE: Final = 0.35
"""How often a plan takes up the motif where it may."""
_LEAST_BARS: Final = 2
"""The motif is not taken up more often than every so many bars."""
_KINDS: Final = ("sequence", "rhythm", "inversion", "return")
_KIND_SHARES: Final = (0.4, 0.3, 0.15, 0.15)
_STEPS: Final = range(-5, 6)
"""Degrees of the scale by which a sequence may be moved."""
_FARTHEST_SEMITONES: Final = 7.0
"""What is taken up lies no farther from where the motif lay, on average."""


def stated(motif: Sequence[Note], goals: MelodyGoals) -> Appointment | None:
    """Give the motif as what must come first; None without a motif."""
    if not motif:
        return None
    events = _events(motif, goals)
    rows = zip(*(getattr(events, name).tolist() for name in _COLUMNS), strict=True)
    return Appointment(0, tuple(rows))


def drawn_plan(
    motif: Sequence[Note], goals: MelodyGoals, rng: np.random.Generator, *, develops: bool = True
) -> tuple[Appointment, ...]:
    """Draw where a melody takes up its motif again, and how.

    Args:
        motif: PPQ 480, from the first bar; none: nothing is planned.
        goals: with a tonic.
        rng: source of chance.
        develops: whether anything is done with the motif after it was stated.

    Returns:
        The motif at the beginning, then what is done with it, none overlapping; the last bar is
        left free for the close.
    """
    first = stated(motif, goals)
    if first is None:
        return ()
    plan = [first]
    if not develops:
        return (first,)
    every = max(_LEAST_BARS, -(-max(n.end_ticks for n in motif) // goals.metre.bar_ticks()))
    for bar in range(every, goals.bars - 1, every):
        slot = bar_slot(goals, bar)
        end = slot + first.end_slot
        if plan[-1].end_slot > slot or end > bar_slot(goals, goals.bars - 1):
            continue
        if rng.random() < _RETURN_SHARE:
            plan.append(_taken_up(first, goals, slot, rng))
    return tuple(plan)


_COLUMNS: Final = ("pitches", "lengths", "loudness")


def _events(motif: Sequence[Note], goals: MelodyGoals) -> MelodyEvents:
    """Read a motif as events, up to the end of its last note."""
    end_ticks = max(note.end_ticks for note in motif)
    beats = -(-end_ticks // PPQ)
    slots = next(slot for slot in range(6 * beats + 1) if slot_to_ticks(slot) >= end_ticks)
    last_onset = max(note.onset_ticks for note in motif)
    least = next(slot for slot in range(6 * beats + 1) if slot_to_ticks(slot) > last_onset)
    return notes_to_events(motif, goals, slots=max(slots, least))


def _taken_up(
    motif: Appointment, goals: MelodyGoals, slot: int, rng: np.random.Generator
) -> Appointment:
    """Do something with a motif at a bar line."""
    kind = rng.choice(_KINDS, p=_KIND_SHARES)
    if kind == "rhythm":
        events = tuple(
            (FREE if pitch >= FIRST_PITCH else pitch, length, FREE)
            for pitch, length, _ in motif.events
        )
        return Appointment(slot, events)
    moved = [
        _moved(motif, goals, slot, steps, inverted=kind == "inversion")
        for steps in ((0,) if kind == "return" else _STEPS)
    ]
    fitting = [found for found in moved if found is not None]
    if not fitting:
        return Appointment(slot, motif.events)
    fits = np.array([fit for fit, _ in fitting])
    shares = np.exp(8.0 * (fits - fits.max()))
    return fitting[int(rng.choice(len(fitting), p=shares / shares.sum()))][1]


def _moved(
    motif: Appointment, goals: MelodyGoals, slot: int, steps: int, *, inverted: bool
) -> tuple[float, Appointment] | None:
    """Move a motif by degrees of the scale, or turn it over and move it.

    Returns:
        The share of its slots on tones of the chords there, and what is played; None where it
        leaves the range, or goes far away.
    """
    ladder, shift = _ladder(goals), shift_to_c(goals)
    pitches = [pitch - FIRST_PITCH - shift for pitch, _, _ in motif.events if pitch >= FIRST_PITCH]
    rungs = [int(np.abs(ladder - pitch).argmin()) for pitch in pitches]
    places = [steps + (2 * rungs[0] - rung if inverted else rung) for rung in rungs]
    if not 0 <= min(places) <= max(places) < len(ladder):
        return None
    moved = ladder[places].tolist()
    if abs(np.mean(moved) - np.mean(pitches)) > _FARTHEST_SEMITONES:
        return None
    if steps == 0 and not inverted:
        moved = pitches
    return _written(motif, goals, slot, moved)


def _written(
    motif: Appointment, goals: MelodyGoals, slot: int, pitches: list[int]
) -> tuple[float, Appointment]:
    """Write pitches in the rhythm of a motif, and say how well they fit the chords, 0..1."""
    shift = shift_to_c(goals)
    events, at, waiting = [], slot, iter(pitches)
    within = sounding = 0
    for said, length, loudness in motif.events:
        if said >= FIRST_PITCH:
            pitch = next(waiting)
            tones = chord_tones(chord_at(goals.chords, slot_to_ticks(at)))
            within += length * (pitch % 12 in tones)
            sounding += length
            events.append((FIRST_PITCH + pitch + shift, length, loudness))
        else:
            events.append((said, length, loudness))
        at += length
    return within / max(1, sounding), Appointment(slot, tuple(events))


def _ladder(goals: MelodyGoals) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Give every pitch of the scale within the range, ascending: int64 [rung]."""
    shift = shift_to_c(goals)
    lowest = max(0, -shift, goals.lowest_pitch or 0)
    highest = min(127, 127 - shift, 127 if goals.highest_pitch is None else goals.highest_pitch)
    key = Key(goals.tonic_pitch_class or 0, goals.mode or Mode.MAJOR)
    inside = scale_flags(key, goals.scale or key.scale)
    pitches = np.arange(lowest, highest + 1)
    return pitches[inside[pitches % 12]]
