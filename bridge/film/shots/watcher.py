"""Watch a film for its shots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from opentimelineio.opentime import RationalTime, TimeRange

from bridge.film.shots.decoding import (
    HARD_KINDS,
    Found,
    Run,
    Thresholds,
    film_edges,
    find_transitions,
)
from bridge.film.shots.looking import TAP, FrameJudge
from bridge.schema.shots import Transition

if TYPE_CHECKING:
    from bridge.runtime.card import Card
    from bridge.runtime.session import Model
    from bridge.schema.frames import Frame


@dataclass(frozen=True, slots=True)
class ShotReport:
    """Where the shots of a film are."""

    transitions: tuple[Transition, ...]
    """From one shot to the next, in order."""
    fades_in: TimeRange | None
    """The film rises from black or another colour at its beginning."""
    fades_out: TimeRange | None
    """The film sinks into black or another colour at its end."""


class ShotWatcher:
    """Finds the shots of a film while its frames pass by.

    Args:
        model: `film/shot_boundary`.
    """

    tap = TAP
    """What it wants to see: every frame."""

    def __init__(self, model: Model) -> None:
        self._judge = FrameJudge(model)
        self._card = model.card
        self._times: list[float] = []
        self._rate = 1.0

    def see(self, frame: Frame) -> None:
        """Take the next frame."""
        self._judge.see(frame.pictures[self.tap])
        self._times.append(frame.at.value)
        self._rate = frame.at.rate

    def finish(self) -> ShotReport:
        """Say where the shots are; once, after the last frame."""
        boundary, during = self._judge.finish()
        thresholds = thresholds_of(self._card)
        found = find_transitions(boundary, during, thresholds)
        rises, sinks = film_edges(during, found, thresholds)
        return ShotReport(
            tuple(self._transition(one) for one in found), self._edge(rises), self._edge(sinks)
        )

    def _edge(self, run: Run | None) -> TimeRange | None:
        return self._span(run.start, run.end) if run else None

    def _transition(self, found: Found) -> Transition:
        confidence = calibrated(self._card, found)
        return Transition(found.kind, self._span(found.start, found.end), confidence)

    def _span(self, start: int, end: int) -> TimeRange:
        """Give the time from one frame to another; the one after the last lasts as the last."""
        begin, finish = self._time(start), self._time(end)
        return TimeRange(RationalTime(begin, self._rate), RationalTime(finish - begin, self._rate))

    def _time(self, frame: int) -> float:
        if frame < len(self._times):
            return self._times[frame]
        step = self._times[-1] - self._times[-2] if len(self._times) > 1 else 1
        return self._times[-1] + step * (frame - len(self._times) + 1)


def thresholds_of(card: Card) -> Thresholds:
    """Read off a card how sure its model must be.

    Raises:
        CardError: it does not say.
    """
    return Thresholds(*card.numbers("thresholds"))


def calibrated(card: Card, found: Found) -> float:
    """Say how many of a hundred findings like this are right, as a share.

    The model's score is stretched to what was right on validation films (Platt 1999), otherwise
    for cuts than for transitions that take time.

    Raises:
        CardError: it does not say.
    """
    numbers = card.numbers("calibration")
    slope, shift = numbers[:2] if found.kind in HARD_KINDS else numbers[2:]
    score = float(np.clip(found.score, 1e-4, 1 - 1e-4))
    return float(1 / (1 + np.exp(-(slope * np.log(score / (1 - score)) + shift))))
