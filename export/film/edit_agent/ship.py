"""Ship the agent: `python -m export.film.edit_agent.ship --work WORK`.

After `train`, `measure` and `ablate`, whose figures go onto the card.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import torch

from bridge.film.cutting.policy import MODEL_NAME
from bridge.runtime.card import Card, DataSource, Metric, Training
from export.film.edit_agent.graphs import graph_sources
from export.film.edit_agent.network import EditorNetwork
from export.film.edit_agent.train import BEST, CHECKPOINT, AgentSettings
from export.ship.ship import ship


def main() -> None:
    """Export the policy, and ship it with its card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder of the checkpoints")
    parser.add_argument("--models", type=Path, default=Path("onnx_models"), help="where it goes")
    arguments = parser.parse_args()
    metrics = tuple(figures_in(arguments.work))
    shipped_from(arguments.work, arguments.models / MODEL_NAME, metrics)


def shipped_from(work: Path, folder: Path, metrics: Sequence[Metric]) -> Card:
    """Ship the best network of a training into a folder."""
    network = EditorNetwork()
    network.load_state_dict(torch.load(work / BEST, weights_only=True)["model"])
    iterations = torch.load(work / CHECKPOINT, weights_only=True)["iteration"]
    return ship(folder, card(tuple(metrics), iterations), graph_sources(network))


def figures_in(work: Path) -> list[Metric]:
    """Read what was measured.

    Raises:
        FileNotFoundError: `measure` or `ablate` has not been run.
    """
    names = ("evidence.json", "ablation.json")
    return [Metric(**row) for name in names for row in json.loads((work / name).read_text("utf-8"))]


def card(metrics: tuple[Metric, ...], iterations: int) -> Card:
    """Say what the model is."""
    return Card(
        name=MODEL_NAME,
        title="Edit agent",
        summary="Cuts footage: which shot comes next, how much of it, and how it begins.",
        task="The next piece of a rough cut, by pointing at a menu of spans that the rules of the "
        "craft allow: attention over all shots of a shoot, 5 to 500 of them, told of the brief "
        "(length, style, story, music, habits, weights of the rewards) and of where the cut "
        "stands. Trained on shoots simulated from real shots: to do as a beam does, then as it "
        "does itself with time to think (expert iteration), then by reinforcement learning for the "
        "best of eight cuts (PPO, with entropy and a price on leaving the rules).",
        version="1.1.0",
        licence="Apache-2.0",
        training=Training(
            command="python -m export.film.edit_agent.descriptors --analyses ANALYSES --work WORK; "
            "then experts, imitate, train, ship; experts and imitate with --models, train, "
            "measure, ablate, ship",
            seed=AgentSettings.seed,
            steps=iterations,
        ),
        data=_DATA,
        graphs=(),
        parity_tolerance=2e-3,
        limits=_LIMITS,
        metrics=metrics,
    )


_DATA: Final = (
    DataSource(
        "What Segue's analysis says of single shots and composed films",
        "CC0-1.0, CC-BY 1.0 to 4.0, CC-BY-SA 2.0 to 4.0, Apache-2.0, BSD-3-Clause, MIT, "
        "public domain",
        "numbers about shots, no pictures: of the footage that film/shot_boundary learned from; "
        "split by film",
    ),
    DataSource(
        "What Segue's analysis says of seven short films",
        "CC0-1.0, CC-BY 3.0, BSD-3-Clause, MIT, public domain",
        "numbers about their 29 shots, no pictures: Sintel, Big Buck Bunny, Chaplin and others, "
        "from the tests of free software; only what version 1.0.0 learned, with which it began",
    ),
)
_LIMITS: Final = (
    "It began with version 1.0.0 (952 cuts of a beam to imitate; 290 batches of PPO for the mean "
    "of its cuts, which gained nothing beyond chance) and 1,400 cuts of its own that were revised "
    "at length, which gained nothing by itself; 1,030 batches of PPO for the best of eight cuts "
    "moved that on 32 validation shoots from .838 to .847.",
    "Its rewards are rules of the craft and stand-ins that we wrote down; a higher score is not a "
    "better film. Nobody has yet judged its cuts beside those of the rules.",
    "The audience's part of the reward is a stand-in (novelty, people, change), not a measurement "
    "of viewers.",
    "It learned on simulated shoots of 5 to 160 shots; larger ones lean on what it learned there.",
    "It chooses from a menu of 64 pieces at most that the rules think most of.",
    "Segue plans with it sixteen times by chance and once by the rules, and the best cut counts: "
    "what it proposes is never worse than the rule of thumb by its own reward.",
)


if __name__ == "__main__":
    main()
