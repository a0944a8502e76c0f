"""The steps of every training loop here: how fast it learns, one step, and where it resumes."""

from __future__ import annotations

import math
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.optim import Optimizer


def set_cosine_rate(
    optimizer: Optimizer, step: int, *, steps: int, highest: float, warmup_steps: int = 1
) -> None:
    """Set the learning rate of a step: a linear warm-up, then a cosine down to zero."""
    warm = min(1.0, (step + 1) / warmup_steps)
    for group in optimizer.param_groups:
        group["lr"] = highest * warm * 0.5 * (1.0 + math.cos(math.pi * step / steps))


def descend(optimizer: Optimizer, model: nn.Module, loss: Tensor) -> None:
    """Take one step down the gradient of a loss, its norm held to 1."""
    optimizer.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()


def resume(checkpoint: Path, model: nn.Module, optimizer: Optimizer) -> int:
    """Load a checkpoint if there is one, and give the number of steps that were taken."""
    if not checkpoint.exists():
        return 0
    state = torch.load(checkpoint, weights_only=True)
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    steps: int = state["step"]
    return steps


def save(checkpoint: Path, model: nn.Module, optimizer: Optimizer, step: int) -> None:
    """Write a checkpoint as a whole: who is stopped meanwhile keeps the one before."""
    draft = checkpoint.with_suffix(".draft")
    state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step}
    torch.save(state, draft)
    draft.replace(checkpoint)
