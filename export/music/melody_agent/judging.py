"""What a melody is worth to the agent, by every reward that it has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from bridge.music.rewards.bands import Band
from bridge.music.rewards.profile import ROWS, as_rows, melody_profile
from bridge.music.rewards.weights import RewardWeights, total
from bridge.schema.goals import MelodyGoals
from bridge.schema.notes import Note
from export.music.melody_agent.realness import Realness

Reward = Callable[[tuple[Note, ...], MelodyGoals], float]


@dataclass(frozen=True)
class Judge:
    """What counts, and how much."""

    weights: RewardWeights = field(default_factory=RewardWeights)
    likely: Band | None = None
    """Nats an event under the prior that real phrases have; None: likelihood is not judged."""
    realness: Realness | None = None
    realness_weight: float = 2.0
    """How much realness counts, beside the weights of the other rewards; >= 0."""
    others: Mapping[str, Reward] = field(default_factory=dict)
    """Rewards from elsewhere, such as a person's taste, by the name of their weight."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What one melody is worth."""

    reward: float
    """0..1."""
    parts: dict[str, float]
    """Each reward by name, 0..1."""
    profile: npt.NDArray[np.float64]
    """float64 [row]; all NaN for a melody without notes."""


def judged(
    judge: Judge, notes: tuple[Note, ...], goals: MelodyGoals, nats: float | None = None
) -> Judged:
    """Judge a melody.

    Args:
        judge: what counts.
        notes: in the key of the goals.
        goals: what was asked for.
        nats: how unlikely the prior finds an event of it, on average; None: nobody asked it.
    """
    if not notes:
        return Judged(0.0, {}, np.full(len(ROWS), np.nan))
    others = {name: reward(notes, goals) for name, reward in judge.others.items()}
    if judge.likely is not None and nats is not None:
        others["likelihood"] = judge.likely.score(nats)
    reward, parts = total(notes, goals, judge.weights, others=others)
    profile = as_rows([melody_profile(notes, goals)])[0]
    if judge.realness is not None and judge.realness_weight > 0.0:
        realness = float(judge.realness.score(profile[None])[0])
        weight = sum(getattr(judge.weights, name) for name in parts)
        both = weight + judge.realness_weight
        reward = (weight * reward + judge.realness_weight * realness) / both
        parts = parts | {"realness": realness}
    return Judged(reward, parts, profile)
