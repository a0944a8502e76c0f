"""The agent against searches with the prior, by the same reward and at equal compute.

    python -m export.music.melody_agent.referee --data DATA --prior PRIOR.pt --work WORK

Compute is steps of the network, which both have alike. To each wish, prior and agent write once,
write 64 melodies of which the best is kept, and search by beam: going on from bar to bar with the 8
beginnings of 64 that come to most by the reward of so many bars; or with the 2 of 16, for a wide
beam comes near to all that can be had. So each search with the prior has a counterpart with the
agent that takes as many steps. Writes WORK/referee.json.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import torch

from bridge.music.melody_events import goal_slots
from bridge.schema.goals import MelodyGoals
from export.music.melody_agent.excerpts import Excerpts, load_excerpts
from export.music.melody_agent.judging import Judge, plain_reward
from export.music.melody_agent.likelihood import likelihood_band, unlikeliness
from export.music.melody_agent.measure import both
from export.music.melody_agent.policy import load_network
from export.music.melody_agent.rollouts import Written, write
from export.music.melody_agent.wishes import Wish, Wishes, WishSettings
from export.networks.melody_network import MelodyPriorNetwork

log = logging.getLogger("melody_agent")

MANY: Final = 64
"""Melodies of the prior among which the best is kept, and continuations that a beam looks at."""
FEW: Final = 16
"""Continuations that a narrow beam looks at."""
BEAM: Final = 8
"""Of so many continuations, one is gone on with."""
WISHES: Final = 60


@dataclass(frozen=True)
class Arena:
    """Where writers meet."""

    prior: MelodyPriorNetwork
    agent: MelodyPriorNetwork
    judge: Judge
    """Without realness: the reward is one that anybody can compute."""


@dataclass(frozen=True, slots=True)
class Score:
    """What somebody reached on one wish."""

    reward: float
    """0..1."""
    steps: int
    """Of the network."""


def main() -> None:
    """Let them write, and say who wins."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the corpora")
    parser.add_argument("--prior", type=Path, required=True, help="checkpoint of the prior")
    parser.add_argument("--work", type=Path, required=True, help="folder of the checkpoints")
    parser.add_argument("--wishes", type=int, default=WISHES)
    parser.add_argument("--threads", type=int, default=2, help="of torch")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(arguments.threads)
    excerpts = load_excerpts(arguments.data, arguments.work)
    prior = load_network(arguments.prior)
    likely = likelihood_band(prior, excerpts["train"], np.random.default_rng(1))
    arena = Arena(prior, load_network(arguments.work / "agent.pt"), Judge(likely=likely))
    held_out = both(excerpts["validation"], excerpts["test"])
    verdict = compared(arena, wishes_of(held_out, arguments.wishes))
    log.info("%s", json.dumps(verdict, indent=1))
    (arguments.work / "referee.json").write_text(json.dumps(verdict, indent=1), encoding="utf-8")


def wishes_of(excerpts: Excerpts, count: int) -> list[Wish]:
    """Draw wishes, half of them free."""
    rng = np.random.default_rng(5)
    wishes = Wishes(excerpts, WishSettings())
    return [wishes.draw(rng) for _ in range(count)]


def compared(arena: Arena, wishes: Sequence[Wish]) -> dict[str, dict[str, float]]:
    """Let both write to every wish, in every way.

    Returns:
        For each way: its mean reward, its steps of the network for a melody, and the share of
        wishes on which each way of the agent comes to more.
    """
    scores: dict[str, list[Score]] = {}
    for number, wish in enumerate(wishes):
        found: dict[str, Score] = {}
        for name, network in (("agent", arena.agent), ("prior", arena.prior)):
            chance = torch.Generator().manual_seed(number)
            found[f"{name} once"] = best_of(arena, network, wish, 1, chance)
            found[f"{name}, best of {MANY}"] = best_of(arena, network, wish, MANY, chance)
            found[f"{name}, beam"] = beam_search(arena, network, wish, chance)
            chance = torch.Generator().manual_seed(number)
            found[f"{name}, narrow beam"] = beam_search(arena, network, wish, chance, many=FEW)
        for name, score in found.items():
            scores.setdefault(name, []).append(score)
        shown = {name: (round(score.reward, 3), score.steps) for name, score in found.items()}
        log.info("wish %d: %s", number, shown)
    rewards = {name: np.array([score.reward for score in own]) for name, own in scores.items()}
    steps = {name: float(np.mean([score.steps for score in own])) for name, own in scores.items()}
    return {
        name: {
            "reward": float(own.mean()),
            "standard error": float(own.std() / np.sqrt(len(own))),
            "steps": steps[name],
            **{
                f"beaten by {other}": float((rewards[other] > own).mean())
                for other in rewards
                if other.startswith("agent")
            },
        }
        for name, own in rewards.items()
    }


def best_of(
    arena: Arena,
    network: MelodyPriorNetwork,
    wish: Wish,
    count: int,
    chance: torch.Generator,
) -> Score:
    """Let a network write some melodies, and keep the best."""
    written = write(network, [wish] * count, chance, lead=network is arena.agent)
    rewards = rewards_of(arena, written)
    return Score(float(max(rewards)), sum(melody.steps for melody in written))


def rewards_of(arena: Arena, written: Sequence[Written]) -> list[float]:
    """Judge melodies."""
    nats = unlikeliness(arena.prior, written).tolist()
    return [
        plain_reward(arena.judge, melody.notes, melody.wish.goals, unlikely)[0]
        for melody, unlikely in zip(written, nats, strict=True)
    ]


def beam_search(
    arena: Arena,
    network: MelodyPriorNetwork,
    wish: Wish,
    chance: torch.Generator,
    *,
    many: int = MANY,
) -> Score:
    """Search with a network from bar to bar, going on with what comes to most so far.

    Beginnings are gone on with from where they stopped: only new events count as steps, as if
    their keys and values had been kept.
    """
    goals = wish.goals
    beginnings, steps = [wish] * many, 0
    bar = _bar_after(wish)
    written: list[Written] = []
    while True:
        stop = goal_slots(replace(goals, bars=bar))
        lead = network is arena.agent
        written = write(network, beginnings, chance, stops=[stop] * many, lead=lead)
        steps += sum(melody.steps for melody in written)
        if bar >= goals.bars:
            break
        rewards = rewards_of(arena, [_begun(melody, bar) for melody in written])
        best = np.argsort(rewards)[-(many // BEAM) :]
        beginnings = [
            replace(wish, primer=written[row].events) for row in best for _ in range(BEAM)
        ]
        bar += 1
    finals = [replace(melody, wish=wish) for melody in written]
    return Score(float(max(rewards_of(arena, finals))), steps)


def _bar_after(wish: Wish) -> int:
    """Give the first bar line, counted in bars, after the motif that was given."""
    slots = wish.primer.total_slots
    return next(
        bar
        for bar in range(1, wish.goals.bars + 1)
        if goal_slots(replace(wish.goals, bars=bar)) > slots or bar == wish.goals.bars
    )


def _begun(melody: Written, bars: int) -> Written:
    """Cut a melody at a bar line, with goals that are as long, so that it can be judged."""
    goals: MelodyGoals = replace(melody.wish.goals, bars=bars)
    cut = melody.events.before(goal_slots(goals))
    return Written(replace(melody.wish, goals=goals), cut, min(melody.given, len(cut)))


if __name__ == "__main__":
    main()
