"""Proximal policy optimisation with a bound on how far the policy goes from the prior.

Schulman et al. 2017, arXiv:1707.06347, with generalised advantages (Schulman et al. 2016,
arXiv:1506.02438). The penalty on the divergence from the prior is part of the loss, for what is
known exactly need not be sampled; how its weight follows a target is that of Ziegler et al. 2019,
Fine-tuning language models from human preferences, arXiv:1909.08593. Several melodies are written
to each wish, and the mean of the others is taken off what each one earns (Kool et al. 2019, Buy 4
REINFORCE samples, get a baseline for free; Ahmadian et al. 2024, arXiv:2402.14740).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from export.music.melody_agent.policy import (
    Composer,
    Sheet,
    Spoken,
    divergence,
    speak,
    speak_by_length,
)
from export.music.melody_agent.rollouts import led
from export.networks.melody_network import MelodyPriorNetwork

Rewards = npt.NDArray[np.float64]

_LONGEST_GRADIENT: Final = 0.5
"""Norm to which gradients are held."""


@dataclass(frozen=True)
class PpoSettings:
    """How the policy is moved."""

    learning_rate: float = 3e-4
    value_rate: float = 1e-3
    """Learning rate of the head that says what to expect."""
    clip: float = 0.2
    """How far the ratio of new to old probability counts."""
    epochs: int = 2
    """Times that every melody is learned from."""
    minibatch: int = 32
    """Melodies of one optimizer step."""
    decay: float = 0.95
    """Lambda of the generalised advantages; nothing is discounted."""
    kl_target: float = 0.8
    """Nats an event by which the policy may differ from the prior."""
    kl_weight: float = 0.03
    """What a nat costs at first, in standard deviations of the advantage."""
    stop_kl: float = 0.03
    """Nats an event between old and new policy after which a batch is learned from no more."""


@dataclass(frozen=True)
class Experience:
    """Melodies that were written and judged."""

    sheet: Sheet
    """As the policy is told of it."""
    old: Tensor
    """float32 [batch, event]: log-probability when it was written."""
    prior: Spoken
    """What the prior says."""
    values: Tensor
    """float32 [batch, event]: what was expected."""


def experience(composer: Composer, prior: MelodyPriorNetwork, sheet: Sheet) -> Experience:
    """Read what was written with the policy, which was led, and with the prior, which is not."""
    with torch.no_grad():
        told = led(sheet)
        spoken = speak_by_length(composer.network, told)
        values = composer.values(spoken.hidden)
        return Experience(told, spoken.log_probability, speak_by_length(prior, sheet), values)


def centred(rewards: Rewards, group: int) -> Rewards:
    """Take from each reward the mean of the others that were written to the same wish.

    Args:
        rewards: float [melody, ..]; those of one wish follow each other.
        group: how many are of one wish; 1: the mean of all is taken.
    """
    if group == 1:
        return rewards - rewards.mean(axis=0)
    rows = rewards.reshape(-1, group, *rewards.shape[1:])
    others = (rows.sum(axis=1, keepdims=True) - rows) / (group - 1)
    off: Rewards = (rows - others).reshape(rewards.shape)
    return off


@dataclass(frozen=True)
class Lesson:
    """What is to be learned from melodies."""

    past: Experience
    gain: Tensor
    """float32 [batch, event]: how much better each event was than expected; where the policy
    chose, of mean 0 and deviation 1."""
    returns: Tensor
    """float32 [batch, event]: what should have been expected."""
    kl_weight: float
    """What a nat away from the prior costs, in deviations of the gain."""


def lesson_of(
    past: Experience, local: Tensor, rest: Tensor, settings: PpoSettings, kl_weight: float
) -> Lesson:
    """Work out how much better each event was than expected.

    What bars earn is credited to the events around them by generalised advantages; what only the
    whole melody earns is credited to all of its events alike.

    Args:
        past: what was written.
        local: float32 [batch, event], what was earned at each event.
        rest: float32 [batch], what was earned by the whole.
        settings: how.
        kl_weight: what a nat away from the prior costs, an event.
    """
    real = past.sheet.real
    values = past.values * real
    surprise = local + nn.functional.pad(values[:, 1:], (0, 1)) - values
    found, running = torch.zeros_like(surprise), torch.zeros(len(rest))
    for index in reversed(range(surprise.shape[1])):
        running = (surprise[:, index] + settings.decay * running) * real[:, index]
        found[:, index] = running
    gain = found + rest[:, None]
    kept = gain[past.sheet.chosen]
    gain = (gain - kept.mean()) / (kept.std() + 1e-6)
    return Lesson(past, gain, found + values, kl_weight)


@dataclass
class Done:
    """What happened in the optimizer steps of one batch."""

    value_loss: float = 0.0
    """Summed over the steps."""
    clipped: float = 0.0
    """Shares of events that moved beyond the clip, summed over the steps."""
    moved: float = 0.0
    """Nats an event between old and new policy, at the last step."""
    steps: int = 0

    def figures(self) -> dict[str, float]:
        """Give means over the steps, and what the last one says."""
        steps = max(1, self.steps)
        value_loss, clipped = self.value_loss / steps, self.clipped / steps
        return {"value loss": value_loss, "clipped": clipped, "moved": self.moved}


def improve(
    composer: Composer,
    optimizer: torch.optim.Optimizer,
    lesson: Lesson,
    settings: PpoSettings,
    rng: np.random.Generator,
) -> Done:
    """Learn from a batch of melodies.

    Args:
        composer: policy and value, changed in place.
        optimizer: of both.
        lesson: what to learn.
        settings: how.
        rng: shuffles the melodies.
    """
    done = Done()
    sizes = lesson.past.sheet.real.sum(dim=1).numpy()
    for _ in range(settings.epochs):
        for rows in _minibatches(sizes, settings.minibatch, rng):
            losses = _losses(composer, lesson, torch.from_numpy(rows), settings)
            if losses.moved.item() > settings.stop_kl:
                return done
            optimizer.zero_grad()
            (losses.policy + losses.value).backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(composer.network.parameters(), _LONGEST_GRADIENT)
            nn.utils.clip_grad_norm_(composer.value.parameters(), _LONGEST_GRADIENT)
            optimizer.step()
            done.value_loss += losses.value.item()
            done.clipped += losses.clipped.item()
            done.moved, done.steps = losses.moved.item(), done.steps + 1
    return done


def _minibatches(
    sizes: np.ndarray[tuple[int], np.dtype[np.int64]], size: int, rng: np.random.Generator
) -> list[np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """Cut melodies into batches of about one length, in random order."""
    jitter = sizes * rng.uniform(0.9, 1.1, len(sizes))
    order = np.argsort(jitter, kind="stable")
    batches = [order[start : start + size] for start in range(0, len(order), size)]
    return [batches[index] for index in rng.permutation(len(batches))]


@dataclass(frozen=True)
class _Losses:
    """Of the policy and the value; the nats an event it has moved, and the share clipped."""

    policy: Tensor
    value: Tensor
    moved: Tensor
    clipped: Tensor


def _losses(composer: Composer, lesson: Lesson, rows: Tensor, settings: PpoSettings) -> _Losses:
    sheet = lesson.past.sheet.taken(rows)
    longest = sheet.events.shape[1]
    gain, returns, old = (
        part[rows][:, :longest] for part in (lesson.gain, lesson.returns, lesson.past.old)
    )
    share = sheet.chosen.float() / sheet.chosen.sum()
    spoken = speak(composer.network, sheet)
    change = spoken.log_probability - old
    ratio = change.exp()
    held = ratio.clamp(1.0 - settings.clip, 1.0 + settings.clip)
    other = [part[rows][:, :longest] for part in lesson.past.prior.choices]
    away = divergence(spoken, (other[0], other[1], other[2]), sheet)
    better = torch.minimum(ratio * gain, held * gain) - lesson.kl_weight * away
    off = composer.values(spoken.hidden) - returns
    return _Losses(
        policy=-(better * share).sum(),
        value=(off**2 * share).sum(),
        moved=(((ratio - 1.0) - change) * share).sum().detach(),
        clipped=(((ratio - 1.0).abs() > settings.clip) * share).sum().detach(),
    )


def followed(kl_weight: float, kl: float, settings: PpoSettings) -> float:
    """Make a nat dearer where the policy is farther from the prior than it may be, else cheaper."""
    off = float(np.clip(kl / settings.kl_target - 1.0, -0.3, 0.3))
    return float(np.clip(kl_weight * (1.0 + 0.3 * off), 0.01, 10.0))
