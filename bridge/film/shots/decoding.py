"""From what the model says of each frame to transitions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from bridge.schema.shots import TransitionKind

if TYPE_CHECKING:
    from bridge.schema.arrays import FloatArray

KINDS: Final[tuple[TransitionKind, ...]] = ("cut", "jump_cut", "dissolve", "fade", "dip", "wipe")
"""In the order of the model's outputs; after them comes that nothing happens."""
_FIRST_GRADUAL: Final = 2
HARD_KINDS: Final = KINDS[:_FIRST_GRADUAL]
"""Those that take no time."""
_NEAREST: Final = 3
"""Two cuts, or a cut and an end of the film, are so many frames apart: no shot is shorter."""
_GAP: Final = 2
"""So many doubtful frames do not divide a gradual transition."""
_SURER: Final = 0.2
"""By so much must the model be surer of a gradual transition than of a cut inside it."""
_WIDTH: Final = 5
"""What the model says of a middle may be spread over so many frames."""
_SHARE: Final = 3
"""And over one of so many parts of a long transition."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How sure the model must be, each 0..1."""

    cut: float = 0.5
    """Of a cut."""
    jump_cut: float = 0.5
    """Of a cut that leaves out a piece of a shot."""
    gradual: float = 0.5
    """Of a transition that takes time: how many it expects there."""
    during: float = 0.5
    """That a frame belongs to one."""


@dataclass(frozen=True, slots=True)
class Found:
    """A transition, in frame numbers."""

    kind: TransitionKind
    """What it is."""
    start: int
    """The first frame that is not the old shot alone; at a cut the new shot's first."""
    end: int
    """The first frame that is the new shot alone; equal to `start` at a cut."""
    score: float
    """How sure the model is, 0..1."""

    @property
    def middle(self) -> int:
        """The frame that counts as the new shot's first."""
        return (self.start + self.end) // 2


@dataclass(frozen=True, slots=True)
class Run:
    """Frames in a row that are in a gradual transition."""

    start: int
    """Its first frame."""
    end: int
    """The first after it."""


def find_transitions(
    boundary: FloatArray, during: FloatArray, thresholds: Thresholds
) -> tuple[Found, ...]:
    """Find the transitions.

    Args:
        boundary: probability that a new shot counts as begun, float32 [frame].
        during: probability of each kind, and of none, float32 [frame, kind=7].
        thresholds: how sure the model must be.

    Returns:
        In order, not overlapping.
    """
    hard = _hard(boundary, during, thresholds)
    found: list[Found] = []
    for run in gradual_runs(during, thresholds.during):
        if _rises(run) or _sinks(run, len(during)):
            continue
        cuts = [one for one in hard if run.start - 1 <= one.start <= run.end]
        gradual = _gradual(_without(boundary, cuts), during, run)
        if gradual.score >= max([thresholds.gradual, *(one.score + _SURER for one in cuts)]):
            found.append(gradual)
            hard = [one for one in hard if one not in cuts]
    return tuple(sorted([*found, *hard], key=lambda one: one.start))


def film_edges(
    during: FloatArray, found: tuple[Found, ...], thresholds: Thresholds
) -> tuple[Run | None, Run | None]:
    """Find where the film itself rises from a colour, and where it sinks into one.

    Args:
        during: as for `find_transitions`.
        found: what it gave.
        thresholds: how sure the model must be.

    Returns:
        Frames at the beginning, before all that was found, and at the end; None: no such thing.
    """
    first = found[0].start if found else len(during)
    last = found[-1].end if found else 0
    runs = list(gradual_runs(during, thresholds.during))
    rises = [run for run in runs if _rises(run) and run.end <= first]
    sinks = [run for run in runs if _sinks(run, len(during)) and run.start >= last]
    return rises[0] if rises else None, sinks[-1] if sinks else None


def _rises(run: Run) -> bool:
    """Say whether it is the film's beginning that takes its time."""
    return run.start < _NEAREST


def _sinks(run: Run, frames: int) -> bool:
    """Say whether it is the film's end that takes its time."""
    return run.end > frames - _NEAREST


def gradual_runs(during: FloatArray, least: float) -> Iterator[Run]:
    """Give where frames in a row are in a gradual transition.

    Args:
        during: as for `find_transitions`.
        least: how sure the model must be of each frame.
    """
    inside = during[:, _FIRST_GRADUAL : len(KINDS)].sum(1) > least
    numbers = np.flatnonzero(inside)
    if not len(numbers):
        return
    breaks = np.flatnonzero(np.diff(numbers) > _GAP + 1)
    starts = numbers[np.concatenate([[0], breaks + 1])]
    ends = numbers[np.concatenate([breaks, [len(numbers) - 1]])] + 1
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        if end - start > 1:
            yield Run(start, end)


def gradual_kind(during: FloatArray, run: Run) -> TransitionKind:
    """Say what a gradual transition most likely is."""
    votes = during[run.start : run.end, _FIRST_GRADUAL : len(KINDS)].sum(0)
    return KINDS[_FIRST_GRADUAL + int(votes.argmax())]


def _without(boundary: FloatArray, cuts: list[Found]) -> FloatArray:
    """Forget the boundaries that are cuts: a rise from black after a cut is no event more."""
    left = boundary.copy()
    for cut in cuts:
        left[max(cut.start - 1, 0) : cut.start + 2] = 0
    return left


def _gradual(boundary: FloatArray, during: FloatArray, run: Run) -> Found:
    """Weigh a gradual transition, and lay it around the frame that is most likely its middle."""
    inside = boundary[run.start : run.end]
    width = min(max(_WIDTH, len(inside) // _SHARE), len(inside))
    expected = np.convolve(inside, np.ones(width), "valid")
    first = int(expected.argmax())
    weights = inside[first : first + width] + 1e-6
    middle = run.start + first + float(np.average(np.arange(width), weights=weights))
    half = min(middle - run.start, run.end - middle) + 1
    start, end = max(run.start, round(middle - half)), min(run.end, round(middle + half))
    return Found(gradual_kind(during, run), start, end, min(float(expected[first]), 1.0))


def _hard(boundary: FloatArray, during: FloatArray, thresholds: Thresholds) -> list[Found]:
    """Find cuts: frames of which the model is surer than of those beside them."""
    found: list[Found] = []
    cuts = during[:, :_FIRST_GRADUAL]
    gradual = during[:, _FIRST_GRADUAL : len(KINDS)].sum(1)
    likely = np.where(cuts.sum(1) > gradual, boundary, 0)
    for frame in np.argsort(-likely, kind="stable").tolist():
        if likely[frame] < min(thresholds.cut, thresholds.jump_cut):
            break
        kind = KINDS[int(cuts[frame].argmax())]
        least = thresholds.jump_cut if kind == "jump_cut" else thresholds.cut
        alone = all(abs(frame - other.start) >= _NEAREST for other in found)
        inside = _NEAREST <= frame <= len(likely) - _NEAREST
        if inside and alone and likely[frame] >= least:
            found.append(Found(kind, frame, frame, float(likely[frame])))
    return found
