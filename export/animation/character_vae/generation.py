"""How good people are who are drawn: the flow and a Gaussian, beside held-out bodies."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Final

import numpy as np
import torch
from anny.utils.collision import SelfInterpenetrationModule
from torch import Tensor

from bridge.animation.maker import Asked, CharacterMaker, Shape
from bridge.animation.measuring import measured, triangles
from bridge.runtime.card import Metric
from bridge.schema.arrays import AnyArray, FloatArray
from export.animation.character_vae.anatomy import Anatomy
from export.animation.character_vae.data import built
from export.animation.character_vae.people import People

log = logging.getLogger("character_vae")

_COUNT: Final = 1_500
"""Bodies of each kind."""
_NEIGHBOURS: Final = 5
_MEASURED: Final = 300
_HELD: Final = "held-out bodies"


def generation(maker: CharacterMaker, held: People) -> Iterator[Metric]:
    """Measure bodies that are drawn beside held-out bodies."""
    anatomy, rng = Anatomy(), np.random.default_rng(21)
    halves = [built(anatomy, held[rows]) for rows in (slice(0, _COUNT), slice(_COUNT, 2 * _COUNT))]
    real = halves[0]
    drawn = {
        "another half of the held-out bodies": halves[1],
        "flow": _decoded(maker, maker.drawn(Asked({}), rng, count=_COUNT)),
        "Gaussian": _decoded(maker, rng.standard_normal((_COUNT, maker.latent))),
    }
    for name, bodies in drawn.items():
        for kind, value in neighbours(real, bodies).items():
            log.info("%s: %s %.3f", name, kind, value)
            yield Metric(f"{name}: {kind}", round(value, 4), _NEAR, "who is drawn")
    yield from _validity(anatomy, real, drawn)


def neighbours(real: Tensor, drawn: Tensor) -> dict[str, float]:
    """Give precision, recall, density, coverage and diversity.

    Kynkäänniemi et al. 2019 (arXiv:1904.06991) and Naeem et al. 2020 (arXiv:2002.09797), with
    distances between meshes; diversity is the mean distance between two drawn beside that of two
    real ones.
    """
    a, b = real.flatten(1), drawn.flatten(1)
    among, across, within = torch.cdist(a, a), torch.cdist(a, b), torch.cdist(b, b)
    reach = among.kthvalue(_NEIGHBOURS + 1, dim=1).values[:, None]
    reach_drawn = within.kthvalue(_NEIGHBOURS + 1, dim=1).values[None]
    inside = across <= reach
    return {
        "precision": float(inside.any(dim=0).float().mean()),
        "recall": float((across <= reach_drawn).any(dim=1).float().mean()),
        "density": float(inside.float().sum(dim=0).mean()) / _NEIGHBOURS,
        "coverage": float((across.min(dim=1).values[:, None] <= reach).float().mean()),
        "diversity": float(within.mean() / among.mean()),
    }


def _validity(anatomy: Anatomy, real: Tensor, drawn: dict[str, Tensor]) -> Iterator[Metric]:
    """Measure whether bodies are bodies."""
    crossing = SelfInterpenetrationModule(anatomy.model)
    usual = _measures(real[:_MEASURED])
    low, high = np.quantile(usual, 0.005, axis=0), np.quantile(usual, 0.995, axis=0)
    for name, bodies in ({_HELD: real} | drawn).items():
        few = bodies[:_MEASURED]
        taken = _measures(few)
        within = float(((taken >= low) & (taken <= high)).mean())
        crossed = [
            float((crossing.detect_self_intersections(one) > 0).float().mean()) for one in few
        ]
        figures = {
            "measures inside the middle 99 % of the data": within,
            "faces that cross others, share": float(np.mean(crossed)),
            "edges more than twice or less than half of their usual share of the height": _edges(
                few
            ),
        }
        for kind, value in figures.items():
            log.info("%s: %s %.4f", name, kind, value)
            yield Metric(f"{name}: {kind}", round(value, 5), _VALID, "whether they are bodies")


def _measures(bodies: Tensor) -> FloatArray:
    """Give girths, heights, volume for the height and so on, [body, measure]."""
    found = []
    for body in bodies:
        shape = Shape(body.numpy(), np.zeros((374, 3), np.float32))
        taken = measured(shape)
        lengths = ("shoulders", "arm", "leg", "torso", "hand")
        kept = {name: value for name, value in taken.items() if name not in lengths}
        kept["volume"] /= (kept["height"] / 100.0) ** 3
        found.append(list(kept.values()))
    return np.array(found)


def _edges(bodies: Tensor) -> float:
    """Give the share of edges that are much longer or shorter than is usual, for the height."""
    faces = torch.from_numpy(triangles()).long()
    long = (bodies[:, faces[:, 0]] - bodies[:, faces[:, 1]]).norm(dim=2)
    tall = bodies[:, :, 2].amax(dim=1) - bodies[:, :, 2].amin(dim=1)
    ratio = long / tall[:, None]
    usual = ratio.median(dim=0).values
    return float(((ratio > 2.0 * usual) | (ratio < 0.5 * usual)).float().mean())


def _decoded(maker: CharacterMaker, identities: AnyArray) -> Tensor:
    found = []
    for few in np.array_split(identities.astype(np.float32), max(1, len(identities) // 50)):
        found += [torch.from_numpy(shape.vertices) for shape in maker.shapes(few)]
    return torch.stack(found)


_NEAR: Final = (
    f"{_COUNT} drawn beside {_COUNT} held-out bodies, all kinds; {_NEIGHBOURS} neighbours"
)
_VALID: Final = (
    f"{_MEASURED} of each; crossings as anny's own SelfInterpenetrationModule finds them"
)
