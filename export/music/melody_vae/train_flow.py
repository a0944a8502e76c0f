"""Train the flow over the latents: `python -m export.music.melody_vae.train_flow`.

Runs after `train`; reads WORK/vae.pt, writes WORK/flow.pt. Phrases are moved until the tonic is C.
"""

from __future__ import annotations

import argparse
import copy
import logging
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Tensor, nn

from bridge.music.melody_grid import FIRST_PITCH
from bridge.music.melody_vae import CONDITION_SIZE, MelodyWish
from export.music.melody_vae.data import Phrases, load_phrases, performed, transposed
from export.music.melody_vae.model import MelodyVae, VaeSettings
from export.networks.latent_flow import FlowSettings, LatentFlow, flow_matching_loss

log = logging.getLogger("melody_vae.flow")

STYLE_OF_CORPUS: Final = {
    "oneills1850": "folk",
    "ryansMammoth": "folk",
    "openewld": "standards",
    "pop909": "pop",
    "openscore_lieder": "art-song",
}
"""What a musician may ask for, by where the phrases come from."""


@dataclass(frozen=True)
class FlowTrainSettings:
    """How the flow is trained."""

    steps: int = 24_000
    """Optimizer steps; about 0.02 s each on two cores."""
    batch: int = 1024
    """Phrases a step."""
    learning_rate: float = 1.5e-3
    """At its start; cosine down to zero."""
    forget_share: float = 0.35
    """How often each part of the condition is left out."""
    forget_all_share: float = 0.1
    """How often all of it is left out."""
    forget_previous_share: float = 0.25
    """How often the phrase before is left out."""
    average_decay: float = 0.999
    """Of the moving average of the weights, which is what ships."""
    seed: int = 2


@dataclass(frozen=True)
class Latents:
    """What the flow is trained on: posteriors and conditions of one split."""

    mean: Tensor
    """float32 [phrase, latent]."""
    deviation: Tensor
    """float32 [phrase, latent]: standard deviations."""
    previous: Tensor
    """int64 [phrase]: index of the phrase before, -1 none."""
    condition: Tensor
    """float32 [phrase, condition]: all of it given."""


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
    flow = train(settings, train_latents, validation_latents)
    torch.save(flow.state_dict(), arguments.work / "flow.pt")


@torch.no_grad()
def encode_all(model: MelodyVae, phrases: Phrases) -> Latents:
    """Encode the phrases whose key is known, moved to C.

    Args:
        model: the trained VAE.
        phrases: of one split.
    """
    known = phrases.tonic >= 0
    shift = np.where(known, (-phrases.tonic + 6) % 12 - 6, 0)
    tokens = transposed(phrases.tokens, shift)
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
    )


def wish_of(tokens: np.ndarray, phrases: Phrases, row: int) -> MelodyWish:
    """Say what one would have had to ask for to get a phrase."""
    pitches = tokens[tokens >= FIRST_PITCH] - FIRST_PITCH
    return MelodyWish(
        triple=bool(phrases.beats[row] == 6),
        minor=None if phrases.minor[row] < 0 else bool(phrases.minor[row]),
        density=len(pitches) / int(phrases.beats[row]),
        register=float(pitches.mean()),
        style=STYLE_OF_CORPUS[str(phrases.corpus[row])],
    )


def train(settings: FlowTrainSettings, latents: Latents, validation: Latents) -> LatentFlow:
    """Train the flow, and give the moving average of its weights."""
    torch.manual_seed(settings.seed)
    flow = LatentFlow(FlowSettings(latent=latents.mean.shape[1], condition=CONDITION_SIZE))
    average = copy.deepcopy(flow)
    optimizer = torch.optim.AdamW(flow.parameters(), settings.learning_rate, weight_decay=0.01)
    for step in range(settings.steps):
        for group in optimizer.param_groups:
            group["lr"] = (
                settings.learning_rate * 0.5 * (1.0 + math.cos(math.pi * step / settings.steps))
            )
        loss = flow_matching_loss(flow, *draw_batch(latents, settings))
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(flow.parameters(), 1.0)
        optimizer.step()
        with torch.no_grad():
            for kept, new in zip(average.parameters(), flow.parameters(), strict=True):
                kept.lerp_(new, 1.0 - settings.average_decay)
        if (step + 1) % 1000 == 0:
            log.info("step %d loss %.4f validation %.4f", step + 1, loss.item(),
                     validation_loss(average, validation, settings))  # fmt: skip
    return average


def draw_batch(latents: Latents, settings: FlowTrainSettings) -> tuple[Tensor, Tensor, Tensor]:
    """Draw latents from their posteriors, the phrases before them, and conditions with gaps.

    Returns:
        latent, previous [batch, latent] and condition [batch, condition].
    """
    batch = settings.batch
    rows = torch.randint(len(latents.mean), (batch,))
    latent = latents.mean[rows] + latents.deviation[rows] * torch.randn_like(latents.mean[rows])
    before = latents.previous[rows]
    follows = (before >= 0) & (torch.rand(batch) >= settings.forget_previous_share)
    previous = latents.mean[before] + latents.deviation[before] * torch.randn_like(latent)
    previous = torch.where(follows[:, None], previous, 0.0)
    condition = latents.condition[rows].clone()
    condition[:, 1] = follows.float()
    forget = torch.rand(batch, 4) < settings.forget_share
    forget |= torch.rand(batch, 1) < settings.forget_all_share
    parts = (slice(2, 4), slice(4, 6), slice(6, 8), slice(8, None))
    for part, columns in enumerate(parts):
        condition[:, columns] *= ~forget[:, part : part + 1]
    return latent, previous, condition


@torch.no_grad()
def validation_loss(flow: LatentFlow, latents: Latents, settings: FlowTrainSettings) -> float:
    """Give the flow-matching loss on songs that were not trained on, with fixed noise."""
    state = torch.get_rng_state()
    torch.manual_seed(0)
    losses = [flow_matching_loss(flow, *draw_batch(latents, settings)) for _ in range(4)]
    torch.set_rng_state(state)
    return float(torch.stack(losses).mean())


if __name__ == "__main__":
    main()
