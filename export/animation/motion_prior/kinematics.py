"""Forward kinematics in torch: what follows from turns, so that no bone ever changes its length."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from bridge.animation.motion_state import PLACES, ROOT, SIZE
from bridge.schema.motion import JOINTS, OFFSETS, PARENTS, RATE_HZ

COUNT: Final = len(JOINTS)
_PARTS: Final = [3, 1, 6 * COUNT, 4]
MADE: Final = sum(_PARTS)
"""Numbers of a frame that a decoder says."""


class Made(NamedTuple):
    """What a decoder says of a frame."""

    root: Tensor
    """[.., 3]."""
    height: Tensor
    """[.., 1], of the hips, metres."""
    turns: Tensor
    """[.., (joint 6)], of any length."""
    contacts: Tensor
    """[.., 4], 0..1."""

    @classmethod
    def of(cls, numbers: Tensor) -> Made:
        """Take [.., MADE] apart."""
        return cls(*torch.split(numbers, _PARTS, dim=-1))


class Kinematics(nn.Module):
    """Makes whole frames of what a decoder says."""

    def __init__(self) -> None:
        super().__init__()
        depth = [0] * COUNT
        for joint, parent in enumerate(PARENTS):
            depth[joint] = depth[parent] + 1 if parent >= 0 else 0
        levels = [
            [joint for joint in range(COUNT) if depth[joint] == level]
            for level in range(max(depth) + 1)
        ]
        self._levels = levels
        self._parents = [
            [levels[level - 1].index(PARENTS[joint]) for joint in joints] if level else []
            for level, joints in enumerate(levels)
        ]
        order = [joint for joints in levels for joint in joints]
        self._order = np.argsort(order).tolist()
        self.register_buffer("_offsets", torch.from_numpy(OFFSETS.copy()), persistent=False)

    def forward(self, made: Made, before: Tensor) -> Tensor:
        """Give the next frame.

        Args:
            made: what a decoder says of it.
            before: [.., SIZE]: the frame before it.

        Returns:
            [.., SIZE], as `motion_state` has frames.
        """
        turns = upright(made.turns.reshape(*made.turns.shape[:-1], COUNT, 6))
        places = self.places(turns, made.height)
        velocities = RATE_HZ * (places - _carried(before))
        six = turns[..., :2].transpose(-1, -2).flatten(-3)
        parts = [made.root, places.flatten(-2), velocities.flatten(-2), six, made.contacts]
        return torch.cat(parts, dim=-1)

    def places(self, turns: Tensor, height: Tensor) -> Tensor:
        """Give where joints are, [.., joint, xyz], by turns [.., joint, 3, 3] and hips' height."""
        offsets = self.get_buffer("_offsets")
        hips = functional.pad(height, (2, 0))
        whole = [turns[..., self._levels[0], :, :]]
        there = [hips.unsqueeze(-2)]
        for joints, parents in zip(self._levels[1:], self._parents[1:], strict=True):
            above = whole[-1][..., parents, :, :]
            arm = (above @ offsets[joints].unsqueeze(-1)).squeeze(-1)
            there.append(there[-1][..., parents, :] + arm)
            whole.append(above @ turns[..., joints, :, :])
        return torch.cat(there, dim=-2)[..., self._order, :]


def _carried(before: Tensor) -> Tensor:
    """Give where joints of the frame before are, seen from the next, [.., joint, xyz]."""
    places = before[..., PLACES].reshape(*before.shape[:-1], COUNT, 3)
    x, y, turn = (before[..., [place]] for place in range(ROOT.stop))
    along, across, up = places[..., 0] - x, places[..., 1] - y, places[..., 2]
    cosine, sine = turn.cos(), turn.sin()
    return torch.stack([cosine * along + sine * across, cosine * across - sine * along, up], dim=-1)


def upright(six: Tensor) -> Tensor:
    """Give turns [.., 3, 3] whose first columns six numbers point along (Zhou et al. 2019)."""
    x = functional.normalize(six[..., :3], dim=-1, eps=1e-6)
    y = six[..., 3:] - (x * six[..., 3:]).sum(dim=-1, keepdim=True) * x
    y = functional.normalize(y, dim=-1, eps=1e-6)
    return torch.stack([x, y, torch.linalg.cross(x, y)], dim=-1)


assert SIZE == MADE - 1 + 6 * COUNT  # places and velocities are made of the rest
