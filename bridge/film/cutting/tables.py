"""What planners, agent and scores share: a shoot measured for a brief, and a cut so far."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from bridge.film.cutting.rules import continuity, joint_fits, jumps, looks_alike
from bridge.film.cutting.shoot import SHORTEST_SECONDS
from bridge.film.cutting.styles import PARTS
from bridge.schema.cutting import JOINTS

if TYPE_CHECKING:
    from bridge.film.cutting.brief import Brief
    from bridge.film.cutting.candidates import Candidates
    from bridge.film.cutting.shoot import Shoot
    from bridge.schema.arrays import AnyArray

JOINT_SECONDS: Final = (0.0, 0.8, 0.7, 0.5, 0.5)
"""How long each of `JOINTS` usually lasts."""
REMEMBERED: Final = 4
"""So many pieces back does an audience remember a picture."""
RETURN_SECONDS: Final = 20.0
"""After so long a shot shows something new."""


@dataclass(frozen=True, eq=False)
class Tables:
    """A shoot and a brief, measured once; `tables_of` makes it."""

    shoot: Shoot
    """The footage."""
    brief: Brief
    """What is asked for."""
    candidates: Candidates
    """What may be shown."""
    weights: AnyArray
    """float [part]: of `PARTS`, 1 in all."""

    @cached_property
    def total_frames(self) -> int:
        """Count the frames of the whole cut."""
        return max(1, round(self.brief.seconds * self.brief.frame_rate))

    @cached_property
    def least_frames(self) -> int:
        """Count the frames of the shortest piece."""
        return max(2, int(np.ceil(SHORTEST_SECONDS * self.brief.frame_rate)))

    @cached_property
    def usual_shot_seconds(self) -> float:
        """Give how long a usual shot of the footage can be shown."""
        return float(np.median(self.shoot.seconds[self.shoot.usable]))

    @cached_property
    def turns(self) -> AnyArray:
        """Say how often each shot may be shown before others must be, int [shot].

        In a long shot things go on, so that it can be come back to.
        """
        if self.brief.returns:
            return np.full(len(self.shoot), np.iinfo(int).max)
        turns: AnyArray = 1 + (self.shoot.seconds / RETURN_SECONDS).astype(int)
        return turns

    @cached_property
    def flows(self) -> AnyArray:
        """Say how well each shot follows each other, float32 [before, after]."""
        return continuity(self.shoot)

    @cached_property
    def fits(self) -> AnyArray:
        """Say how well each way to begin suits, float32 [joint, before, after]."""
        return joint_fits(self.shoot)

    @cached_property
    def jumping(self) -> AnyArray:
        """Say between which shots a cut jumps, bool [before, after]."""
        return jumps(self.shoot)

    @cached_property
    def alike(self) -> AnyArray:
        """Give the likeness of all pairs of shots, float32 [before, after]."""
        return looks_alike(self.shoot)

    @cached_property
    def worth(self) -> AnyArray:
        """Say how much showing each shot's set-up counts, float [shot]: its best take's."""
        each = self.shoot.importance * np.where(self.shoot.key, 2.0, 1.0) + 0.05
        best = np.zeros(int(self.shoot.take.max()) + 1)
        np.maximum.at(best, self.shoot.take, np.where(self.shoot.usable, each, 0.0))
        worth: AnyArray = np.where(self.shoot.best, 1.0, 0.8) * best[self.shoot.take]
        return worth

    @cached_property
    def most_worth(self) -> float:
        """Give the worth of the best set-ups that a cut of usual pieces has room for."""
        best = np.zeros(int(self.shoot.take.max()) + 1)
        np.maximum.at(best, self.shoot.take, self.worth * self.shoot.usable)
        usual = float(np.mean(self.brief.lengths))
        room = max(1, round(self.brief.seconds / usual))
        return float(np.sort(best)[::-1][:room].sum()) or 1.0

    @cached_property
    def liked(self) -> AnyArray:
        """Say how much the editor will like each shot, float [shot], 0..1."""
        taste = self.brief.taste
        if taste is None:
            return np.full(len(self.shoot), 0.5)
        said = np.clip(taste(self.shoot.shots), -1.0, 1.0)
        liked: AnyArray = (1 + said) / 2
        return liked

    @cached_property
    def shown_well(self) -> AnyArray:
        """Give the `quality` of each shot, float [shot]."""
        shown: AnyArray = 0.85 * self.shoot.quality + 0.15 * self.shoot.best
        return shown

    @cached_property
    def head_room(self) -> AnyArray:
        """Give the seconds of its shot before each candidate, float [candidate]."""
        room: AnyArray = self.candidates.start - self.shoot.start[self.candidates.shot]
        return room

    @cached_property
    def beats(self) -> AnyArray:
        """Give the frames of the cut that are on beats, int [beat], rising."""
        found: AnyArray = np.round(np.array(self.brief.beats) * self.brief.frame_rate).astype(int)
        return found

    @cached_property
    def film_sounds(self) -> AnyArray:
        """Say of each shot whether its film has sound, bool [shot]."""
        sounds = np.array([film.analysis.sound is not None for film in self.shoot.films])
        heard: AnyArray = sounds[self.shoot.film]
        return heard


@dataclass(frozen=True, eq=False)
class Running:
    """A cut so far."""

    frames: int
    """How long it is."""
    last_end: float
    """Where its last piece ended, in seconds of its film."""
    recent: tuple[int, ...]
    """The last four shots, the latest first."""
    open: AnyArray
    """bool [candidate]: its beginning is not in the cut yet."""
    ceiling: AnyArray
    """float [candidate]: it must end before that, where what is in the cut begins; infinite where
    nothing later of its shot is."""
    shown: AnyArray
    """int [shot]: pieces of it."""
    joints: AnyArray
    """int [joint]: how many pieces begin so."""
    takes: AnyArray
    """bool [take]: set-ups that were shown."""
    covered: float
    """Worth of those."""
    sums: AnyArray
    """float [part]: the score so far, before it is weighted."""
    chosen: tuple[tuple[int, int, int], ...] = ()
    """Candidate, joint and frames of each piece."""

    @property
    def count(self) -> int:
        """Count its pieces."""
        return len(self.chosen)

    @property
    def last(self) -> int:
        """Give the index of its last candidate; -1: nothing yet."""
        return self.chosen[-1][0] if self.chosen else -1

    @classmethod
    def of(cls, tables: Tables) -> Running:
        """Begin a cut."""
        return cls(
            frames=0,
            last_end=0.0,
            recent=(),
            open=np.ones(len(tables.candidates), bool),
            shown=np.zeros(len(tables.shoot), int),
            ceiling=np.full(len(tables.candidates), np.inf),
            joints=np.zeros(len(JOINTS), int),
            takes=np.zeros(int(tables.shoot.take.max()) + 1, bool),
            covered=0.0,
            sums=np.zeros(len(PARTS)),
        )


def tables_of(shoot: Shoot, brief: Brief, candidates: Candidates) -> Tables:
    """Measure a shoot for a brief."""
    weights = np.array([max(0.0, brief.weights.get(part, 0.0)) for part in PARTS])
    return Tables(shoot, brief, candidates, weights / weights.sum())
