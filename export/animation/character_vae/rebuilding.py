"""How well people are rebuilt, beside PCA: at rest, posed, and with faces."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Final

import numpy as np
import torch
from torch import Tensor

from bridge.animation.body.statics import shared_body
from bridge.animation.maker import CharacterMaker
from bridge.animation.unposing import unposed
from bridge.runtime.card import Metric
from export.animation.character_vae.anatomy import Anatomy
from export.animation.character_vae.data import built, crowds
from export.animation.character_vae.people import People

log = logging.getLogger("character_vae")

_FITTED: Final = 6_000
"""Bodies of the training split that PCA is fitted to."""
_HELD: Final = 1_000
"""Bodies of the test split."""
_POSED: Final = 200
"""Of them, those that are rebuilt from their poses, which takes longer."""


def rebuilding(maker: CharacterMaker, train: People, test: People) -> Iterator[Metric]:
    """Measure how far rebuilt meshes are off, in mm."""
    anatomy, test = Anatomy(), test[:_HELD]
    bodies = built(anatomy, train[:_FITTED])
    held = built(anatomy, test)
    yield from _rows("at rest", pca(bodies, held, (16, 32, 64, 96)))
    yield from _rows("at rest", {"ours, 96": _off(ours(maker, held, faces=False), held)})
    posed = _posed(anatomy, train[:_FITTED])
    few = test[:_POSED]
    due = _posed(anatomy, few)
    yield from _rows("posed", pca(posed, due, (16, 32, 64)))
    yield from _rows("posed", {"ours, 96 and turns": _off(_unposed(maker, due), due)})
    del bodies, posed
    faced = built(anatomy, train[:_FITTED], faces=True)
    due = built(anatomy, test, faces=True)
    rows = torch.from_numpy(np.array(shared_body().face_vertices)).long()
    near = pca(faced, due, (16, 32, 64), rows)
    made = ours(maker, due, faces=True)
    yield from _rows("with faces", near | {"ours, 96 and 52": _off(made, due, rows)})
    yield from _amounts(maker, due, test)


def pca(
    fitted: Tensor, held: Tensor, counts: tuple[int, ...], rows: Tensor | None = None
) -> dict[str, Tensor]:
    """Rebuild held-out meshes by PCA; give distances [body, vertex] in mm, by what it is called."""
    flat, mean = fitted.flatten(1), fitted.flatten(1).mean(dim=0)
    flat = flat - mean
    vectors = torch.linalg.eigh((flat @ flat.T).double())[1]
    directions = vectors[:, -max(counts) :].flip(1).float().T @ flat
    directions /= directions.norm(dim=1, keepdim=True)
    away = held.flatten(1) - mean
    return {
        f"PCA, {count}": _off(
            (mean + (away @ directions[:count].T) @ directions[:count]).view_as(held), held, rows
        )
        for count in counts
    }


def ours(maker: CharacterMaker, held: Tensor, *, faces: bool) -> Tensor:
    """Rebuild meshes by the encoder and the decoder, [body, vertex, xyz=3]."""
    found = []
    for few in torch.chunk(held, max(1, len(held) // 50)):
        identity, expression = maker.seen(few.numpy())
        shapes = maker.shapes(identity, expression if faces else None)
        found.append(torch.from_numpy(np.stack([shape.vertices for shape in shapes])))
    return torch.cat(found)


def _amounts(maker: CharacterMaker, held: Tensor, people: People) -> Iterator[Metric]:
    """Measure how well facial actions are told, of people with faces [body, vertex, xyz=3]."""
    found = [maker.seen(few.numpy())[1] for few in torch.chunk(held, max(1, len(held) // 50))]
    away, acts = np.abs(np.concatenate(found) - people.actions), people.actions > 0
    for which, off in (("of all 52", away), ("of those that act", away[acts])):
        log.info("amounts, %s: %.4f", which, off.mean())
        name = f"ours: amounts {which}, mean error, of 0..1"
        yield Metric(name, round(float(off.mean()), 4), _PROTOCOLS["with faces"], "with faces")


def _unposed(maker: CharacterMaker, held: Tensor) -> Tensor:
    """Rebuild posed meshes, [body, vertex, xyz=3]."""
    return torch.from_numpy(np.stack([unposed(maker, one.numpy()).rebuilt for one in held]))


def _posed(anatomy: Anatomy, people: People) -> Tensor:
    """Build people in their poses, [body, vertex, xyz=3]."""
    found = []
    for few in crowds(people):
        vertices, joints = anatomy.bodies(few)
        found.append(anatomy.posed(vertices, joints[:, : len(anatomy.bones)], few.pose))
    return torch.cat(found)


def _off(made: Tensor, due: Tensor, rows: Tensor | None = None) -> Tensor:
    """Give distances in mm, [body, vertex]; of some vertices, where they are named."""
    away = (made - due).norm(dim=2) * 1000.0
    return away if rows is None else away[:, rows]


def _rows(group: str, found: dict[str, Tensor]) -> Iterator[Metric]:
    """Give the figures of a table."""
    for name, away in found.items():
        figures = {"mean": float(away.mean()), "95th percentile": _high(away)}
        for kind, value in figures.items():
            log.info("%s, %s: %s %.3f mm", group, name, kind, value)
            yield Metric(f"{name}: {kind}, mm", round(value, 3), _PROTOCOLS[group], group)


def _high(away: Tensor) -> float:
    return float(np.quantile(away.numpy()[:, ::3], 0.95))


_PROTOCOLS: Final = {
    "at rest": f"distance of vertices, {_HELD} held-out bodies at rest, neutral; a third stylised;"
    f" PCA fitted to {_FITTED} training bodies",
    "posed": f"the same, {_POSED} of them with 19 joints turned; PCA fitted to {_FITTED} posed",
    "with faces": f"the same at rest with expressions, the 3,536 vertices that faces move; {_HELD}",
}
