"""How good findings are: F1 of events, as the field counts it, and what was found of each kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from export.film.shot_boundary.truth import Distractor, Event

TOLERANCE: Final = 1
"""A finding is right if it lies inside the transition, or so many frames beside it."""


@dataclass
class Score:
    """What was found, counted over films."""

    right: int = 0
    """Transitions that were found."""
    findings: int = 0
    """What was found, right or wrong."""
    truths: int = 0
    """Transitions that there are."""
    found: Counter[str] = field(default_factory=Counter)
    """Transitions that were found, by kind."""
    there: Counter[str] = field(default_factory=Counter)
    """Transitions that there are, by kind."""
    fooled: Counter[str] = field(default_factory=Counter)
    """Distractors in which something was found that is not there."""
    tried: Counter[str] = field(default_factory=Counter)
    """Distractors that there are."""

    @property
    def precision(self) -> float:
        """Share of the findings that are right."""
        return self.right / max(self.findings, 1)

    @property
    def recall(self) -> float:
        """Share of the transitions that were found."""
        return self.right / max(self.truths, 1)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.right / max(self.findings + self.truths, 1)

    @property
    def fooled_share(self) -> float:
        """Share of the distractors in which something was found."""
        return sum(self.fooled.values()) / max(sum(self.tried.values()), 1)

    def recall_of(self, kind: str) -> float:
        """Share of the transitions of one kind that were found."""
        return self.found[kind] / max(self.there[kind], 1)

    def add(
        self, frames: Sequence[int], events: Sequence[Event], distractors: Iterable[Distractor] = ()
    ) -> None:
        """Count one film.

        Args:
            frames: what was found: the frames at which new shots begin.
            events: what is true.
            distractors: what looks like a transition and is none.
        """
        left = sorted(frames)
        self.findings += len(left)
        self.truths += len(events)
        for event in sorted(events, key=lambda one: one.end - one.start):
            self.there[event.kind] += 1
            hit = _nearest(left, event)
            if hit is not None:
                left.remove(hit)
                self.right += 1
                self.found[event.kind] += 1
        for distractor in distractors:
            self.tried[distractor.what] += 1
            inside = range(distractor.start - TOLERANCE, distractor.end + TOLERANCE + 1)
            self.fooled[distractor.what] += any(frame in inside for frame in left)


def _nearest(frames: Sequence[int], event: Event) -> int | None:
    """Give the finding nearest to the middle of a transition; None: none is near enough."""
    near = [frame for frame in frames if event.start - TOLERANCE <= frame <= event.end + TOLERANCE]
    return min(near, key=lambda frame: abs(frame - event.middle), default=None)
