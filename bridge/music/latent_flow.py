"""Latents from a conditional flow: new ones, and ones near a given one.

The flow is an ordinary differential equation from noise (time 0) to latents of real phrases
(time 1), see `export/networks/latent_flow.py`. Here it is integrated with Heun's method.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bridge.errors import CardError
from bridge.runtime.session import Model
from bridge.schema.arrays import FloatArray

STEPS = 12
"""Steps from time 0 to time 1, two evaluations each."""


@dataclass(frozen=True, slots=True)
class FlowCondition:
    """What a latent is asked to be."""

    previous: FloatArray
    """float32 [batch, latent]: the phrase before; zeros where there is none."""
    asked: FloatArray
    """float32 [batch, condition]: all that is asked for."""
    least: FloatArray
    """float32 [batch, condition]: the same with only what cannot be left out."""
    guidance: float = 1.5
    """How strongly to obey: 1 as the data does, more exaggerates, 0 ignores what is asked."""


def draw_latents(
    model: Model, condition: FlowCondition, rng: np.random.Generator, *, temperature: float
) -> FloatArray:
    """Draw new latents.

    Args:
        model: has a graph `flow`.
        condition: what is asked, one row a latent.
        rng: source of chance.
        temperature: > 0; the noise that the flow starts from has a variance of this.

    Returns:
        float32 [batch, latent].
    """
    noise = rng.standard_normal(condition.previous.shape, dtype=np.float32)
    return _integrate(model, np.float32(temperature**0.5) * noise, 0.0, condition)


def move_latents(
    model: Model,
    latents: FloatArray,
    condition: FlowCondition,
    rng: np.random.Generator,
    *,
    amount: float,
) -> FloatArray:
    """Move latents to others nearby that are as likely.

    The latent goes part of the way back to noise and returns by the flow (as SDEdit does with
    pictures, Meng et al. 2022, arXiv:2108.01073).

    Args:
        model: has a graph `flow`.
        latents: float32 [batch, latent].
        condition: what is asked, one row a latent.
        rng: source of chance.
        amount: 0..1; 0 leaves them as they are, 1 draws new ones.

    Returns:
        float32 [batch, latent].
    """
    start = 1.0 - amount
    noise = rng.standard_normal(latents.shape, dtype=np.float32)
    point = np.float32(start) * latents + np.float32(amount) * noise
    return _integrate(model, point, start, condition)


def latent_size(model: Model) -> int:
    """Give the dimensions of a VAE's latent.

    Raises:
        CardError: its card leaves them open.
    """
    size = model.card.graph("decoder").inputs[0].axes[1].size
    if size is None:
        raise CardError(f"card of {model.card.name}: the decoder's latent needs a fixed size")
    return size


def _integrate(
    model: Model, point: FloatArray, start: float, condition: FlowCondition
) -> FloatArray:
    """Follow the flow from a time to time 1."""
    steps = max(1, round(STEPS * (1.0 - start)))
    length = (1.0 - start) / steps
    for step in range(steps if start < 1.0 else 0):
        time = start + step * length
        first = _velocity(model, point, time, condition)
        second = _velocity(model, point + np.float32(length) * first, time + length, condition)
        point = point + np.float32(0.5 * length) * (first + second)
    return point


def _velocity(model: Model, point: FloatArray, time: float, condition: FlowCondition) -> FloatArray:
    """Evaluate the flow with guidance: both conditions in one batch."""
    batch = len(point)
    velocity: FloatArray = model.run(
        "flow",
        point=np.concatenate([point, point]),
        time=np.full((2 * batch, 1), time, dtype=np.float32),
        previous=np.concatenate([condition.previous, condition.previous]),
        condition=np.concatenate([condition.asked, condition.least]),
    )["velocity"]
    asked, least = velocity[:batch], velocity[batch:]
    return least + np.float32(condition.guidance) * (asked - least)
