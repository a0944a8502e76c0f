"""Train the prior: `python -m export.animation.character_vae.prior --work WORK`.

After `train`. A flow from noise to identities of people, told what they are, each of it left out
now and then: flow matching (Lipman et al. 2023, arXiv:2210.02747). About 8 minutes on two cores.
"""

from __future__ import annotations

import argparse
import copy
import logging
import math
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Tensor, nn

from export.animation.character_vae.anatomy import Anatomy
from export.animation.character_vae.attributes import WHOLE, identities, whole
from export.animation.character_vae.people import People
from export.networks.latent_flow import FlowBlock
from export.networks.optimizing import descend

log = logging.getLogger("character_vae")

PRIOR: Final = "prior.pt"
"""In the folder of work."""
CONDITIONS: Final = (*WHOLE, "stylised", "asymmetry")
"""What may be told, in order."""
_STEPS: Final = 9_000
_BATCH: Final = 384
_TIMES: Final = 32


class PeopleFlow(nn.Module):
    """The velocity of identities at a place and a time, given what people are to be."""

    frequencies: Tensor
    mean: Tensor
    spread: Tensor

    def __init__(self, latent: int, width: int = 256, blocks: int = 3) -> None:
        super().__init__()
        count = len(CONDITIONS)
        self.register_buffer("mean", torch.zeros(count))
        self.register_buffer("spread", torch.ones(count))
        octaves = torch.arange(_TIMES // 2)
        self.register_buffer("frequencies", math.pi * 2.0 ** (octaves / 2.0))
        self.enter = nn.Linear(latent, width)
        self.context = nn.Sequential(nn.Linear(2 * count + _TIMES, width), nn.SiLU())
        self.blocks = nn.ModuleList(FlowBlock(width) for _ in range(blocks))
        self.norm = nn.LayerNorm(width)
        self.leave = nn.Linear(width, latent)

    def forward(self, point: Tensor, time: Tensor, asked: Tensor, known: Tensor) -> Tensor:
        """Give the velocity.

        Args:
            point: [body, latent], noise at time 0, an identity at time 1.
            time: [body, one=1], 0..1.
            asked: [body, condition], in the units of each.
            known: [body, condition], 1 where it is asked, 0 where it is left open.

        Returns:
            [body, latent], change of the point per unit of time.
        """
        angles = time * self.frequencies
        given = (asked - self.mean) / self.spread * known
        told = torch.cat([given, known, torch.sin(angles), torch.cos(angles)], dim=1)
        context, x = self.context(told), self.enter(point)
        for block in self.blocks:
            x = block(x, context)
        return self.leave(self.norm(x))


def conditions(people: People, changes: list[str]) -> Tensor:
    """Give all that may be told of people, [body, condition].

    Args:
        people: who.
        changes: names of all local changes.
    """
    place = {name: column for column, name in enumerate(changes)}
    left = [place[name] for name in changes if name.startswith("l-")]
    right = [place[f"r-{changes[column][2:]}"] for column in left]
    uneven = np.abs(people.local_changes[:, left] - people.local_changes[:, right]).mean(axis=1)
    rest = np.stack([people.stylised, uneven], axis=1)
    return torch.cat([whole(people), torch.from_numpy(rest)], dim=1)


def loss_of(flow: PeopleFlow, latent: Tensor, told: Tensor) -> Tensor:
    """Give the mean squared error of velocities at random times on straight paths."""
    noise = torch.randn_like(latent)
    time = torch.sigmoid(torch.randn(len(latent), 1))
    share = torch.rand(len(latent), 1)  # of what is known, so that few things may be told alone
    known = (torch.rand_like(told) < share).float() * (torch.rand(len(latent), 1) < 0.8)
    with torch.autocast("cpu", torch.bfloat16):
        found = flow((1.0 - time) * noise + time * latent, time, told, known)
    return (found.float() - (latent - noise)).square().mean()


def main() -> None:
    """Train the flow, and keep the moving average of its weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder of `train`")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    work: Path = arguments.work
    torch.manual_seed(10)
    changes = Anatomy().changes
    (latent, told), held = (
        (identities(work, split), conditions(People.load(work / f"{split}.npz"), changes))
        for split in ("train", "validation")
    )
    flow = PeopleFlow(latent.shape[1])
    flow.mean.copy_(told.mean(dim=0))
    flow.spread.copy_(told.std(dim=0))
    average = copy.deepcopy(flow)
    optimizer = torch.optim.AdamW(flow.parameters(), 1.5e-3, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, _STEPS)
    for step in range(_STEPS):
        rows = torch.randint(len(latent), (_BATCH,))
        loss = loss_of(flow, latent[rows], told[rows])
        descend(optimizer, flow, loss)
        schedule.step()
        with torch.no_grad():
            for kept, new in zip(average.parameters(), flow.parameters(), strict=True):
                kept.lerp_(new, 0.002)
            if (step + 1) % 1000 == 0:
                state = torch.get_rng_state()
                torch.manual_seed(0)
                found = torch.stack([loss_of(average, *held) for _ in range(4)]).mean()
                torch.set_rng_state(state)
                log.info("step %d loss %.4f validation %.4f", step + 1, loss.item(), found)
    torch.save(average.state_dict(), work / PRIOR)


if __name__ == "__main__":
    main()
