"""Each reward left out in turn: what it changes, from short trainings that are alike otherwise.

    python -m export.music.melody_agent.ablate --data DATA --prior PRIOR.pt --work WORK

Goes on where it was stopped; writes WORK/ablation.json.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Final

import numpy as np
import torch

from bridge.music.rewards.profile import aggregate, distances
from bridge.music.rewards.weights import RewardWeights
from export.music.melody_agent.evidence import Count, Counter, network_source, profile_means
from export.music.melody_agent.excerpts import Excerpts, load_excerpts
from export.music.melody_agent.judging import Judge
from export.music.melody_agent.likelihood import likelihood_band
from export.music.melody_agent.measure import both, hit_rates
from export.music.melody_agent.policy import load_network
from export.music.melody_agent.train import AgentSettings, train
from export.music.melody_agent.variety import distinct_share
from export.networks.melody_network import MelodyPriorNetwork

log = logging.getLogger("melody_agent")

ITERATIONS: Final = 30
BATCH: Final = 96
"""Melodies of a batch."""
MELODIES: Final = 500
"""By which each is measured."""
NEVER_GIVEN: Final = ("freshness", "taste")
"""Rewards that training has none of."""


def main() -> None:
    """Train without each reward, and measure what comes of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the corpora")
    parser.add_argument("--prior", type=Path, required=True, help="checkpoint of the prior")
    parser.add_argument("--work", type=Path, required=True, help="folder of the checkpoints")
    parser.add_argument("--iterations", type=int, default=ITERATIONS)
    parser.add_argument("--melodies", type=int, default=MELODIES)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    excerpts = load_excerpts(arguments.data, arguments.work)
    prior = load_network(arguments.prior)
    judge = Judge(likely=likelihood_band(prior, excerpts["train"], np.random.default_rng(1)))
    held_out = both(excerpts["validation"], excerpts["test"])
    folder = arguments.work / "ablation"
    folder.mkdir(parents=True, exist_ok=True)
    found: dict[str, dict[str, float]] = {}
    whole = AgentSettings(iterations=arguments.iterations, melodies=BATCH)
    for name, settings in settings_without_each(whole):
        network = _trained(settings, prior, excerpts["train"], folder / f"{name}.pt")
        counter = Counter(network_source(network, lead=True), prior, judge, held_out, folder / name)
        count = counter.counted(melodies=arguments.melodies, seed=1, free=False)
        found[name] = summary(count, held_out)
        log.info("without %s: %s", name, found[name])
    text = json.dumps(found, indent=1)
    (arguments.work / "ablation.json").write_text(text, encoding="utf-8")


def settings_without_each(whole: AgentSettings) -> Iterator[tuple[str, AgentSettings]]:
    """Give settings with all rewards, and without each, by the name of what is left out."""
    yield "nothing", whole
    yield "realness", replace(whole, realness_weight=0.0)
    yield "goals_hit", replace(whole, hits_weight=0.0)
    for field in fields(RewardWeights):
        if field.name not in NEVER_GIVEN:
            yield field.name, replace(whole, weights=replace(whole.weights, **{field.name: 0.0}))


def _trained(
    settings: AgentSettings, prior: MelodyPriorNetwork, excerpts: Excerpts, checkpoint: Path
) -> MelodyPriorNetwork:
    torch.set_num_threads(settings.threads)
    return train(settings, prior, excerpts, checkpoint).network.eval()


def summary(count: Count, excerpts: Excerpts) -> dict[str, float]:
    """Say what melodies come to in a few figures."""
    by_row = distances(count.profiles, excerpts.profiles[count.rows])
    return {
        "reward": float(count.rewards.mean()),
        "distance of all rows": aggregate(by_row),
        "nats an event under the prior": float(count.nats.mean()),
        "distinct 4-grams": distinct_share(count.melodies()),
        **hit_rates(count.hits, "hit"),
        **{f"mean {name}": value for name, value in profile_means(count.profiles).items()},
    }


if __name__ == "__main__":
    main()
