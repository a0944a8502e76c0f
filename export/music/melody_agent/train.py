"""Train the agent to compose.

    python -m export.music.melody_agent.train --data DATA --prior PRIOR.pt --work WORK

Resumes from WORK/agent.pt when it is there.
"""

from __future__ import annotations

import argparse
import json
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from bridge.errors import RequestError
from bridge.music.rewards.bands import Band
from bridge.music.rewards.hits import goal_hits
from bridge.music.rewards.weights import RewardWeights
from export.music.melody_agent.excerpts import Excerpts, load_excerpts
from export.music.melody_agent.judging import Judge, Judged, judged
from export.music.melody_agent.likelihood import likelihood_band
from export.music.melody_agent.policy import Composer, load_network
from export.music.melody_agent.ppo import (
    Experience,
    PpoSettings,
    centred,
    experience,
    followed,
    improve,
    lesson_of,
)
from export.music.melody_agent.realness import fit_realness
from export.music.melody_agent.rollouts import Written, sheet_of, steps_of, write
from export.music.melody_agent.variety import distinct_share
from export.music.melody_agent.wishes import Wishes, WishSettings
from export.networks.melody_network import MelodyPriorNetwork

log = logging.getLogger("melody_agent")

WEIGHTS = RewardWeights(
    in_key=4.0,
    chord_tones_on_strong_beats=4.0,
    density_met=6.0,
    mood_met=3.0,
    likelihood=1.0,
)
"""What was asked for counts for more than what is always wished for."""

_Profiles = npt.NDArray[np.float64]


@dataclass(frozen=True)
class AgentSettings:
    """How the agent is trained."""

    iterations: int = 700
    """Batches of melodies."""
    minutes: float = 60.0
    """After which it ends in any case, all sittings together."""
    melodies: int = 192
    """Of a batch."""
    group: int = 4
    """Melodies that are written to each wish; 1: every wish is new."""
    value_iterations: int = 3
    """Batches at the start from which only the value learns."""
    realness_memory: int = 768
    """Last melodies that the judge of realness learns from, few enough to be of this policy."""
    realness_phrases: int = 2400
    """Real phrases that it learns from."""
    ppo: PpoSettings = field(default_factory=PpoSettings)
    wishes: WishSettings = field(default_factory=WishSettings)
    weights: RewardWeights = field(default_factory=lambda: WEIGHTS)
    realness_weight: float = 12.0
    """See `Judge`."""
    hits_weight: float = 16.0
    """See `Judge`."""
    threads: int = 2
    """Of torch."""
    seed: int = 1
    checkpoint_every: int = 10
    """Batches between checkpoints."""


@dataclass(frozen=True)
class Trainer:
    """What takes part in training."""

    settings: AgentSettings
    composer: Composer
    """Changed in place."""
    prior: MelodyPriorNetwork
    """Frozen."""
    optimizer: torch.optim.Optimizer
    """Of the policy, then of the value."""
    wishes: Wishes
    excerpts: Excerpts


@dataclass
class Progress:
    """Where training stands; all of it is in the checkpoint."""

    iteration: int
    seconds: float
    kl_weight: float
    likely: Band
    memory: _Profiles
    """float64 [melody, row]: the last melodies written to faithful wishes."""


def main() -> None:
    """Train or resume, with a line of figures for every batch."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the corpora")
    parser.add_argument("--prior", type=Path, required=True, help="checkpoint of the prior")
    parser.add_argument("--work", type=Path, required=True, help="folder for what is kept")
    parser.add_argument("--iterations", type=int, default=AgentSettings.iterations)
    parser.add_argument("--minutes", type=float, default=AgentSettings.minutes)
    parser.add_argument("--seed", type=int, default=AgentSettings.seed)
    parser.add_argument("--threads", type=int, default=AgentSettings.threads, help="of torch")
    parser.add_argument(
        "--weight", action="append", default=[], metavar="REWARD=NUMBER", help="may be repeated"
    )
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    settings = AgentSettings(
        iterations=arguments.iterations,
        minutes=arguments.minutes,
        seed=arguments.seed,
        threads=arguments.threads,
        weights=weights_of(arguments.weight),
    )
    excerpts = load_excerpts(arguments.data, arguments.work)["train"]
    train(settings, load_network(arguments.prior), excerpts, arguments.work / "agent.pt")


def weights_of(words: Sequence[str]) -> RewardWeights:
    """Change the agent's usual weights.

    Args:
        words: such as `in_key=3`.

    Raises:
        RequestError: there is no such reward, or no number.
    """
    weights = WEIGHTS
    for word in words:
        name, _, number = word.partition("=")
        if name not in RewardWeights.__dataclass_fields__:
            known = ", ".join(RewardWeights.__dataclass_fields__)
            raise RequestError(f"no reward {name!r}; one of: {known}")
        try:
            weights = replace(weights, **{name: float(number)})
        except ValueError as error:
            raise RequestError(f"{word!r} has no number; write {name}=2.5") from error
    return weights


def train(
    settings: AgentSettings,
    prior: MelodyPriorNetwork,
    excerpts: Excerpts,
    checkpoint: Path,
    report: Callable[[dict[str, float]], None] | None = None,
) -> Composer:
    """Train to the end, from the checkpoint if there is one.

    Args:
        settings: how.
        prior: frozen; the policy begins as its copy.
        excerpts: real phrases that goals are drawn from.
        checkpoint: file that is read first and written every few minutes.
        report: is told the figures of each batch; None: they are logged.
    """
    torch.manual_seed(settings.seed)
    torch.set_num_threads(settings.threads)
    composer = Composer(prior.settings).eval()
    composer.network.load_state_dict(prior.state_dict())
    prior.requires_grad_(False)
    optimizer = torch.optim.Adam(
        [
            {"params": composer.network.parameters(), "lr": settings.ppo.learning_rate},
            {"params": composer.value.parameters(), "lr": settings.ppo.value_rate},
        ]
    )
    wishes = Wishes(excerpts, settings.wishes)
    trainer = Trainer(settings, composer, prior, optimizer, wishes, excerpts)
    progress = resumed(checkpoint, composer, optimizer) or begun(settings, prior, excerpts)
    while progress.iteration < settings.iterations and progress.seconds < 60 * settings.minutes:
        started = time.monotonic()
        figures = iterate(trainer, progress)
        progress.iteration += 1
        progress.seconds += time.monotonic() - started
        figures["seconds"] = round(progress.seconds, 1)
        (report or _logged)({"iteration": progress.iteration, **figures})
        if progress.iteration % settings.checkpoint_every == 0:
            kept(checkpoint, composer, optimizer, progress)
    kept(checkpoint, composer, optimizer, progress)
    return composer


def begun(settings: AgentSettings, prior: MelodyPriorNetwork, excerpts: Excerpts) -> Progress:
    """Begin: measure how likely the prior finds real phrases."""
    likely = likelihood_band(prior, excerpts, np.random.default_rng(settings.seed))
    log.info("nats an event of real phrases: %s", likely)
    memory = np.zeros((0, excerpts.profiles.shape[1]))
    return Progress(0, 0.0, settings.ppo.kl_weight, likely, memory)


def iterate(trainer: Trainer, progress: Progress) -> dict[str, float]:
    """Write a batch of melodies, judge them and learn from them.

    Args:
        trainer: who learns.
        progress: changed in place, but for the count of batches.

    Returns:
        Figures: reward and its parts, nats from the prior, goals hit, variety.
    """
    settings, composer = trainer.settings, trainer.composer
    rng = np.random.default_rng([settings.seed, progress.iteration])
    chance = torch.Generator().manual_seed(settings.seed * 1_000_003 + progress.iteration)
    drawn = [trainer.wishes.draw(rng) for _ in range(settings.melodies // settings.group)]
    asked = [wish for wish in drawn for _ in range(settings.group)]
    written = write(composer.network, asked, chance)
    past = experience(composer, trainer.prior, sheet_of(written))
    verdicts = _verdicts(_judge(trainer, progress, rng), written, past)
    local = earned_at(written, verdicts, settings.group)
    rest = centred(np.array([verdict.rest for verdict in verdicts]), settings.group)
    lesson = lesson_of(
        past, local, torch.from_numpy(rest).float(), settings.ppo, progress.kl_weight
    )
    only_value = progress.iteration < settings.value_iterations
    _set_rate(trainer, progress, only_value=only_value)
    done = improve(composer, trainer.optimizer, lesson, settings.ppo, rng)
    kl = _kl(past)
    if not only_value:
        progress.kl_weight = followed(progress.kl_weight, kl, settings.ppo)
    _remember(settings, progress, written, verdicts)
    figures = {"kl": kl, "kl weight": progress.kl_weight, **done.figures()}
    return _figures(written, verdicts) | figures


def earned_at(written: list[Written], verdicts: list[Judged], group: int) -> torch.Tensor:
    """Say what was earned at each event, beyond what others earned in the same bar.

    Args:
        written: melodies; those of one wish follow each other.
        verdicts: of each.
        group: how many are of one wish.

    Returns:
        float32 [melody, event]: what a bar earned stands at the last event that begins in it, or
        before it where none does.
    """
    earned = np.zeros((len(written), max(len(melody.events) for melody in written)), np.float32)
    for start in range(0, len(written), group):
        by_bar = np.stack([verdict.by_bar for verdict in verdicts[start : start + group]])
        off = centred(by_bar, group) if group > 1 else by_bar
        for row, (melody, gains) in enumerate(zip(written[start:], off, strict=False), start):
            bars = melody.wish.goals.bars
            ends = np.arange(1, bars + 1) * melody.events.total_slots / bars
            places = np.maximum(0, np.searchsorted(melody.events.slots, ends) - 1)
            np.add.at(earned[row], places, gains)
    return torch.from_numpy(earned)


def _judge(trainer: Trainer, progress: Progress, rng: np.random.Generator) -> Judge:
    """Say what counts now: realness learns from what was written last."""
    settings, realness = trainer.settings, None
    if settings.realness_weight > 0.0 and len(progress.memory) >= settings.melodies:
        rows = [trainer.wishes.row(rng) for _ in range(settings.realness_phrases)]
        realness = fit_realness(trainer.excerpts.profiles[rows], progress.memory)
    return Judge(
        weights=settings.weights,
        likely=progress.likely,
        realness=realness,
        realness_weight=settings.realness_weight,
        hits_weight=settings.hits_weight,
        bar_by_bar=True,
    )


def _verdicts(judge: Judge, written: list[Written], past: Experience) -> list[Judged]:
    events = past.sheet.chosen.sum(dim=1).clamp(min=1)
    nats = (-past.prior.log_probability.sum(dim=1) / events).tolist()
    return [
        judged(judge, melody.notes, melody.wish.goals, unlikely)
        for melody, unlikely in zip(written, nats, strict=True)
    ]


def _set_rate(trainer: Trainer, progress: Progress, *, only_value: bool) -> None:
    """Set how fast the policy learns: not at all at first, then ever slower."""
    settings = trainer.settings
    left = 1.0 - 0.9 * progress.iteration / settings.iterations
    policy, value = trainer.optimizer.param_groups
    policy["lr"] = 0.0 if only_value else settings.ppo.learning_rate * left
    value["lr"] = settings.ppo.value_rate


def _kl(past: Experience) -> float:
    """Give the nats an event by which the policy differs from the prior."""
    return float((past.old - past.prior.log_probability).sum() / past.sheet.chosen.sum())


def _remember(
    settings: AgentSettings, progress: Progress, written: list[Written], verdicts: list[Judged]
) -> None:
    """Keep what melodies to faithful wishes are like."""
    new = [
        verdict.profile
        for melody, verdict in zip(written, verdicts, strict=True)
        if not melody.wish.is_free
    ]
    kept_before = progress.memory[-settings.realness_memory + len(new) :]
    progress.memory = np.concatenate([kept_before, np.array(new).reshape(-1, kept_before.shape[1])])


def _figures(written: list[Written], verdicts: list[Judged]) -> dict[str, float]:
    """Give means of the reward, of its parts and of the goals hit, and the variety."""
    met = [goal_hits(melody.notes, melody.wish.goals) for melody in written]
    figures = {"reward": float(np.mean([verdict.reward for verdict in verdicts]))}
    figures |= {f"r {name}": mean for name, mean in _means([v.parts for v in verdicts]).items()}
    figures |= {f"hit {name}": mean for name, mean in _means(met).items()}
    figures["distinct"] = distinct_share([steps_of(melody) for melody in written])
    figures["events"] = float(np.mean([melody.steps for melody in written]))
    return figures


def _means(rows: list[dict[str, float]] | list[dict[str, bool]]) -> dict[str, float]:
    """Give the mean of each name over the rows that have it."""
    names = sorted({name for row in rows for name in row})
    return {name: float(np.mean([row[name] for row in rows if name in row])) for name in names}


def _logged(figures: dict[str, float]) -> None:
    log.info("%s", json.dumps({name: float(f"{value:.4g}") for name, value in figures.items()}))


def kept(
    checkpoint: Path, composer: Composer, optimizer: torch.optim.Optimizer, progress: Progress
) -> None:
    """Write a checkpoint as a whole: who is stopped meanwhile keeps the one before."""
    state = {
        "model": composer.network.state_dict(),
        "value": composer.value.state_dict(),
        "optimizer": optimizer.state_dict(),
        "progress": asdict(progress) | {"memory": torch.from_numpy(progress.memory)},
    }
    draft = checkpoint.with_suffix(".draft")
    torch.save(state, draft)
    draft.replace(checkpoint)


def resumed(
    checkpoint: Path, composer: Composer, optimizer: torch.optim.Optimizer
) -> Progress | None:
    """Load a checkpoint; None where there is none."""
    if not checkpoint.exists():
        return None
    state: dict[str, Any] = torch.load(checkpoint, weights_only=True)
    composer.network.load_state_dict(state["model"])
    composer.value.load_state_dict(state["value"])
    optimizer.load_state_dict(state["optimizer"])
    saved = state["progress"]
    return Progress(
        **saved | {"likely": Band(**saved["likely"]), "memory": saved["memory"].numpy()}
    )


if __name__ == "__main__":
    main()
