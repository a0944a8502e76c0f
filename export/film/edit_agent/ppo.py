"""Proximal policy optimisation with a bound on how far the policy goes from the rules.

Schulman et al. 2017, arXiv:1707.06347. A choice gains what its cut adds to the best of several: see
`best_gains`. What is to be expected is learned beside it, by generalised advantages (Schulman et
al. 2016, arXiv:1506.02438), for it makes the network look ahead. What may not be chosen has no
probability, in the policy and in the rules (Huang and Ontanon 2022, arXiv:2006.14171). The rules
choose by what an action gains at once; the divergence of the policy from them is known exactly, and
part of the loss, as is its entropy.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb
from typing import Final

import numpy as np
import torch
from torch import Tensor, nn

from bridge.film.cutting.observing import GAIN
from bridge.preference.beliefs import RealArray
from bridge.schema.arrays import AnyArray, FloatArray
from export.film.edit_agent.network import EditorNetwork, Seen
from export.film.edit_agent.rollouts import Played

_LONGEST_GRADIENT: Final = 0.5
_RULES: Final = 25.0
"""Logits for each piece's worth of gain, of the rules."""
_LOW: Final = -1e9


@dataclass(frozen=True)
class PpoSettings:
    """How the policy is moved."""

    clip: float = 0.2
    """How far the ratio of new to old probability counts."""
    epochs: int = 2
    """Times that every piece is learned from."""
    minibatch: int = 256
    """Pieces of one optimizer step."""
    decay: float = 0.97
    """Lambda of the generalised advantages; nothing is discounted."""
    entropy: float = 0.003
    """What a nat of entropy is worth, in standard deviations of the advantage."""
    rules: float = 0.003
    """What a nat away from the rules costs, likewise."""
    value: float = 0.5
    """What a squared error of the value costs."""
    best_of: int = 8
    """The best of so many cuts is to grow."""
    policy: bool = True
    """Learn what to do; else only what to expect."""
    stop_kl: float = 0.03
    """Nats a piece between old and new policy after which a batch is learned from no more."""


@dataclass
class Done:
    """What happened in the optimizer steps of one batch."""

    value_loss: float = 0.0
    entropy: float = 0.0
    away: float = 0.0
    moved: float = 0.0
    steps: int = 0

    def figures(self) -> dict[str, float]:
        """Give means over the steps, and how far the last one moved."""
        steps = max(1, self.steps)
        return {
            "value loss": self.value_loss / steps,
            "entropy": self.entropy / steps,
            "from rules": self.away / steps,
            "moved": self.moved,
        }


@dataclass(frozen=True)
class Lesson:
    """What is to be learned from cuts that were made."""

    played: Played
    gain: Tensor
    """float32 [step]: what each choice gained, of mean 0 and deviation 1."""
    returns: Tensor
    """float32 [step]: what should have been expected."""


def lesson_of(played: Played, settings: PpoSettings) -> Lesson:
    """Work out what each choice gained, and what should have been expected."""
    values = played.values.numpy()
    better = advantages(played.rewards, values, played.episode, settings.decay)
    first = np.unique(played.episode, return_index=True)[1]
    cuts = best_gains(played.totals(), played.course.numpy()[first], settings.best_of)
    gain = torch.from_numpy(cuts[played.episode])
    gain = (gain - gain.mean()) / (gain.std() + 1e-6)
    return Lesson(played, gain, torch.from_numpy(better) + played.values)


def best_gains(totals: FloatArray, course: AnyArray, best_of: int) -> FloatArray:
    """Say by how much each cut raises the best of some cuts of its shoot.

    Only the best of many cuts is ever shown, so that is what is to grow, not their mean: a cut
    counts by what it adds to the best of `best_of - 1` others, drawn from those that were made, and
    beside the other cuts of its shoot (Walder and Karkhanis 2025, arXiv:2505.15201).

    Args:
        totals: float32 [cut]: what each earned.
        course: int [cut]: of which shoot it is.
        best_of: how many, >= 2; where a shoot has fewer cuts, all of them.

    Returns:
        float32 [cut], in deviations of what the cuts of its shoot earned, of mean 0 for each shoot.
    """
    found = np.zeros(len(totals), np.float32)
    for one in np.unique(course):
        places = np.flatnonzero(course == one)
        own = totals[places].astype(np.float64)
        if len(own) < 2:
            continue
        chances = _chances_of_best(len(own) - 1, min(best_of, len(own)) - 1)
        for place in range(len(own)):
            others = np.sort(np.delete(own, place))
            found[places[place]] = chances @ np.maximum(0.0, own[place] - others)
        found[places] -= found[places].mean()
        found[places] /= own.std() + 1e-6
    return found


def _chances_of_best(count: int, drawn: int) -> RealArray:
    """Say how likely each of some, from the worst on, is the best of those that are drawn."""
    return np.array([comb(place, drawn - 1) for place in range(count)]) / comb(count, drawn)


def advantages(
    rewards: FloatArray, values: FloatArray, episode: FloatArray, decay: float
) -> FloatArray:
    """Give generalised advantages.

    Args:
        rewards: float32 [step], the steps of one episode after each other.
        values: float32 [step]: what was expected before each.
        episode: int [step]: the number of its episode.
        decay: lambda, 0..1.

    Returns:
        float32 [step].
    """
    found = np.zeros(len(rewards), np.float32)
    after, running = 0.0, 0.0
    for step in reversed(range(len(rewards))):
        if step + 1 == len(rewards) or episode[step + 1] != episode[step]:
            after, running = 0.0, 0.0
        running = rewards[step] + after - values[step] + decay * running
        found[step], after = running, values[step]
    return found


def improve(
    network: EditorNetwork,
    optimizer: torch.optim.Optimizer,
    lesson: Lesson,
    settings: PpoSettings,
    rng: np.random.Generator,
) -> Done:
    """Learn from a batch of cuts.

    Args:
        network: changed in place.
        optimizer: of it.
        lesson: what to learn.
        settings: how.
        rng: shuffles the choices.
    """
    done = Done()
    count = len(lesson.gain)
    for _ in range(settings.epochs):
        order = rng.permutation(count)
        for start in range(0, count, settings.minibatch):
            rows = torch.from_numpy(order[start : start + settings.minibatch])
            losses = _losses(network, lesson, rows, settings)
            if losses.moved > settings.stop_kl:
                return done
            loss = settings.value * losses.value + (losses.policy if settings.policy else 0.0)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(network.parameters(), _LONGEST_GRADIENT)
            optimizer.step()
            done.value_loss += losses.value.item()
            done.entropy += losses.entropy
            done.away += losses.away
            done.moved, done.steps = losses.moved, done.steps + 1
    return done


@dataclass(frozen=True)
class _Losses:
    policy: Tensor
    value: Tensor
    entropy: float
    away: float
    moved: float


def _losses(network: EditorNetwork, lesson: Lesson, rows: Tensor, settings: PpoSettings) -> _Losses:
    played = lesson.played
    logits, value = decided(network, played, rows)
    seen = played.seen
    said = logits.log_softmax(dim=1)
    own = said.gather(1, played.chosen[rows][:, None])[:, 0]
    change = own - played.log_probability[rows]
    ratio, gain = change.exp(), lesson.gain[rows]
    held = ratio.clamp(1.0 - settings.clip, 1.0 + settings.clip)
    better = torch.minimum(ratio * gain, held * gain).mean()
    entropy = -(said.exp() * said).sum(1).mean()
    away = (said.exp() * (said - rules_of(seen, rows))).sum(1).mean()
    policy = -better - settings.entropy * entropy + settings.rules * away
    off = nn.functional.huber_loss(value, lesson.returns[rows])
    moved = ((ratio - 1.0) - change).mean().item()
    return _Losses(policy, off, entropy.item(), away.item(), moved)


def decided(network: EditorNetwork, played: Played, rows: Tensor) -> tuple[Tensor, Tensor]:
    """Let the network decide again what was decided at some steps."""
    course, place = torch.unique(played.course[rows], return_inverse=True)
    encoded = network.encoder(played.shots[course], played.real[course], played.brief[course])
    answer: tuple[Tensor, Tensor] = network.decoder(
        encoded[place], played.brief[played.course[rows]], played.seen.taken(rows)
    )
    return answer


def rules_of(seen: Seen, rows: Tensor) -> Tensor:
    """Give what the rules would choose, log-probabilities float32 [step, item]."""
    logits = _RULES * seen.items[rows][..., GAIN]
    return logits.masked_fill(~seen.item_real[rows], _LOW).log_softmax(dim=1)
