"""Train the flow over a VAE's latents: what the recipes of all VAEs here share."""

from __future__ import annotations

import copy
import logging
from dataclasses import dataclass

import torch
from torch import Tensor

from export.networks.latent_flow import FlowSettings, LatentFlow, flow_matching_loss
from export.networks.optimizing import descend, set_cosine_rate

log = logging.getLogger("latent_flow")


@dataclass(frozen=True)
class FlowTrainSettings:
    """How the flow is trained."""

    steps: int = 20_000
    """Optimizer steps; about 0.02 s each on two cores with AVX-512 bf16."""
    batch: int = 512
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
    pool: Tensor
    """int64 [row]: the phrases that are drawn from, rare kinds more than once."""
    follows_column: int
    """Column of the condition that says whether there is a phrase before."""
    parts: tuple[slice, ...]
    """Columns of the condition that are left out together."""


def train_flow(settings: FlowTrainSettings, latents: Latents, validation: Latents) -> LatentFlow:
    """Train the flow, and give the moving average of its weights."""
    torch.manual_seed(settings.seed)
    flow = LatentFlow(
        FlowSettings(latent=latents.mean.shape[1], condition=latents.condition.shape[1])
    )
    average = copy.deepcopy(flow)
    optimizer = torch.optim.AdamW(flow.parameters(), settings.learning_rate, weight_decay=0.01)
    for step in range(settings.steps):
        set_cosine_rate(optimizer, step, steps=settings.steps, highest=settings.learning_rate)
        loss = flow_matching_loss(flow, *draw_batch(latents, settings))
        descend(optimizer, flow, loss)
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
    rows = latents.pool[torch.randint(len(latents.pool), (batch,))]
    latent = latents.mean[rows] + latents.deviation[rows] * torch.randn_like(latents.mean[rows])
    before = latents.previous[rows]
    follows = (before >= 0) & (torch.rand(batch) >= settings.forget_previous_share)
    previous = latents.mean[before] + latents.deviation[before] * torch.randn_like(latent)
    previous = torch.where(follows[:, None], previous, 0.0)
    condition = latents.condition[rows].clone()
    condition[:, latents.follows_column] = follows.float()
    forget = torch.rand(batch, len(latents.parts)) < settings.forget_share
    forget |= torch.rand(batch, 1) < settings.forget_all_share
    for part, columns in enumerate(latents.parts):
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
