"""A conditional flow over a VAE's latents: what a likely latent is, given what is asked for.

The second stage of a two-stage VAE (Dai and Wipf 2019, arXiv:1903.05789): the VAE alone assumes
N(0, I), which its own latents do not follow when the KL term is weighted below one. The flow is
trained by flow matching (Lipman et al. 2023, arXiv:2210.02747) on straight paths from noise to
latents sampled from the posterior; conditions are dropped at random, so that guidance without a
classifier (Ho and Salimans 2022, arXiv:2207.12598) can strengthen them at run time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from bridge.schema.arrays import FloatArray
from export.ship.graphs import GraphSource


@dataclass(frozen=True)
class FlowSettings:
    """Size of the network."""

    latent: int
    """Dimensions of the latent."""
    condition: int
    """Numbers in a condition, with the flags that say which are given."""
    width: int = 256
    """Channels of the residual blocks."""
    blocks: int = 3
    time_features: int = 32
    """Sines and cosines that the time is given as."""


class FlowBlock(nn.Module):
    """A residual block whose normalised input is shifted by the condition."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.shift = nn.Linear(width, width)
        self.enter = nn.Linear(width, width)
        self.leave = nn.Linear(width, width)

    def forward(self, x: Tensor, context: Tensor) -> Tensor:
        """Map x [batch, channel] and context [batch, channel] to [batch, channel]."""
        hidden = nn.functional.silu(self.enter(self.norm(x) + self.shift(context)))
        return x + self.leave(hidden)


class LatentFlow(nn.Module):
    """The velocity of the flow at a point, a time and a condition."""

    frequencies: Tensor

    def __init__(self, settings: FlowSettings) -> None:
        super().__init__()
        self.settings = settings
        self.enter = nn.Linear(settings.latent, settings.width)
        self.context = nn.Sequential(
            nn.Linear(
                settings.latent + settings.condition + settings.time_features, settings.width
            ),
            nn.SiLU(),
        )
        self.blocks = nn.ModuleList(FlowBlock(settings.width) for _ in range(settings.blocks))
        self.norm = nn.LayerNorm(settings.width)
        self.leave = nn.Linear(settings.width, settings.latent)
        octaves = torch.arange(settings.time_features // 2)
        self.register_buffer("frequencies", math.pi * 2.0 ** (octaves / 2.0), persistent=False)

    def forward(self, point: Tensor, time: Tensor, previous: Tensor, condition: Tensor) -> Tensor:
        """Give the velocity.

        Args:
            point: [batch, latent], noise at time 0, a latent at time 1.
            time: [batch, 1], 0..1.
            previous: [batch, latent], the latent of the phrase before; zeros where there is none.
            condition: [batch, condition], values and their flags.

        Returns:
            [batch, latent], change of the point per unit of time.
        """
        angles = time * self.frequencies
        context = self.context(
            torch.cat([previous, condition, torch.sin(angles), torch.cos(angles)], dim=1)
        )
        x = self.enter(point)
        for block in self.blocks:
            x = block(x, context)
        return self.leave(self.norm(x))


def flow_matching_loss(
    flow: LatentFlow, latent: Tensor, previous: Tensor, condition: Tensor
) -> Tensor:
    """Give the mean squared error of the velocity at random times on straight paths."""
    noise = torch.randn_like(latent)
    time = torch.sigmoid(torch.randn(len(latent), 1))
    point = (1.0 - time) * noise + time * latent
    with torch.autocast("cpu", torch.bfloat16):
        velocity = flow(point, time, previous, condition)
    return (velocity.float() - (latent - noise)).pow(2).mean()


def flow_source(flow: LatentFlow, latents: FloatArray, condition: FloatArray) -> GraphSource:
    """Say how a flow is exported, as the graph that `bridge.music.latent_flow` runs.

    Args:
        flow: the trained network.
        latents: float32 [batch, latent], examples.
        condition: float32 [condition], an example.
    """
    batch, latent = latents.shape
    latent_axes = f"batch latent={latent}"
    return GraphSource(
        module=flow,
        inputs={
            "point": latents,
            "time": np.linspace(0.0, 1.0, batch, dtype=np.float32)[:, None],
            "previous": latents[::-1].copy(),
            "condition": np.stack([condition] * batch),
        },
        input_axes={
            "point": latent_axes,
            "time": "batch one=1",
            "previous": latent_axes,
            "condition": f"batch condition={len(condition)}",
        },
        output_axes={"velocity": latent_axes},
    )
