"""What the agent's card says of it, beside the prior, real music and a random walk in the key.

    python -m export.music.melody_agent.measure --data DATA --prior PRIOR.pt --work WORK

Goes on where it was stopped, and writes WORK/evidence.json. Wishes are drawn from songs that
neither prior nor agent learned from; the real music is the very phrases that wishes are taken from.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import torch

from bridge.music.rewards.hits import HITS
from bridge.music.rewards.profile import aggregate, distances
from bridge.runtime.card import Metric
from export.music.melody_agent.evidence import (
    Count,
    Counter,
    network_source,
    profile_means,
    real_count,
    walk_source,
)
from export.music.melody_agent.excerpts import Excerpts, load_excerpts
from export.music.melody_agent.judging import Judge
from export.music.melody_agent.likelihood import likelihood_band
from export.music.melody_agent.policy import load_network
from export.music.melody_agent.variety import (
    Melody,
    distinct_share,
    longest_copy,
    note_steps,
    runs_of,
    self_bleu,
)
from export.music.melody_agent.wishes import Wishes
from export.networks.melody_network import MelodyPriorNetwork
from export.ship.onnx import round_weights

log = logging.getLogger("melody_agent")

SOURCES: Final = ("agent", "prior", "walk")
MELODIES: Final = 20_000
FREE_MELODIES: Final = 2_000
SEEDS: Final = 3
_COPY_STEPS: Final = 8
COPIED_STEPS: Final = 15
"""Steps from note to note, two bars of eighths, from which on a stretch counts as copied."""
_EVEN: Final = 2000
"""Real phrases, of each style as many, that are counted as the melodies are."""
_FLOOR_DRAWS: Final = 5


@dataclass(frozen=True)
class Scene:
    """What all sources are compared within."""

    prior: MelodyPriorNetwork
    judge: Judge
    train: Excerpts
    held_out: Excerpts
    real: Count
    """Of every phrase that was held out, in order."""
    known: set[int]
    """Runs of eight steps in the excerpts that were learned from, as hashes."""


def main() -> None:
    """Count whatever is not counted yet, and write what it comes to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the corpora")
    parser.add_argument("--prior", type=Path, required=True, help="checkpoint of the prior")
    parser.add_argument("--work", type=Path, required=True, help="folder of the checkpoints")
    parser.add_argument("--melodies", type=int, default=MELODIES, help="of each source and seed")
    parser.add_argument("--free", type=int, default=FREE_MELODIES, help="more, to freer wishes")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument(
        "--sources", nargs="+", choices=SOURCES, default=SOURCES,
        help="count only these, and write nothing: two processes may share the work",
    )  # fmt: skip
    parser.add_argument("--threads", type=int, default=2, help="of torch")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(arguments.threads)
    excerpts = load_excerpts(arguments.data, arguments.work)
    held_out = both(excerpts["validation"], excerpts["test"])
    prior, agent = load_network(arguments.prior), load_network(arguments.work / "agent.pt")
    for network in (prior, agent):
        round_weights(network)
    judge = Judge(likely=likelihood_band(prior, excerpts["train"], np.random.default_rng(1)))
    every = np.arange(len(held_out))
    scene = Scene(
        prior, judge, excerpts["train"], held_out, real_count(held_out, every, prior, judge),
        runs_of((note_steps(p.notes) for p in excerpts["train"].phrases), _COPY_STEPS),
    )  # fmt: skip
    writers = {
        "agent": network_source(agent, lead=True),
        "prior": network_source(prior, lead=False),
        "walk": walk_source,
    }
    metrics = real_metrics(scene)
    for name in arguments.sources:
        counter = Counter(writers[name], prior, judge, held_out, arguments.work / "counts" / name)
        by_seed = []
        for seed in range(1, arguments.seeds + 1):
            faithful = counter.counted(melodies=arguments.melodies, seed=seed, free=False)
            freer = counter.counted(melodies=arguments.free, seed=seed, free=True)
            by_seed.append(figures(scene, faithful, freer))
            log.info("%s, seed %d: %s", name, seed, by_seed[-1])
        metrics += as_metrics(name, by_seed, arguments.melodies)
    if set(arguments.sources) == set(SOURCES):
        text = json.dumps([asdict(metric) for metric in metrics], indent=1)
        (arguments.work / "evidence.json").write_text(text, encoding="utf-8")


def both(one: Excerpts, other: Excerpts) -> Excerpts:
    """Put two sets of excerpts together."""
    profiles = np.concatenate([one.profiles, other.profiles])
    return Excerpts(one.phrases + other.phrases, profiles)


def figures(scene: Scene, faithful: Count, freer: Count) -> dict[str, float]:
    """Give every figure of one source and seed."""
    real_profiles = scene.real.profiles[faithful.rows]
    by_row = distances(faithful.profiles, real_profiles)
    found = {f"table {name}": value for name, value in faithful.table_one().rows().items()}
    found |= {f"mean {name}": value for name, value in profile_means(faithful.profiles).items()}
    found |= {f"distance {name}": value for name, value in by_row.items()}
    found["distance of all rows"] = aggregate(by_row)
    found["nats an event under the prior"] = float(faithful.nats.mean())
    found["reward"] = float(np.concatenate([faithful.rewards, freer.rewards]).mean())
    found |= hit_rates(faithful.hits, "hit")
    found |= hit_rates(freer.hits, "hit, freer wishes")
    return found | _variety(scene, faithful)


def real_metrics(scene: Scene) -> list[Metric]:
    """Say what the phrases that wishes are taken from come to, and how far other songs are."""
    rng = np.random.default_rng(0)
    rows = _even_rows(scene.held_out, rng)
    real = scene.real
    even = real_count(scene.held_out, rows[:_EVEN], scene.prior, scene.judge)
    found = {f"table {name}": value for name, value in even.table_one().rows().items()}
    found |= {f"mean {name}": value for name, value in profile_means(even.profiles).items()}
    floors = [
        distances(scene.train.profiles[_even_rows(scene.train, rng)], real.profiles[rows])
        for _ in range(_FLOOR_DRAWS)
    ]
    found["distance of all rows"] = float(np.mean([aggregate(floor) for floor in floors]))
    found["nats an event under the prior"] = float(even.nats.mean())
    found["reward"] = float(even.rewards.mean())
    found |= hit_rates(even.hits, "hit")
    found |= _variety_of(scene, real.melodies())
    return as_metrics("real", [found], len(real.rows))


def _even_rows(excerpts: Excerpts, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Draw as many phrases of each style as wishes do."""
    wishes = Wishes(excerpts)
    return np.array([wishes.row(rng) for _ in range(4000)])


def hit_rates(hits: npt.NDArray[np.int8], words: str) -> dict[str, float]:
    """Give the share of melodies that hit each goal, of those that were asked to."""
    rates = {}
    for column, name in zip(hits.T, HITS, strict=True):
        asked = column[column >= 0]
        if len(asked):
            rates[f"{words} {name}"] = float(asked.mean())
    return rates


def _variety(scene: Scene, count: Count) -> dict[str, float]:
    """Compare one melody to each real phrase with those phrases: as many, of the same styles."""
    rows, first = np.unique(count.rows, return_index=True)
    melodies, real = count.melodies(), scene.real.melodies()
    found = _variety_of(scene, [melodies[index] for index in first])
    same = distinct_share([real[row] for row in rows])
    return found | {"distinct 4-grams against real": found["distinct 4-grams"] / same}


def _variety_of(scene: Scene, melodies: Sequence[Melody]) -> dict[str, float]:
    copies = [longest_copy(melody, scene.known, _COPY_STEPS) for melody in melodies]
    return {
        "distinct 4-grams": distinct_share(melodies),
        "self-BLEU": self_bleu(melodies, np.random.default_rng(0)),
        "copied": float(np.mean([copy >= COPIED_STEPS for copy in copies])),
        "longest copy, steps": float(np.mean(copies)),
    }


def as_metrics(source: str, by_seed: Sequence[dict[str, float]], melodies: int) -> list[Metric]:
    """Give the mean of each figure over the seeds, and its deviation in the protocol."""
    metrics = []
    for name in by_seed[0]:
        values = np.array([found[name] for found in by_seed])
        spread = f", sd over {len(values)} seeds {values.std():.4g}" if len(values) > 1 else ""
        protocol = f"{melodies} melodies a seed{spread}"
        metrics.append(Metric(name, float(f"{values.mean():.4g}"), protocol, source))
    return metrics


if __name__ == "__main__":
    main()
