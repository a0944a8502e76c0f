"""Train the flow over the latents: `python -m export.music.drums_vae.train_flow`.

Runs after `train`; reads WORK/vae.pt, writes WORK/flow.pt.
"""

from __future__ import annotations

import argparse
import logging
from pathlib import Path
from typing import Final

import numpy as np
import torch

from bridge.music.drum_grid import DRUM_COUNT, STEPS_PER_BAR
from bridge.music.drums_vae import DrumWish
from bridge.schema.arrays import FloatArray
from export.music.drums_vae.data import Grooves, load_grooves
from export.music.drums_vae.model import DrumsVae, VaeSettings
from export.networks.flow_training import FlowTrainSettings, Latents, train_flow

FLOW_STEPS: Final = 5_000
"""Optimizer steps; there are nine times fewer phrases than of melody."""

_FILL_DRUMS: Final = slice(4, 8)
"""Toms and crash."""


def main() -> None:
    """Encode the data set, then train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the corpora")
    parser.add_argument("--work", type=Path, required=True, help="folder for checkpoints")
    parser.add_argument("--steps", type=int, default=FLOW_STEPS)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    model = DrumsVae(VaeSettings())
    model.load_state_dict(torch.load(arguments.work / "vae.pt", weights_only=True)["model"])
    grooves = load_grooves(arguments.data)
    settings = FlowTrainSettings(steps=arguments.steps)
    flow = train_flow(
        settings, encode_all(model, grooves["train"]), encode_all(model, grooves["validation"])
    )
    torch.save(flow.state_dict(), arguments.work / "flow.pt")


@torch.no_grad()
def encode_all(model: DrumsVae, grooves: Grooves) -> Latents:
    """Encode the grooves of one split, as they were played."""
    model.eval()
    means, deviations = [], []
    for start in range(0, len(grooves.features), 1024):
        features = torch.from_numpy(grooves.features[start : start + 1024])
        mean, log_variance = model.encoder(features)
        means.append(mean)
        deviations.append((0.5 * log_variance).exp())
    conditions = [wish_of(features).condition(follows=True) for features in grooves.features]
    return Latents(
        mean=torch.cat(means),
        deviation=torch.cat(deviations),
        previous=torch.from_numpy(grooves.previous),
        condition=torch.from_numpy(np.stack(conditions)),
        pool=torch.arange(len(grooves.features)),
        follows_column=0,
        parts=(slice(1, 3), slice(3, 5), slice(5, 7)),
    )


def wish_of(features: FloatArray) -> DrumWish:
    """Say what one would have had to ask for to get a groove, float32 [step, 27]."""
    hits = features[:, :DRUM_COUNT] > 0
    velocities = features[:, DRUM_COUNT : 2 * DRUM_COUNT]
    second_bar = hits[STEPS_PER_BAR:]
    return DrumWish(
        density=float(hits.sum()) / 8.0,
        loudness=float(127.0 * velocities[hits].mean()),
        fill=float(second_bar[:, _FILL_DRUMS].sum()) / max(1.0, float(second_bar.sum())),
    )


if __name__ == "__main__":
    main()
