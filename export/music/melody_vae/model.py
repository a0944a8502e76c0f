"""The melody VAE: a transformer encoder and a parallel transformer decoder over beats.

The decoder gives all 48 slots at once, which costs one pass at run time where an autoregressive
decoder (MusicVAE, Roberts et al. 2018, arXiv:1803.05428) costs 48.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from bridge.music.melody_grid import PHRASE_SLOTS, VOCABULARY
from export.networks.transformer import Block


@dataclass(frozen=True)
class VaeSettings:
    """Size of the network."""

    width: int = 192
    """Channels inside the transformers."""
    heads: int = 6
    """Attention heads."""
    encoder_layers: int = 3
    decoder_layers: int = 3
    latent: int = 128
    """Dimensions of the latent."""
    slots_per_patch: int = 6
    """Slots that make one position of the transformers: a beat."""
    embedding: int = 48
    """Channels of a token."""
    neck: int = 48
    """Channels a position keeps on its way to and from the latent."""


class Encoder(nn.Module):
    """Phrases to the mean and log variance of their latents."""

    def __init__(self, settings: VaeSettings) -> None:
        super().__init__()
        self.settings = settings
        positions = PHRASE_SLOTS // settings.slots_per_patch
        self.embed = nn.Embedding(VOCABULARY, settings.embedding)
        self.enter = nn.Linear(settings.slots_per_patch * (settings.embedding + 1), settings.width)
        self.position = nn.Parameter(0.02 * torch.randn(positions, settings.width))
        self.blocks = nn.Sequential(
            *(Block(settings.width, settings.heads) for _ in range(settings.encoder_layers))
        )
        self.norm = nn.LayerNorm(settings.width)
        self.neck = nn.Linear(settings.width, settings.neck)
        self.mean = nn.Linear(positions * settings.neck, settings.latent)
        self.log_variance = nn.Linear(positions * settings.neck, settings.latent)

    def forward(self, tokens: Tensor, velocities: Tensor) -> tuple[Tensor, Tensor]:
        """Map tokens, velocities [batch, time] to mean, log variance [batch, latent]."""
        x = torch.cat([self.embed(tokens), 4.0 * velocities[..., None]], dim=-1)
        x = x.reshape(tokens.shape[0], self.position.shape[0], -1)
        x = self.norm(self.blocks(self.enter(x) + self.position))
        flat = self.neck(x).flatten(1)
        return self.mean(flat), self.log_variance(flat).clamp(-12.0, 2.0)


class Decoder(nn.Module):
    """Latents to phrases, all slots at once."""

    def __init__(self, settings: VaeSettings) -> None:
        super().__init__()
        self.settings = settings
        positions = PHRASE_SLOTS // settings.slots_per_patch
        self.neck = nn.Linear(settings.latent, positions * settings.neck)
        self.enter = nn.Linear(settings.neck, settings.width)
        self.position = nn.Parameter(0.02 * torch.randn(positions, settings.width))
        self.blocks = nn.Sequential(
            *(Block(settings.width, settings.heads) for _ in range(settings.decoder_layers))
        )
        self.norm = nn.LayerNorm(settings.width)
        self.logits = nn.Linear(settings.width, settings.slots_per_patch * VOCABULARY)
        self.velocities = nn.Linear(settings.width, settings.slots_per_patch)

    def forward(self, latent: Tensor) -> tuple[Tensor, Tensor]:
        """Map a latent [batch, latent] to logits [batch, time, vocab], velocities [batch, time]."""
        x = self.neck(latent).view(latent.shape[0], self.position.shape[0], -1)
        x = self.norm(self.blocks(self.enter(x) + self.position))
        logits = self.logits(x).reshape(latent.shape[0], PHRASE_SLOTS, VOCABULARY)
        return logits, torch.sigmoid(self.velocities(x).reshape(latent.shape[0], PHRASE_SLOTS))


class MelodyVae(nn.Module):
    """Encoder and decoder, as they are trained together."""

    def __init__(self, settings: VaeSettings) -> None:
        super().__init__()
        self.encoder = Encoder(settings)
        self.decoder = Decoder(settings)

    def forward(self, tokens: Tensor, velocities: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Encode, sample the posterior, decode: logits, velocities, mean, log variance."""
        mean, log_variance = self.encoder(tokens, velocities)
        latent = mean + torch.randn_like(mean) * (0.5 * log_variance).exp()
        logits, heard = self.decoder(latent)
        return logits, heard, mean, log_variance
