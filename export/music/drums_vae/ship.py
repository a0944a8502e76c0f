"""Ship the drums VAE: `python -m export.music.drums_vae.ship`, after `train` and `train_flow`."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch

from bridge.music.drums_vae import CONDITION_SIZE, MODEL_NAME, DrumWish
from bridge.runtime.card import Card, DataSource, Metric, Training
from bridge.runtime.registry import Registry
from export.music.drums_vae.data import Grooves, load_grooves
from export.music.drums_vae.measure import measure
from export.music.drums_vae.model import DrumsVae, VaeSettings
from export.music.drums_vae.train import TrainSettings
from export.music.drums_vae.train_flow import FLOW_STEPS
from export.networks.latent_flow import FlowSettings, LatentFlow, flow_source
from export.ship.graphs import GraphSource
from export.ship.ship import ship


def main() -> None:
    """Export, measure what was exported, and ship it with its card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the corpora")
    parser.add_argument("--work", type=Path, required=True, help="folder of the checkpoints")
    parser.add_argument("--models", type=Path, default=Path("onnx_models"), help="where it goes")
    arguments = parser.parse_args()
    grooves = load_grooves(arguments.data)
    sources = graph_sources(arguments.work, grooves["validation"])
    trial = arguments.work / "trial"
    ship(trial / MODEL_NAME, card(()), sources)
    metrics = measure(Registry(trial).model(MODEL_NAME), grooves)
    ship(arguments.models / MODEL_NAME, card(metrics), sources)


def graph_sources(work: Path, grooves: Grooves) -> dict[str, GraphSource]:
    """Load the trained networks, with validation phrases as examples."""
    settings = VaeSettings()
    vae = DrumsVae(settings)
    vae.load_state_dict(torch.load(work / "vae.pt", weights_only=True)["model"])
    flow = LatentFlow(FlowSettings(latent=settings.latent, condition=CONDITION_SIZE))
    flow.load_state_dict(torch.load(work / "flow.pt", weights_only=True))
    rng = np.random.default_rng(0)
    latent = rng.standard_normal((8, settings.latent), dtype=np.float32)
    wish = DrumWish(density=5.0, loudness=70.0, fill=0.2)
    latent_axes = f"batch latent={settings.latent}"
    drum_axes = "batch step=32 drum=9"
    return {
        "encoder": GraphSource(
            module=vae.encoder,
            inputs={"features": grooves.features[:8]},
            input_axes={"features": "batch step=32 feature=27"},
            output_axes={"mean": latent_axes, "log_variance": latent_axes},
        ),
        "decoder": GraphSource(
            module=vae.decoder,
            inputs={"latent": latent},
            input_axes={"latent": latent_axes},
            output_axes={"logits": drum_axes, "velocities": drum_axes, "offsets": drum_axes},
        ),
        "flow": flow_source(flow, latent, wish.condition(follows=True)),
    }


def card(metrics: tuple[Metric, ...]) -> Card:
    """Say what the model is."""
    return Card(
        name=MODEL_NAME,
        title="Drums VAE",
        summary="Makes and varies two-bar drum grooves with a drummer's touch.",
        task="A groove of 32 sixteenths, nine drums with velocity and micro-timing, to a latent of "
        "128 numbers and back; a conditional flow draws latents of likely grooves.",
        version="1.0.0",
        licence="Apache-2.0",
        training=Training(
            command="python -m export.music.drums_vae.train --data DATA --work WORK; "
            "the same with train_flow, then ship",
            seed=TrainSettings.seed,
            steps=TrainSettings.steps + FLOW_STEPS,
        ),
        data=(
            DataSource(
                "Groove MIDI Dataset v1.0.0",
                "CC-BY-4.0",
                "performances in 4/4; Jon Gillick, Adam Roberts, Jesse Engel, Douglas Eck and "
                "David Bamman, Learning to Groove with Inverse Sequence Transformations, ICML 2019",
            ),
        ),
        graphs=(),
        parity_tolerance=2e-4,
        limits=(
            "It plays in 4/4 on sixteenths; triplet feels are heard as late or early sixteenths.",
            "Two hits of one drum within a sixteenth (flams, drags) become one.",
            "Nine drums: rims, side sticks and hi-hat pedals are heard as snare and closed hi-hat.",
            "It learned from ten drummers on one electronic kit, most of it rock, funk and jazz.",
        ),
        metrics=metrics,
    )


if __name__ == "__main__":
    main()
