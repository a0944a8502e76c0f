"""Train what is told of people: `python -m export.animation.character_vae.attributes --work WORK`.

After `train`. Phenotypes, proportions, how far somebody is from how people are, and the local
changes that sliders move, estimated from identity; for measuring, for wishes such as an age, for
locks, and to condition the prior. A minute.
"""

from __future__ import annotations

import argparse
import logging
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Tensor, nn

from bridge.animation.sliders import LOCAL, word
from export.animation.character_vae.anatomy import Anatomy
from export.animation.character_vae.data import Told
from export.animation.character_vae.model import Curve
from export.animation.character_vae.people import PHENOTYPES, PROPORTIONS, People
from export.animation.character_vae.sliders import columns
from export.animation.character_vae.train import trained_vae
from export.networks.optimizing import descend

log = logging.getLogger("character_vae")

WHOLE: Final = (*PHENOTYPES, *PROPORTIONS, "strangeness")
"""What people are as a whole, in order; strangeness is the mean size of local changes, 0..1."""
ATTRIBUTES: Final = (*WHOLE, *(word(change) for change in LOCAL))
"""What is told, in order: that, and local changes, -1..1, the mean of both sides."""
TELLER: Final = "teller.pt"
"""In the folder of work."""
_STEPS: Final = 6_000
_BATCH: Final = 512


class Teller(nn.Module):
    """What people are, from identity."""

    mean: Tensor
    spread: Tensor

    def __init__(self, latent: int, width: int = 256) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(len(ATTRIBUTES)))
        self.register_buffer("spread", torch.ones(len(ATTRIBUTES)))
        self.straight = nn.Linear(latent, len(ATTRIBUTES))
        self.curve = Curve(latent, len(ATTRIBUTES), width)

    def forward(self, latent: Tensor) -> Tensor:
        """Give attributes [body, attribute] of identities [body, latent]."""
        return self.mean + self.spread * (self.straight(latent) + self.curve(latent))


def whole(people: People) -> Tensor:
    """Give what people really are as a whole, [body, attribute]."""
    strange = np.abs(people.local_changes).mean(axis=1, keepdims=True)
    return torch.from_numpy(np.hstack([people.phenotypes, people.proportions, strange]))


def truth(people: People, changes: list[str]) -> Tensor:
    """Give what people really are, local changes and all, [body, attribute].

    Args:
        people: who.
        changes: names of all local changes.
    """
    local = [people.local_changes[:, columns(one, changes)].mean(axis=1) for one in LOCAL]
    return torch.cat([whole(people), torch.from_numpy(np.stack(local, axis=1))], dim=1)


def identities(work: Path, split: str) -> Tensor:
    """Give the identities of the people of a split, [body, latent]."""
    with torch.no_grad():
        latent: Tensor = trained_vae(work).encode(Told.load(work).seen(split))[0]
    return latent


def main() -> None:
    """Train the teller, and keep it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder of `train`")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    work: Path = arguments.work
    torch.manual_seed(9)
    changes = Anatomy().changes
    latent, due = identities(work, "train"), truth(People.load(work / "train.npz"), changes)
    teller = Teller(latent.shape[1])
    teller.mean.copy_(due.mean(dim=0))
    teller.spread.copy_(due.std(dim=0))
    optimizer = torch.optim.AdamW(teller.parameters(), 2e-3, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, _STEPS)
    for _ in range(_STEPS):
        rows = torch.randint(len(latent), (_BATCH,))
        given = latent[rows] + 0.05 * torch.randn(_BATCH, latent.shape[1])
        loss = ((teller(given) - due[rows]) / teller.spread).square().mean()
        descend(optimizer, teller, loss)
        schedule.step()
    with torch.no_grad():
        found = teller(identities(work, "test"))
    due = truth(People.load(work / "test.npz"), changes)
    for column, name in enumerate(ATTRIBUTES):
        off, spread = (found - due)[:, column].abs().mean(), due[:, column].std()
        log.info("%-15s off by %.3f of a spread of %.3f", name, off, spread)
    torch.save(teller.state_dict(), work / TELLER)


if __name__ == "__main__":
    main()
