"""Choices drawn from a model's logits."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from bridge.schema.arrays import FloatArray, IntArray


def draw(
    logits: FloatArray, rng: np.random.Generator, *, temperature: float = 1.0, top_p: float = 1.0
) -> IntArray:
    """Draw a choice for each row.

    Args:
        logits: float32 [batch, choice]; -inf is never drawn, and no row is -inf throughout.
        rng: source of chance.
        temperature: divisor of the logits, > 0.
        top_p: only the likeliest choices that make up this share are drawn from, over 0, at most 1
            (Holtzman et al. 2020, arXiv:1904.09751).

    Returns:
        int64 [batch].
    """
    scaled = logits / np.float32(temperature)
    if top_p < 1.0:
        scaled = nucleus(scaled, top_p)
    chosen: IntArray = (scaled + rng.gumbel(size=scaled.shape)).argmax(axis=1)
    return chosen


def nucleus(logits: FloatArray, top_p: float) -> FloatArray:
    """Keep the likeliest choices that together reach a share, and make the others -inf.

    Args:
        logits: float32 [batch, choice].
        top_p: the share, over 0; the likeliest choice is always kept.
    """
    order = np.argsort(-logits, axis=1, kind="stable")
    shares = np.exp(np.take_along_axis(log_shares(logits), order, axis=1))
    kept = np.cumsum(shares, axis=1) - shares < top_p
    back = np.argsort(order, axis=1, kind="stable")
    masked: FloatArray = np.where(np.take_along_axis(kept, back, axis=1), logits, -np.inf)
    return masked


def log_shares(logits: FloatArray) -> npt.NDArray[np.float64]:
    """Give the log probabilities of logits [batch, choice], some of which may be -inf."""
    above = logits - logits.max(axis=1, keepdims=True).astype(np.float64)
    shares: npt.NDArray[np.float64] = above - np.log(np.exp(above).sum(axis=1, keepdims=True))
    return shares


def log_share_of(logits: FloatArray, chosen: IntArray) -> npt.NDArray[np.float64]:
    """Give the log probability of one choice of each row, in nats: float64 [batch]."""
    picked: npt.NDArray[np.float64] = log_shares(logits)[np.arange(len(chosen)), chosen]
    return picked
