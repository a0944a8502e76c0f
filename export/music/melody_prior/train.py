"""Train the melody prior: `python -m export.music.melody_prior.train --data DATA --work WORK`.

Resumes from WORK/prior.pt when it is there.
"""

from __future__ import annotations

import argparse
import logging
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from export.music.melody_prior.batches import (
    Augmentation,
    Batch,
    draw_batch,
    draw_rows,
    measured_batch,
)
from export.music.melody_prior.data import Stretches, load_stretches
from export.networks.melody_network import MelodyPriorNetwork, PriorSettings
from export.networks.optimizing import descend, resume, save, set_cosine_rate

log = logging.getLogger("melody_prior")
_BITS = 1.0 / float(np.log(2.0))


@dataclass(frozen=True)
class TrainSettings:
    """How the prior is trained."""

    steps: int = 4800
    """Optimizer steps; 0.35 to 0.6 s each on two cores with AVX-512 bf16."""
    events: int = 4096
    """Events of a batch, about."""
    learning_rate: float = 1.5e-3
    """At its highest; cosine down to zero after the warm-up."""
    warmup_steps: int = 200
    weight_decay: float = 0.05
    standards_weight: float = 2.0
    """How often lead sheets are drawn: they are few, and the only ones with chords beside pop."""
    augmentation: Augmentation = field(default_factory=Augmentation)
    threads: int = 2
    """Of torch."""
    seed: int = 1
    checkpoint_every: int = 100
    """Steps between checkpoints."""
    validate_every: int = 300
    """Steps between validations."""


def main() -> None:
    """Train or resume, validating as it goes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the corpora")
    parser.add_argument("--work", type=Path, required=True, help="folder for cache and checkpoints")
    parser.add_argument("--steps", type=int, default=TrainSettings.steps)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    stretches = load_stretches(arguments.data, arguments.work / "stretches.npz")
    settings = TrainSettings(steps=arguments.steps)
    train(settings, PriorSettings(), stretches, arguments.work / "prior.pt")


def train(
    settings: TrainSettings,
    size: PriorSettings,
    stretches: dict[str, Stretches],
    checkpoint: Path,
) -> MelodyPriorNetwork:
    """Train to the end, from the checkpoint if there is one.

    Args:
        settings: how.
        size: of the network.
        stretches: "train" and "validation".
        checkpoint: file that is read first and written every few minutes.

    Returns:
        The trained network.
    """
    torch.manual_seed(settings.seed)
    torch.set_num_threads(settings.threads)
    model = MelodyPriorNetwork(size)
    optimizer = torch.optim.AdamW(
        model.parameters(),
        settings.learning_rate,
        betas=(0.9, 0.98),
        weight_decay=settings.weight_decay,
        fused=True,
    )
    step = resume(checkpoint, model, optimizer)
    weights = np.where(stretches["train"].corpus == "openewld", settings.standards_weight, 1.0)
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
        torch.manual_seed(settings.seed * 1_000_003 + step)
        rows = draw_rows(stretches["train"], weights, settings.events, rng)
        batch = draw_batch(stretches["train"], rows, settings.augmentation, rng)
        loss, shown = prior_loss(model, batch)
        descend(optimizer, model, loss)
        step += 1
        if step % 50 == 0:
            log.info("step %d %s %.0f s", step, shown, time.monotonic() - started)
        if step % settings.checkpoint_every == 0 or step == settings.steps:
            save(checkpoint, model, optimizer, step)
        if step % settings.validate_every == 0 or step == settings.steps:
            log.info("step %d validation %s", step, validation(model, stretches["validation"]))
    return model


@dataclass(frozen=True)
class Nats:
    """How unlikely each event was, [batch, event], 0 where nothing is to be learned."""

    pitch: Tensor
    length: Tensor
    loudness: Tensor


def nats_of(model: MelodyPriorNetwork, batch: Batch) -> Nats:
    """Score every event of a batch in nats."""
    with torch.autocast("cpu", torch.bfloat16):
        hidden = model(batch.pitches, batch.lengths, batch.loudness, batch.conditions, batch.slots)
        hidden_said = model.dropout(hidden)
        pitch = model.pitch_logits(hidden_said)
        length = model.length_logits(hidden_said, batch.pitches)
        loudness = model.loudness_logits(hidden_said, batch.pitches, batch.lengths)
    return Nats(
        _nats(pitch, batch.pitches, batch.real),
        _nats(length, batch.lengths - 1, batch.real),
        _nats(loudness, torch.where(batch.loud, batch.loudness, 0), batch.loud),
    )


def _nats(logits: Tensor, said: Tensor, counts: Tensor) -> Tensor:
    scores = nn.functional.cross_entropy(
        logits.float().flatten(0, 1), said.flatten(), reduction="none"
    )
    return torch.where(counts, scores.view(said.shape), 0.0)


def prior_loss(model: MelodyPriorNetwork, batch: Batch) -> tuple[Tensor, str]:
    """Give the mean loss in nats an event, and its parts in words."""
    nats = nats_of(model, batch)
    events = batch.real.sum()
    pitch, length = nats.pitch.sum() / events, nats.length.sum() / events
    loudness = nats.loudness.sum() / events
    heard = nats.loudness.sum() / batch.loud.sum().clamp(min=1)
    shown = f"nats: pitch {pitch:.3f} length {length:.3f} loudness {heard:.3f}"
    return pitch + length + loudness, shown


@torch.no_grad()
def validation(
    model: MelodyPriorNetwork, stretches: Stretches, *, limit: int = 160
) -> dict[str, float]:
    """Measure bits a note, pitch and length together, and loudness, with all goals and with none.

    Args:
        model: the network, as far as it is trained.
        stretches: of songs that were not trained on.
        limit: how many, drawn evenly.
    """
    model.eval()
    rows = np.linspace(0, len(stretches) - 1, min(limit, len(stretches))).astype(np.int64)
    found: dict[str, float] = {}
    for asked in (True, False):
        sums = _sums(model, stretches, rows, asked=asked)
        name = "asked" if asked else "free"
        found[f"{name} bits a note"] = round(float(_BITS * (sums[0] + sums[1]) / sums[3]), 4)
        found[f"{name} loudness bits"] = round(float(_BITS * sums[2] / max(1.0, sums[4])), 4)
    model.train()
    return found


def _sums(
    model: MelodyPriorNetwork, stretches: Stretches, rows: npt.NDArray[np.int64], *, asked: bool
) -> npt.NDArray[np.float64]:
    """Add up nats of pitch, length and loudness, notes, and notes with loudness: [5]."""
    sums = np.zeros(5)
    by_size = rows[np.argsort(stretches.sizes[rows])]
    for start in range(0, len(by_size), 16):
        batch = measured_batch(stretches, by_size[start : start + 16], asked=asked)
        nats = nats_of(model, batch)
        notes = (batch.pitches >= 2) & batch.real
        sums += [
            float(part.double().sum())
            for part in (nats.pitch, nats.length, nats.loudness, notes, batch.loud)
        ]
    return sums


if __name__ == "__main__":
    main()
