"""The graphs that ship: encoder, decoder, teller, editor and prior.

Principal directions are stored in eight bits each, with a scale of its own for every direction; the
first few, which carry the most, in sixteen. So are detectors, which tell by small differences. What
is as large as a body is stored as a coarse and a fine half.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from torch import Tensor, nn

from bridge.schema.arrays import AnyArray
from export.animation.character_vae.attributes import ATTRIBUTES, Teller
from export.animation.character_vae.data import Basis
from export.animation.character_vae.edits import NAMES, Editor
from export.animation.character_vae.model import CharacterVae
from export.animation.character_vae.prior import CONDITIONS, PeopleFlow
from export.ship.graphs import GraphSource

_FINE: Final = 7
"""So many first directions are stored in sixteen bits."""
_LIFT: Final = 64.0
"""They are stored so much larger, far from where sixteen bits grow coarse."""


class Directions(nn.Module):
    """Rows of numbers in few bits."""

    first: Tensor
    codes: Tensor
    scales: Tensor

    def __init__(self, rows: Tensor, fine: int) -> None:
        super().__init__()
        self.register_buffer("first", (rows[:fine] * _LIFT).half().float())
        scales = (rows[fine:].abs().amax(dim=1, keepdim=True) / 127.0).half().float()
        codes = (rows[fine:] / scales.clamp_min(1e-12)).round().clamp(-127, 127)
        self.register_buffer("codes", codes.to(torch.int8))
        self.register_buffer("scales", scales)

    def forward(self) -> Tensor:
        """Give the rows."""
        return torch.cat([self.first / _LIFT, self.codes.float() * self.scales])


class Halves(nn.Module):
    """Numbers as the sum of two that sixteen bits hold."""

    coarse: Tensor
    fine: Tensor

    def __init__(self, numbers: Tensor) -> None:
        super().__init__()
        self.register_buffer("coarse", numbers.half().float())
        self.register_buffer("fine", (numbers - self.coarse).half().float())

    def forward(self) -> Tensor:
        """Give the numbers."""
        return self.coarse + self.fine


class EncoderGraph(nn.Module):
    """Identity and expression of meshes at rest."""

    touched: Tensor
    detectors: Tensor

    def __init__(self, vae: CharacterVae, basis: Basis) -> None:
        super().__init__()
        self.vae, self.mean = vae, Halves(basis.mean)
        self.directions = Directions(basis.directions * basis.weight, _FINE)
        detectors = basis.detectors.view(len(basis.detectors), -1, 3)  # [action, vertex, xyz]
        touched = detectors.abs().sum(dim=(0, 2)) > 0
        self.register_buffer("touched", touched.nonzero()[:, 0].int())
        self.register_buffer("detectors", detectors[:, touched].flatten(1).half().float())

    def forward(self, vertices: Tensor) -> tuple[Tensor, Tensor]:
        """Take [batch, vertex, xyz=3]; give [batch, latent] and [batch, action]."""
        away = vertices - self.mean().unflatten(0, (-1, 3))
        coefficients = away.flatten(1) @ self.directions().T
        along = away.index_select(1, self.touched).flatten(1) @ self.detectors.T
        latent, amounts = self.vae.encode(torch.cat([coefficients, along], dim=1))
        return latent, amounts / self.vae.head_size(latent)


class DecoderGraph(nn.Module):
    """Meshes at rest and joints, of identities and expressions."""

    row: Tensor

    def __init__(self, vae: CharacterVae, basis: Basis, actions: Tensor, joints: Tensor) -> None:
        """Take joints as the linear map [component + one, (joint xyz)] that gives them."""
        super().__init__()
        self.vae, self.mean = vae, Halves(basis.mean)
        self.directions = Directions(basis.directions / basis.weight, _FINE)
        touched = actions.abs().sum(dim=(0, 2)) > 0
        row = torch.where(touched, touched.cumsum(0) - 1, touched.sum())
        self.register_buffer("row", row.int())
        self.actions = Directions(actions[:, touched].flatten(1), 0)
        self.joint_mean = Halves(joints[-1])
        self.joint_rows = Directions(joints[:-1], _FINE)

    def forward(self, identity: Tensor, expression: Tensor) -> tuple[Tensor, Tensor]:
        """Take [batch, latent] and [batch, action]; give vertices and joints [batch, .., xyz=3]."""
        coefficients = self.vae.decode(identity)
        vertices = (self.mean() + coefficients @ self.directions()).unflatten(1, (-1, 3))
        joints = (self.joint_mean() + coefficients @ self.joint_rows()).unflatten(1, (-1, 3))
        ground = vertices[:, :, 2].amin(dim=1)
        moved = (expression * self.vae.head_size(identity)) @ self.actions()
        moved = nn.functional.pad(moved.unflatten(1, (-1, 3)), (0, 0, 0, 1))
        level = torch.stack([torch.zeros_like(ground), torch.zeros_like(ground), ground], dim=1)
        return vertices + moved.index_select(1, self.row) - level[:, None], joints - level[:, None]


@dataclass(frozen=True)
class Trained:
    """All that was trained."""

    vae: CharacterVae
    basis: Basis
    actions: Tensor
    """[action, vertex, xyz=3]."""
    joints: Tensor
    """[component + one, (joint xyz)]."""
    teller: Teller
    editor: Editor
    prior: PeopleFlow


def graph_sources(trained: Trained, vertices: AnyArray) -> dict[str, GraphSource]:
    """Name the graphs that ship.

    Args:
        trained: what they are made of.
        vertices: float32 [batch, vertex, xyz=3], meshes to try them on.
    """
    vae, batch = trained.vae, len(vertices)
    settings, rng = vae.settings, np.random.default_rng(4)
    latent = rng.standard_normal((batch, settings.latent)).astype(np.float32)
    faces = rng.uniform(0.0, 0.6, (batch, settings.actions)).astype(np.float32)
    steps = rng.normal(0.0, 0.5, (batch, len(NAMES))).astype(np.float32)
    asked = trained.prior.mean.numpy() * np.ones((batch, 1), np.float32)
    identity, action = f"batch latent={settings.latent}", f"batch action={settings.actions}"
    told, condition = f"batch attribute={len(ATTRIBUTES)}", f"batch condition={len(CONDITIONS)}"
    mesh = f"batch vertex={vertices.shape[1]} xyz=3"
    joints = f"batch joint={trained.joints.shape[1] // 3} xyz=3"
    return {
        "encoder": GraphSource(
            EncoderGraph(vae, trained.basis),
            {"vertices": vertices},
            {"vertices": mesh},
            {"identity": identity, "expression": action},
        ),
        "decoder": GraphSource(
            DecoderGraph(vae, trained.basis, trained.actions, trained.joints),
            {"identity": latent, "expression": faces},
            {"identity": identity, "expression": action},
            {"vertices": mesh, "joints": joints},
        ),
        "teller": GraphSource(
            trained.teller, {"identity": latent}, {"identity": identity}, {"attributes": told}
        ),
        "editor": GraphSource(
            trained.editor,
            {"identity": latent, "steps": steps},
            {"identity": identity, "steps": f"batch slider={len(NAMES)}"},
            {"edited": identity},
        ),
        "prior": GraphSource(
            trained.prior,
            {
                "point": latent,
                "time": np.linspace(0.0, 1.0, batch, dtype=np.float32)[:, None],
                "asked": asked,
                "known": np.ones_like(asked),
            },
            {"point": identity, "time": "batch one=1", "asked": condition, "known": condition},
            {"velocity": identity},
        ),
    }
