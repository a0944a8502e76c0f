"""Train the flow over the latents: `python -m export.music.melody_vae.train_flow`.

Runs after `train`; reads WORK/vae.pt, writes WORK/flow.pt. Phrases are moved until the tonic is C.
"""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

import numpy as np
import torch

from bridge.music.melody_grid import FIRST_PITCH
from bridge.music.melody_vae import MelodyWish
from bridge.schema.arrays import IntArray
from export.corpora.melodies import STYLE_OF_CORPUS
from export.music.melody_vae.data import Phrases, load_phrases, performed, shift_to_c, transposed
from export.music.melody_vae.model import MelodyVae, VaeSettings
from export.networks.flow_training import FlowTrainSettings, Latents, train_flow


def main() -> None:
    """Encode the corpora, then train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the corpora")
    parser.add_argument("--work", type=Path, required=True, help="folder for cache and checkpoints")
    parser.add_argument("--steps", type=int, default=FlowTrainSettings.steps)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    model = MelodyVae(VaeSettings())
    model.load_state_dict(torch.load(arguments.work / "vae.pt", weights_only=True)["model"])
    phrases = load_phrases(arguments.data, arguments.work / "phrases.npz")
    train_latents = encode_all(model, phrases["train"])
    validation_latents = encode_all(model, phrases["validation"])
    settings = FlowTrainSettings(steps=arguments.steps)
    flow = train_flow(settings, train_latents, validation_latents)
    torch.save(flow.state_dict(), arguments.work / "flow.pt")


@torch.no_grad()
def encode_all(model: MelodyVae, phrases: Phrases) -> Latents:
    """Encode the phrases whose key is known, moved to C.

    Args:
        model: the trained VAE.
        phrases: of one split.
    """
    known = phrases.tonic >= 0
    tokens = transposed(phrases.tokens, shift_to_c(phrases))
    rng = np.random.default_rng(3)
    velocities = performed(tokens, phrases.velocities, phrases.played, rng)
    means, deviations = [], []
    model.eval()
    for start in range(0, len(tokens), 1024):
        mean, log_variance = model.encoder(
            torch.from_numpy(tokens[start : start + 1024]),
            torch.from_numpy(velocities[start : start + 1024]),
        )
        means.append(mean)
        deviations.append((0.5 * log_variance).exp())
    conditions = [
        wish_of(tokens[row], phrases, row).condition(follows=phrases.previous[row] >= 0)
        for row in range(len(tokens))
    ]
    place = np.cumsum(known) - 1
    previous = np.where(phrases.previous >= 0, place[phrases.previous], -1)[known]
    kept = torch.from_numpy(known)
    return Latents(
        mean=torch.cat(means)[kept],
        deviation=torch.cat(deviations)[kept],
        previous=torch.from_numpy(previous),
        condition=torch.from_numpy(np.stack(conditions))[kept],
        pool=torch.from_numpy(_pool(phrases.minor[known])),
        follows_column=1,
        parts=(slice(2, 4), slice(4, 6), slice(6, 8), slice(8, 10), slice(10, None)),
    )


def _pool(minor: IntArray) -> IntArray:
    """Name every phrase once, and those in minor, a fifth of all, often enough to be half."""
    in_minor = np.flatnonzero(minor == 1)
    times = max(1, round(len(minor) / max(1, len(in_minor))) - 1)
    return np.concatenate([np.flatnonzero(minor != 1), np.repeat(in_minor, times)])


def wish_of(tokens: IntArray, phrases: Phrases, row: int) -> MelodyWish:
    """Say what one would have had to ask for to get a phrase."""
    pitches = tokens[tokens >= FIRST_PITCH] - FIRST_PITCH
    return MelodyWish(
        triple=bool(phrases.beats[row] == 6),
        minor=None if phrases.minor[row] < 0 else bool(phrases.minor[row]),
        density=len(pitches) / int(phrases.beats[row]),
        register=float(pitches.mean()),
        pitch_range=float(np.ptp(pitches)),
        style=STYLE_OF_CORPUS[str(phrases.corpus[row])],
    )


if __name__ == "__main__":
    main()
