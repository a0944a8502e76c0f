"""What a melody is worth to the agent, by every reward that it has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from bridge.music.rewards.bands import Band
from bridge.music.rewards.hits import goal_hits
from bridge.music.rewards.profile import ROWS, as_rows, melody_profile
from bridge.music.rewards.weights import RewardWeights, total
from bridge.schema.goals import MelodyGoals
from bridge.schema.notes import Note
from export.music.melody_agent.realness import Realness

LOCAL: Final = (
    "in_key", "leaps_resolved", "moves_by_step", "no_excessive_repetition",
    "chord_tones_on_strong_beats", "in_range", "register_met", "density_met", "mood_met",
)  # fmt: skip
"""Rewards that bars earn one by one: shares and means over notes or beats."""

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
    hits_weight: float = 0.0
    """How much the share of goals counts that are hit as `bridge.music.rewards.hits` has it; >= 0.
    The other rewards say how near, and leave the last step to the bar undone."""
    bar_by_bar: bool = False
    """Whether to say what each bar earns, which takes longer."""
    others: Mapping[str, Reward] = field(default_factory=dict)
    """Rewards from elsewhere, such as a person's taste, by the name of their weight."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What one melody is worth."""

    reward: float
    """0..1."""
    parts: dict[str, float]
    """Each reward by name, 0..1."""
    by_bar: npt.NDArray[np.float64]
    """float64 [bar]: what each bar adds to the reward, as far as that can be said of bars."""
    profile: npt.NDArray[np.float64]
    """float64 [row]; all NaN for a melody without notes."""

    @property
    def rest(self) -> float:
        """What only the whole melody has earned."""
        return self.reward - float(self.by_bar.sum())


def plain_reward(
    judge: Judge, notes: tuple[Note, ...], goals: MelodyGoals, nats: float | None
) -> tuple[float, dict[str, float]]:
    """Give the reward, and its parts, that anybody can compute: without realness and hits.

    Args:
        judge: what counts.
        notes: in the key of the goals.
        goals: what was asked for.
        nats: how unlikely the prior finds an event of it, on average; None: nobody asked it.
    """
    others = {name: reward(notes, goals) for name, reward in judge.others.items()}
    if judge.likely is not None and nats is not None:
        others["likelihood"] = judge.likely.score(nats)
    return total(notes, goals, judge.weights, others=others)


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
        return Judged(0.0, {}, np.zeros(goals.bars), np.full(len(ROWS), np.nan))
    reward, parts = plain_reward(judge, notes, goals, nats)
    weight = sum(getattr(judge.weights, name) for name in parts)
    profile = as_rows([melody_profile(notes, goals)])[0]
    for name, value, counts in _more(judge, notes, goals, profile):
        reward = (weight * reward + counts * value) / (weight + counts)
        weight, parts = weight + counts, parts | {name: value}
    by_bar = np.zeros(goals.bars)
    if judge.bar_by_bar and weight > 0.0:
        by_bar = _by_bar(notes, goals, judge.weights) / weight
    return Judged(reward, parts, by_bar, profile)


def _more(
    judge: Judge,
    notes: tuple[Note, ...],
    goals: MelodyGoals,
    profile: npt.NDArray[np.float64],
) -> Iterator[tuple[str, float, float]]:
    """Give name, value and weight of the rewards that only the agent's training has."""
    if judge.realness is not None and judge.realness_weight > 0.0:
        yield "realness", float(judge.realness.score(profile[None])[0]), judge.realness_weight
    met = goal_hits(notes, goals) if judge.hits_weight > 0.0 else {}
    if met:
        yield "goals_hit", sum(met.values()) / len(met), judge.hits_weight


def _by_bar(
    notes: tuple[Note, ...], goals: MelodyGoals, weights: RewardWeights
) -> npt.NDArray[np.float64]:
    """Say what each bar adds to the weighed sum of the local rewards: float64 [bar].

    After k of K bars, k / K of the sum over what was written so far has been earned; of rewards
    that are means over bars, each bar earns its own. In all it is the sum over the whole melody.
    """
    local = _only_local(weights)
    earned = np.zeros(goals.bars + 1)
    for bars in range(1, goals.bars + 1):
        begun = replace(goals, bars=bars)
        until = begun.length_ticks
        heard = tuple(
            note
            if note.end_ticks <= until
            else replace(note, duration_ticks=until - note.onset_ticks)
            for note in notes
            if note.onset_ticks < until
        )
        mean, parts = total(heard, begun, local)
        earned[bars] = mean * sum(getattr(local, name) for name in parts) * bars / goals.bars
    return np.diff(earned)


@lru_cache(maxsize=64)
def _only_local(weights: RewardWeights) -> RewardWeights:
    names = [field.name for field in fields(RewardWeights) if field.name not in LOCAL]
    return replace(weights, **dict.fromkeys(names, 0.0))
