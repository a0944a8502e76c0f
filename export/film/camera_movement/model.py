"""A recurrent network that names what the camera does from how the picture moves."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from bridge.film.movement.fitting import FEATURES
from bridge.film.movement.watcher import MOVEMENTS


@dataclass(frozen=True)
class MovementSettings:
    """How large the network is."""

    inputs: int = len(FEATURES)
    """Numbers of each comparison."""
    answers: int = len(MOVEMENTS)
    """Movements to choose from."""
    hidden: int = 48
    """Width of the recurrent layer, in each direction."""
    slowest: float = 0.002
    """Speeds far below are told apart by their size, far above by its logarithm."""
    dropout: float = 0.2


class MovementNetwork(nn.Module):
    """Comparisons of a shot to a score for each movement."""

    def __init__(self, settings: MovementSettings) -> None:
        super().__init__()
        self.settings = settings
        width = settings.hidden
        self.reading = nn.Sequential(nn.Linear(2 * settings.inputs, width), nn.GELU())
        self.watching = nn.GRU(width, width, batch_first=True, bidirectional=True)
        self.deciding = nn.Sequential(
            nn.Dropout(settings.dropout), nn.Linear(4 * width, settings.answers)
        )

    def forward(self, features: Tensor) -> Tensor:
        """Score movements.

        Args:
            features: float32 [batch, step, feature].

        Returns:
            float32 logits [batch, movement].
        """
        slow = self.settings.slowest
        sizes = torch.log1p(features.abs() / slow) * features.sign() * 0.25
        seen, _ = self.watching(self.reading(torch.cat([sizes, features.clamp(-4, 4)], dim=-1)))
        return self.deciding(torch.cat([seen.mean(dim=1), seen.amax(dim=1)], dim=-1))
