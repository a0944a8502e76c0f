"""Train the melody VAE: `python -m export.music.melody_vae.train --data DATA --work WORK`.

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

from bridge.music.melody_grid import FIRST_PITCH
from export.music.melody_vae.data import (
    Phrases,
    load_phrases,
    padding,
    performed,
    shift_to_c,
    transposed,
)
from export.music.melody_vae.model import MelodyVae, VaeSettings
from export.networks.optimizing import descend, resume, save, set_cosine_rate
from export.networks.transformer import kl_nats

log = logging.getLogger("melody_vae")


@dataclass(frozen=True)
class TrainSettings:
    """How the VAE is trained."""

    steps: int = 15_000
    """Optimizer steps; about 0.15 s each on two cores with AVX-512 bf16."""
    batch: int = 256
    """Phrases a step."""
    learning_rate: float = 1.5e-3
    """At its highest; cosine down to zero after the warm-up."""
    warmup_steps: int = 400
    kl_weights: tuple[tuple[int, float], ...] = ((0, 0.0), (3000, 0.4), (3600, 0.12), (6600, 0.1))
    """(step, weight of the KL term), straight lines between: high at first for an orderly latent,
    then lower to let detail through."""
    velocity_sigma: float = 0.05
    """How exactly velocities are to be kept: one standard deviation, of 1."""
    any_key_share: float = 0.25
    """Share of phrases that are transposed at random rather than to C."""
    mutated_share: float = 0.05
    """Share of phrases in which notes are changed at random, as a player's slips are."""
    seed: int = 1
    checkpoint_every: int = 500
    """Steps between checkpoints and validations."""


def main() -> None:
    """Train or resume, validating as it goes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the corpora")
    parser.add_argument("--work", type=Path, required=True, help="folder for cache and checkpoints")
    parser.add_argument("--steps", type=int, default=TrainSettings.steps)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    settings = TrainSettings(steps=arguments.steps)
    phrases = load_phrases(arguments.data, arguments.work / "phrases.npz")
    train(settings, phrases, arguments.work / "vae.pt")


def train(settings: TrainSettings, phrases: dict[str, Phrases], checkpoint: Path) -> MelodyVae:
    """Train to the end, from the checkpoint if there is one.

    Args:
        settings: how.
        phrases: "train" and "validation".
        checkpoint: file that is read first and written every few minutes.

    Returns:
        The trained network.
    """
    torch.manual_seed(settings.seed)
    model = MelodyVae(VaeSettings())
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
        batch = draw_batch(phrases["train"], settings, rng)
        loss, shown = vae_loss(model, batch, settings, step)
        descend(optimizer, model, loss)
        step += 1
        if step % 100 == 0:
            log.info("step %d %s %.0f s", step, shown, time.monotonic() - started)
        if step % settings.checkpoint_every == 0 or step == settings.steps:
            save(checkpoint, model, optimizer, step)
            log.info("step %d validation %s", step, reconstruction(model, phrases["validation"]))
    return model


@dataclass(frozen=True)
class Batch:
    """Phrases that are trained on together."""

    tokens: Tensor
    """int64 [batch, time=48]."""
    velocities: Tensor
    """float32 [batch, time], velocity / 127 at onsets, 0 elsewhere."""
    padding: Tensor
    """bool [batch, time]: slots beyond the phrase."""


def draw_batch(phrases: Phrases, settings: TrainSettings, rng: np.random.Generator) -> Batch:
    """Draw phrases: most with the tonic at C, some in any key or octave, some with slips."""
    rows = rng.integers(0, len(phrases.tokens), settings.batch)
    elsewhere = rng.random(settings.batch) < settings.any_key_share
    semitones = np.where(elsewhere, rng.integers(-6, 7, settings.batch), shift_to_c(phrases)[rows])
    semitones += 12 * rng.choice([-1, 0, 1], settings.batch, p=[0.1, 0.8, 0.1])
    tokens = transposed(phrases.tokens[rows], semitones)
    slips = (rng.random(tokens.shape) < 0.25) & (tokens >= FIRST_PITCH + 3)
    slips &= (tokens < FIRST_PITCH + 124) & (
        rng.random((settings.batch, 1)) < settings.mutated_share
    )
    tokens = tokens + np.where(slips, rng.integers(-3, 4, tokens.shape), 0)
    velocities = performed(tokens, phrases.velocities[rows], phrases.played[rows], rng)
    pad = padding(phrases.beats[rows])
    return Batch(*(torch.from_numpy(array) for array in (tokens, velocities, pad)))


def vae_loss(
    model: MelodyVae, batch: Batch, settings: TrainSettings, step: int
) -> tuple[Tensor, str]:
    """Give the weighted evidence bound in nats a phrase, and its terms as words."""
    with torch.autocast("cpu", torch.bfloat16):
        logits, heard, mean, log_variance = model(batch.tokens, batch.velocities)
    token_nats = nn.functional.cross_entropy(
        logits.float().flatten(0, 1), batch.tokens.flatten(), reduction="none"
    ).view(batch.tokens.shape)
    token_nats = torch.where(batch.padding, 0.1 * token_nats, token_nats).sum(dim=1).mean()
    wrong = torch.where(batch.tokens >= FIRST_PITCH, heard.float() - batch.velocities, 0.0)
    velocity_nats = 0.5 * (wrong / settings.velocity_sigma).pow(2).sum(dim=1).mean()
    kl = kl_nats(mean.float(), log_variance.float()).mean()
    steps, weights = zip(*settings.kl_weights, strict=True)
    weight = float(np.interp(step, steps, weights))
    shown = f"tokens {token_nats:.2f} velocity {velocity_nats:.2f} KL {kl:.1f}"
    return token_nats + velocity_nats + weight * kl, shown


@torch.no_grad()
def reconstruction(model: MelodyVae, phrases: Phrases, limit: int = 2048) -> dict[str, float]:
    """Measure what comes back through a latent sampled from the posterior.

    Args:
        model: encoder and decoder.
        phrases: of songs that were not trained on, untransposed.
        limit: how many phrases, drawn evenly.

    Returns:
        step_accuracy (argmax tokens that are right, padding left out), onset_f1 (a note counts when
        slot and pitch are right), velocity_error (mean absolute, of 127) and kl_nats.
    """
    rows = np.linspace(0, len(phrases.tokens) - 1, min(limit, len(phrases.tokens))).astype(int)
    rng = np.random.default_rng(0)
    tokens = phrases.tokens[rows]
    velocities = performed(tokens, phrases.velocities[rows], phrases.played[rows], rng)
    model.eval()
    torch_rng_state = torch.get_rng_state()
    torch.manual_seed(0)
    logits, heard, mean, log_variance = model(
        torch.from_numpy(tokens), torch.from_numpy(velocities)
    )
    torch.set_rng_state(torch_rng_state)
    model.train()
    guess = logits.argmax(dim=-1).numpy()
    kept = ~padding(phrases.beats[rows])
    onsets, guessed = (tokens >= FIRST_PITCH) & kept, (guess >= FIRST_PITCH) & kept
    hits = onsets & (guess == tokens)
    return {
        "step_accuracy": round(float((guess == tokens)[kept].mean()), 4),
        "onset_f1": round(float(2 * hits.sum() / (onsets.sum() + guessed.sum())), 4),
        "velocity_error": round(float(127 * np.abs(heard.numpy() - velocities)[onsets].mean()), 2),
        "kl_nats": round(float(kl_nats(mean, log_variance).mean()), 1),
    }


if __name__ == "__main__":
    main()
