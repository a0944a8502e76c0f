"""Train the drums VAE: `python -m export.music.drums_vae.train --data DATA --work WORK`.

Resumes from WORK/vae.pt when it is there. The bars it is held to are on the card.
"""

from __future__ import annotations

import argparse
import logging
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from bridge.music.drum_grid import DRUM_COUNT
from export.music.drums_vae.data import Grooves, load_grooves, varied
from export.music.drums_vae.model import DrumsVae, VaeSettings
from export.networks.optimizing import descend, resume, save, set_cosine_rate
from export.networks.transformer import kl_nats

log = logging.getLogger("drums_vae")


@dataclass(frozen=True)
class TrainSettings:
    """How the VAE is trained."""

    steps: int = 8_000
    """Optimizer steps; about 0.1 s each on two cores with AVX-512 bf16."""
    batch: int = 256
    """Phrases a step."""
    learning_rate: float = 1.5e-3
    """At its highest; cosine down to zero after the warm-up."""
    warmup_steps: int = 400
    kl_weights: tuple[tuple[int, float], ...] = ((0, 0.0), (2000, 0.3), (3000, 0.3), (3200, 0.08))
    """(step, weight of the KL term), straight lines between: high at first for an orderly latent,
    then lower to let detail through."""
    velocity_sigma: float = 0.12
    """How exactly velocities are to be kept: one standard deviation, of 1."""
    offset_sigma: float = 0.12
    """How exactly micro-timing is to be kept: one standard deviation, of a step."""
    seed: int = 1
    checkpoint_every: int = 500
    """Steps between checkpoints and validations."""


def main() -> None:
    """Train or resume, validating as it goes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the corpora")
    parser.add_argument("--work", type=Path, required=True, help="folder for checkpoints")
    parser.add_argument("--steps", type=int, default=TrainSettings.steps)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    arguments.work.mkdir(parents=True, exist_ok=True)
    settings = TrainSettings(steps=arguments.steps)
    train(settings, load_grooves(arguments.data), arguments.work / "vae.pt")


def train(settings: TrainSettings, grooves: dict[str, Grooves], checkpoint: Path) -> DrumsVae:
    """Train to the end, from the checkpoint if there is one.

    Args:
        settings: how.
        grooves: "train" and "validation".
        checkpoint: file that is read first and written every few minutes.

    Returns:
        The trained network.
    """
    torch.manual_seed(settings.seed)
    model = DrumsVae(VaeSettings())
    optimizer = torch.optim.AdamW(
        model.parameters(), settings.learning_rate, betas=(0.9, 0.98), weight_decay=0.01, fused=True
    )
    step = resume(checkpoint, model, optimizer)
    started = time.monotonic()
    while step < settings.steps:
        set_cosine_rate(
            optimizer,
            step,
            steps=settings.steps,
            highest=settings.learning_rate,
            warmup_steps=settings.warmup_steps,
        )
        rng = np.random.default_rng([settings.seed, step])
        rows = rng.integers(0, len(grooves["train"].features), settings.batch)
        features = torch.from_numpy(varied(grooves["train"].features[rows], rng))
        loss, shown = vae_loss(model, features, settings, step)
        descend(optimizer, model, loss)
        step += 1
        if step % 100 == 0:
            log.info("step %d %s %.0f s", step, shown, time.monotonic() - started)
        if step % settings.checkpoint_every == 0 or step == settings.steps:
            save(checkpoint, model, optimizer, step)
            log.info("step %d validation %s", step, reconstruction(model, grooves["validation"]))
    return model


def vae_loss(
    model: DrumsVae, features: Tensor, settings: TrainSettings, step: int
) -> tuple[Tensor, str]:
    """Give the weighted evidence bound in nats a phrase, and its terms as words."""
    with torch.autocast("cpu", torch.bfloat16):
        logits, velocities, offsets, mean, log_variance = model(features)
    hits, loudness, lateness = torch.split(features, DRUM_COUNT, dim=-1)
    hit_nats = (
        nn.functional.binary_cross_entropy_with_logits(logits.float(), hits, reduction="none")
        .sum(dim=(1, 2))
        .mean()
    )
    wrong_velocity = (velocities.float() - loudness) * hits / settings.velocity_sigma
    wrong_offset = (offsets.float() - lateness) * hits / settings.offset_sigma
    touch_nats = 0.5 * (wrong_velocity.pow(2) + wrong_offset.pow(2)).sum(dim=(1, 2)).mean()
    kl = kl_nats(mean.float(), log_variance.float()).mean()
    steps, weights = zip(*settings.kl_weights, strict=True)
    weight = float(np.interp(step, steps, weights))
    shown = f"hits {hit_nats:.2f} touch {touch_nats:.2f} KL {kl:.1f}"
    return hit_nats + touch_nats + weight * kl, shown


@torch.no_grad()
def reconstruction(model: DrumsVae, grooves: Grooves) -> dict[str, float]:
    """Measure what comes back through a latent sampled from the posterior.

    Args:
        model: encoder and decoder.
        grooves: performances that were not trained on, unvaried.

    Returns:
        step_accuracy (steps at which all nine drums are right), onset_f1 (over all hits),
        velocity_error (mean absolute, of 127), offset_error (mean absolute, in steps) and kl_nats.
    """
    model.eval()
    torch_rng_state = torch.get_rng_state()
    torch.manual_seed(0)
    features = torch.from_numpy(grooves.features)
    logits, velocities, offsets, mean, log_variance = model(features)
    torch.set_rng_state(torch_rng_state)
    model.train()
    hits, loudness, lateness = torch.split(features, DRUM_COUNT, dim=-1)
    wanted, guessed = hits > 0, logits > 0
    both = (wanted & guessed).sum()
    return {
        "step_accuracy": round(float((wanted == guessed).all(dim=-1).float().mean()), 4),
        "onset_f1": round(float(2 * both / (wanted.sum() + guessed.sum())), 4),
        "velocity_error": round(float(127 * (velocities - loudness).abs()[wanted].mean()), 2),
        "offset_error": round(float((offsets - lateness).abs()[wanted].mean()), 3),
        "kl_nats": round(float(kl_nats(mean, log_variance).mean()), 1),
    }


if __name__ == "__main__":
    main()
