"""Train the VAE: `python -m export.animation.character_vae.train --work WORK`.

After `data`. About 12 minutes on two cores; resumes from its checkpoint.
"""

from __future__ import annotations

import argparse
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import torch
from torch import Tensor

from export.animation.character_vae.anatomy import Anatomy
from export.animation.character_vae.data import Basis, Told
from export.animation.character_vae.model import VERTICES, CharacterVae, VaeSettings
from export.animation.character_vae.people import PROPORTIONS, People
from export.networks.optimizing import descend, resume, save

log = logging.getLogger("character_vae")

CHECKPOINT: Final = "vae.pt"
"""In the folder of work."""
TRAINED: Final = "vae-trained.pt"
"""What came of it, likewise."""


@dataclass(frozen=True)
class VaeTrainSettings:
    """How the VAE is trained."""

    steps: int = 20_000
    """Optimizer steps."""
    batch: int = 512
    """Bodies a step."""
    learning_rate: float = 2e-3
    """At its start, of what is not linear; cosine down to zero."""
    divergence: float = 5e-4
    """Weight of a nat against a millimetre."""
    expression: float = 0.5
    """Weight of a millimetre of expression against one of shape."""
    amount: float = 3.0
    """Weight of all of an action against it: faces that look alike are told apart by what is
    likelier."""
    seed: int = 7


@dataclass(frozen=True)
class Faces:
    """What facial actions are on principal directions."""

    coefficients: Tensor
    """[action, component]: each action, told as a body is."""
    overlap: Tensor
    """[action, action]: how much of each the detectors take for each."""
    metric: Tensor
    """[action, action]: products of actions where distances are weighted."""

    @classmethod
    def of(cls, anatomy: Anatomy, basis: Basis) -> Faces:
        """Work them out."""
        offsets = anatomy.action_offsets.flatten(1)
        weighted = offsets * basis.weight
        told = weighted @ basis.directions.T
        return cls(told, offsets @ basis.detectors.T, weighted @ weighted.T)


@dataclass(frozen=True)
class Bodies:
    """Some bodies with faces."""

    coefficients: Tensor
    """[body, component], of neutral faces."""
    along: Tensor
    """[body, action], likewise."""
    amounts: Tensor
    """[body, action]: the faces they make, as large as the head is."""
    head_size: Tensor
    """[body, 1]."""

    def seen(self, faces: Faces) -> Tensor:
        """Give what the encoder sees, [body, (component action)]."""
        coefficients = self.coefficients + self.amounts @ faces.coefficients
        return torch.cat([coefficients, self.along + self.amounts @ faces.overlap], dim=1)


@dataclass(frozen=True)
class Crowd:
    """The people of one split, as training wants them."""

    bodies: Bodies
    """All of them, with neutral faces."""
    actions: Tensor
    """[body, action]: faces to put on anybody."""

    @classmethod
    def of(cls, people: People, told: dict[str, Tensor]) -> Crowd:
        """Put it together from what `data` wrote of them."""
        sizes = torch.from_numpy(people.proportions[:, [PROPORTIONS.index("head_size")]]).exp()
        actions = torch.from_numpy(people.actions)
        neutral = torch.zeros_like(actions)
        return cls(Bodies(told["coefficients"], told["along"], neutral, sizes), actions)

    def drawn(self, count: int) -> Bodies:
        """Draw bodies, half of them with faces of others."""
        rows = torch.randint(len(self.actions), (count,))
        amounts = self.actions[torch.randint(len(self.actions), (count,))]
        amounts = amounts * (torch.rand(count, 1) < 0.5)
        every, sizes = self.bodies, self.bodies.head_size[rows]
        return Bodies(every.coefficients[rows], every.along[rows], amounts * sizes, sizes)


def main() -> None:
    """Train, and keep what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder of `data`")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    work: Path = arguments.work
    told = Told.load(work)
    faces = Faces.of(Anatomy(), told.basis)
    crowds = {
        split: Crowd.of(People.load(work / f"{split}.npz"), told.splits[split])
        for split in ("train", "validation")
    }
    vae = train(VaeTrainSettings(), crowds, faces, work / CHECKPOINT)
    torch.save(vae.state_dict(), work / TRAINED)


def train(
    settings: VaeTrainSettings, crowds: dict[str, Crowd], faces: Faces, checkpoint: Path
) -> CharacterVae:
    """Train the VAE on the crowd `train`, and tell how it does on `validation`."""
    torch.manual_seed(settings.seed)
    vae, crowd = CharacterVae(VaeSettings()), crowds["train"]
    begun = crowd.drawn(len(crowd.actions))
    vae.begin(begun.coefficients, begun.seen(faces), begun.amounts)
    optimizer = torch.optim.AdamW(groups(vae), weight_decay=1e-3)
    first = resume(checkpoint, vae, optimizer)
    for step in range(first, settings.steps):
        share = 0.5 * (1.0 + torch.cos(torch.tensor(torch.pi * step / settings.steps)).item())
        for group in optimizer.param_groups:
            group["lr"] = settings.learning_rate * share * group["pace"]
        shape, face, amount, nats, size = losses(vae, crowd.drawn(settings.batch), faces)
        loss = shape + settings.expression * face + settings.amount * amount
        loss = loss + settings.divergence * nats + size
        descend(optimizer, vae, loss)
        if (step + 1) % 1000 == 0:
            with torch.no_grad():
                state = torch.get_rng_state()
                torch.manual_seed(0)
                found = losses(vae, crowds["validation"].drawn(2000), faces)
                torch.set_rng_state(state)
            log.info("step %d: shape %.3f mm, face %.3f mm, amounts %.4f, %.0f nats, head %.4f",
                     step + 1, *(one.item() for one in found))  # fmt: skip
            save(checkpoint, vae, optimizer, step + 1)
    with torch.no_grad():
        latents, _ = vae.encode(crowd.bodies.seen(faces))
    vae.standardise(latents)
    return vae


def trained_vae(work: Path) -> CharacterVae:
    """Give what came of training."""
    vae = CharacterVae(VaeSettings())
    vae.load_state_dict(torch.load(work / TRAINED, weights_only=True))
    return vae


def groups(vae: CharacterVae) -> list[dict[str, object]]:
    """Give the weights by how fast they learn: what began as PCA slowly."""
    paces = {"straight": 0.1, "log_variance": 3.0, "curve": 1.0, "head": 1.0}
    return [
        {
            "params": [weight for name, weight in vae.named_parameters() if name.startswith(start)],
            "pace": pace,
        }
        for start, pace in paces.items()
    ]


def losses(
    vae: CharacterVae, bodies: Bodies, faces: Faces
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Say how far all is off.

    Returns:
        Shape and expression, in mm; amounts of facial actions, as a deviation; the nats; and head
        sizes.
    """
    mean, found = vae.encode(bodies.seen(faces))
    latent = vae.drawn(mean)
    shape = (vae.decode(latent) - bodies.coefficients).square().sum(dim=1)
    wrong = found - bodies.amounts
    face = ((wrong @ faces.metric) * wrong).sum(dim=1)
    shape, face = ((1e-9 + one / VERTICES).sqrt().mean() * 1000.0 for one in (shape, face))
    amount = (1e-6 + (wrong / bodies.head_size).square().mean(dim=1)).sqrt().mean()
    size = (vae.head_size(latent).log() - bodies.head_size.log()).square().mean()
    return shape, face, amount, vae.divergence(mean).mean(), size


if __name__ == "__main__":
    main()
