"""The network: a conditional VAE over frames whose decoder is a mixture of experts.

After Ling et al. 2020 (Motion VAEs); the frame that follows is made by forward kinematics.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from bridge.animation.motion_state import HEIGHT, ROOT, SIZE, TURNS
from export.animation.motion_prior.kinematics import MADE, Kinematics, Made

_RISE_METRES: Final = 0.05
"""How far hips rise when the decoder says 1."""


@dataclass(frozen=True)
class PriorSettings:
    """How large it is."""

    latent: int = 32
    hidden: int = 256
    experts: int = 6
    gate: int = 64
    labels: int = 16
    """What clips may show; none of them: anything."""


class Step(NamedTuple):
    """One step of the VAE."""

    frame: Tensor
    """[row, SIZE]."""
    mean: Tensor
    """[row, latent]."""
    log_variance: Tensor
    """[row, latent]."""


class MotionPrior(nn.Module):
    """Says what may follow a frame."""

    def __init__(self, settings: PriorSettings, mean: Tensor, scale: Tensor) -> None:
        """Begin untrained.

        Args:
            settings: how large it is.
            mean: [SIZE], of frames that are learned from.
            scale: [SIZE], what frames are divided by, > 0.
        """
        super().__init__()
        self.settings = settings
        self.register_buffer("mean", mean)
        self.register_buffer("scale", scale)
        seen, hidden = SIZE + settings.labels, settings.hidden
        self.encoder = nn.Sequential(
            nn.Linear(2 * SIZE + settings.labels, 2 * hidden), nn.ELU(),
            nn.Linear(2 * hidden, 2 * hidden), nn.ELU(),
            nn.Linear(2 * hidden, 2 * settings.latent),
        )  # fmt: skip
        self.decoder = Experts(settings, seen)
        self.kinematics = Kinematics()

    def forward(self, before: Tensor, after: Tensor, labels: Tensor) -> Step:
        """Rebuild a frame from the one before it, all [row, SIZE]; labels are [row, label]."""
        told = torch.cat([self.seen(before), self.seen(after), labels], dim=-1)
        mean, log_variance = self.encoder(told).chunk(2, dim=-1)
        latent = mean + torch.randn_like(mean) * (0.5 * log_variance).exp()
        return Step(self.decode(before, latent, labels), mean, log_variance)

    def decode(self, before: Tensor, latent: Tensor, labels: Tensor) -> Tensor:
        """Give the frame that follows, [row, SIZE], for a latent [row, latent]."""
        made = Made.of(self.decoder(torch.cat([self.seen(before), labels], dim=-1), latent))
        mean, scale = self.get_buffer("mean"), self.get_buffer("scale")
        whole = Made(
            root=made.root * scale[ROOT] + mean[ROOT],
            height=made.height * _RISE_METRES + before[:, HEIGHT],
            turns=made.turns + before[:, TURNS],
            contacts=made.contacts.sigmoid(),
        )
        return self.kinematics(whole, before)

    def seen(self, frame: Tensor) -> Tensor:
        """Give frames as networks see them."""
        return (frame - self.get_buffer("mean")) / self.get_buffer("scale")


class Experts(nn.Module):
    """Layers that are mixed of several, as a gate says (Jacobs et al. 1991)."""

    def __init__(self, settings: PriorSettings, seen: int) -> None:
        super().__init__()
        sizes = (seen, settings.hidden, settings.hidden)
        outs = (settings.hidden, settings.hidden, MADE)
        self.gate = nn.Sequential(
            nn.Linear(settings.latent + seen, settings.gate), nn.ELU(),
            nn.Linear(settings.gate, settings.gate), nn.ELU(),
            nn.Linear(settings.gate, settings.experts),
        )  # fmt: skip
        self.weights = nn.ParameterList()
        self.biases = nn.ParameterList()
        for ins, out in zip(sizes, outs, strict=True):
            layers = [nn.Linear(ins + settings.latent, out) for _ in range(settings.experts)]
            self.weights.append(torch.stack([layer.weight.detach().T for layer in layers]))
            self.biases.append(torch.stack([layer.bias.detach() for layer in layers]))
        with torch.no_grad():
            self.weights[-1].mul_(0.1)

    def forward(self, seen: Tensor, latent: Tensor) -> Tensor:
        """Give what is made, [row, MADE]; the latent is told again to every layer."""
        share = self.gate(torch.cat([latent, seen], dim=-1)).softmax(dim=-1)
        hidden = seen
        for layer, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            told = torch.cat([latent, hidden], dim=-1)
            each = torch.einsum("ri,eio->reo", told, weight) + bias
            hidden = (share.unsqueeze(-1) * each).sum(dim=1)
            if layer + 1 < len(self.weights):
                hidden = functional.elu(hidden)
        return hidden
