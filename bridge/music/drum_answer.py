"""Answers on the drums: a beat with a call's rhythm, and what drummers make of a drummer's call.

The drums VAE knows two bars of 4/4. A metre counted in dotted beats (6/8, 12/8) takes a beat of
that for each of its own, as a shuffle; another takes as much of each bar as it has steps for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from bridge.music import drums_vae
from bridge.music.calls import Call
from bridge.music.drum_grid import (
    DRUM_COUNT,
    DRUM_OF_PITCH,
    DRUMS,
    HIT_TICKS,
    STEPS,
    STEPS_PER_BAR,
    DrumGrid,
    let_go,
)
from bridge.music.drums_vae import DrumWish
from bridge.music.feel import Swing, swing_of
from bridge.music.lines import cut_short, levelled
from bridge.runtime.session import Model
from bridge.schema.arrays import FloatArray
from bridge.schema.notes import Note, TimeSignature
from bridge.schema.performance import Knobs
from bridge.units import PPQ, SIXTEENTH_TICKS

KICK: Final = 0
SNARE: Final = 1
HAT: Final = 2
"""Rows of the grid."""
ACCENTS: Final = (0, 1, 4, 5, 6, 7)
"""Rows that carry a rhythm: kick, snare, toms and crash; hi-hats and ride keep time."""

_ACCENT_PITCHES: Final = frozenset(DRUMS[drum][1] for drum in ACCENTS)
_HAT_VELOCITY: Final = 0.45
_TAKES: Final = 24
"""Grooves that are made for an answer, all phrases together, to choose from."""
_FEWEST_TAKES, _MOST_TAKES = 3, 12
"""For each phrase."""


@dataclass(frozen=True, slots=True)
class Steps:
    """How the steps of a groove lie in the bars of a metre."""

    metre: TimeSignature
    """Of every bar."""
    swing: float = 0.0
    """0..1, see `Knobs`; what is heard is taken as straight."""

    @property
    def pulse_ticks(self) -> int:
        """Length of four steps: a beat, or a dotted one."""
        compound = self.metre.denominator >= 8 and self.metre.numerator % 3 == 0
        return 12 * PPQ // self.metre.denominator if compound else PPQ

    @property
    def per_bar(self) -> int:
        """Steps in a bar, the last of them perhaps cut short."""
        return -(-4 * self.metre.bar_ticks() // self.pulse_ticks)

    def ticks(self, step: int) -> int:
        """Give where a step lies in its bar."""
        pulse = self.pulse_ticks
        if pulse == PPQ:
            return swing_of(self.swing, self.metre).ticks(step * SIXTEENTH_TICKS)
        return Swing(1.0, pulse).ticks(step * pulse // 4)

    def nearest(self, ticks: int) -> tuple[int, int]:
        """Give bar and step nearest to a tick from a bar line."""
        bar, place = divmod(ticks, self.metre.bar_ticks())
        ends = [self.ticks(step) for step in range(self.per_bar)] + [self.metre.bar_ticks()]
        step = min(range(len(ends)), key=lambda step: abs(ends[step] - place))
        return (bar + 1, 0) if step == self.per_bar else (bar, step)

    def row(self, bar: int, step: int) -> tuple[int, int]:
        """Give the phrase and its row that play a step: short bars share a phrase by two."""
        if self.per_bar <= STEPS_PER_BAR:
            return bar // 2, bar % 2 * STEPS_PER_BAR + step
        chunks = -(-self.per_bar // STEPS)
        return bar * chunks + step // STEPS, step % STEPS

    def count(self, ticks: int) -> int:
        """Give how many phrases fill a length."""
        last = -(-ticks // self.metre.bar_ticks()) - 1
        return self.row(last, self.per_bar - 1)[0] + 1


@dataclass(frozen=True, slots=True)
class Drummer:
    """One who answers with the drums VAE."""

    model: Model
    """The drums VAE."""
    knobs: Knobs
    """Temperature, swing and humanise; density counts the hits of all drums."""
    rng: np.random.Generator
    """Source of chance."""

    def accompany(self, call: Call, *, amount: float, length_ticks: int) -> list[Note]:
        """Play a beat whose kicks, snares, toms and crashes fall where the call's notes begin.

        The call is sketched as kicks, snares on the backbeats, and hi-hats; the sketch is moved by
        `amount` towards what drummers play, in some ways, and of these the nearest is taken.

        Args:
            call: what is answered.
            amount: 0..1; 0 plays the sketch, 1 chooses among new grooves.
            length_ticks: of the answer.
        """
        steps = Steps(call.metre)
        place = call.place_in_bar(call.end_ticks)
        rhythm = call.repeated(_all_notes(call), length_ticks)
        sketches = _sketched(rhythm, steps, place=place, count=steps.count(place + length_ticks))
        takes = int(np.clip(_TAKES // len(sketches), _FEWEST_TAKES, _MOST_TAKES))
        latents = np.repeat(drums_vae.encode(self.model, sketches), takes, axis=0)
        grooves = self._moved(latents, amount)
        chosen = [
            max(grooves[first : first + takes], key=lambda groove: agreement(groove, sketch))
            for first, sketch in zip(range(0, len(grooves), takes), sketches, strict=True)
        ]
        return self._played(chosen, call, place=place, length_ticks=length_ticks)

    def vary(self, call: Call, *, amount: float, length_ticks: int) -> list[Note]:
        """Play a drummer's call in other words."""
        steps = Steps(call.metre)
        place = call.place_in_bar(call.start_ticks)
        played = call.repeated(_all_notes(call), length_ticks)
        count = steps.count(place + length_ticks)
        heard = _heard(played, steps, place=place, count=count)
        grooves = self._moved(drums_vae.encode(self.model, heard), amount)
        return self._played(grooves, call, place=place, length_ticks=length_ticks)

    def go_on(self, call: Call, *, length_ticks: int) -> list[Note]:
        """Play what may follow a drummer's call."""
        steps = Steps(call.metre)
        bars = 1 if steps.per_bar > STEPS_PER_BAR else 2
        end = call.end_ticks + -call.place_in_bar(call.end_ticks) % call.bar_ticks
        first = end - bars * call.bar_ticks
        last_bars = [
            replace(note, onset_ticks=note.onset_ticks - first)
            for note in _all_notes(call)
            if note.onset_ticks >= first
        ]
        (heard, *_) = _heard(last_bars, steps, place=0, count=max(1, steps.count(end - first)))
        previous = drums_vae.encode(self.model, [heard])
        place = call.place_in_bar(call.end_ticks)
        latents = []
        for _ in range(steps.count(place + length_ticks)):
            previous = drums_vae.draw(
                self.model,
                [self._wish()],
                self.rng,
                temperature=self.knobs.temperature,
                previous=previous,
            )
            latents.append(previous)
        grooves = self._decoded(np.concatenate(latents))
        return self._played(grooves, call, place=place, length_ticks=length_ticks)

    def _wish(self) -> DrumWish:
        return DrumWish(density=self.knobs.density)

    def _moved(self, latents: FloatArray, amount: float) -> list[DrumGrid]:
        wishes = [self._wish()] * len(latents)
        return self._decoded(
            drums_vae.move(self.model, latents, wishes, self.rng, amount=amount), calm=amount
        )

    def _decoded(self, latents: FloatArray, *, calm: float = 1.0) -> list[DrumGrid]:
        temperature = self.knobs.temperature * max(0.05, calm)
        return drums_vae.decode(self.model, latents, temperature=temperature, rng=self.rng)

    def _played(
        self, grooves: Sequence[DrumGrid], call: Call, *, place: int, length_ticks: int
    ) -> list[Note]:
        """Read an answer off its grooves, from `place` in the first bar; it begins with a hit."""
        steps = Steps(call.metre, self.knobs.swing)
        loose = 1.0 if self.knobs.humanise is None else self.knobs.humanise
        bar_ticks = steps.metre.bar_ticks()
        hits: list[Note] = []
        for bar in range(-(-(place + length_ticks) // bar_ticks)):
            for step in range(steps.per_bar):
                on_step = bar * bar_ticks + steps.ticks(step) - place
                if 0 <= on_step < length_ticks:
                    phrase, row = steps.row(bar, step)
                    hits += _hits(grooves[phrase], row, on_step, loose)
        loud = [note.velocity for note in _accented(call)]
        level = _as_loud(hits, mean_velocity=sum(loud) / len(loud))
        begun = _begun(level, velocity=max(loud))
        return cut_short(let_go(begun), length_ticks)


def agreement(groove: DrumGrid, sketch: DrumGrid) -> float:
    """Say how well the accents of two grooves fall together: F1 of their steps, 0..1.

    A step is accented where a kick, snare, tom or crash is hit.
    """
    one, other = (grid.hits[:, ACCENTS].any(axis=1) for grid in (groove, sketch))
    return 2 * float((one & other).sum()) / max(1, int(one.sum() + other.sum()))


def _all_notes(call: Call) -> list[Note]:
    """Give the notes of all parts in order of onset."""
    notes = (note for part in call.music.parts for note in part.notes)
    return sorted(notes, key=lambda note: (note.onset_ticks, note.pitch))


def _accented(call: Call) -> list[Note]:
    """Give the notes that say how loud a call is: all, but for what keeps time on drums."""
    struck = [
        note
        for part in call.music.parts
        for note in part.notes
        if not part.is_drums or DRUM_OF_PITCH.get(note.pitch) in ACCENTS
    ]
    return struck or _all_notes(call)


def _sketched(rhythm: Iterable[Note], steps: Steps, *, place: int, count: int) -> list[DrumGrid]:
    """Sketch a rhythm as kicks, snares on every second pulse, and hi-hats in eighths."""

    def drum(note: Note, step: int) -> int:
        return SNARE if step % 8 == 4 else KICK

    sketches = _placed(rhythm, drum, steps, place=place, count=count)
    for sketch in sketches:
        sketch.hits[::2, HAT] = True
        sketch.velocities[::2, HAT] = _HAT_VELOCITY
    return [replace(sketch, offsets=np.zeros_like(sketch.offsets)) for sketch in sketches]


def _heard(notes: Iterable[Note], steps: Steps, *, place: int, count: int) -> list[DrumGrid]:
    """Put a drummer's notes into phrases; pitches that are no drum's are left out."""

    def drum(note: Note, step: int) -> int | None:
        return DRUM_OF_PITCH.get(note.pitch)

    return _placed(notes, drum, steps, place=place, count=count)


def _placed(
    notes: Iterable[Note],
    drum_of: Callable[[Note, int], int | None],
    steps: Steps,
    *,
    place: int,
    count: int,
) -> list[DrumGrid]:
    """Put notes, from `place` in a bar, on the nearest steps of phrases; the harder hit stays."""
    shape = (count, STEPS, DRUM_COUNT)
    velocities, offsets = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    for note in notes:
        ticks = place + note.onset_ticks
        bar, step = steps.nearest(ticks)
        phrase, row = steps.row(bar, step)
        drum = drum_of(note, step)
        if drum is None or phrase >= count:
            continue
        at = (phrase, row, drum)
        if velocities[at] * 127 < note.velocity:
            velocities[at] = note.velocity / 127
            off_step = ticks - bar * steps.metre.bar_ticks() - steps.ticks(step)
            offsets[at] = np.clip(off_step / SIXTEENTH_TICKS, -0.5, 0.5)
    hits: npt.NDArray[np.bool_] = velocities > 0
    return [DrumGrid(*phrase) for phrase in zip(hits, velocities, offsets, strict=True)]


def _hits(groove: DrumGrid, row: int, on_step: int, loose: float) -> list[Note]:
    """Give the hits of a row of a groove, of which the step lies at a tick."""
    return [
        Note(
            pitch=DRUMS[drum][1],
            onset_ticks=max(
                0, on_step + round(loose * float(groove.offsets[row, drum]) * SIXTEENTH_TICKS)
            ),
            duration_ticks=HIT_TICKS,
            velocity=max(1, min(127, round(float(groove.velocities[row, drum]) * 127))),
        )
        for drum in np.flatnonzero(groove.hits[row])
    ]


def _as_loud(hits: Sequence[Note], *, mean_velocity: float) -> Sequence[Note]:
    """Bring the accents of a beat to a mean velocity, and the rest along with them."""
    accents = [hit.velocity for hit in hits if hit.pitch in _ACCENT_PITCHES]
    if not accents:
        return hits
    mean = sum(hit.velocity for hit in hits) / len(hits)
    return levelled(hits, mean_velocity=mean_velocity + mean - sum(accents) / len(accents))


def _begun(notes: Sequence[Note], *, velocity: int) -> list[Note]:
    """Let a beat begin at tick 0: with what is hit on its first step, or else with a kick."""
    ordered = sorted(notes, key=lambda note: (note.onset_ticks, note.pitch))
    first = [note for note in ordered if note.onset_ticks <= SIXTEENTH_TICKS // 2]
    on_beat = [replace(note, onset_ticks=0) for note in first]
    opening = on_beat or [Note(DRUMS[KICK][1], 0, HIT_TICKS, velocity)]
    return [*opening, *ordered[len(first) :]]
