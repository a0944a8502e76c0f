"""What the agent learns from: what a taste likes in what it writes, or which melodies were better.

`Pleasing`: several melodies are written to a wish, and those that are worth more than the others
become likelier, the clipped ratio of Schulman et al. 2017 (arXiv:1707.06347) with the worth less
the mean of its group for an advantage, and the nats from the parent as a penalty (Shao et al. 2024,
DeepSeekMath, arXiv:2402.03300). Worth is what `bridge.music.composer` chooses by: all rewards, and
the taste, here less its uncertainty, so that nothing is gained where the taste only guesses.

`Preferring`: direct preference optimisation (Rafailov et al. 2023, arXiv:2305.18290) on the
comparisons themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from bridge.music.composer import REWARD_LOG_ODDS
from bridge.music.lines import levelled
from bridge.music.rewards.phrase import phrase_of
from bridge.music.rewards.weights import total
from bridge.music.taste_features import NAMES, features_of
from bridge.preference.beliefs import RealArray
from bridge.preference.taste import Taste, uncertainty, utilities
from bridge.schema.goals import MelodyGoals
from bridge.schema.notes import Note
from export.music.melody_agent.asks import Asks
from export.music.melody_agent.lessons import Comparison, Heard
from export.music.melody_agent.policy import Sheet, speak
from export.music.melody_agent.rollouts import Written, led, sheet_of, write
from export.music.melody_agent.wishes import wish_of
from export.networks.melody_network import MelodyPriorNetwork

_LONGEST_GRADIENT: Final = 0.5
_VELOCITY: Final = 80.0
_MOST_NATS: Final = 15.0
"""No event counts as less likely: people write what the grammar forbids."""


@dataclass(frozen=True)
class LearningSettings:
    """How the policy is moved."""

    learning_rate: float = 3e-5
    melodies: int = 64
    """Of a batch."""
    group: int = 8
    """Melodies that are written to each wish."""
    epochs: int = 2
    """Times that every melody is learned from."""
    minibatch: int = 32
    """Melodies, or comparisons, of one update."""
    clip: float = 0.2
    """How far the ratio of new to old probability counts."""
    kl_weight: float = 0.05
    """What a nat from the parent costs, in standard deviations of the worth."""
    caution: float = 1.0
    """Standard deviations of what is thought to be liked that are taken off it."""
    beta: float = 0.1
    """What a nat from the parent costs where comparisons are learned from, in log odds."""


class Method(Protocol):
    """A way to learn."""

    def round(self, rng: np.random.Generator) -> int:
        """Learn for a few seconds; give how many updates there were."""


@dataclass(frozen=True)
class Learner:
    """Who learns."""

    network: MelodyPriorNetwork
    """Changed in place."""
    parent: MelodyPriorNetwork
    """Frozen."""
    optimizer: torch.optim.Optimizer
    settings: LearningSettings

    def step(self, loss: Tensor) -> None:
        """Take one step down."""
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.network.parameters(), _LONGEST_GRADIENT)
        self.optimizer.step()


def measured(notes: tuple[Note, ...], goals: MelodyGoals) -> RealArray:
    """Measure what taste is about, as on results that are rated: float64 [feature]."""
    line = levelled(notes, mean_velocity=_VELOCITY)
    alone = MelodyGoals(
        tonic_pitch_class=goals.tonic_pitch_class,
        mode=goals.mode,
        metre=goals.metre,
        bars=goals.bars,
        tempo_bpm=goals.tempo_bpm,
    )
    return features_of(phrase_of(line, alone)) if line else np.zeros(len(NAMES))


@dataclass(frozen=True, slots=True)
class Worth:
    """What melodies are worth, [melody] each."""

    reward: RealArray
    """All rules together, 0..1."""
    liked: RealArray
    """Log odds that it is liked."""
    surely: RealArray
    """The same less the uncertainty, by the caution that was asked for."""

    @property
    def all(self) -> RealArray:
        """What is learned from, in log odds."""
        worth: RealArray = REWARD_LOG_ODDS * self.reward + self.surely
        return worth


def worth_of(written: Sequence[Written], taste: Taste, caution: float) -> Worth:
    """Say what melodies are worth to whoever has a taste."""
    lines = [(melody.notes, melody.wish.goals) for melody in written]
    rows = np.stack([measured(notes, goals) for notes, goals in lines])
    reward = np.array([total(notes, goals)[0] for notes, goals in lines])
    liked = utilities(taste, rows)
    return Worth(reward, liked, liked - caution * uncertainty(taste, rows))


class Pleasing:
    """Learns from what it writes.

    Args:
        learner: who learns.
        asks: what is asked for.
        taste: of whom it should please.
    """

    def __init__(self, learner: Learner, asks: Asks, taste: Taste) -> None:
        self._learner, self._asks, self._taste = learner, asks, taste

    def round(self, rng: np.random.Generator) -> int:
        """Write a batch, and learn from it."""
        learner, settings = self._learner, self._learner.settings
        wishes = [self._asks.draw(rng) for _ in range(settings.melodies // settings.group)]
        asked = [wish for wish in wishes for _ in range(settings.group)]
        chance = torch.Generator().manual_seed(int(rng.integers(2**62)))
        written = write(learner.network, asked, chance)
        worth = worth_of(written, self._taste, settings.caution).all.reshape(-1, settings.group)
        gain = worth - worth.mean(axis=1, keepdims=True)
        gains = torch.from_numpy((gain / (gain.std() + 1e-6)).ravel()).float()
        sheet = led(sheet_of(written))
        with torch.no_grad():
            old = speak(learner.network, sheet).log_probability
            parent = speak(learner.parent, sheet).log_probability
        updates = 0
        for _ in range(settings.epochs):
            for rows in _minibatches(len(written), settings.minibatch, rng):
                learner.step(self._loss(sheet, rows, gains, (old, parent)))
                updates += 1
        return updates

    def _loss(
        self, sheet: Sheet, rows: Tensor, gains: Tensor, before: tuple[Tensor, Tensor]
    ) -> Tensor:
        settings, part = self._learner.settings, sheet.taken(rows)
        longest = part.events.shape[1]
        old, parent = (column[rows][:, :longest] for column in before)
        now = speak(self._learner.network, part).log_probability
        ratio, gain = (now - old).exp(), gains[rows, None]
        held = ratio.clamp(1.0 - settings.clip, 1.0 + settings.clip)
        off = (parent - now).clamp(-10.0, 10.0)
        nats = off.exp() - 1.0 - off  # Schulman 2020, Approximating KL divergence
        better = torch.minimum(ratio * gain, held * gain) - settings.kl_weight * nats
        return -(better * part.chosen).sum() / part.chosen.sum()


class Preferring:
    """Learns from comparisons.

    Args:
        learner: who learns.
        comparisons: one or more.
    """

    def __init__(self, learner: Learner, comparisons: Sequence[Comparison]) -> None:
        self._learner = learner
        self._sheets = sheets_of(comparisons)
        with torch.no_grad():
            self._parent = [said(learner.parent, sheet) for sheet in self._sheets]

    def round(self, rng: np.random.Generator) -> int:
        """Go through all comparisons once."""
        learner, settings = self._learner, self._learner.settings
        updates = 0
        for rows in _minibatches(len(self._parent[0]), settings.minibatch, rng):
            better, worse = (
                said(learner.network, sheet.taken(rows)) - parent[rows]
                for sheet, parent in zip(self._sheets, self._parent, strict=True)
            )
            learner.step(-nn.functional.logsigmoid(settings.beta * (better - worse)).mean())
            updates += 1
        return updates


def _minibatches(count: int, size: int, rng: np.random.Generator) -> list[Tensor]:
    """Deal rows out, in random order: int64 [row] each."""
    order = rng.permutation(count)
    return [torch.from_numpy(order[start : start + size]) for start in range(0, count, size)]


def sheets_of(comparisons: Sequence[Comparison]) -> tuple[Sheet, Sheet]:
    """Lay the better melodies side by side, and the worse ones."""
    return (
        led(sheet_of([_as_written(c.better) for c in comparisons])),
        led(sheet_of([_as_written(c.worse) for c in comparisons])),
    )


def _as_written(heard: Heard) -> Written:
    return Written(wish_of(heard.goals), heard.events, 0)


def said(network: MelodyPriorNetwork, sheet: Sheet) -> Tensor:
    """Say how likely a network finds each melody of a sheet: nats, float32 [batch]."""
    return speak(network, sheet).log_probability.clamp(min=-_MOST_NATS).sum(dim=1)
