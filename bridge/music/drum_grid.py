"""Drum grooves on a grid of sixteenths with velocity and micro-timing: the drums VAE's featurizer.

Two bars of 4/4 are 32 steps; each of nine drums has, at each step, whether it is hit, how hard, and
how far before or after the step. Nine classes and offsets of up to half a step follow GrooVAE
(Gillick et al. 2019, arXiv:1905.06118).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from bridge.music.feel import STRAIGHT, Swing
from bridge.schema.arrays import FloatArray
from bridge.schema.notes import Note
from bridge.units import SIXTEENTH_TICKS

STEPS: Final = 32
"""Sixteenths in a phrase of two bars."""
STEPS_PER_BAR: Final = 16
HIT_TICKS: Final = 60
"""How long a drum's key is held, at most."""

DRUMS: Final = (
    ("kick", 36, (35,)),
    ("snare", 38, (31, 32, 33, 34, 37, 39, 40, 56, 75)),
    ("closed hi-hat", 42, (22, 44, 54, 69, 70, 73)),
    ("open hi-hat", 46, (26,)),
    ("low tom", 43, (41, 58, 61, 64)),
    ("mid tom", 47, (45, 60, 63)),
    ("high tom", 50, (48, 62, 65)),
    ("crash", 49, (52, 55, 57)),
    ("ride", 51, (53, 59, 80, 81)),
)
"""Name, the General MIDI pitch that is played, and the other pitches that count as this drum: those
of General MIDI and of the Roland TD-11 on which the Groove MIDI Dataset was played."""

DRUM_COUNT: Final = len(DRUMS)
DRUM_OF_PITCH: Final[dict[int, int]] = {
    pitch: index for index, (_, played, others) in enumerate(DRUMS) for pitch in (played, *others)
}
"""Row of the grid for each pitch that has one."""


@dataclass(frozen=True, slots=True)
class DrumGrid:
    """A groove on the grid."""

    hits: npt.NDArray[np.bool_]
    """bool [step, drum=9]; one step is a sixteenth."""
    velocities: FloatArray
    """float32 [step, drum=9]: velocity / 127 where there is a hit, 0 elsewhere."""
    offsets: FloatArray
    """float32 [step, drum=9]: -0.5..0.5 of a step, late is positive; 0 where there is no hit."""

    def features(self) -> FloatArray:
        """Give the model's input: float32 [step, 27], hits, velocities and offsets side by side."""
        return np.concatenate(
            [self.hits.astype(np.float32), self.velocities, self.offsets], axis=-1
        )


def to_drum_grid(notes: Iterable[Note], *, steps: int = STEPS) -> DrumGrid:
    """Put drum notes on the grid; of two hits of a drum at one step the harder is kept.

    Args:
        notes: onsets in ticks at PPQ 480 from step 0; pitches without a row are left out. A hit up
            to half a step early belongs to its step.
        steps: length of the grid in sixteenths, >= 1.

    Returns:
        The grid, [step, drum].
    """
    hits = np.zeros((steps, DRUM_COUNT), dtype=np.bool_)
    velocities = np.zeros((steps, DRUM_COUNT), dtype=np.float32)
    offsets = np.zeros((steps, DRUM_COUNT), dtype=np.float32)
    for note in notes:
        drum = DRUM_OF_PITCH.get(note.pitch)
        step = round(note.onset_ticks / SIXTEENTH_TICKS)
        if drum is None or not step < steps or velocities[step, drum] * 127 >= note.velocity:
            continue
        hits[step, drum] = True
        velocities[step, drum] = note.velocity / 127
        offsets[step, drum] = (note.onset_ticks - step * SIXTEENTH_TICKS) / SIXTEENTH_TICKS
    return DrumGrid(hits, velocities, offsets)


def from_drum_grid(grid: DrumGrid, swing: Swing = STRAIGHT) -> tuple[Note, ...]:
    """Read the drum notes off a grid.

    Args:
        grid: the groove.
        swing: what to do with the steps; how far a hit lies from its step stays the same.

    Returns:
        Notes in order of onset, in ticks at PPQ 480 from step 0, none before it; a drum is let go
        before it is hit again.
    """
    notes = [
        Note(
            pitch=DRUMS[drum][1],
            onset_ticks=max(
                0,
                swing.ticks(int(step) * SIXTEENTH_TICKS)
                + round(float(grid.offsets[step, drum]) * SIXTEENTH_TICKS),
            ),
            duration_ticks=HIT_TICKS,
            velocity=max(1, min(127, round(float(grid.velocities[step, drum]) * 127))),
        )
        for step, drum in np.argwhere(grid.hits)
    ]
    return let_go(sorted(notes, key=lambda n: (n.onset_ticks, n.pitch, n.velocity)))


def let_go(notes: Sequence[Note]) -> tuple[Note, ...]:
    """End each hit where its drum is hit again; of two on one tick leave the last.

    Args:
        notes: in order of onset.
    """
    kept: list[Note] = []
    again_ticks: dict[int, int] = {}
    for note in reversed(notes):
        end_ticks = min(note.end_ticks, again_ticks.get(note.pitch, note.end_ticks))
        if end_ticks > note.onset_ticks:
            kept.append(replace(note, duration_ticks=end_ticks - note.onset_ticks))
            again_ticks[note.pitch] = note.onset_ticks
    return tuple(reversed(kept))
