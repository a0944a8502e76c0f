"""One night of learning: until the time is over, or what was kept apart is foretold no better.

The policy is bound to its parent, the model that came with Segue, and not to what it was the night
before, so that nights do not add up: after each few rounds fresh melodies tell how many nats an
event it has moved, and beyond the bound it goes no further.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import torch

from export.music.melody_agent.asks import Asks
from export.music.melody_agent.lessons import Comparison, Lessons, by_group
from export.music.melody_agent.pleasing import (
    Learner,
    LearningSettings,
    Method,
    Pleasing,
    Preferring,
    Worth,
    said,
    sheets_of,
    worth_of,
)
from export.music.melody_agent.policy import speak
from export.music.melody_agent.rollouts import Written, led, sheet_of, steps_of, write
from export.music.melody_agent.variety import distinct_share
from export.networks.melody_network import MelodyPriorNetwork

METHODS: Final = ("pairs", "taste")
"""Ways to learn: from the comparisons themselves, or from what a taste likes of what it writes."""

_WELL_WITHIN: Final = 0.8
"""Share of the bound beyond which it goes no further: other melodies may tell of more nats."""


@dataclass(frozen=True)
class NightSettings:
    """How a night goes."""

    minutes: float = 30.0
    """After which it ends in any case."""
    rounds: int = 400
    """After which it ends, too."""
    kl_bound: float = 0.12
    """Nats an event by which the policy may differ from its parent."""
    check_every: int = 2
    """Rounds between looks at what was kept apart."""
    patience: int = 5
    """Looks without a better one after which it ends."""
    melodies: int = 64
    """Written for each look."""
    seed: int = 1
    method: str = METHODS[0]
    learning: LearningSettings = field(default_factory=LearningSettings)


@dataclass(frozen=True)
class Look:
    """How a policy does."""

    agreed: float
    """Share of the independent comparisons kept apart in which it finds the better melody likelier
    than its parent does, beside the worse one; one half where it makes no difference."""
    loss: float
    """Of the comparisons kept apart, as direct preference optimisation has it: log 2 where the
    policy makes no difference, less where it is right, the more the surer."""
    nats: float
    """An event, by which it differs from its parent on what it writes."""
    worth: float
    """Mean of what is learned from, in log odds."""


@dataclass(frozen=True)
class Night:
    """What came of a night."""

    network: MelodyPriorNetwork
    """The best that was within the bound: the parent's own weights where none was better."""
    updates: int
    seconds: float
    looks: tuple[Look, ...]
    """The first is that of the parent."""


def learned(
    parent: MelodyPriorNetwork,
    lessons: tuple[Lessons, Lessons],
    settings: NightSettings,
    progress: Callable[[int, int, str], None] = lambda done, total, what: None,
) -> Night:
    """Learn from what somebody said.

    Args:
        parent: what it begins with and is bound to; without dropout.
        lessons: what is learned from, and what is judged by.
        settings: how.
        progress: is told how many seconds of how many have passed.
    """
    torch.manual_seed(settings.seed)
    began = time.monotonic()
    rng = np.random.default_rng(settings.seed)
    parent.requires_grad_(False)
    network = copy.deepcopy(parent).requires_grad_(True)
    method = _method(network, parent, lessons[0], settings)
    watch = _Watch(parent, lessons, settings)
    best, looks, updates, waited = copy.deepcopy(parent), [watch.look(parent)], 0, 0
    standing = looks[0]
    for index in range(1, settings.rounds + 1):
        seconds = time.monotonic() - began
        progress(round(min(seconds, 60 * settings.minutes)), round(60 * settings.minutes), "s")
        if seconds > 60 * settings.minutes or waited > settings.patience:
            break
        updates += method.round(rng)
        if index % settings.check_every:
            continue
        looks.append(watch.look(network))
        if looks[-1].nats > _WELL_WITHIN * settings.kl_bound:
            break
        waited += 1
        if _is_better(looks[-1], standing):
            best, standing, waited = copy.deepcopy(network), looks[-1], 0
    return Night(best.eval(), updates, time.monotonic() - began, tuple(looks))


def _is_better(look: Look, standing: Look) -> bool:
    """Say whether one goes on: it pleases more, and foretells what was kept apart no worse."""
    return look.loss <= standing.loss and look.worth > standing.worth


def _method(
    network: MelodyPriorNetwork, parent: MelodyPriorNetwork, lessons: Lessons, night: NightSettings
) -> Method:
    """Prepare what learns."""
    optimizer = torch.optim.Adam(network.parameters(), lr=night.learning.learning_rate)
    learner = Learner(network, parent, optimizer, night.learning)
    if night.method == "pairs":
        return Preferring(learner, lessons.comparisons)
    return Pleasing(learner, asks_of(lessons), lessons.taste())


def asks_of(lessons: Lessons) -> Asks:
    """Ask for what somebody judged."""
    return Asks([heard.goals for heard in lessons.heard.values()])


class _Watch:
    """Looks how a policy does, always at the same wishes and comparisons."""

    def __init__(
        self, parent: MelodyPriorNetwork, lessons: tuple[Lessons, Lessons], night: NightSettings
    ) -> None:
        self._parent, self._night = parent, night
        self._taste = lessons[0].taste()
        self._agreement = Agreement(parent, lessons[1].comparisons)
        asks, rng = asks_of(lessons[0]), np.random.default_rng([night.seed, 1])
        self._wishes = [asks.draw(rng) for _ in range(night.melodies)]

    def look(self, network: MelodyPriorNetwork) -> Look:
        """Write fresh melodies and judge them."""
        chance = torch.Generator().manual_seed(self._night.seed + 1)
        written = write(network, self._wishes, chance)
        worth = worth_of(written, self._taste, self._night.learning.caution)
        agreed, loss = self._agreement.of(network, self._night.learning.beta)
        nats = nats_from(network, self._parent, written)
        return Look(agreed, loss, nats, float(worth.all.mean()))


class Agreement:
    """Holds a policy to comparisons.

    Args:
        parent: against whose likelihood that of the policy is seen.
        comparisons: which melodies are better than which; one or more.
    """

    def __init__(self, parent: MelodyPriorNetwork, comparisons: tuple[Comparison, ...]) -> None:
        self._comparisons = comparisons
        self._sheets = sheets_of(comparisons)
        with torch.no_grad():
            self._parent = [said(parent, sheet) for sheet in self._sheets]

    def of(self, network: MelodyPriorNetwork, beta: float) -> tuple[float, float]:
        """Give the share of independent comparisons that it agrees with, and the loss."""
        with torch.no_grad():
            better, worse = (
                said(network, sheet) - before
                for sheet, before in zip(self._sheets, self._parent, strict=True)
            )
        margin = better - worse
        verdicts = np.sign(by_group(self._comparisons, margin.tolist()))
        loss = -torch.nn.functional.logsigmoid(beta * margin).mean()
        return float((verdicts.mean() + 1.0) / 2.0), float(loss)


def nats_from(
    network: MelodyPriorNetwork, parent: MelodyPriorNetwork, written: list[Written]
) -> float:
    """Say by how many nats an event a policy differs from its parent on what it wrote."""
    sheet = led(sheet_of(written))
    with torch.no_grad():
        off = speak(parent, sheet).log_probability - speak(network, sheet).log_probability
    off = off.clamp(-10.0, 10.0)
    return float(((off.exp() - 1.0 - off) * sheet.chosen).sum() / sheet.chosen.sum())


@dataclass(frozen=True)
class Standing:
    """How a policy does on wishes that nobody learned from."""

    worth: Worth
    """By the taste that it learned from."""
    foreign: Worth
    """By a taste that was learned from what was kept apart alone."""
    agreed: float
    nats: float
    distinct: float


def standing_of(
    network: MelodyPriorNetwork,
    parent: MelodyPriorNetwork,
    lessons: tuple[Lessons, Lessons],
    *,
    melodies: int = 256,
    seed: int = 0,
) -> Standing:
    """Measure a policy on fresh wishes.

    Args:
        network: the policy.
        parent: what it is bound to.
        lessons: what was learned from, and what was kept apart.
        melodies: how many are written.
        seed: the same gives the same wishes and chance.
    """
    rng = np.random.default_rng([seed, 2])
    asks = asks_of(lessons[0])
    wishes = [asks.draw(rng) for _ in range(melodies)]
    written = write(network, wishes, torch.Generator().manual_seed(seed + 2))
    return Standing(
        worth_of(written, lessons[0].taste(), 1.0),
        worth_of(written, lessons[1].taste(), 1.0),
        Agreement(parent, lessons[1].comparisons).of(network, LearningSettings.beta)[0],
        nats_from(network, parent, written),
        distinct_share([steps_of(melody) for melody in written]),
    )
