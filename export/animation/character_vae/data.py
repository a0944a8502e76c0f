"""Draw who is learned from and who is held out: `python -m export.animation.character_vae.data`.

    python -m export.animation.character_vae.data --work WORK

Writes the parameters of every split, train.npz, validation.npz and test.npz, before anything is
fitted; then the basis that bodies are told in, and what the bodies of each split are in it. Takes
about 12 minutes on two cores, and a minute more where `anny` has no cache yet.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Tensor

from export.animation.character_vae.anatomy import Anatomy
from export.animation.character_vae.people import People, draw_people

log = logging.getLogger("character_vae")

SPLITS: Final = {"train": (160_000, 71), "validation": (1_000, 72), "test": (2_000, 73)}
"""How many bodies each split has, and the seed it is drawn with."""
FITTED: Final = 8_000
"""Bodies of the training split that the basis is computed from."""
COMPONENTS: Final = 160
"""Directions that bodies are told in; the encoder and the decoder ship them."""
HEAD_COUNTS: Final = 2.0
"""A distance on the head counts so much of one elsewhere: people look at faces."""
TOLD: Final = "told.pt"
"""What bodies are in the basis, in the folder of work."""
_NOISE: Final = 1e-3
"""What detectors of facial actions take for noise everywhere, in metres."""
_AMOUNT: Final = 0.15
"""How large they take amounts to be: so much, as a deviation."""
_AT_ONCE: Final = 250


def main() -> None:
    """Draw, build and tell all bodies."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="where it all goes")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    work: Path = arguments.work
    work.mkdir(parents=True, exist_ok=True)
    anatomy = Anatomy()
    for split, (count, seed) in SPLITS.items():
        draw_people(np.random.default_rng(seed), count, anatomy.changes).save(work / f"{split}.npz")
    people = {split: People.load(work / f"{split}.npz") for split in SPLITS}
    basis = basis_of(anatomy, people["train"][:FITTED])
    told = {field.name: getattr(basis, field.name) for field in fields(basis)}
    for split, everybody in people.items():
        found = tell(anatomy, everybody, basis)
        told |= {f"{split}_{name}": array for name, array in found.items()}
    torch.save(told, work / TOLD)


def crowds(people: People) -> Iterator[People]:
    """Give people, so many at once as can be built together."""
    for first in range(0, len(people), _AT_ONCE):
        yield people[first : first + _AT_ONCE]


def built(anatomy: Anatomy, people: People, *, faces: bool = False) -> Tensor:
    """Build people at rest, however many: [body, vertex, xyz=3], metres."""
    return torch.cat([anatomy.bodies(few, faces=faces)[0] for few in crowds(people)])


@dataclass(frozen=True)
class Basis:
    """Principal directions of bodies."""

    mean: Tensor
    """float32 [(vertex xyz)], metres."""
    directions: Tensor
    """float32 [component, (vertex xyz)], orthonormal rows where distances are weighted."""
    weight: Tensor
    """float32 [(vertex xyz)]: what a distance there counts."""
    detectors: Tensor
    """float32 [action, (vertex xyz)]: what tells facial actions from all that makes faces differ;
    0 where no action moves anything."""

    def coefficients(self, vertices: Tensor) -> Tensor:
        """Tell bodies [body, vertex, xyz=3] as [body, component]."""
        return ((vertices.flatten(1) - self.mean) * self.weight) @ self.directions.T

    def vertices(self, coefficients: Tensor) -> Tensor:
        """Give the bodies [body, vertex, xyz=3] that are told as [body, component]."""
        away = (coefficients @ self.directions) / self.weight
        return (self.mean + away).reshape(len(away), -1, 3)


@dataclass(frozen=True)
class Told:
    """What `data` wrote: the basis, and what the people of each split are in it."""

    basis: Basis
    splits: dict[str, dict[str, Tensor]]
    """By split: `coefficients` [body, component] and `along` [body, action]."""

    @classmethod
    def load(cls, work: Path) -> Told:
        """Read it."""
        told = torch.load(work / TOLD, weights_only=True)
        basis = Basis(**{field.name: told[field.name] for field in fields(Basis)})
        names = ("coefficients", "along")
        splits = {split: {name: told[f"{split}_{name}"] for name in names} for split in SPLITS}
        return cls(basis, splits)

    def seen(self, split: str) -> Tensor:
        """Give what the encoder sees of people with neutral faces, [body, (component action)]."""
        return torch.cat([self.splits[split]["coefficients"], self.splits[split]["along"]], dim=1)


def basis_of(anatomy: Anatomy, people: People) -> Basis:
    """Find the principal directions of people at rest, neutral."""
    bodies = torch.empty(len(people), anatomy.vertices * 3)
    first = 0
    for few in crowds(people):
        bodies[first : first + len(few)] = anatomy.bodies(few)[0].flatten(1)
        first += len(few)
    log.info("%d bodies built", len(people))
    mean = bodies.mean(dim=0)
    bodies -= mean
    detectors = detectors_of(anatomy.action_offsets.flatten(1), bodies)
    log.info("facial actions found")
    weight = head_weight(anatomy)
    bodies *= weight
    values, vectors = torch.linalg.eigh((bodies @ bodies.T).double())
    directions = vectors[:, -COMPONENTS:].flip(1).float().T @ bodies
    directions /= directions.norm(dim=1, keepdim=True)
    log.info("basis found; the last direction has %.2g of all", values[-COMPONENTS] / values.sum())
    return Basis(mean, directions, weight, detectors)


def detectors_of(offsets: Tensor, bodies: Tensor) -> Tensor:
    """Find what tells facial actions best from meshes, by a linear map.

    The Gauss-Markov estimate with a prior (Kay 1993, Fundamentals of Statistical Signal Processing
    I, 12.5), where what makes neutral bodies differ is the noise.

    Args:
        offsets: [action, (vertex xyz)], what each action moves, metres.
        bodies: [body, (vertex xyz)], neutral, less their mean.

    Returns:
        [action, (vertex xyz)].
    """
    touched = offsets.abs().sum(dim=0).view(-1, 3).sum(dim=1) > 0
    columns = touched.repeat_interleave(3)
    signal, noise = offsets[:, columns].double(), bodies[:, columns]
    floor = len(noise) * _NOISE**2
    inner = (noise @ noise.T).double() + floor * torch.eye(len(noise))
    across = (noise @ signal.float().T).double()
    shared = noise.T.double() @ torch.linalg.solve(inner, across)
    white = (signal.T - shared) / _NOISE**2  # [(vertex xyz), action]
    precision = signal @ white + torch.eye(len(signal)) / _AMOUNT**2
    found = torch.zeros_like(offsets)
    found[:, columns] = torch.linalg.solve(precision, white.T).float()
    return found


def head_weight(anatomy: Anatomy) -> Tensor:
    """Say what a distance counts, [(vertex xyz)]: more on the head."""
    bones = [bone for bone, name in enumerate(anatomy.bones) if name.startswith(("head", "eye"))]
    share = anatomy.weights[:, bones].sum(dim=1)
    return (1.0 + (HEAD_COUNTS - 1.0) * share).repeat_interleave(3)


def tell(anatomy: Anatomy, people: People, basis: Basis) -> dict[str, Tensor]:
    """Say what people are in a basis.

    Returns:
        `coefficients` [body, component]; `along` [body, action]: the amounts of facial actions that
        detectors find; and `missed` [body]: the mean distance per vertex that the basis does not
        tell, in mm.
    """
    told, along, missed = [], [], []
    for few in crowds(people):
        vertices, _ = anatomy.bodies(few)
        found = basis.coefficients(vertices)
        away = (vertices - basis.vertices(found)).norm(dim=2).mean(dim=1)
        told.append(found)
        along.append((vertices.flatten(1) - basis.mean) @ basis.detectors.T)
        missed.append(away * 1000.0)
    log.info("%d bodies told; %.3f mm are not", len(people), torch.cat(missed).mean())
    names = ("coefficients", "along", "missed")
    return dict(zip(names, map(torch.cat, (told, along, missed)), strict=True))


if __name__ == "__main__":
    main()
