"""Ship the melody VAE: `python -m export.music.melody_vae.ship`, after `train` and `train_flow`."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch

from bridge.music.melody_grid import VOCABULARY
from bridge.music.melody_vae import CONDITION_SIZE, MODEL_NAME, MelodyWish
from bridge.runtime.card import Card, Metric, Training
from bridge.runtime.registry import Registry
from bridge.schema.performance import STYLES
from export.corpora.sources import LIEDER, TUNE_BOOKS, VARIANTS, openewld, pop909
from export.music.melody_vae.data import Phrases, load_phrases, performed, shift_to_c, transposed
from export.music.melody_vae.measure import measure
from export.music.melody_vae.model import MelodyVae, VaeSettings
from export.music.melody_vae.train import TrainSettings
from export.music.melody_vae.train_flow import wish_of
from export.networks.flow_training import FlowTrainSettings
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
    phrases = load_phrases(arguments.data, arguments.work / "phrases.npz")
    sources = graph_sources(arguments.work, phrases["validation"])
    trial = arguments.work / "trial"
    wishes = typical_wishes(phrases["train"])
    ship(trial / MODEL_NAME, card((), wishes), sources)
    metrics = measure(Registry(trial).model(MODEL_NAME), phrases)
    ship(arguments.models / MODEL_NAME, card(metrics, wishes), sources)


def graph_sources(work: Path, phrases: Phrases) -> dict[str, GraphSource]:
    """Load the trained networks, with validation phrases as examples."""
    settings = VaeSettings()
    vae = MelodyVae(settings)
    vae.load_state_dict(torch.load(work / "vae.pt", weights_only=True)["model"])
    flow = LatentFlow(FlowSettings(latent=settings.latent, condition=CONDITION_SIZE))
    flow.load_state_dict(torch.load(work / "flow.pt", weights_only=True))
    rows = slice(0, 8)
    rng = np.random.default_rng(0)
    tokens = phrases.tokens[rows]
    velocities = performed(tokens, phrases.velocities[rows], phrases.played[rows], rng)
    latent = rng.standard_normal((8, settings.latent), dtype=np.float32)
    wish = MelodyWish(minor=True, density=1.5, register=67.0, style="pop")
    latent_axes = f"batch latent={settings.latent}"
    return {
        "encoder": GraphSource(
            module=vae.encoder,
            inputs={"tokens": tokens, "velocities": velocities},
            input_axes={"tokens": "batch time=48", "velocities": "batch time=48"},
            output_axes={"mean": latent_axes, "log_variance": latent_axes},
            highest={"tokens": VOCABULARY - 1},
        ),
        "decoder": GraphSource(
            module=vae.decoder,
            inputs={"latent": latent},
            input_axes={"latent": latent_axes},
            output_axes={
                "logits": f"batch time=48 vocab={VOCABULARY}",
                "velocities": "batch time=48",
            },
        ),
        "flow": flow_source(flow, latent, wish.condition(follows=True)),
    }


def typical_wishes(phrases: Phrases) -> tuple[float, ...]:
    """Say what phrases of each style and metre are like, as `melody_vae.typical_wish` reads it."""
    tokens = transposed(phrases.tokens, shift_to_c(phrases))
    rows = np.flatnonzero(phrases.tonic >= 0)
    wishes = [wish_of(tokens[row], phrases, int(row)) for row in rows]
    conditions = np.stack([wish.condition(follows=False) for wish in wishes])
    numbers: list[float] = []
    for style in STYLES:
        of_style = np.array([wish.style == style for wish in wishes])
        for triple in (False, True):
            in_metre = of_style & np.array([wish.triple == triple for wish in wishes])
            kept = conditions[in_metre if in_metre.any() else of_style]
            asked = kept[:, [4, 6, 8]]
            factor = np.linalg.cholesky(np.cov(asked.T))
            numbers += [float(in_metre.mean()), float((kept[:, 2] > 0).mean())]
            numbers += [*asked.mean(axis=0), *factor[np.tril_indices(3)]]
    return tuple(round(float(number), 4) for number in numbers)


def card(metrics: tuple[Metric, ...], wishes: tuple[float, ...]) -> Card:
    """Say what the model is."""
    return Card(
        name=MODEL_NAME,
        title="Melody VAE",
        summary="Makes, continues, varies and blends two-bar melodies.",
        task="A melody on 48 slots (sixteenths and triplets of two bars, with velocities) to a "
        "latent of 128 numbers and back; a conditional flow draws latents of likely phrases.",
        version="1.0.0",
        licence="Apache-2.0",
        training=Training(
            command="python -m export.music.melody_vae.train --data DATA --work WORK; "
            "the same with train_flow, then ship",
            seed=TrainSettings.seed,
            steps=TrainSettings.steps + FlowTrainSettings.steps,
        ),
        data=(
            pop909("melody tracks"),
            openewld(),
            LIEDER,
            TUNE_BOOKS,
        ),
        graphs=(),
        parity_tolerance=2e-4,
        limits=(
            "It hears one voice: of notes that begin together the highest is kept.",
            "Rhythm is kept on a grid of sixteenths and triplet eighths; thirty-seconds, "
            "quintuplets and micro-timing are not.",
            "Phrases are of two bars in 4/4, 3/4 or 6/8; other metres are cut from eight beats.",
            "It learned from Western tunes of 1780 to 2010: dances, lead sheets, art songs and "
            "Chinese pop; other scales and ragas come only by the scale knob.",
            "Asked for minor but not held to a scale, it still sings the major third four times in "
            "ten: a fifth of its songs are in minor. `--key Am` holds it to its scale.",
            "Most training melodies are printed without loudness; their velocities were invented, "
            "so the model keeps a player's velocities but has little taste of its own.",
            "These weights had 11,000 steps in all keys alike, then 4,000 with three phrases in "
            "four at C; the recipe does the latter throughout, and was not run from end to end.",
            VARIANTS,
        ),
        metrics=metrics,
        settings={"typical_wishes": wishes},
    )


if __name__ == "__main__":
    main()
