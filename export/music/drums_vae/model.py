"""The drums VAE: a transformer encoder and a parallel transformer decoder over beats.

Each position is a beat of four steps; a step has nine drums with hit, velocity and offset
(GrooVAE's representation, Gillick et al. 2019, arXiv:1905.06118).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from bridge.music.drum_grid import DRUM_COUNT, STEPS
from export.networks.transformer import Block


@dataclass(frozen=True)
class VaeSettings:
    """Size of the network."""

    width: int = 160
    """Channels inside the transformers."""
    heads: int = 5
    """Attention heads."""
    encoder_layers: int = 3
    decoder_layers: int = 3
    latent: int = 128
    """Dimensions of the latent."""
    steps_per_patch: int = 4
    """Steps that make one position of the transformers: a beat."""
    neck: int = 48
    """Channels a position keeps on its way to and from the latent."""


class Encoder(nn.Module):
    """Grooves to the mean and log variance of their latents."""

    def __init__(self, settings: VaeSettings) -> None:
        super().__init__()
        positions = STEPS // settings.steps_per_patch
        self.enter = nn.Linear(settings.steps_per_patch * 3 * DRUM_COUNT, settings.width)
        self.position = nn.Parameter(0.02 * torch.randn(positions, settings.width))
        self.blocks = nn.Sequential(
            *(Block(settings.width, settings.heads) for _ in range(settings.encoder_layers))
        )
        self.norm = nn.LayerNorm(settings.width)
        self.neck = nn.Linear(settings.width, settings.neck)
        self.mean = nn.Linear(positions * settings.neck, settings.latent)
        self.log_variance = nn.Linear(positions * settings.neck, settings.latent)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Map features [batch, step, 27] to mean, log variance [batch, latent]."""
        x = features.reshape(features.shape[0], self.position.shape[0], -1)
        x = self.norm(self.blocks(self.enter(x) + self.position))
        flat = self.neck(x).flatten(1)
        return self.mean(flat), self.log_variance(flat).clamp(-12.0, 2.0)


class Decoder(nn.Module):
    """Latents to grooves, all steps at once."""

    def __init__(self, settings: VaeSettings) -> None:
        super().__init__()
        positions = STEPS // settings.steps_per_patch
        self.neck = nn.Linear(settings.latent, positions * settings.neck)
        self.enter = nn.Linear(settings.neck, settings.width)
        self.position = nn.Parameter(0.02 * torch.randn(positions, settings.width))
        self.blocks = nn.Sequential(
            *(Block(settings.width, settings.heads) for _ in range(settings.decoder_layers))
        )
        self.norm = nn.LayerNorm(settings.width)
        self.out = nn.Linear(settings.width, settings.steps_per_patch * 3 * DRUM_COUNT)

    def forward(self, latent: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Map a latent [batch, latent] to hit logits, velocities, offsets [batch, step, drum]."""
        x = self.neck(latent).view(latent.shape[0], self.position.shape[0], -1)
        x = self.norm(self.blocks(self.enter(x) + self.position))
        parts = self.out(x).reshape(latent.shape[0], STEPS, 3, DRUM_COUNT)
        logits, velocities, offsets = parts.unbind(dim=2)
        return logits, torch.sigmoid(velocities), 0.5 * torch.tanh(offsets)


class DrumsVae(nn.Module):
    """Encoder and decoder, as they are trained together."""

    def __init__(self, settings: VaeSettings) -> None:
        super().__init__()
        self.encoder = Encoder(settings)
        self.decoder = Decoder(settings)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """Encode, sample the posterior, decode: logits, velocities, offsets, mean, log variance."""
        mean, log_variance = self.encoder(features)
        latent = mean + torch.randn_like(mean) * (0.5 * log_variance).exp()
        return (*self.decoder(latent), mean, log_variance)
