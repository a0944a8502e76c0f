"""The drums VAE at run time: grooves to latents, latents to grooves, and new latents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from bridge.music.drum_grid import DrumGrid
from bridge.music.latent_flow import FlowCondition, draw_latents, latent_size, move_latents
from bridge.runtime.session import Model
from bridge.schema.arrays import FloatArray

MODEL_NAME: Final = "music/drums_vae"
CONDITION_SIZE: Final = 7

_LOGITS_TEMPERATURE: Final = 0.5
"""Share of the temperature that goes to choosing hits; the latent's noise has the whole."""


@dataclass(frozen=True, slots=True)
class DrumWish:
    """What a groove is asked to be; None leaves it to the model."""

    density: float | None = None
    """Hits per beat, all drums together."""
    loudness: float | None = None
    """Mean velocity, 1..127."""
    fill: float | None = None
    """Share of the second bar's hits that are toms and crashes, 0..1."""

    def condition(self, *, follows: bool) -> FloatArray:
        """Give the wish as the flow reads it.

        Args:
            follows: whether there is a phrase before.

        Returns:
            float32 [condition]: follows, then value and flag of density, loudness and fill.
        """
        values = np.zeros(CONDITION_SIZE, dtype=np.float32)
        values[0] = follows
        if self.density is not None:
            values[1:3] = np.log2(self.density / 4.0), 1.0
        if self.loudness is not None:
            values[3:5] = (self.loudness - 64.0) / 20.0, 1.0
        if self.fill is not None:
            values[5:7] = 2.0 * self.fill, 1.0
        return values


def encode(model: Model, grooves: Sequence[DrumGrid]) -> FloatArray:
    """Give the most likely latent of each groove of 32 steps: float32 [batch, latent]."""
    features = np.stack([groove.features() for groove in grooves])
    mean: FloatArray = model.run("encoder", features=features)["mean"]
    return mean


def decode(
    model: Model, latents: FloatArray, *, temperature: float, rng: np.random.Generator
) -> list[DrumGrid]:
    """Give the grooves that latents stand for.

    Args:
        model: has a graph `decoder`.
        latents: float32 [batch, latent].
        temperature: > 0; small values choose the likeliest hits.
        rng: source of chance.

    Returns:
        One groove of 32 steps for each latent.
    """
    heard = model.run("decoder", latent=latents)
    logits = heard["logits"] / np.float32(temperature * _LOGITS_TEMPERATURE)
    hits = logits + rng.logistic(size=logits.shape).astype(np.float32) > 0
    zero = np.float32(0.0)
    velocities = np.where(hits, heard["velocities"], zero)
    offsets = np.where(hits, heard["offsets"], zero)
    return [DrumGrid(h, v, o) for h, v, o in zip(hits, velocities, offsets, strict=True)]


def draw(
    model: Model,
    wishes: Sequence[DrumWish],
    rng: np.random.Generator,
    *,
    temperature: float,
    previous: FloatArray | None = None,
) -> FloatArray:
    """Draw latents of new grooves, see `draw_latents`: float32 [batch, latent]."""
    condition = _condition(model, wishes, previous)
    return draw_latents(model, condition, rng, temperature=temperature)


def move(
    model: Model,
    latents: FloatArray,
    wishes: Sequence[DrumWish],
    rng: np.random.Generator,
    *,
    amount: float,
) -> FloatArray:
    """Move latents to grooves nearby, see `move_latents`: float32 [batch, latent]."""
    return move_latents(model, latents, _condition(model, wishes, None), rng, amount=amount)


def _condition(
    model: Model, wishes: Sequence[DrumWish], previous: FloatArray | None
) -> FlowCondition:
    """Give the flow's condition for a batch of wishes."""
    size = latent_size(model)
    follows = previous is not None
    least = DrumWish().condition(follows=follows)
    return FlowCondition(
        previous=np.zeros((len(wishes), size), np.float32) if previous is None else previous,
        asked=np.stack([wish.condition(follows=follows) for wish in wishes]),
        least=np.stack([least] * len(wishes)),
    )
