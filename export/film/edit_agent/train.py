"""Train the agent to cut: `python -m export.film.edit_agent.train --work WORK --minutes 40`.

WORK holds the descriptors that `export.film.edit_agent.descriptors` gathered, and the apprentice of
`export.film.edit_agent.imitate`, with which it begins. Resumes from WORK/agent.pt when it is there.
"""

from __future__ import annotations

import argparse
import json
import logging
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np
import torch

from export.film.edit_agent.asks import AskSettings, draw_tables
from export.film.edit_agent.descriptors import Descriptor, load_descriptors
from export.film.edit_agent.imitate import FILE as APPRENTICE
from export.film.edit_agent.network import EditorNetwork
from export.film.edit_agent.ppo import PpoSettings, improve, lesson_of
from export.film.edit_agent.rollouts import Course, course_of, play

log = logging.getLogger("edit_agent")

CHECKPOINT = "agent.pt"
BEST = "best.pt"
_JUDGED_CUTS: Final = 8


@dataclass(frozen=True)
class AgentSettings:
    """How the agent is trained."""

    iterations: int = 2000
    """Batches of cuts."""
    minutes: float = 40.0
    """After which it ends in any case, all sittings together."""
    courses: int = 8
    """Shoots of a batch; all are of about one size."""
    group: int = 16
    """Cuts of each shoot."""
    value_iterations: int = 4
    """Batches at the start from which only the value learns."""
    learning_rate: float = 2e-4
    """At first; it falls with the time that is left, to a tenth."""
    ppo: PpoSettings = field(default_factory=PpoSettings)
    asks: AskSettings = field(default_factory=AskSettings)
    threads: int = 1
    """Of torch."""
    seed: int = 1
    checkpoint_every: int = 10
    """Batches between checkpoints."""
    judge_every: int = 10
    """Batches between looks at how well it does on shoots of validation."""
    judged: int = 32
    """Shoots of validation."""


@dataclass
class Standing:
    """Where training is."""

    network: EditorNetwork
    optimizer: torch.optim.Optimizer
    iteration: int = 0
    seconds: float = 0.0
    best: float = -1e9


def main() -> None:
    """Train or resume, with a line of figures for every batch."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder of the descriptors")
    parser.add_argument("--iterations", type=int, default=AgentSettings.iterations)
    parser.add_argument("--minutes", type=float, default=AgentSettings.minutes)
    parser.add_argument("--seed", type=int, default=AgentSettings.seed)
    parser.add_argument("--threads", type=int, default=AgentSettings.threads, help="of torch")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    settings = AgentSettings(
        iterations=arguments.iterations,
        minutes=arguments.minutes,
        seed=arguments.seed,
        threads=arguments.threads,
    )
    train(
        settings,
        load_descriptors(arguments.work, "train"),
        load_descriptors(arguments.work, "validation"),
        arguments.work,
    )


def train(
    settings: AgentSettings,
    descriptors: Sequence[Descriptor],
    held_out: Sequence[Descriptor],
    work: Path,
) -> EditorNetwork:
    """Train until the batches or the minutes are over.

    Args:
        settings: how.
        descriptors: real shots to learn from.
        held_out: of other films, by which the best network is told.
        work: holds the checkpoints.
    """
    torch.set_num_threads(settings.threads)
    torch.manual_seed(settings.seed)
    standing = _resumed(work / CHECKPOINT, settings)
    judged_on = judging_courses(held_out, settings)
    while standing.iteration < settings.iterations and standing.seconds < 60 * settings.minutes:
        begun = time.monotonic()
        rng = np.random.default_rng((settings.seed, standing.iteration))
        figures = _batch(standing, descriptors, settings, rng)
        standing.iteration += 1
        if standing.iteration % settings.judge_every == 0:
            figures["validation"] = judged(standing.network, judged_on)
            if figures["validation"] > standing.best:
                standing.best = figures["validation"]
                torch.save({"model": standing.network.state_dict()}, work / BEST)
        standing.seconds += time.monotonic() - begun
        words = " ".join(f"{name} {value:.4g}" for name, value in figures.items())
        log.info("%d %.0f s %s", standing.iteration, standing.seconds, words)
        if standing.iteration % settings.checkpoint_every == 0:
            _keep(standing, settings, work / CHECKPOINT)
    _keep(standing, settings, work / CHECKPOINT)
    return standing.network


def judged(network: EditorNetwork, courses: Sequence[Course]) -> float:
    """Give the mean score of the best of eight cuts by chance, on some courses."""
    played = play(network, courses, np.random.default_rng(0), group=_JUDGED_CUTS)
    scores = np.array(played.scores(courses)).reshape(len(courses), _JUDGED_CUTS)
    return float(scores.max(axis=1).mean())


def judging_courses(held_out: Sequence[Descriptor], settings: AgentSettings) -> list[Course]:
    """Draw the courses of validation, of all sizes; always the same."""
    rng = np.random.default_rng(7)
    sizes = np.geomspace(8, settings.asks.most_shots, settings.judged).round().astype(int)
    return [course_of(draw_tables(held_out, rng, settings.asks, shots=int(size))) for size in sizes]


def _batch(
    standing: Standing,
    descriptors: Sequence[Descriptor],
    settings: AgentSettings,
    rng: np.random.Generator,
) -> dict[str, float]:
    """Cut and learn from it."""
    gone = standing.seconds / (60 * settings.minutes)
    for group in standing.optimizer.param_groups:
        group["lr"] = settings.learning_rate * max(0.1, 1.0 - gone)
    courses = _courses(descriptors, rng, settings.courses, settings)
    begun = time.monotonic()
    played = play(standing.network, courses, rng, group=settings.group)
    cut = time.monotonic() - begun
    ppo = replace(settings.ppo, policy=standing.iteration >= settings.value_iterations)
    done = improve(standing.network, standing.optimizer, lesson_of(played, ppo), ppo, rng)
    scores = played.scores(courses)
    return {
        "score": float(np.mean(scores)),
        "pieces": len(played.rewards) / len(scores),
        **done.figures(),
        "cutting s": cut,
    }


def _courses(
    descriptors: Sequence[Descriptor],
    rng: np.random.Generator,
    count: int,
    settings: AgentSettings,
) -> list[Course]:
    """Draw shoots; so that little is filled up, those of a batch differ little in size."""
    asks = settings.asks
    size = int(np.exp(rng.uniform(np.log(5), np.log(asks.most_shots))))
    found = []
    for _ in range(count):
        shots = int(np.clip(size * rng.uniform(0.7, 1.4), 5, asks.most_shots))
        found.append(course_of(draw_tables(descriptors, rng, asks, shots=shots)))
    return found


def _resumed(checkpoint: Path, settings: AgentSettings) -> Standing:
    network = EditorNetwork()
    optimizer = torch.optim.Adam(network.parameters(), lr=settings.learning_rate)
    standing = Standing(network, optimizer)
    apprentice = checkpoint.with_name(APPRENTICE)
    if apprentice.exists():
        network.load_state_dict(torch.load(apprentice, weights_only=True)["model"])
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        network.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        standing.iteration, standing.seconds = state["iteration"], state["seconds"]
        standing.best = state["best"]
    return standing


def _keep(standing: Standing, settings: AgentSettings, checkpoint: Path) -> None:
    """Write a checkpoint as a whole: who is stopped meanwhile keeps the one before."""
    draft = checkpoint.with_suffix(".draft")
    state = {
        "model": standing.network.state_dict(),
        "optimizer": standing.optimizer.state_dict(),
        "iteration": standing.iteration,
        "seconds": standing.seconds,
        "best": standing.best,
        "settings": json.dumps(asdict(replace(settings))),
    }
    torch.save(state, draft)
    draft.replace(checkpoint)


if __name__ == "__main__":
    main()
