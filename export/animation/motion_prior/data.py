"""Frames to learn from: clips and their mirror images, as models see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from bridge.animation.motion_state import CONTACTS, PLACES, TURNS, VELOCITIES, states_of
from bridge.animation.skeleton import mirrored
from export.animation.motion.clips import Clip
from export.animation.motion.labels import LABELS

_GROUPS: Final = (slice(0, 2), slice(2, 3), PLACES, VELOCITIES, TURNS, CONTACTS)
"""Numbers of one kind are divided by the same."""
_LEAST_SCALE: Final = 1e-3


@dataclass(frozen=True)
class Frames:
    """Clips, one after another."""

    states: Tensor
    """float32 [frame, SIZE]."""
    labels: Tensor
    """float32 [frame, label], of its clip."""
    left: Tensor
    """int64 [frame]: how many frames of its clip follow."""

    @classmethod
    def of(cls, clips: Sequence[Clip]) -> Frames:
        """Put clips and their mirror images together."""
        states, labels, left = [], [], []
        for clip in clips:
            told = torch.tensor([float(label in clip.motion.labels) for label in LABELS])
            for motion in (clip.motion, mirrored(clip.motion)):
                rows = torch.from_numpy(states_of(motion))
                states.append(rows)
                labels.append(told.expand(len(rows), -1))
                left.append(torch.arange(len(rows) - 1, -1, -1))
        return cls(torch.cat(states), torch.cat(labels), torch.cat(left))

    def measures(self) -> tuple[Tensor, Tensor]:
        """Give the mean of each number, and what it is divided by: one for all of a kind."""
        mean, deviation = self.states.mean(dim=0), self.states.std(dim=0)
        scale = torch.ones_like(mean)
        for group in _GROUPS:
            scale[group] = deviation[group].square().mean().sqrt().clamp(min=_LEAST_SCALE)
        return mean, scale

    def chances(self) -> Tensor:
        """Say how often each frame should begin a lesson: rare labels more often, [frame]."""
        count = self.labels.sum(dim=0).clamp(min=1.0)
        rare = (self.labels / count.sqrt()).amax(dim=1)
        none = self.labels.sum(dim=1) == 0
        rare[none] = float(rare[~none].median()) if (~none).any() else 1.0
        return rare

    def drawn(self, rows: Tensor, length: int) -> tuple[Tensor, Tensor]:
        """Give windows: [row, frame, SIZE], and what their clips show, [row, label]."""
        return self.states[rows[:, None] + torch.arange(length)], self.labels[rows]
