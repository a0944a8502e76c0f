"""Learn first from cuts that took long to find, as an apprentice does: expert iteration.

    python -m export.film.edit_agent.imitate --work WORK --minutes 8
    python -m export.film.edit_agent.imitate --work WORK --minutes 8 --models onnx_models

Begins with nothing, or with the agent in a folder of models. Reads WORK/experts.jsonl (see
`experts`), writes WORK/apprentice.pt: where `train` begins. Anthony, Tian and Barber 2017,
arXiv:1705.08439.
"""

from __future__ import annotations

import argparse
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import nn

from bridge.film.cutting.policy import MODEL_NAME
from bridge.runtime.registry import Registry
from export.film.edit_agent.descriptors import Descriptor, load_descriptors
from export.film.edit_agent.experts import Expert, drawn, load_experts, watched
from export.film.edit_agent.network import EditorNetwork
from export.film.edit_agent.ppo import decided
from export.film.edit_agent.rollouts import Course, Played, Step, course_of, padded, played_of
from export.film.edit_agent.weights import network_of

log = logging.getLogger("edit_agent")

FILE: Final = "apprentice.pt"


@dataclass(frozen=True)
class ImitationSettings:
    """How it is learned."""

    minutes: float = 8.0
    """After which it ends."""
    courses: int = 12
    """Shoots of one optimizer step."""
    learning_rate: float = 2e-3
    """At first; it falls to nothing."""
    value: float = 0.2
    """What a squared error of the value costs."""
    threads: int = 1
    """Of torch."""
    seed: int = 1


@dataclass(frozen=True, eq=False)
class Watched:
    """A course and how an expert cut it."""

    course: Course
    steps: list[Step]
    rewards: list[float]


def main() -> None:
    """Imitate."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder of the experts")
    parser.add_argument("--minutes", type=float, default=ImitationSettings.minutes)
    parser.add_argument("--seed", type=int, default=ImitationSettings.seed)
    parser.add_argument("--models", type=Path, help="begin with the agent in this folder")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    settings = ImitationSettings(minutes=arguments.minutes, seed=arguments.seed)
    experts = load_experts(arguments.work)
    watching = watch(load_descriptors(arguments.work, "train"), experts)
    log.info("%d cuts, %d pieces", len(watching), sum(len(one.steps) for one in watching))
    models = arguments.models
    parent = network_of(Registry(models).model(MODEL_NAME)) if models else None
    network = imitate(settings, watching, parent)
    torch.save({"model": network.state_dict()}, arguments.work / FILE)


def watch(descriptors: Sequence[Descriptor], experts: Sequence[Expert]) -> list[Watched]:
    """Draw again what experts cut, and see what they saw."""
    found = []
    for expert in experts:
        tables = drawn(descriptors, expert.number)
        pairs = list(watched(tables, expert.steps))
        steps = [Step(0, menu, place, 0.0, 0.0) for menu, place in pairs]
        if steps:
            rewards = [float(menu.rewards[place]) for menu, place in pairs]
            found.append(Watched(course_of(tables), steps, rewards))
    return found


def imitate(
    settings: ImitationSettings, watching: Sequence[Watched], parent: EditorNetwork | None = None
) -> EditorNetwork:
    """Train a network to do as experts did, and to expect what they earned.

    Args:
        settings: how.
        watching: what they did.
        parent: what is trained on; None: a new network.
    """
    torch.set_num_threads(settings.threads)
    torch.manual_seed(settings.seed)
    rng = np.random.default_rng(settings.seed)
    network = parent or EditorNetwork()
    optimizer = torch.optim.Adam(network.parameters(), lr=settings.learning_rate)
    begun, step = time.monotonic(), 0
    told = {"loss": 0.0, "agreed": 0.0, "value": 0.0}
    while (gone := (time.monotonic() - begun) / 60 / settings.minutes) < 1.0:
        for group in optimizer.param_groups:
            group["lr"] = settings.learning_rate * (1.0 - gone)
        chosen = _alike(watching, rng, settings.courses)
        played = _together(chosen)
        logits, value = decided(network, played, torch.arange(len(played.chosen)))
        loss = nn.functional.cross_entropy(logits, played.chosen)
        off = nn.functional.huber_loss(value, _to_go(played))
        optimizer.zero_grad()
        (loss + settings.value * off).backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        step += 1
        agreed = (logits.argmax(1) == played.chosen).float().mean().item()
        for name, figure in (("loss", loss.item()), ("agreed", agreed), ("value", off.item())):
            told[name] += 0.01 * (figure - told[name]) if step > 1 else figure
        if step % 100 == 0:
            log.info("%d %s", step, " ".join(f"{name} {told[name]:.4f}" for name in told))
    return network


def _alike(watching: Sequence[Watched], rng: np.random.Generator, count: int) -> list[Watched]:
    """Draw some courses of about one size, so that little is filled up."""
    drawn_ones = [watching[place] for place in rng.integers(len(watching), size=6 * count)]
    drawn_ones.sort(key=lambda one: len(one.course.shots))
    first = int(rng.integers(5 * count + 1))
    return drawn_ones[first : first + count]


def _together(chosen: Sequence[Watched]) -> Played:
    steps = [
        Step(episode, step.observation, step.chosen, 0.0, 0.0)
        for episode, one in enumerate(chosen)
        for step in one.steps
    ]
    rewards = [reward for one in chosen for reward in one.rewards]
    told = padded([one.course for one in chosen])
    return played_of(steps, rewards, np.arange(len(chosen)), told)


def _to_go(played: Played) -> torch.Tensor:
    """Give what each cut still earned from each step on, in pieces' worth."""
    sums = np.cumsum(played.rewards)
    ends = np.append(played.episode[1:] != played.episode[:-1], True)
    last = sums[np.flatnonzero(ends)]
    return torch.from_numpy((last[played.episode] - sums + played.rewards).astype(np.float32))


if __name__ == "__main__":
    main()
